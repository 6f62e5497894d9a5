// Special functions, computed in double precision. Values at the edges are TensorFlow's.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

enum class Special : std::uint8_t {
  kLogGamma,       // log(|gamma(x)|); Inf at 0 and the negative integers
  kDigamma,        // the derivative of log_gamma; NaN at 0 and the negative integers
  kInverseErf,     // NaN outside [-1, 1]
  kInverseNormal,  // of the standard normal distribution function; NaN outside [0, 1]
  // Bessel functions of order 0 and 1: I and K modified, I e^-|x| and K e^x, J, Y. I, J and Y are NaN at infinity, K is Inf and Y -Inf below 0.
  kBesselI0,
  kBesselI0e,
  kBesselI1,
  kBesselI1e,
  kBesselJ0,
  kBesselJ1,
  kBesselK0,
  kBesselK0e,
  kBesselK1,
  kBesselK1e,
  kBesselY0,
  kBesselY1,
  kDawson,      // e^(-x^2) times the integral of e^(t^2) from 0 to x
  kExpint,      // the integral of e^t / t from -Inf to x, x > 0; NaN below 0 and at infinity
  kFresnelCos,  // the integral of cos(pi t^2 / 2) from 0 to x
  kFresnelSin,  // the integral of sin(pi t^2 / 2) from 0 to x
  kSpence,      // the integral of ln t / (1 - t) from 1 to x, x >= 0; NaN below 0 and at infinity
};

enum class SpecialOfTwo : std::uint8_t {
  kPolygamma,    // the n-th derivative of digamma at x, n = 0, 1, ..; NaN for another n. At 0, -1, .. Inf for odd n, NaN for even n
  kZeta,         // the sum over k >= 0 of (q + k)^-x; NaN for x < 1, and for q < 0 unless x is whole
  kIgamma,       // the regularised lower incomplete gamma function P(a, x); NaN unless a > 0 and x >= 0
  kIgammac,      // 1 - P(a, x)
  kIgammaGradA,  // the derivative of P(a, x) with respect to a
};

// out = f(x), elementwise. x floating, of out's shape, with any strides; out contiguous, of x's dtype.
void special(Special f, const View& x, const View& out);

// out = f(a, b), elementwise. a and b as x of special().
void special_of_two(SpecialOfTwo f, const View& a, const View& b, const View& out);

// The regularised incomplete beta function I_x(a, b); NaN unless a and b are above 0 and finite and x is in [0, 1]. Inputs as x of special().
void betainc(const View& a, const View& b, const View& x, const View& out);

}  // namespace whygrad::kernels
