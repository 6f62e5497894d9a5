// Special functions.
#include "ops/samples/places.hpp"

#include <whygrad/ops/special.hpp>

#include <cmath>

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
