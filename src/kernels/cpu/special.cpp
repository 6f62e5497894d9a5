// Special functions of one number.
#include "kernels/cpu/special.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <math.h>  // lgamma_r, which leaves the global sign alone

namespace whygrad::kernels::cpu {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();

template <int N>
double polynomial(const double (&coefficients)[N], double x) {
  double y = 0;
  for (int i = N - 1; i >= 0; --i) y = y * x + coefficients[i];
  return y;
}

// The sum over k >= 0 of (q + k)^-s for q > 0 and s > 1, by Euler and Maclaurin: the first terms one by one, the rest as an integral and corrections
// by Bernoulli numbers.
double hurwitz_zeta(double s, double q) {
  constexpr double kBernoulli[] = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510};  // of 2, 4, ..
  constexpr double kFar = 12;
  if (std::isinf(q)) return 0;
  double sum = 0;
  for (; q < kFar; q += 1) sum += std::pow(q, -s);
  const double term = std::pow(q, -s);
  sum += term * q / (s - 1) + term / 2;
  double factor = term / q;  // s (s + 1) .. q^(-s - 2 j + 1) / (2 j)!
  for (int j = 0; j < 8; ++j) {
    factor *= j == 0 ? s / 2 : (s + 2 * j - 1) * (s + 2 * j) / ((2 * j + 1) * (2 * j + 2) * q * q);
    sum += kBernoulli[j] * factor;
  }
  return sum;
}

// The same for any q that is not 0 or a negative integer, and whole s: the sum over all integers, without those below 0.
double whole_zeta(double s, double q) {
  if (q > 0) return hurwitz_zeta(s, q);
  const double fraction = q - std::floor(q), sign = std::fmod(s, 2) == 0 ? 1 : -1;
  return hurwitz_zeta(s, fraction) + sign * (hurwitz_zeta(s, 1 - fraction) - hurwitz_zeta(s, 1 - q));
}

// Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution; Applied Statistics 37 (1988). Relative error near 1e-16.

// inverse_normal(0.5 + q) for |q| <= 0.425.
double normal_middle(double q) {
  constexpr double kA[] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
                           4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3};
  constexpr double kB[] = {1.0,
                           4.2313330701600911252e+1,
                           6.8718700749205790830e+2,
                           5.3941960214247511077e+3,
                           2.1213794301586595867e+4,
                           3.9307895800092710610e+4,
                           2.8729085735721942674e+4,
                           5.2264952788528545610e+3};
  const double r = 0.180625 - q * q;
  return q * polynomial(kA, r) / polynomial(kB, r);
}

// inverse_normal(1 - p) for p <= 0.075.
double normal_tail(double p) {
  constexpr double kC[] = {1.42343711074968357734e0, 4.63033784615654529590e0,  5.76949722146069140550e0,  3.64784832476320460504e0,
                           1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double kD[] = {1.0,
                           2.05319162663775882187e0,
                           1.67638483018380384940e0,
                           6.89767334985100004550e-1,
                           1.48103976427480074590e-1,
                           1.51986665636164571966e-2,
                           5.47593808499534494600e-4,
                           1.05075007164441684324e-9};
  constexpr double kE[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,  2.96560571828504891230e-1,
                           2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr double kF[] = {1.0,
                           5.99832206555887937690e-1,
                           1.36929880922735805310e-1,
                           1.48753612908506148525e-2,
                           7.86869131145613259100e-4,
                           1.84631831751005468180e-5,
                           1.42151175831644588870e-7,
                           2.04426310338993978564e-15};
  if (p == 0) return kInf;
  const double r = std::sqrt(-std::log(p));
  return r <= 5 ? polynomial(kC, r - 1.6) / polynomial(kD, r - 1.6) : polynomial(kE, r - 5) / polynomial(kF, r - 5);
}

}  // namespace

double log_gamma(double x) {
  int sign = 0;
  return lgamma_r(x, &sign);
}

double digamma(double x) {
  if (x <= 0) return x == std::floor(x) ? kNan : digamma(1 - x) - std::numbers::pi / std::tan(std::numbers::pi * x);
  double below = 0;  // digamma(x + 1) = digamma(x) + 1 / x
  for (; x < 10; x += 1) below += 1 / x;
  constexpr double kSeries[] = {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12};
  const double r = 1 / (x * x);
  return std::log(x) - 0.5 / x - r * polynomial(kSeries, r) - below;
}

double polygamma(double n, double x) {
  if (n < 0 || n != std::floor(n) || std::isnan(x)) return kNan;
  if (n == 0) return digamma(x);
  const bool odd = std::fmod(n, 2) != 0;
  if (x <= 0 && x == std::floor(x)) return odd ? kInf : kNan;
  return (odd ? 1 : -1) * std::tgamma(n + 1) * whole_zeta(n + 1, x);
}

double zeta(double x, double q) {
  if (!(x >= 1) || std::isnan(q)) return kNan;
  if (x == 1) return kInf;
  const bool whole = x == std::floor(x);
  if (q <= 0 && q == std::floor(q)) return whole && std::fmod(x, 2) == 0 ? kInf : kNan;
  if (q < 0 && !whole) return kNan;
  if (std::isinf(x)) return std::abs(q) == 1 ? 1 : std::abs(q) < 1 ? kInf : 0;
  return whole_zeta(x, q);
}

double inverse_erf(double x) {
  if (!(std::abs(x) <= 1)) return kNan;
  const double y = std::abs(x) <= 0.85 ? normal_middle(x / 2) : std::copysign(normal_tail((1 - std::abs(x)) / 2), x);
  return y / std::numbers::sqrt2;
}

double inverse_normal(double p) {
  if (!(p >= 0 && p <= 1)) return kNan;
  if (std::abs(p - 0.5) <= 0.425) return normal_middle(p - 0.5);
  return p < 0.5 ? -normal_tail(p) : normal_tail(1 - p);
}

}  // namespace whygrad::kernels::cpu
