// Norms, normalisation and clipping, composed of other ops. Each step has the caller's place.
#include <whygrad/ops/norm.hpp>

#include "ops/core/defined.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/losses.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace whygrad {
namespace {

// The axes as `squeeze` takes them; all axes of x if none are given.
Ints resolve(const Tensor& x, const Axes& axes) {
  if (!axes.all) return axes;
  Ints all;
  for (int i = 0; i < x.rank(); ++i) all.push_back(i);
  return all;
}

Tensor without(const Tensor& folded, const Tensor& x, const Axes& axes, bool keepdims, const Where& where) {
  return keepdims || (axes.all ? x.rank() == 0 : axes.empty()) ? folded : squeeze(folded, resolve(x, axes), where);
}

void require_some(const char* op, const std::vector<Tensor>& tensors) {
  if (tensors.empty()) throw ValueError(op, "no tensor is given", "give at least one");
  for (const Tensor& t : tensors) internal::require_defined(op, t);
}

}  // namespace

Tensor norm(const Tensor& x, Axes axes, const NormOptions& options, Where where) {
  internal::require_defined("norm", x);
  if (!(options.ord > 0)) throw ValueError("norm", fmt::format("ord is {}", options.ord), "a norm has an order above 0, such as 1, 2 or infinity");
  const bool of_matrices = !axes.all && axes.size() == 2;
  Tensor folded;
  if (options.ord == 2) {
    folded = sqrt(reduce_sum(multiply(x, conj(x, where), where), axes, true, where), where);
  } else if (of_matrices && (options.ord == 1 || std::isinf(options.ord))) {
    const int summed = options.ord == 1 ? 0 : 1;
    folded = reduce_max(reduce_sum(abs(x, where), axes[summed], true, where), axes[1 - summed], true, where);
  } else if (of_matrices) {
    throw ValueError("norm", fmt::format("ord is {} over two axes", options.ord), "matrices have the norms 1, 2 (Frobenius) and infinity");
  } else if (options.ord == 1) {
    folded = reduce_sum(abs(x, where), axes, true, where);
  } else if (std::isinf(options.ord)) {
    folded = reduce_max(abs(x, where), axes, true, where);
  } else {
    folded = pow(reduce_sum(pow(abs(x, where), options.ord, where), axes, true, where), 1 / options.ord, where);
  }
  return without(folded, x, axes, options.keepdims, where);
}

Normalized normalize(const Tensor& x, Axes axes, const NormOptions& options, Where where) {
  internal::require_defined("normalize", x);
  const Tensor length = cast(norm(x, axes, {.ord = options.ord, .keepdims = true}, where), x.dtype(), where);
  return {divide(x, length, where), length};
}

Tensor l2_normalize(const Tensor& x, Axes axes, double epsilon, Where where) {
  internal::require_defined("l2_normalize", x);
  const bool in_plane = is_complex(x.dtype());
  const Tensor squares = in_plane ? real(multiply(x, conj(x, where), where), where) : square(x, where);
  const Tensor inverse = rsqrt(maximum(reduce_sum(squares, axes, true, where), epsilon, where), where);
  return multiply(x, in_plane ? cast(inverse, x.dtype(), where) : inverse, where);
}

Tensor clip_by_norm(const Tensor& x, double clip_norm, Axes axes, Where where) {
  internal::require_defined("clip_by_norm", x);
  clip_norm = std::max(clip_norm, 0.0);
  const Tensor sum = reduce_sum(multiply(x, x, where), axes, true, where);
  // Uses where() twice, so that neither branch has an infinite slope at 0.
  const Tensor positive = greater(sum, 0, where);
  const Tensor length = whygrad::where(positive, sqrt(whygrad::where(positive, sum, ones_like(sum, where), where), where), sum, where);
  return divide(multiply(x, clip_norm, where), maximum(length, clip_norm, where), where);
}

Tensor global_norm(const std::vector<Tensor>& tensors, Where where) {
  require_some("global_norm", tensors);
  std::vector<Tensor> halves;
  halves.reserve(tensors.size());
  for (const Tensor& t : tensors) halves.push_back(nn::l2_loss(t, where));
  return sqrt(multiply(reduce_sum(stack(halves, 0, where), {}, false, where), 2.0, where), where);
}

ClippedByGlobalNorm clip_by_global_norm(const std::vector<Tensor>& tensors, double clip_norm, Where where) {
  return clip_by_global_norm(tensors, clip_norm, global_norm(tensors, where), where);
}

ClippedByGlobalNorm clip_by_global_norm(const std::vector<Tensor>& tensors, double clip_norm, const Tensor& length, Where where) {
  const Tensor finite_scale = multiply(minimum(divide(1.0, length, where), 1.0 / clip_norm, where), clip_norm, where);
  const Tensor scale = add(finite_scale, subtract(length, length, where), where);  // Inf - Inf is NaN
  ClippedByGlobalNorm clipped{{}, length};
  clipped.tensors.reserve(tensors.size());
  for (const Tensor& t : tensors) clipped.tensors.push_back(multiply(t, scale, where));
  return clipped;
}

Moments moments(const Tensor& x, Axes axes, bool keepdims, Where where) {
  internal::require_defined("moments", x);
  const bool narrow = x.dtype() == DType::kF16 || x.dtype() == DType::kBF16;
  const Tensor wide = narrow ? cast(x, DType::kF32, where) : x;
  const Tensor mean = reduce_mean(wide, axes, true, where);
  const Tensor variance = reduce_mean(squared_difference(wide, mean, where), axes, true, where);
  return {cast(without(mean, x, axes, keepdims, where), x.dtype(), where), cast(without(variance, x, axes, keepdims, where), x.dtype(), where)};
}

SufficientStatistics sufficient_statistics(const Tensor& x, Axes axes, const Tensor& shift, bool keepdims, Where where) {
  internal::require_defined("sufficient_statistics", x);
  std::int64_t count = 1;
  for (const std::int64_t axis : resolve(x, axes)) count *= x.shape()[normalize_axis("sufficient_statistics", axis, x.rank())];
  const Tensor moved = shift.defined() ? subtract(x, shift, where) : x;
  const Tensor squares = shift.defined() ? squared_difference(x, shift, where) : square(x, where);
  return {cast(constant(count, where), x.dtype(), where), reduce_sum(moved, axes, keepdims, where), reduce_sum(squares, axes, keepdims, where),
          shift};
}

Moments normalize_moments(const SufficientStatistics& statistics, Where where) {
  for (const Tensor* t : {&statistics.count, &statistics.sum, &statistics.sum_of_squares}) internal::require_defined("normalize_moments", *t);
  const Tensor divisor = divide(1.0, statistics.count, where);
  const Tensor shifted = multiply(statistics.sum, divisor, where);
  return {statistics.shift.defined() ? add(shifted, statistics.shift, where) : shifted,
          subtract(multiply(statistics.sum_of_squares, divisor, where), square(shifted, where), where)};
}

Moments weighted_moments(const Tensor& x, Axes axes, const Tensor& weights, bool keepdims, Where where) {
  internal::require_defined("weighted_moments", x);
  internal::require_defined("weighted_moments", weights);
  const Tensor each = add(weights, zeros_like(x, where), where);
  const Tensor total = reduce_sum(each, axes, true, where);
  const Tensor mean = divide_no_nan(reduce_sum(multiply(each, x, where), axes, true, where), total, where);
  const Tensor spread = reduce_sum(multiply(each, squared_difference(x, mean, where), where), axes, true, where);
  const Tensor variance = divide_no_nan(spread, total, where);
  return {without(mean, x, axes, keepdims, where), without(variance, x, axes, keepdims, where)};
}

Tensor nn::batch_normalization(const Tensor& x, const Tensor& mean, const Tensor& variance, const Tensor& offset, const Tensor& scale, double epsilon,
                               Where where) {
  Tensor inverse = rsqrt(add(variance, epsilon, where), where);
  if (scale.defined()) inverse = multiply(inverse, scale, where);
  const Tensor shift = multiply(mean, inverse, where);
  return add(multiply(x, inverse, where), offset.defined() ? subtract(offset, shift, where) : negative(shift, where), where);
}

}  // namespace whygrad
