// Parts of one id added up, and elements rolled along axes.
#include <whygrad/ops/segment.hpp>

#include "kernels/elementwise.hpp"
#include "kernels/index.hpp"
#include "kernels/movement.hpp"
#include "kernels/reduce.hpp"
#include "ops/core/defined.hpp"
#include "ops/core/events.hpp"
#include "ops/core/packed.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"
#include "ops/index/segment.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/shape_ops.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {
namespace internal {
namespace {

// A contiguous view with its first `rank` axes as one.
struct Flat {
  std::int64_t shape[2] = {1, 1};
  std::int64_t strides[2];
  Flat(const Shape& whole, int rank) {
    for (int i = 0; i < whole.rank(); ++i) shape[i < rank ? 0 : 1] *= whole[i];
    strides[0] = shape[1];
    strides[1] = 1;
  }
  kernels::View view(const kernels::View& v, int rank) const { return {v.data, shape, strides, rank, v.dtype, v.device}; }
};

constexpr OpDef kSegmentSum = define_op({
    .name = "unsorted_segment_sum",
    .doc = "The parts of data [i.., k..] that bear one id of segment_ids [i..], added up: [num_segments, k..]. ddata = gather(dy, segment_ids).",
    .inputs = {{"data", Differentiable{input(1)}}, {"segment_ids", kPosition, Role::kIndex}},
    .attrs = {attr<&SegmentAttrs::num_segments>("num_segments", "how many ids there are", Attr::kRequired)},
    .infer =
        [](InferContext& c) {
          if (!kernels::supports(kernels::Binary::kAdd, c.input(0).dtype())) refuse_dtype(c, "numbers");
          c.output(c.input(0).dtype(), segments_shape(c));
        },
    .kernel =
        [](KernelContext& g) {
          const Packed data(g.input(0));
          const auto [ids, leave_out] = segment_ids_of(g);
          // One segment more than there are takes what belongs to none.
          Shape shape = g.output().shape();
          if (leave_out) ++shape[0];
          const Tensor more = leave_out ? make_tensor(g.output().dtype(), shape) : Tensor();
          const kernels::View sums = leave_out ? view_of(more) : g.out();
          alignas(16) const char zero[16] = {};
          kernels::fill(sums, zero);
          const int rank = g.input(1).rank();
          const Flat flat_ids(ids.shape(), rank), parts(g.input(0).shape(), rank), segments(shape, 1);
          kernels::scatter_add(flat_ids.view(view_of(ids), 1), parts.view(data.view(), 2), 0, segments.view(sums, 2));
          if (leave_out) kernels::copy({sums.data, g.out().shape, sums.strides, sums.rank, sums.dtype, sums.device}, g.out());
        },
    .vjp = [](VjpContext& g) { g.give(0, gather_by_id(g.dy(), g.input(1))); },
});

struct RollAttrs {
  Ints shift;
  Ints axis;
};

constexpr OpDef kRoll = define_op({
    .name = "roll",
    .doc = "x with its elements moved by shift[i] along axis[i]; those that leave at one end come in at the other. dx = dy moved back.",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&RollAttrs::shift>("shift", "how far, towards the end", Attr::kRequired),
              attr<&RollAttrs::axis>("axis", "along which axes", Attr::kRequired)},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<RollAttrs>();
          if (a.shift.size() != a.axis.size()) {
            c.value_error(fmt::format("{} shifts along {} axes", a.shift.size(), a.axis.size()), "give one shift for each axis");
          }
          for (const std::int64_t axis : a.axis) c.axis(axis);
          c.output(c.input(0).dtype(), c.input(0).shape());
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<RollAttrs>();
          const Shape& shape = g.output().shape();
          Tensor now = g.input(0);
          for (int i = 0; i < a.axis.size() && g.output().size() != 0; ++i) {
            const int axis = normalize_axis(g.op().name, a.axis[i], shape.rank());
            const std::int64_t n = shape[axis], shift = (a.shift[i] % n + n) % n;
            const Tensor from = make_tensor(DType::kI64, {n}), next = make_tensor(now.dtype(), shape);
            for (std::int64_t k = 0; k < n; ++k) view_of(from).as<std::int64_t>()[k] = (k + n - shift) % n;
            kernels::gather(view_of(now), view_of(from), axis, 0, view_of(next));
            now = next;
          }
          kernels::copy(view_of(now), g.out());
        },
    .vjp =
        [](VjpContext& g) {
          const auto& a = g.attrs<RollAttrs>();
          Ints back = a.shift;
          for (int i = 0; i < back.size(); ++i) back[i] = -back[i];
          g.give(0, roll(g.dy(), back, a.axis));
        },
});

constexpr const OpDef* kOps[] = {&kSegmentSum, &kRoll};

}  // namespace

OpFamily segment_ops() { return kOps; }

Shape segments_shape(const InferContext& c) {
  check_index_dtype(c, 1);
  const Shape &data = c.input(0).shape(), &ids = c.input(1).shape();
  const std::int64_t count = c.attrs<SegmentAttrs>().num_segments;
  if (count < 0) c.value_error(fmt::format("num_segments is {}", count), "it is the number of ids, 0 or more");
  bool fits = ids.rank() <= data.rank();
  for (int i = 0; fits && i < ids.rank(); ++i) fits = ids[i] == data[i];
  if (!fits) c.shape_error("the ids do not go with the data", "segment_ids has the first extents of data: one id for each part");
  Shape shape = {count};
  for (int i = ids.rank(); i < data.rank(); ++i) shape.push_back(data[i]);
  return shape;
}

SegmentIds segment_ids_of(const KernelContext& g) {
  const std::int64_t count = g.attrs<SegmentAttrs>().num_segments;
  SegmentIds result{make_tensor(DType::kI64, g.input(1).shape())};
  kernels::cast(g.in(1), view_of(result.ids));
  auto* id = view_of(result.ids).as<std::int64_t>();
  for (std::int64_t i = 0; i < result.ids.size(); ++i) {
    if (id[i] >= count) refuse_index(g.op().name, g.input(1), i, count);
    if (id[i] >= 0) continue;
    id[i] = count;
    result.leave_out = true;
  }
  return result;
}

namespace {

// False too where the ids are abstract, so that what follows serves all of them.
bool none_negative(const Tensor& ids) {
  if (ids.is_abstract()) return false;
  const Tensor lowest = make_tensor(ids.dtype(), {});
  const kernels::View least = view_of(lowest);
  kernels::reduce(kernels::Reduce::kMin, view_of(ids), (std::uint32_t{1} << ids.rank()) - 1, least);
  return ids.size() == 0 || (ids.dtype() == DType::kI32 ? *least.as<std::int32_t>() : *least.as<std::int64_t>()) >= 0;
}

}  // namespace

Tensor gather_by_id(const Tensor& t, const Tensor& ids) {
  if (none_negative(ids)) return gather(t, ids);
  if (t.shape()[0] == 0) {  // there is nothing to take for those that are left out
    Shape shape = ids.shape();
    for (int i = 1; i < t.rank(); ++i) shape.push_back(t.shape()[i]);
    return zeros_for_gradient(t.dtype(), shape);
  }
  const Tensor picked = gather(t, maximum(ids, 0));
  Ints column(ids.shape());
  while (column.size() < picked.rank()) column.push_back(1);
  return where(reshape(greater_equal(ids, 0), column), picked, zeros_like(picked));
}

}  // namespace internal

using namespace internal;

Tensor unsorted_segment_sum(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  return apply(kSegmentSum, {&data, &segment_ids}, where, SegmentAttrs{num_segments});
}
Tensor unsorted_segment_mean(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  Tensor sum = unsorted_segment_sum(data, segment_ids, num_segments, where);
  if (is_integer(sum.dtype())) sum = cast(sum, size_of(sum.dtype()) < 4 ? float32 : float64, where);
  const Tensor ones_by_id = fill(segment_ids.shape(), 1.0, sum.dtype(), where);
  Ints counted = {num_segments};
  for (int i = 1; i < sum.rank(); ++i) counted.push_back(1);
  const Tensor count = maximum(unsorted_segment_sum(ones_by_id, segment_ids, num_segments, where), 1.0, where);
  return divide(sum, reshape(count, counted, where), where);
}

namespace {

// How many segments ids that ascend speak of, and whether each of them has a part.
struct Ascending {
  std::int64_t count = 0;
  bool gapless = true;
  Ascending(const char* op, const Tensor& segment_ids) {
    require_defined(op, segment_ids);
    if (segment_ids.rank() != 1)
      throw ShapeError(op, fmt::format("the ids are {}", segment_ids.signature()), "they are a vector: one id for each part");
    if (segment_ids.is_abstract()) {
      throw ValueError(op,
                       fmt::format("segment_ids, {}, is abstract, and how many segments there are depends on its elements", segment_ids.signature()),
                       "use the unsorted form, which is told the number of segments");
    }
    const Tensor ids = make_tensor(DType::kI64, segment_ids.shape());
    kernels::cast(view_of(segment_ids), view_of(ids));
    const auto* first = view_of(ids).as<std::int64_t>();
    if (!std::is_sorted(first, first + ids.size())) {
      throw ValueError(op, "the ids do not ascend", "sort the data by id, or use the unsorted form with the number of ids");
    }
    if (ids.size() > 0 && first[0] < 0) {
      throw IndexError(op, fmt::format("the first id is {}", first[0]), "ids count from 0; the unsorted form leaves out parts with negative ids");
    }
    for (std::int64_t i = 0; i < ids.size(); ++i) gapless &= first[i] - (i == 0 ? -1 : first[i - 1]) <= 1;
    if (ids.size() > 0) count = first[ids.size() - 1] + 1;
  }
};

// An extreme, with 0 for ids that no part bears.
template <Tensor (*F)(const Tensor&, const Tensor&, std::int64_t, Where)>
Tensor extreme_of_ascending(const char* op, const Tensor& data, const Tensor& segment_ids, const Where& where) {
  const Ascending ids(op, segment_ids);
  Tensor all = F(data, segment_ids, ids.count, where);
  if (ids.gapless) return all;
  const Tensor parts = unsorted_segment_sum(fill(data.shape(), 1, int32, where), segment_ids, ids.count, where);
  return whygrad::where(greater(parts, 0, where), all, zeros_like(all, where), where);
}

}  // namespace

Tensor segment_sum(const Tensor& data, const Tensor& segment_ids, Where where) {
  return unsorted_segment_sum(data, segment_ids, Ascending("segment_sum", segment_ids).count, where);
}
Tensor segment_mean(const Tensor& data, const Tensor& segment_ids, Where where) {
  const Tensor mean = unsorted_segment_mean(data, segment_ids, Ascending("segment_mean", segment_ids).count, where);
  return mean.dtype() == data.dtype() ? mean : cast(mean, data.dtype(), where);  // of integers what is left without the fraction
}
Tensor segment_max(const Tensor& data, const Tensor& segment_ids, Where where) {
  return extreme_of_ascending<unsorted_segment_max>("segment_max", data, segment_ids, where);
}
Tensor segment_min(const Tensor& data, const Tensor& segment_ids, Where where) {
  return extreme_of_ascending<unsorted_segment_min>("segment_min", data, segment_ids, where);
}
Tensor segment_prod(const Tensor& data, const Tensor& segment_ids, Where where) {
  return unsorted_segment_prod(data, segment_ids, Ascending("segment_prod", segment_ids).count, where);
}

Tensor roll(const Tensor& x, const Ints& shift, const Ints& axis, Where where) { return apply(kRoll, {&x}, where, RollAttrs{shift, axis}); }

}  // namespace whygrad
