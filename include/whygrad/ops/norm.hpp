// Norms, normalisation and clipping by norm, composed of other ops as in TensorFlow; explanations name these ops. Floating dtypes, and complex ones
// where stated.
#pragma once

#include <whygrad/ops/reduce.hpp>

#include <vector>

namespace whygrad {

// Which norm: the p-norm (sum |x|^p)^(1 / p) for a number p > 0, with 2 the Euclidean one and infinity the largest |x|. Over two axes it is that of
// matrices: 2 the Frobenius norm, 1 the largest sum of |x| over the first of them, infinity the largest over the second.
struct NormOptions {
  double ord = 2;
  bool keepdims = false;
};
// The norm of x over `axes`, complex too. Euclidean: sqrt(sum(x conj(x))), whose gradient is NaN at 0. Throws ValueError for another ord.
WG_API Tensor norm(const Tensor& x, Axes axes = {}, const NormOptions& options = {}, Where where = Where::here());

struct Normalized {
  Tensor values;
  Tensor norm;
};
// x / norm(x), and that norm in x's dtype, with the axes kept whatever the options say.
WG_API Normalized normalize(const Tensor& x, Axes axes = {}, const NormOptions& options = {}, Where where = Where::here());

// x / sqrt(max(sum(x^2), epsilon)) over `axes`.
WG_API Tensor l2_normalize(const Tensor& x, Axes axes = {}, double epsilon = 1e-12, Where where = Where::here());

// x scaled so that its Euclidean norm over `axes` is at most clip_norm: x clip_norm / max(norm(x), clip_norm). At 0 its gradient is dy.
WG_API Tensor clip_by_norm(const Tensor& x, double clip_norm, Axes axes = {}, Where where = Where::here());

// The Euclidean norm of all elements of all tensors, of one dtype.
WG_API Tensor global_norm(const std::vector<Tensor>& tensors, Where where = Where::here());

struct ClippedByGlobalNorm {
  std::vector<Tensor> tensors;
  Tensor norm;
};
// All tensors scaled by clip_norm / max(global norm, clip_norm), and the norm. If it is not finite, every result is NaN, so that one infinite
// gradient is not lost but seen.
WG_API ClippedByGlobalNorm clip_by_global_norm(const std::vector<Tensor>& tensors, double clip_norm, Where where = Where::here());
// The same by a norm that is known already, a scalar of their dtype.
WG_API ClippedByGlobalNorm clip_by_global_norm(const std::vector<Tensor>& tensors, double clip_norm, const Tensor& norm, Where where = Where::here());

struct Moments {
  Tensor mean;
  Tensor variance;
};
// The mean and the variance mean((x - mean)^2) over `axes`; f16 and bf16 are computed in f32.
WG_API Moments moments(const Tensor& x, Axes axes, bool keepdims = false, Where where = Where::here());

// Mean and variance in two steps, for data that come in parts: counts and sums, which may be added up, and what follows from them.
struct SufficientStatistics {
  Tensor count;           // of the elements over the axes, a scalar of x's dtype
  Tensor sum;             // of x - shift
  Tensor sum_of_squares;  // of x - shift
  Tensor shift;           // as given; an empty handle for none
};
WG_API SufficientStatistics sufficient_statistics(const Tensor& x, Axes axes, const Tensor& shift = {}, bool keepdims = false,
                                                  Where where = Where::here());
// Mean sum / count + shift and variance sum_of_squares / count - (sum / count)^2.
WG_API Moments normalize_moments(const SufficientStatistics& statistics, Where where = Where::here());
// Mean and variance with elements counted as often as `weights`, which broadcast against x, say; 0 where these sum to 0.
WG_API Moments weighted_moments(const Tensor& x, Axes axes, const Tensor& weights, bool keepdims = false, Where where = Where::here());

namespace nn {

// (x - mean) / sqrt(variance + epsilon) * scale + offset, in TensorFlow's order: x inv + (offset - mean inv) with inv = rsqrt(variance + epsilon)
// scale. All broadcast; an empty handle for offset or scale leaves it out. Ioffe and Szegedy 2015.
WG_API Tensor batch_normalization(const Tensor& x, const Tensor& mean, const Tensor& variance, const Tensor& offset, const Tensor& scale,
                                  double epsilon, Where where = Where::here());

}  // namespace nn
}  // namespace whygrad
