// Sums and means by segment, and ops with ascending ids.
#include <whygrad/ops/segment.hpp>

#include "kernels/elementwise.hpp"
#include "kernels/index.hpp"
#include "ops/core/defined.hpp"
#include "ops/core/events.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/segment/segment.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace internal {
namespace {

constexpr OpDef kSegmentSum = segment_op<kernels::SegmentFold::kSum>(
    "unsorted_segment_sum",
    "The parts of data [i.., k..] that bear one id of segment_ids [i..], added up: [num_segments, k..]. ddata = gather(dy, segment_ids).",
    Differentiable{input(1)}, [](VjpContext& g) { g.give(0, gather_by_id(g.dy(), g.input(1))); },
    {ZeroGradient::kMasks, "give every part that should learn an id from 0 on: a part with a negative id is left out, and gets no gradient"});

constexpr const OpDef* kOps[] = {&kSegmentSum};

}  // namespace

OpFamily segment_ops() { return kOps; }

namespace {

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

}  // namespace

void infer_segments(InferContext& c) {
  if (!kernels::supports(kernels::Binary::kAdd, c.input(0).dtype())) refuse_dtype(c, "numbers");
  c.output(c.input(0).dtype(), segments_shape(c));
}

void infer_real_segments(InferContext& c) {
  if (!is_floating(c.input(0).dtype()) && !is_integer(c.input(0).dtype())) refuse_dtype(c, "real numbers");
  c.output(c.input(0).dtype(), segments_shape(c));
}

void run_segment_fold(KernelContext& g, kernels::SegmentFold fold) {
  const std::int64_t bad = kernels::segment_fold(fold, g.in(0), g.in(1), g.out());
  if (bad >= 0) refuse_index(g.op().name, g.input(1), bad, g.attrs<SegmentAttrs>().num_segments);
}

void batch_segments(BatchContext& c) {
  const std::int64_t count = c.attrs<SegmentAttrs>().num_segments;
  const Tensor ids = c.input_rows(1), numbers = multiply(row_numbers(c, ids.rank(), ids.dtype()), count, c.where());
  const Tensor own = where(greater_equal(ids, 0, c.where()), add(ids, numbers, c.where()), ids, c.where());
  const Tensor outside = greater_equal(ids, count, c.where());  // in another row they would be found
  const Tensor all = where(outside, c.rows() * count, own, c.where());
  c.give_call({c.input_rows(0), all}, SegmentAttrs{c.rows() * count});
  c.unfold_given();
}

Tensor gather_by_id(const Tensor& t, const Tensor& ids) {
  if (!ids.is_abstract() && kernels::integer_range(view_of(ids)).smallest >= 0) return gather(t, ids);
  if (t.shape()[0] == 0) {  // no slices to gather; negative ids give zeros
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
namespace {

// How many parts bear each id, at least 1, for dividing what has the rank of `sums`.
Tensor counts_for(const Tensor& sums, const Tensor& segment_ids, std::int64_t num_segments, const Where& where) {
  const Tensor ones_by_id = fill(segment_ids.shape(), 1.0, sums.dtype(), where);
  Ints counted = {num_segments};
  for (int i = 1; i < sums.rank(); ++i) counted.push_back(1);
  return reshape(maximum(unsorted_segment_sum(ones_by_id, segment_ids, num_segments, where), 1.0, where), counted, where);
}

}  // namespace

Tensor unsorted_segment_mean(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  Tensor sum = unsorted_segment_sum(data, segment_ids, num_segments, where);
  if (is_integer(sum.dtype())) sum = cast(sum, size_of(sum.dtype()) < 4 ? float32 : float64, where);
  return divide(sum, counts_for(sum, segment_ids, num_segments, where), where);
}

Tensor unsorted_segment_sqrt_n(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  const Tensor sum = unsorted_segment_sum(data, segment_ids, num_segments, where);
  return divide(sum, sqrt(counts_for(sum, segment_ids, num_segments, where), where), where);
}

namespace {

// The number of segments that ascending ids refer to, and whether each of them has a slice.
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
    const kernels::IdSequence ids = kernels::id_sequence(view_of(segment_ids));
    if (!ids.ascending) {
      throw ValueError(op, "the ids do not ascend", "sort the data by id, or use the unsorted form with the number of ids");
    }
    if (ids.first < 0) {
      throw IndexError(op, fmt::format("the first id is {}", ids.first), "ids count from 0; the unsorted form leaves out parts with negative ids");
    }
    gapless = ids.gapless;
    count = ids.last + 1;
  }
};

// An extreme, with 0 for ids without slices.
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
  return mean.dtype() == data.dtype() ? mean : cast(mean, data.dtype(), where);  // means of integers are truncated
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

}  // namespace whygrad
