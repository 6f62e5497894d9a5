// Incomplete gamma and beta functions, by Boost.Math, and the derivative of the gamma function's by its first argument.
#include "kernels/cpu/quiet_boost.hpp"
#include "kernels/cpu/special.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include <cmath>
#include <limits>

namespace whygrad::kernels::cpu {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kSmall = 1e-17;  // relative to a sum
// More than the series and the fraction need where a is below 1e8; beyond they stop with fewer digits.
constexpr int kMostTerms = 200'000;

// A number and its derivative by a.
struct Dual {
  double value, slope;
  friend Dual operator+(Dual p, Dual q) { return {p.value + q.value, p.slope + q.slope}; }
  friend Dual operator*(Dual p, Dual q) { return {p.value * q.value, p.slope * q.value + p.value * q.slope}; }
  friend Dual operator/(Dual p, Dual q) {
    const double quotient = p.value / q.value;
    return {quotient, (p.slope - quotient * q.slope) / q.value};
  }
};

// P(a, x) x^-a e^x gamma(a + 1), for x that is not much above a.
Dual lower_series(double a, double x) {
  Dual term{1, 0}, sum{1, 0};
  for (int n = 1; n < kMostTerms; ++n) {
    term = term * (Dual{x, 0} / Dual{a + n, 1});
    sum = sum + term;
    if (std::abs(term.value) < kSmall * sum.value && std::abs(term.slope) < kSmall * std::abs(sum.slope)) break;
  }
  return sum;
}

// (1 - P(a, x)) x^-a e^x gamma(a), for x above a: Legendre's continued fraction by the modified method of Lentz.
Dual upper_fraction(double a, double x) {
  Dual b{x + 1 - a, -1}, c{1e300, 0}, d = Dual{1, 0} / b, h = d;
  for (int i = 1; i < kMostTerms; ++i) {
    const Dual numerator{i * (a - i), static_cast<double>(i)};
    b = b + Dual{2, 0};
    d = Dual{1, 0} / (numerator * d + b);
    c = b + numerator / c;
    const Dual factor = c * d;
    h = h * factor;
    if (std::abs(factor.value - 1) < kSmall * 10 && std::abs(factor.slope * h.value) < kSmall * std::abs(h.slope)) break;
  }
  return h;
}

bool outside(double a, double x) { return !(a > 0) || !(x >= 0); }

}  // namespace

double igamma(double a, double x) {
  if (x == 0 && a >= 0) return 0;
  if (outside(a, x)) return kNan;
  if (std::isinf(a)) return std::isinf(x) ? kNan : 0;
  return std::isinf(x) ? 1 : boost::math::gamma_p(a, x, QuietPolicy());
}

double igammac(double a, double x) {
  if (outside(a, x)) return kNan;
  if (x == 0) return 1;
  if (std::isinf(a)) return std::isinf(x) ? kNan : 1;
  return std::isinf(x) ? 0 : boost::math::gamma_q(a, x, QuietPolicy());
}

double igamma_grad_a(double a, double x) {
  if (x == 0 && a >= 0) return 0;
  if (outside(a, x)) return kNan;
  if (std::isinf(x) || std::isinf(a)) return std::isinf(x) && std::isinf(a) ? kNan : 0;
  const double density = x * boost::math::gamma_p_derivative(a, x, QuietPolicy());  // x^a e^-x / gamma(a)
  if (density == 0) return 0;
  if (x <= 1 || x <= a) {
    const Dual sum = lower_series(a, x);
    return density / a * ((std::log(x) - digamma(a + 1)) * sum.value + sum.slope);
  }
  const Dual h = upper_fraction(a, x);
  return -density * ((std::log(x) - digamma(a)) * h.value + h.slope);
}

double incomplete_beta(double a, double b, double x) {
  if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1) || std::isinf(a) || std::isinf(b)) return kNan;
  return boost::math::ibeta(a, b, x, QuietPolicy());
}

}  // namespace whygrad::kernels::cpu
