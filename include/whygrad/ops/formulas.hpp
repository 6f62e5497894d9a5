// Short formulas of TensorFlow, composed of other ops. Their gradients and explanations are those of the ops.
#pragma once

#include <whygrad/ops/op.hpp>

#include <vector>

namespace whygrad {

// scalar * x, with a scalar of the dtype of x. Throws ShapeError where `scalar` has an axis, DTypeError.
WG_API Tensor scalar_mul(const Tensor& scalar, const Tensor& x, Where where = Where::here());
// 1 / x, and 0 where x is 0. Floating and complex dtypes.
WG_API Tensor reciprocal_no_nan(const Tensor& x, Where where = Where::here());
// c[0] x^(n-1) + .. + c[n-1] by Horner's rule, for n coefficients that broadcast against x; zeros for none. Throws ShapeError, DTypeError.
WG_API Tensor polyval(const std::vector<Tensor>& coefficients, const Tensor& x, Where where = Where::here());
// ln of the multivariate beta function: sum(lgamma(x)) - lgamma(sum(x)) over the last axis; floating [.., n] gives [..].
WG_API Tensor lbeta(const Tensor& x, Where where = Where::here());
// The share of elements that are 0, or false: f32 scalar. No gradient.
WG_API Tensor zero_fraction(const Tensor& x, Where where = Where::here());
// Whether no element, in row-major order, is smaller than the one before it (or none is as small): bool scalar. No gradient.
WG_API Tensor is_non_decreasing(const Tensor& x, Where where = Where::here());
WG_API Tensor is_strictly_increasing(const Tensor& x, Where where = Where::here());

}  // namespace whygrad
