// Incomplete gamma and beta functions, by Boost.Math, and the derivative of the gamma function's by its first argument.
#include "kernels/cpu/quiet_boost.hpp"
#include "kernels/cpu/special.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/log1p.hpp>

#include <cmath>
#include <limits>
#include <numbers>

namespace whygrad::kernels::cpu {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kSmall = 1e-17;  // relative to a sum
// More than the series and the fraction need where a is below 1e8.
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

// Beyond this a Boost's expansions lose their digits, and one term of Temme's has all of a double: the next one is c1 / a of it, below 1e-10.
constexpr double kLargeA = 1e8;

// P(a, x) for large a as Temme writes it (DLMF 8.12.3 - 8.12.9), with mu = x / a - 1 and eta^2 / 2 = mu - log(1 + mu):
// P = erfc(-eta sqrt(a / 2)) / 2 - R, and R = e^(-a eta^2 / 2) / sqrt(2 pi a) * c0(eta).
struct LargeA {
  double mu, eta, exponent, share;  // exponent: a eta^2 / 2; share: e^-exponent / sqrt(2 pi a)

  LargeA(double a, double x) : mu((x - a) / a) {
    const double half_square = std::abs(mu) < 0.5 ? -boost::math::log1pmx(mu, QuietPolicy()) : mu - std::log1p(mu);
    eta = std::copysign(std::sqrt(2 * half_square), mu);
    exponent = a * half_square;
    share = std::exp(-exponent) / std::sqrt(2 * std::numbers::pi * a);
  }
  // Where share is not 0, eta is below 4e-3, and these terms are enough.
  double c0() const { return -1.0 / 3 + eta * (1.0 / 12 - eta * (2.0 / 135 - eta / 864)); }
  double c0_slope() const { return 1.0 / 12 - eta * (4.0 / 135 - eta / 288); }

  double rest() const { return share == 0 ? 0 : share * c0(); }  // R; far from a c0's terms overflow

  double lower() const { return std::erfc(-std::copysign(std::sqrt(exponent), mu)) / 2 - rest(); }
  double upper() const { return std::erfc(std::copysign(std::sqrt(exponent), mu)) / 2 + rest(); }
  // By a: of the exponent it is -log(1 + mu), of eta -mu / (a eta).
  double slope(double a) const {
    if (share == 0) return 0;
    const double log = std::log1p(mu), log_by_eta = eta == 0 ? 1 : log / eta, mu_by_eta = eta == 0 ? 1 : mu / eta;
    return -share * (log_by_eta + c0() * (log - 0.5 / a) - c0_slope() * mu_by_eta / a);
  }
};

bool outside(double a, double x) { return !(a > 0) || !(x >= 0); }

}  // namespace

double igamma(double a, double x) {
  if (x == 0 && a >= 0) return 0;
  if (outside(a, x)) return kNan;
  if (std::isinf(a)) return std::isinf(x) ? kNan : 0;
  if (a > kLargeA && !std::isinf(x)) return LargeA(a, x).lower();
  return std::isinf(x) ? 1 : boost::math::gamma_p(a, x, QuietPolicy());
}

double igammac(double a, double x) {
  if (outside(a, x)) return kNan;
  if (x == 0) return 1;
  if (std::isinf(a)) return std::isinf(x) ? kNan : 1;
  if (a > kLargeA && !std::isinf(x)) return LargeA(a, x).upper();
  return std::isinf(x) ? 0 : boost::math::gamma_q(a, x, QuietPolicy());
}

double igamma_grad_a(double a, double x) {
  if (x == 0 && a >= 0) return 0;
  if (outside(a, x)) return kNan;
  if (std::isinf(x) || std::isinf(a)) return std::isinf(x) && std::isinf(a) ? kNan : 0;
  if (a > kLargeA) return LargeA(a, x).slope(a);
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
