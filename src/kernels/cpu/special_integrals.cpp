// Integrals without a closed form: Dawson's, the exponential integral, Fresnel's and Spence's.
#include "kernels/cpu/quiet_boost.hpp"
#include "kernels/cpu/special.hpp"

#include <boost/math/special_functions/expint.hpp>

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

namespace whygrad::kernels::cpu {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();
constexpr double kPi = std::numbers::pi;

using Complex = std::complex<double>;

// The integral of e^(i pi t^2 / 2) from 0 to x >= 0, by its power series.
Complex fresnel_series(double x) {
  const double phase = kPi / 2 * x * x;
  Complex term = x, sum = x;
  for (int k = 1; k < 60; ++k) {
    term *= Complex(0, phase / k);
    sum += term / (2.0 * k + 1);
    if (std::abs(term) < 1e-18 * std::abs(sum)) break;
  }
  return sum;
}
// The same for x that is not small: 1 / 2 + i / 2 less a complementary error function, by its continued fraction (the modified method of Lentz).
Complex fresnel_fraction(double x) {
  const double phase = kPi * x * x;
  Complex b(1, -phase), c = 1e300, d = 1.0 / b, h = d;
  for (int k = 1; k < 400; ++k) {
    const double odd = 2 * k - 1, a = -odd * (odd + 1);
    b += 4;
    d = 1.0 / (a * d + b);
    c = b + a / c;
    const Complex factor = c * d;
    h *= factor;
    if (std::abs(factor.real() - 1) + std::abs(factor.imag()) < 1e-16) break;
  }
  const double turns = std::fmod(x * x, 4) * (kPi / 2);
  return Complex(0.5, 0.5) * (1.0 - Complex(std::cos(turns), std::sin(turns)) * (Complex(x, -x) * h));
}
Complex fresnel(double x) {
  if (std::isnan(x)) return {x, x};
  const double far = std::abs(x);
  const Complex value = far < 1.6 ? fresnel_series(far) : far > 1e16 ? Complex(0.5, 0.5) : fresnel_fraction(far);
  return std::signbit(x) ? -value : value;
}

// The dilogarithm of 1 - e^-u for |u| < 1.
double dilogarithm(double u) {
  // The Bernoulli numbers of 2, 4, .. divided by the factorials of 3, 5, ..
  constexpr double kSeries[] = {1.0 / 36,
                                -1.0 / 3600,
                                1.0 / 211680,
                                -1.0 / 10886400,
                                5.0 / 66 / 39916800,
                                -691.0 / 2730 / 6227020800,
                                7.0 / 6 / 1307674368000,
                                -3617.0 / 510 / 355687428096000};
  const double square = u * u;
  double sum = 0;
  for (int k = 7; k >= 0; --k) sum = sum * square + kSeries[k];
  return u - square / 4 + u * square * sum;
}

}  // namespace

double dawson(double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return std::copysign(0.0, x);
  const double square = x * x;
  if (std::abs(x) > 7) {
    double term = 1, sum = 1;
    for (int k = 1; k < 30 && std::abs(term) > 1e-17; ++k) {
      term *= (2 * k - 1) / (2 * square);
      sum += term;
    }
    return sum / (2 * x);
  }
  // All terms have one sign, so nothing cancels. The exponent is taken with the digits that its square has lost.
  double power = x, sum = x;
  for (int k = 1; k < 400; ++k) {
    power *= square / k;
    const double term = power / (2 * k + 1);
    sum += term;
    if (std::abs(term) < 1e-17 * std::abs(sum)) break;
  }
  return std::exp(-square) * (1 - std::fma(x, x, -square)) * sum;
}

double expint(double x) {
  if (std::isnan(x) || x < 0 || std::isinf(x)) return kNan;
  return x == 0 ? -kInf : boost::math::expint(x, QuietPolicy());
}

double fresnel_cos(double x) { return fresnel(x).real(); }
double fresnel_sin(double x) { return fresnel(x).imag(); }

double spence(double x) {
  if (!(x >= 0) || std::isinf(x)) return kNan;
  constexpr double kOfZero = kPi * kPi / 6;
  if (x == 0) return kOfZero;
  const double logarithm = std::log(x);
  if (x < 0.5) return kOfZero - std::log1p(-x) * logarithm - dilogarithm(-std::log1p(-x));
  if (x <= 2) return dilogarithm(-logarithm);
  const double beyond = std::log(x - 1);
  return -kOfZero - beyond * beyond / 2 - dilogarithm(-std::log1p(1 / (x - 1)));
}

}  // namespace whygrad::kernels::cpu
