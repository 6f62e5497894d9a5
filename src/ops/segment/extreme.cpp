// Extremes and products by segment.
#include "ops/core/defined.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/segment/segment.hpp"

#include <whygrad/ops/index.hpp>
#include <whygrad/ops/segment.hpp>
#include <whygrad/ops/shape.hpp>

namespace whygrad {
namespace internal {
namespace {

// Elements equal to the extreme share its gradient evenly.
void give_to_extremes(VjpContext& g) {
  const std::int64_t count = g.attrs<SegmentAttrs>().num_segments;
  const Tensor ids = g.input(1), data = g.input(0), selected = cast(equal(data, gather_by_id(g.output(), ids)), data.dtype());
  const Tensor shares = divide_no_nan(g.dy(), unsorted_segment_sum(selected, ids, count));
  g.give(0, multiply(selected, gather_by_id(shares, ids)));
}

// The product of the others: the whole product divided by the element or, with a single 0 among them, the product of all but the 0.
void give_products(VjpContext& g) {
  const std::int64_t count = g.attrs<SegmentAttrs>().num_segments;
  const Tensor ids = g.input(1), data = g.input(0);
  const Tensor is_zero = equal(data, 0), zeros_in = unsorted_segment_sum(cast(is_zero, data.dtype()), ids, count);
  const Tensor dy = where(greater(zeros_in, 1), multiply(g.dy(), 0), g.dy());
  const Tensor filled = where(is_zero, add(multiply(data, 0), 1), data);
  const Tensor others = gather_by_id(unsorted_segment_prod(filled, ids, count), ids);
  const Tensor partial = where(is_zero, others, where(greater(gather_by_id(zeros_in, ids), 0), multiply(others, 0), divide(others, filled)));
  g.give(0, multiply(gather_by_id(dy, ids), partial));
}

constexpr Differentiable kFromAll{input(0) | input(1) | output(0)};

constexpr ZeroGradient kOthers{ZeroGradient::kMasks, "only the extreme of each id gets a gradient; a mean or a sum gives every part one"};
constexpr ZeroGradient kZeroFactor{ZeroGradient::kZeroFactor, "two parts of one id are 0: keep the factors away from 0, or add logarithms"};

constexpr OpDef kMax = segment_op<kernels::SegmentFold::kMax>(
    "unsorted_segment_max",
    "The largest of the parts of data [i.., k..] that bear one id of segment_ids [i..]: [num_segments, k..]. dy goes to "
    "the largest, equal ones share it.",
    kFromAll, give_to_extremes, kOthers);
constexpr OpDef kMin = segment_op<kernels::SegmentFold::kMin>(
    "unsorted_segment_min",
    "The smallest of the parts of data [i.., k..] that bear one id of segment_ids [i..]: [num_segments, k..]. dy goes to "
    "the smallest, equal ones share it.",
    kFromAll, give_to_extremes, kOthers);
constexpr OpDef kProd = segment_op<kernels::SegmentFold::kProd>(
    "unsorted_segment_prod",
    "The product of the parts of data [i.., k..] that bear one id of segment_ids [i..]: [num_segments, k..]. ddata = dy "
    "times the product of the other parts.",
    kFromAll, give_products, kZeroFactor);

constexpr const OpDef* kOps[] = {&kMax, &kMin, &kProd};

}  // namespace

OpFamily segment_extreme_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor unsorted_segment_max(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  return apply(kMax, {&data, &segment_ids}, where, SegmentAttrs{num_segments});
}
Tensor unsorted_segment_min(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  return apply(kMin, {&data, &segment_ids}, where, SegmentAttrs{num_segments});
}
Tensor unsorted_segment_prod(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  return apply(kProd, {&data, &segment_ids}, where, SegmentAttrs{num_segments});
}

}  // namespace whygrad
