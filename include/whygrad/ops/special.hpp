// Special functions. Floating dtypes; y is the result and dy its incoming gradient. Values at the edges are TensorFlow's.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

// log(|gamma(x)|). dx = dy digamma(x).
WG_API Tensor lgamma(const Tensor& x, Where where = Where::here());
// The derivative of lgamma. dx = dy polygamma(1, x).
WG_API Tensor digamma(const Tensor& x, Where where = Where::here());
// The n-th derivative of digamma, elementwise with broadcasting; NaN unless n is 0, 1, 2, .. dx = dy polygamma(n + 1, x); no gradient for n.
WG_API Tensor polygamma(const Tensor& n, const Tensor& x, Where where = Where::here());
// The inverse of erf. dx = dy sqrt(pi) / 2 e^(y^2).
WG_API Tensor erfinv(const Tensor& x, Where where = Where::here());
// The inverse of the standard normal distribution function. dx = dy sqrt(2 pi) e^(y^2 / 2).
WG_API Tensor ndtri(const Tensor& x, Where where = Where::here());

}  // namespace whygrad
