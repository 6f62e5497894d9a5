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
// The inverse of erfc: -ndtri(x / 2) / sqrt(2).
WG_API Tensor erfcinv(const Tensor& x, Where where = Where::here());

// Hurwitz's zeta function, the sum over k >= 0 of (q + k)^-x, with broadcasting; NaN for x < 1. dq = -dy x zeta(x + 1, q); no gradient for x.
WG_API Tensor zeta(const Tensor& x, const Tensor& q, Where where = Where::here());

// The regularised incomplete gamma functions P(a, x) and 1 - P(a, x), with broadcasting; NaN unless a > 0 and x >= 0. The slope along x is
// x^(a - 1) e^-x / gamma(a), that along a is igamma_grad_a.
WG_API Tensor igamma(const Tensor& a, const Tensor& x, Where where = Where::here());
WG_API Tensor igammac(const Tensor& a, const Tensor& x, Where where = Where::here());
// The derivative of igamma with respect to a; no gradient for a.
WG_API Tensor igamma_grad_a(const Tensor& a, const Tensor& x, Where where = Where::here());
// The regularised incomplete beta function, with broadcasting; NaN unless a, b > 0 and x is in [0, 1]. No gradient for a and b.
WG_API Tensor betainc(const Tensor& a, const Tensor& b, const Tensor& x, Where where = Where::here());

// Bessel functions of the first (J) and second kind (Y) of order 0 and 1, the modified ones (I, K), and I e^-|x| and K e^x. Y and K have a pole at 0.
WG_API Tensor bessel_i0(const Tensor& x, Where where = Where::here());
WG_API Tensor bessel_i0e(const Tensor& x, Where where = Where::here());
WG_API Tensor bessel_i1(const Tensor& x, Where where = Where::here());
WG_API Tensor bessel_i1e(const Tensor& x, Where where = Where::here());
WG_API Tensor bessel_j0(const Tensor& x, Where where = Where::here());
WG_API Tensor bessel_j1(const Tensor& x, Where where = Where::here());
WG_API Tensor bessel_k0(const Tensor& x, Where where = Where::here());
WG_API Tensor bessel_k0e(const Tensor& x, Where where = Where::here());
WG_API Tensor bessel_k1(const Tensor& x, Where where = Where::here());
WG_API Tensor bessel_k1e(const Tensor& x, Where where = Where::here());
WG_API Tensor bessel_y0(const Tensor& x, Where where = Where::here());
WG_API Tensor bessel_y1(const Tensor& x, Where where = Where::here());

// Dawson's integral, e^(-x^2) times the integral of e^(t^2) from 0 to x.
WG_API Tensor dawsn(const Tensor& x, Where where = Where::here());
// The exponential integral, that of e^t / t from -Inf to x; NaN below 0.
WG_API Tensor expint(const Tensor& x, Where where = Where::here());
// The integrals of cos(pi t^2 / 2) and sin(pi t^2 / 2) from 0 to x.
WG_API Tensor fresnel_cos(const Tensor& x, Where where = Where::here());
WG_API Tensor fresnel_sin(const Tensor& x, Where where = Where::here());
// The integral of ln t / (1 - t) from 1 to x; NaN below 0.
WG_API Tensor spence(const Tensor& x, Where where = Where::here());

}  // namespace whygrad
