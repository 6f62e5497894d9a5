// dynamic_partition and dynamic_stitch: slices distributed and combined by numbers that are known at run time.
#include "kernels/partition.hpp"
#include "kernels/gather_nd.hpp"
#include "kernels/index.hpp"
#include "kernels/layout.hpp"
#include "kernels/movement.hpp"
#include "ops/core/element.hpp"
#include "ops/core/packed.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/partition.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <limits>
#include <vector>

namespace whygrad {
namespace internal {
namespace {

using kernels::Layout;

constexpr std::int64_t kMostParts = 0xffff;

// The axes of data after those that it has in common with `numbers`.
Shape part_shape(const InferContext& c, const Shape& numbers, const Shape& data) {
  bool fits = numbers.rank() <= data.rank();
  for (int i = 0; fits && i < numbers.rank(); ++i) fits = numbers[i] == data[i];
  if (!fits) c.shape_error("the parts and their numbers do not go together", "the numbers have the first extents of the data: one for each part");
  return Shape(data.extents().subspan(static_cast<std::size_t>(numbers.rank())));
}

Shape behind(std::int64_t first, const Shape& rest) {
  Shape shape = {first};
  for (const std::int64_t extent : rest) shape.push_back(extent);
  return shape;
}

// ---- dynamic_partition ----

struct PartitionAttrs {
  std::int64_t num_partitions;
};

void infer_partition(InferContext& c) {
  const std::int64_t parts = c.attrs<PartitionAttrs>().num_partitions;
  check_index_dtype(c, 1);
  if (parts < 1 || parts > kMostParts) c.value_error(fmt::format("num_partitions is {}", parts), "it is 1 to 65,535");
  const Shape part = part_shape(c, c.input(1).shape(), c.input(0).shape());
  std::vector<std::int64_t> counts(static_cast<std::size_t>(parts));
  const Tensor& numbers = c.elements(1);
  if (const std::int64_t bad = kernels::count_numbers(view_of(numbers), counts); bad >= 0) refuse_index(c.op().name, numbers, bad, parts);
  for (const std::int64_t count : counts) c.output(c.input(0).dtype(), behind(count, part));
}

void deal_out(KernelContext& g) {
  std::vector<kernels::View> parts;
  parts.reserve(static_cast<std::size_t>(g.output_count()));
  for (int k = 0; k < g.output_count(); ++k) parts.push_back(g.out(k));
  kernels::partition(g.in(0), g.in(1), parts);
}

// The position of each slice of the data in the concatenation of all partitions.
Tensor places_after_dealing(const Tensor& numbers, std::int64_t parts) {
  Tensor places = make_tensor(DType::kI64, {numbers.size()});
  kernels::places_by_number(view_of(numbers), parts, view_of(places));
  log_constant(places, {}, {});
  return places;
}

constexpr OpDef kDynamicPartition = define_op({
    .name = "dynamic_partition",
    .doc = "The parts of data [i.., k..] by the number that partitions [i..] gives them: num_partitions tensors [n, k..]. ddata = the gradients put "
           "back.",
    .inputs = {{"data", Differentiable{input(1)}}, {"partitions", kPosition, Role::kIndex}},
    .outputs = {"parts"},
    .attrs = {attr<&PartitionAttrs::num_partitions>("num_partitions", "how many tensors it makes", Attr::kRequired)},
    .infer = infer_partition,
    .kernel = deal_out,
    .vjp =
        [](VjpContext& g) {
          std::vector<Tensor> dys;
          dys.reserve(static_cast<std::size_t>(g.output_count()));
          for (int k = 0; k < g.output_count(); ++k) dys.push_back(g.dy(k));
          const Tensor places = places_after_dealing(g.input(1), g.output_count());
          g.give(0, reshape(gather(dys.size() == 1 ? dys[0] : concat(dys, 0), places), Ints(g.input_shape(0))));
        },
    .zero = {ZeroGradient::kMasks, "take the part that should learn: the target does not use the tensor that these elements went to"},
    .shape_reads = input(1),
});

// ---- dynamic_stitch ----

void infer_stitch(InferContext& c) {
  check_index_dtype(c, 0);
  for (int i = 1; i < c.input_count(); ++i) {
    if (c.input(i).rank() == 0) c.shape_error(fmt::format("data {} is {}", i - 1, c.input(i).signature()), "data [n, ..] holds n parts");
  }
  std::int64_t rows = 0;
  const Shape part(c.input(1).shape().extents().subspan(1));
  for (int i = 1; i < c.input_count(); ++i) {
    c.same_dtype(1, i);
    if (Shape(c.input(i).shape().extents().subspan(1)) != part)
      c.shape_error(fmt::format("data 0 has parts of {} and data {} of {}", part.to_string(), i - 1,
                                Shape(c.input(i).shape().extents().subspan(1)).to_string()),
                    "all parts need one shape");
    rows += c.input(i).shape()[0];
  }
  if (rows != c.input(0).size()) c.shape_error(fmt::format("{} places for {} parts", c.input(0).size(), rows), "each part has one place");
  const Tensor& places = c.elements(0);
  const auto [smallest, largest] = kernels::integer_range(view_of(places));
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  if (smallest < 0 || largest == kEnd) {
    const std::int64_t bad = kernels::first_outside(view_of(places), 0, kEnd);
    throw IndexError(c.op().name, fmt::format("a place is {}", integer_at(places, bad)), "places are 0 or more, and count rows of the result");
  }
  c.output(c.input(1).dtype(), behind(largest + 1, part));
}

void put_together(KernelContext& g) {
  alignas(16) const char zero[16] = {};
  kernels::fill(g.out(), zero);
  const Packed places(g.input(0));
  std::int64_t begin = 0;
  for (int i = 1; i < g.input_count(); ++i) {
    const std::int64_t rows = g.input(i).shape()[0];
    const Layout own = Layout::repeat(Layout::part(Layout::flat(places.view()), 0, begin, rows), 1);  // [rows, 1]
    kernels::scatter_nd(kernels::Scatter::kSet, own, g.in(i), g.out());
    begin += rows;
  }
}

// All positions in one vector, and the slices of each data tensor as rows.
constexpr OpDef kDynamicStitch = define_op({
    .name = "dynamic_stitch",
    .doc = "One tensor of the parts of data [n, k..], .. at the places indices [all n] names; the last one stays. ddata = gather(dy, its indices).",
    .inputs = {{"indices", kPosition, Role::kIndex}, {"data", Differentiable{input(0)}}},
    .variadic = true,
    .infer = infer_stitch,
    .kernel = put_together,
    .vjp =
        [](VjpContext& g) {
          std::int64_t begin = 0;
          for (int i = 1; i < g.input_count(); ++i) {
            const std::int64_t rows = g.input_shape(i)[0];
            if (g.needs(i)) g.give(i, gather(g.dy(), slice(g.input(0), {begin}, {rows})));
            begin += rows;
          }
        },
    .shape_reads = input(0),
});

// Merges the axes that data has in common with `numbers`.
Tensor in_a_row(const char* op, const Tensor& data, const Tensor& numbers, const Where& where) {
  if (!data.defined() || !numbers.defined()) {
    throw ValueError(op, fmt::format("{} is an empty handle", data.defined() ? "a tensor of places" : "a tensor of data"),
                     "a default-made or moved-from Tensor holds no value; assign one before it is used");
  }
  bool fits = numbers.rank() <= data.rank();
  for (int i = 0; fits && i < numbers.rank(); ++i) fits = numbers.shape()[i] == data.shape()[i];
  if (!fits) {
    throw ShapeError(op, fmt::format("the data are {} and their places {}", data.signature(), numbers.signature()),
                     "the places have the first extents of the data: one for each part");
  }
  if (numbers.rank() == 1) return data;
  return reshape(data, Ints(behind(numbers.size(), Shape(data.shape().extents().subspan(static_cast<std::size_t>(numbers.rank()))))), where);
}

constexpr const OpDef* kOps[] = {&kDynamicPartition, &kDynamicStitch};

}  // namespace

OpFamily partition_ops() { return kOps; }

}  // namespace internal

using namespace internal;

std::vector<Tensor> dynamic_partition(const Tensor& data, const Tensor& partitions, std::int64_t num_partitions, Where where) {
  const PartitionAttrs attrs{num_partitions};
  const Tensor* inputs[] = {&data, &partitions};
  return apply_many(kDynamicPartition, inputs, &attrs, sizeof(attrs), where);
}

Tensor dynamic_stitch(const std::vector<Tensor>& indices, const std::vector<Tensor>& data, Where where) {
  const char* op = kDynamicStitch.name;
  if (indices.empty() || indices.size() != data.size())
    throw ValueError(op, fmt::format("{} tensors of places and {} of data", indices.size(), data.size()), "each tensor of data has its places");
  std::vector<Tensor> places, rows;
  for (std::size_t i = 0; i < data.size(); ++i) {
    rows.push_back(in_a_row(op, data[i], indices[i], where));
    const Tensor flat = indices[i].rank() == 1 ? indices[i] : reshape(indices[i], {indices[i].size()}, where);
    places.push_back(flat.dtype() == DType::kI32 && data.size() > 1 ? cast(flat, DType::kI64, where) : flat);
  }
  const Tensor all = places.size() == 1 ? places[0] : concat(places, 0, where);
  std::vector<const Tensor*> inputs = {&all};
  for (const Tensor& t : rows) inputs.push_back(&t);
  Tensor whole;
  apply(kDynamicStitch, inputs, nullptr, 0, where, {&whole, 1});
  return whole;
}

}  // namespace whygrad
