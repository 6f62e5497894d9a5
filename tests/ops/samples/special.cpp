// Special functions, facts about shapes, colours, classes drawn at random.
#include "ops/samples/places.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/image.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape_facts.hpp>
#include <whygrad/ops/special.hpp>

#include <algorithm>
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

void add_facts(SampleList& list) {
  list.add({.op = "shape",
            .inputs = {uniform({2, 3})},
            .run = [](const Inputs& x) { return outputs(shape(x[0])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{2}, {2, 3}}};
                },
            .dtypes = {int32}});
  list.add({.op = "size",
            .inputs = {uniform({2, 3})},
            .run = [](const Inputs& x) { return outputs(size(x[0], int64)); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{}, {6}}};
                },
            .dtypes = {int64}});
  list.add({.op = "rank",
            .inputs = {uniform({2, 3})},
            .run = [](const Inputs& x) { return outputs(rank(x[0])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{}, {2}}};
                },
            .dtypes = {int32}});
  list.refuse({.op = "shape", .fragment = "a size of type f32", .call = [] { shape(uniform({2}), float32); }});
  list.refuse({.op = "size", .fragment = "a size of type f32", .call = [] { size(uniform({2}), float32); }});
  list.refuse({.op = "rank", .fragment = "empty handle", .call = [] { rank(Tensor()); }});
}

// By way of hue, saturation and value, as textbooks have it (Smith 1978).
Array turned(const Array& image, double delta) {
  Array result = image;
  for (std::size_t i = 0; i < image.values.size(); i += 3) {
    const double r = image.values[i], g = image.values[i + 1], b = image.values[i + 2];
    const double value = std::max({r, g, b}), range = value - std::min({r, g, b});
    if (range == 0) continue;
    double hue = value == r ? (g - b) / range : value == g ? (b - r) / range + 2 : (r - g) / range + 4;
    hue = std::fmod(hue + 6 * delta + 12, 6);
    const double fraction = hue - std::floor(hue), p = value - range, q = value - range * fraction, t = value - range * (1 - fraction);
    const double colours[6][3] = {{value, t, p}, {q, value, p}, {p, value, t}, {p, q, value}, {t, p, value}, {value, p, q}};
    std::copy_n(colours[static_cast<int>(hue)], 3, result.values.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return result;
}

const Samples kSamples([](SampleList& list) {
  add_special(list);
  add_facts(list);
  for (const double delta : {0.05, -0.4, 1.0}) {
    list.add({.op = "adjust_hue",
              .inputs = {uniform({2, 5, 3}, 0, 1)},
              .run = [delta](const Inputs& x) { return outputs(image::adjust_hue(x[0], delta)); },
              .expected = [delta](const Arrays& x) { return Arrays{turned(x[0], delta)}; }});
  }
  list.refuse({.op = "adjust_hue", .fragment = "three channels", .call = [] { image::adjust_hue(uniform({2, 4}), 0.1); }});
  list.refuse({.op = "adjust_hue", .fragment = "delta is 2", .call = [] { image::adjust_hue(uniform({2, 3}), 2); }});
  // Where one class has all the probability, it is drawn.
  list.add({.op = "random_categorical",
            .inputs = {numbers({2, 3}, {-1e3, 0, -1e3, 1e3, 0, 0})},
            .run = [](const Inputs& x) { return outputs(random::categorical(x[0], 4)); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{2, 4}, {1, 1, 1, 1, 0, 0, 0, 0}}};
                },
            .dtypes = {int64}});
  list.add({.op = "random_shuffle",
            .inputs = {numbers({3, 2}, {1, 2, 1, 2, 1, 2})},
            .run = [](const Inputs& x) { return outputs(random::shuffle(x[0])); },
            .expected = [](const Arrays& x) { return Arrays{x[0]}; }});
  list.refuse({.op = "random_shuffle", .fragment = "has no first axis", .call = [] { random::shuffle(uniform({})); }});
  // 100,000 counts: the bounds are five standard errors of a mean, and of a share.
  list.add({.op = "random_poisson",
            .inputs = {numbers({3}, {0, 2.5, 900})},
            .run =
                [](const Inputs& x) {
                  const Tensor counts = random::poisson({100'000}, x[0], {.dtype = float64, .seed = 1});
                  const Tensor off = abs(reduce_mean(counts, {0}) - numbers({3}, {0, 2.5, 900}));
                  const Tensor none = abs(reduce_mean(cast(equal(counts, 0), float64), {0}) - numbers({3}, {1, std::exp(-2.5), 0}));
                  const Tensor holds = logical_and(less_equal(off, numbers({3}, {0, 0.025, 0.5})), less_equal(none, numbers({3}, {0, 0.005, 0})));
                  return outputs(reduce_all(holds));
                },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{}, {1}}};
                },
            .dtypes = {bool_}});
  list.refuse({.op = "random_poisson", .fragment = "means of i64", .call = [] { random::poisson({2}, integers({2}, 1, 3)); }});
  list.refuse({.op = "random_poisson", .fragment = "counts of bool", .call = [] { random::poisson({2}, uniform({2}), {.dtype = bool_}); }});
  list.refuse({.op = "random_categorical", .fragment = "logits are [batch, classes]", .call = [] { random::categorical(uniform({3}), 1); }});
  list.refuse({.op = "random_categorical", .fragment = "num_samples is -1", .call = [] { random::categorical(uniform({3, 2}), -1); }});
  list.refuse({.op = "random_categorical", .fragment = "dtype is int32 or int64", .call = [] {
                 random::categorical(uniform({3, 2}), 1, {.dtype = float32});
               }});
});

}  // namespace
}  // namespace whygrad::samples
