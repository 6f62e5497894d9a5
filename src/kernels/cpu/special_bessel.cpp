// Bessel functions of order 0 and 1, by Boost.Math.
#include "kernels/cpu/quiet_boost.hpp"
#include "kernels/cpu/special.hpp"

#include <boost/math/special_functions/bessel.hpp>

#include <cmath>
#include <limits>
#include <numbers>

namespace whygrad::kernels::cpu {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();
// From here on the asymptotic series has every digit, and below it neither I nor K leaves the range of a double.
constexpr double kFar = 600;

// The asymptotic series for large x of I_v(x) e^-x sqrt(2 pi x) (sign -1) and of K_v(x) e^x sqrt(2 x / pi) (sign 1).
double asymptotic(int v, double sign, double x) {
  const double mu = 4.0 * v * v;
  double term = 1, sum = 1;
  for (int k = 1; k <= 8; ++k) {
    const double odd = 2 * k - 1;
    term *= sign * (mu - odd * odd) / (k * 8 * x);
    sum += term;
  }
  return sum;
}

double modified_i(int v, double x) {
  if (std::isnan(x) || std::isinf(x)) return kNan;
  return boost::math::cyl_bessel_i(v, x, QuietPolicy());
}
double scaled_i(int v, double x) {
  if (std::isnan(x)) return x;
  const double far = std::abs(x), sign = v == 1 && std::signbit(x) ? -1 : 1;
  if (far > kFar) return sign * asymptotic(v, -1, far) / std::sqrt(2 * std::numbers::pi) / std::sqrt(far);
  return std::exp(-far) * boost::math::cyl_bessel_i(v, x, QuietPolicy());
}
double modified_k(int v, double x) {
  if (std::isnan(x)) return x;
  if (x <= 0) return kInf;
  return std::isinf(x) ? 0 : boost::math::cyl_bessel_k(v, x, QuietPolicy());
}
double scaled_k(int v, double x) {
  if (std::isnan(x)) return x;
  if (x <= 0) return kInf;
  if (x > kFar) return asymptotic(v, 1, x) * std::sqrt(std::numbers::pi / 2) / std::sqrt(x);
  return std::exp(x) * boost::math::cyl_bessel_k(v, x, QuietPolicy());
}
double first_kind(int v, double x) {
  if (std::isnan(x) || std::isinf(x)) return kNan;
  return boost::math::cyl_bessel_j(v, x, QuietPolicy());
}
double second_kind(int v, double x) {
  if (std::isnan(x) || x == kInf) return kNan;
  return x <= 0 ? -kInf : boost::math::cyl_neumann(v, x, QuietPolicy());
}

}  // namespace

double bessel_i0(double x) { return modified_i(0, x); }
double bessel_i0e(double x) { return scaled_i(0, x); }
double bessel_i1(double x) { return modified_i(1, x); }
double bessel_i1e(double x) { return scaled_i(1, x); }
double bessel_j0(double x) { return first_kind(0, x); }
double bessel_j1(double x) { return first_kind(1, x); }
double bessel_k0(double x) { return modified_k(0, x); }
double bessel_k0e(double x) { return scaled_k(0, x); }
double bessel_k1(double x) { return modified_k(1, x); }
double bessel_k1e(double x) { return scaled_k(1, x); }
double bessel_y0(double x) { return second_kind(0, x); }
double bessel_y1(double x) { return second_kind(1, x); }

}  // namespace whygrad::kernels::cpu
