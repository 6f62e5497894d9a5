// Parts that are dealt out and put together again, by numbers that are known when the program runs.
#include "kernels/movement.hpp"
#include "ops/core/packed.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/segment.hpp>
#include <whygrad/ops/shape_ops.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace whygrad {
namespace internal {
namespace {

constexpr std::int64_t kMostParts = 0xffff;

std::vector<std::int64_t> numbers_of(const Tensor& t) {
  const Tensor wide = make_tensor(DType::kI64, t.shape());
  kernels::cast(view_of(t), view_of(wide));
  const auto* first = view_of(wide).as<std::int64_t>();
  return {first, first + wide.size()};
}

// What is left of data's axes behind those that `numbers` has too.
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

std::size_t part_bytes(DType dtype, const Shape& part) {
  std::size_t bytes = size_of(dtype);
  for (const std::int64_t extent : part) bytes *= static_cast<std::size_t>(extent);
  return bytes;
}

void copy_part(const char* from, std::int64_t at, char* to, std::int64_t place, std::size_t bytes) {
  if (bytes != 0) std::memcpy(to + static_cast<std::size_t>(place) * bytes, from + static_cast<std::size_t>(at) * bytes, bytes);
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
  std::int64_t position = 0;
  for (const std::int64_t number : numbers_of(c.elements(1))) {
    if (number < 0 || number >= parts) refuse_index(c.op().name, c.elements(1), position, parts);
    ++counts[static_cast<std::size_t>(number)];
    ++position;
  }
  for (const std::int64_t count : counts) c.output(c.input(0).dtype(), behind(count, part));
}

void deal_out(KernelContext& g) {
  const Packed data(g.input(0));
  const std::vector<std::int64_t> numbers = numbers_of(g.input(1));
  const Shape part(g.input(0).shape().extents().subspan(static_cast<std::size_t>(g.input(1).rank())));
  const std::size_t bytes = part_bytes(g.input(0).dtype(), part);
  std::vector<std::int64_t> dealt(static_cast<std::size_t>(g.output_count()));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto to = static_cast<std::size_t>(numbers[i]);
    copy_part(static_cast<const char*>(data.view().data), static_cast<std::int64_t>(i), static_cast<char*>(g.out(static_cast<int>(to)).data),
              dealt[to]++, bytes);
  }
}

// Where each part of the data lies among all parts that were dealt out, one after the other.
Tensor places_after_dealing(const std::vector<std::int64_t>& numbers, std::size_t parts) {
  std::vector<std::int64_t> next(parts + 1);
  for (const std::int64_t number : numbers) ++next[static_cast<std::size_t>(number) + 1];
  for (std::size_t p = 1; p < next.size(); ++p) next[p] += next[p - 1];
  Tensor places = make_tensor(DType::kI64, {static_cast<std::int64_t>(numbers.size())});
  auto* place = view_of(places).as<std::int64_t>();
  for (const std::int64_t number : numbers) *place++ = next[static_cast<std::size_t>(number)]++;
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
          const Tensor places = places_after_dealing(numbers_of(g.input(1)), dys.size());
          g.give(0, reshape(gather(dys.size() == 1 ? dys[0] : concat(dys, 0), places), Ints(g.input_shape(0))));
        },
    .zero = {ZeroHazard::kMasked, "take the part that should learn: the target does not use the tensor that these elements went to"},
    .shape_reads = input(1),
});

// ---- dynamic_stitch ----

void infer_stitch(InferContext& c) {
  check_index_dtype(c, 0);
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
  std::int64_t extent = 0;
  for (const std::int64_t place : numbers_of(c.elements(0))) {
    if (place < 0) throw IndexError(c.op().name, fmt::format("a place is {}", place), "places are 0 or more");
    extent = std::max(extent, place + 1);
  }
  c.output(c.input(1).dtype(), behind(extent, part));
}

void put_together(KernelContext& g) {
  const std::vector<std::int64_t> places = numbers_of(g.input(0));
  const kernels::View out = g.out();
  alignas(16) const char zero[16] = {};
  kernels::fill(out, zero);
  const std::size_t bytes = part_bytes(out.dtype, Shape(g.output().shape().extents().subspan(1)));
  auto place = places.begin();
  for (int i = 1; i < g.input_count(); ++i) {
    const Packed data(g.input(i));
    for (std::int64_t row = 0; row < g.input(i).shape()[0]; ++row) {
      copy_part(static_cast<const char*>(data.view().data), row, static_cast<char*>(out.data), *place++, bytes);
    }
  }
}

// All places in a row, and for each tensor of data its parts in a row.
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

// The axes that `numbers` has too as one.
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

OpFamily dynamic_ops() { return kOps; }

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
