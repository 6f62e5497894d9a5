// Reductions, positions of extremes, running sums.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

// The axes to reduce: one number, a list in braces, or nothing ({}) for all of them. Negative numbers count from the end. A computed list is taken
// literally: an empty one reduces no axis.
struct Axes : Ints {
  constexpr Axes() : all(true) {}
  constexpr Axes(std::integral auto axis) : Ints{static_cast<std::int64_t>(axis)} {}
  constexpr Axes(std::initializer_list<std::int64_t> list) : Ints(list) {}
  constexpr Axes(const Ints& list) : Ints(list) {}

  bool all = false;
};

// Each op reduces x over `axes` and drops them, or keeps them with extent 1: x [n, h, w, c] over {1, 2} gives [n, c], or [n, 1, 1, c] with keepdims.
// An axis out of range throws IndexError, a repeated one ValueError. A reduction of no elements gives the op's neutral element, which is listed
// below. y is the result; dy, its incoming gradient, is broadcast along the reduced axes.

// The sum; 0. dx = dy.
WG_API Tensor reduce_sum(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());
// The mean; NaN. Of integers the truncated quotient. dx = dy / n.
WG_API Tensor reduce_mean(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());
// The product; 1. dx = dy times the product of all other elements.
WG_API Tensor reduce_prod(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());
// The largest (smallest) element; -Inf (Inf), or the end of an integer type. NaN where any element is NaN. Equal extremes share dy in equal parts.
WG_API Tensor reduce_max(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());
WG_API Tensor reduce_min(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());
// Whether any (all) of the bool elements are true; false (true). No gradient.
WG_API Tensor reduce_any(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());
WG_API Tensor reduce_all(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());
// log(sum(e^x)) without overflow; -Inf. Floating. dx = dy e^(x - y).
WG_API Tensor reduce_logsumexp(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());
// The square root of the sum of |x|^2; 0. Of integers truncated. dx = x / (y / dy), NaN where y is 0.
WG_API Tensor reduce_euclidean_norm(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());
// mean(|x - mean(x)|^2); NaN. Floating, and complex, whose result is real. dx = 2 dy (x - mean(x)) / n.
WG_API Tensor reduce_variance(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());
// The square root of the variance. Floating. NaN gradient where all elements are equal.
WG_API Tensor reduce_std(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());

// The position of the largest (smallest) element along `axis`, as int64, int32 or int16, without that axis: x [m, n] along 1 gives [m]. The first of
// equal elements wins; a NaN wins over numbers. Carries no gradient. Throws ShapeError if the axis is empty.
WG_API Tensor argmax(const Tensor& x, std::int64_t axis = 0, DType output_dtype = int64, Where where = Where::here());
WG_API Tensor argmin(const Tensor& x, std::int64_t axis = 0, DType output_dtype = int64, Where where = Where::here());

struct CumulativeOptions {
  bool exclusive = false;  // each result leaves out its own element, so the first is the neutral one
  bool reverse = false;    // from the end
};
// The running sum along `axis`, of x's shape. dx = the running sum of dy in the opposite direction.
WG_API Tensor cumsum(const Tensor& x, std::int64_t axis = 0, CumulativeOptions options = {}, Where where = Where::here());
// The running product along `axis`, of x's shape. dx = (running sum of dy y in the opposite direction) / x, 0 where x is 0.
WG_API Tensor cumprod(const Tensor& x, std::int64_t axis = 0, CumulativeOptions options = {}, Where where = Where::here());

}  // namespace whygrad
