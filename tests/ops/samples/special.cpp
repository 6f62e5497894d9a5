// Special functions.
#include "ops/samples/places.hpp"

#include <whygrad/ops/special.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

namespace whygrad::samples {
namespace {

// By bisection: f rises over [low, high].
double inverse(double (*f)(double), double y, double low, double high) {
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (f(middle) < y ? low : high) = middle;
  }
  return (low + high) / 2;
}
double normal(double x) { return std::erfc(-x / std::sqrt(2)) / 2; }

// The n-th derivative of digamma by its series, whose rest is taken as an integral.
double polygamma_series(double n, double x) {
  double sum = 0;
  constexpr int kTerms = 200'000;
  for (int k = 0; k < kTerms; ++k) sum += std::pow(x + k, -n - 1);
  sum += std::pow(x + kTerms - 0.5, -n) / n;
  return (std::fmod(n, 2) == 0 ? -1 : 1) * std::tgamma(n + 1) * sum;
}
// The sum of 1 / k - 1 / (x + k - 1) over all k, less Euler's constant.
double digamma_series(double x) {
  double sum = -0.57721566490153286;
  constexpr int kTerms = 200'000;
  for (int k = 0; k < kTerms; ++k) sum += 1.0 / (k + 1) - 1 / (x + k);
  return sum + (x - 1) / (kTerms + x / 2);
}

// The integral of f from a to b by the trapezoidal rule under the substitution x = tanh(pi / 2 sinh(t)), which the ends may spoil.
double integral(const std::function<double(double)>& f, double a, double b) {
  double sum = 0;
  constexpr double kStep = 1.0 / 64;
  for (int i = -280; i <= 280; ++i) {
    const double t = i * kStep, s = M_PI / 2 * std::sinh(t), weight = M_PI / 2 * std::cosh(t) / (std::cosh(s) * std::cosh(s));
    const double x = (a + b) / 2 + (b - a) / 2 * std::tanh(s);
    if (weight > 0 && x > a && x < b) sum += weight * f(x);
  }
  return sum * kStep * (b - a) / 2;
}

// Bessel's integrals.
double integral_i(int n, double x) {
  return integral([&](double t) { return std::exp(x * std::cos(t)) * std::cos(n * t); }, 0, M_PI) / M_PI;
}
double integral_j(int n, double x) {
  return integral([&](double t) { return std::cos(n * t - x * std::sin(t)); }, 0, M_PI) / M_PI;
}
double integral_k(int n, double x) {
  return integral([&](double t) { return std::exp(-x * std::cosh(t)) * std::cosh(n * t); }, 0, 7);
}
double integral_y(int n, double x) {
  const double near = integral([&](double t) { return std::sin(x * std::sin(t) - n * t); }, 0, M_PI);
  const double far = integral([&](double t) { return (std::exp(n * t) + std::pow(-1, n) * std::exp(-n * t)) * std::exp(-x * std::sinh(t)); }, 0, 7);
  return (near - far) / M_PI;
}

double lower_gamma(double a, double x) {
  return integral([&](double t) { return std::pow(t, a - 1) * std::exp(-t); }, 0, x) / std::tgamma(a);
}
double hurwitz(double x, double q) {
  double sum = 0;
  constexpr int kTerms = 200'000;
  for (int k = 0; k < kTerms; ++k) sum += std::pow(q + k, -x);
  return sum + std::pow(kTerms + q - 0.5, 1 - x) / (x - 1);
}

struct Row {
  const char* op;
  Tensor (*run)(const Tensor&, Where);
  double (*reference)(double);
  double low, high;
  double tolerance;
};
const Row kRows[] = {
    {"lgamma", lgamma, [](double x) { return std::log(std::abs(std::tgamma(x))); }, 0.2, 5, 1e-12},
    {"digamma", digamma, digamma_series, 0.2, 5, 1e-9},
    {"erfinv", erfinv, [](double x) { return inverse([](double y) { return std::erf(y); }, x, -6, 6); }, -0.97, 0.97, 1e-12},
    {"ndtri", ndtri, [](double x) { return inverse(normal, x, -9, 9); }, 0.02, 0.98, 1e-12},
    {"bessel_i0", bessel_i0, [](double x) { return integral_i(0, x); }, -4, 4, 1e-12},
    {"bessel_i0e", bessel_i0e, [](double x) { return integral_i(0, x) * std::exp(-x); }, 0.2, 6, 1e-12},
    {"bessel_i1", bessel_i1, [](double x) { return integral_i(1, x); }, -4, 4, 1e-12},
    {"bessel_i1e", bessel_i1e, [](double x) { return integral_i(1, x) * std::exp(x); }, -6, -0.2, 1e-12},
    {"bessel_j0", bessel_j0, [](double x) { return integral_j(0, x); }, -9, 9, 1e-12},
    {"bessel_j1", bessel_j1, [](double x) { return integral_j(1, x); }, -9, 9, 1e-12},
    {"bessel_k0", bessel_k0, [](double x) { return integral_k(0, x); }, 0.3, 5, 1e-12},
    {"bessel_k0e", bessel_k0e, [](double x) { return integral_k(0, x) * std::exp(x); }, 0.3, 5, 1e-12},
    {"bessel_k1", bessel_k1, [](double x) { return integral_k(1, x); }, 0.3, 5, 1e-12},
    {"bessel_k1e", bessel_k1e, [](double x) { return integral_k(1, x) * std::exp(x); }, 0.3, 5, 1e-12},
    {"bessel_y0", bessel_y0, [](double x) { return integral_y(0, x); }, 0.3, 9, 1e-11},
    {"bessel_y1", bessel_y1, [](double x) { return integral_y(1, x); }, 0.3, 9, 1e-11},
    {"dawsn", dawsn, [](double x) { return integral([&](double t) { return std::exp(t * t - x * x); }, 0, x); }, 0.1, 9, 1e-12},
    {"expint", expint, [](double x) { return 0.57721566490153286 + std::log(x) + integral([](double t) { return std::expm1(t) / t; }, 0, x); }, 0.2,
     5, 1e-12},
    {"fresnel_cos", fresnel_cos, [](double x) { return integral([](double t) { return std::cos(M_PI / 2 * t * t); }, 0, x); }, 0.1, 4, 1e-11},
    {"fresnel_sin", fresnel_sin, [](double x) { return integral([](double t) { return std::sin(M_PI / 2 * t * t); }, 0, x); }, 0.1, 4, 1e-11},
    {"spence", spence,
     [](double x) { return std::copysign(1, x - 1) * integral([](double t) { return std::log(t) / (1 - t); }, std::min(1.0, x), std::max(1.0, x)); },
     0.1, 4, 1e-11},
};

void add_special(SampleList& list) {
  for (const Row& row : kRows) {
    list.add({.op = row.op,
              .inputs = {uniform({3, 4}, row.low, row.high)},
              .run = [&row](const Inputs& x) { return outputs(row.run(x[0], Where::here())); },
              .expected = [&row](const Arrays& x) { return Arrays{map(row.reference, x[0])}; },
              .tolerance = row.tolerance});
    list.refuse({.op = row.op, .fragment = "the op takes floating numbers", .call = [&row] { row.run(integers({2}, 0, 1), Where::here()); }});
  }
  // Along both arguments.
  for (const bool upper : {false, true}) {
    list.add({.op = upper ? "igammac" : "igamma",
              .inputs = {uniform({3, 1}, 0.6, 4), uniform({4}, 0.3, 7, 2)},
              .run = [=](const Inputs& x) { return outputs(upper ? igammac(x[0], x[1]) : igamma(x[0], x[1])); },
              .expected =
                  [=](const Arrays& x) {
                    Array y = map(lower_gamma, x[0], x[1]);
                    for (double& v : y.values) v = upper ? 1 - v : v;
                    return Arrays{y};
                  },
              .tolerance = 1e-11,
              .order = 1});
    list.add({.op = upper ? "igammac" : "igamma",
              .inputs = {numbers({2}, {0.7, 30}), numbers({2}, {2.5, 28})},
              .run = [=](const Inputs& x) { return outputs(upper ? igammac(x[0], x[1]) : igamma(x[0], x[1])); },
              .expected =
                  [=](const Arrays& x) {
                    Array y = map(lower_gamma, x[0], x[1]);
                    for (double& v : y.values) v = upper ? 1 - v : v;
                    return Arrays{y};
                  },
              .tolerance = 1e-10,
              .differentiate = {1}});
  }
  list.add({.op = "igamma_grad_a",
            .inputs = {uniform({3, 1}, 0.6, 4), uniform({4}, 0.3, 7, 2)},
            .run = [](const Inputs& x) { return outputs(igamma_grad_a(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  const auto slope = [](double a, double y) {
                    return (8 * (lower_gamma(a + 1e-3, y) - lower_gamma(a - 1e-3, y)) - (lower_gamma(a + 2e-3, y) - lower_gamma(a - 2e-3, y))) /
                           12e-3;
                  };
                  return Arrays{map(slope, x[0], x[1])};
                },
            .tolerance = 1e-9,
            .differentiate = {1}});
  list.add({.op = "zeta",
            .inputs = {numbers({3, 1}, {2, 3, 4.5}), uniform({4}, 0.3, 4)},
            .run = [](const Inputs& x) { return outputs(zeta(x[0], x[1])); },
            .expected = [](const Arrays& x) { return Arrays{map(hurwitz, x[0], x[1])}; },
            .tolerance = 1e-9,
            .differentiate = {1}});
  list.add({.op = "betainc",
            .inputs = {uniform({3, 1}, 0.6, 4), uniform({4}, 0.6, 4, 2), uniform({3, 4}, 0.05, 0.95, 3)},
            .run = [](const Inputs& x) { return outputs(betainc(x[0], x[1], x[2])); },
            .expected =
                [](const Arrays& x) {
                  Array y = x[2];
                  for (std::size_t i = 0; i < 12; ++i) {
                    const double a = x[0].values[i / 4], b = x[1].values[i % 4], scale = std::tgamma(a + b) / std::tgamma(a) / std::tgamma(b);
                    y.values[i] = scale * integral([&](double t) { return std::pow(t, a - 1) * std::pow(1 - t, b - 1); }, 0, x[2].values[i]);
                  }
                  return Arrays{y};
                },
            .tolerance = 1e-11,
            .differentiate = {2}});
  for (const char* op : {"zeta", "igamma", "igammac", "igamma_grad_a"}) {
    const auto call = [=](const Tensor& a, const Tensor& b) { apply(*find_op(op), {&a, &b}, Where::here()); };
    list.refuse({.op = op, .fragment = "do not mix", .call = [=] { call(integers({2}, 0, 1), uniform({2})); }});
    list.refuse({.op = op, .fragment = "do not broadcast", .call = [=] { call(uniform({2}), uniform({3})); }});
    list.refuse({.op = op, .fragment = "the op takes floating numbers", .call = [=] { call(integers({2}, 0, 1), integers({2}, 0, 1)); }});
  }
  list.refuse({.op = "betainc", .fragment = "do not mix", .call = [] { betainc(uniform({2}), uniform({2}), integers({2}, 0, 1)); }});
  list.refuse({.op = "betainc", .fragment = "do not broadcast", .call = [] { betainc(uniform({2}), uniform({1}), uniform({3})); }});
  list.refuse(
      {.op = "betainc", .fragment = "floating numbers", .call = [] { betainc(integers({2}, 0, 1), integers({2}, 0, 1), integers({2}, 0, 1)); }});
  list.add({.op = "polygamma",
            .inputs = {numbers({3, 1}, {1, 2, 4}), uniform({4}, 0.3, 4)},
            .run = [](const Inputs& x) { return outputs(polygamma(x[0], x[1])); },
            .expected = [](const Arrays& x) { return Arrays{map(polygamma_series, x[0], x[1])}; },
            .tolerance = 1e-9});
  list.refuse({.op = "polygamma", .fragment = "do not mix", .call = [] { polygamma(integers({2}, 0, 1), uniform({2})); }});
  list.refuse({.op = "polygamma", .fragment = "do not broadcast", .call = [] { polygamma(uniform({2}), uniform({3})); }});
}

const Samples kSamples([](SampleList& list) { add_special(list); });

}  // namespace
}  // namespace whygrad::samples
