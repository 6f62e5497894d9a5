// Random numbers: what must hold of many, and what is drawn where there is no choice.
#include "ops/samples/places.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/reduce.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace whygrad::samples {
namespace {

// A tensor of random numbers, and what must hold of it.
void add_random(SampleList& list, const char* op, const std::function<bool(const std::vector<double>&)>& holds, const std::function<Tensor()>& make) {
  list.add({.op = op,
            .run = [=](const Inputs&) { return outputs(constant(holds(to_array(make()).values))); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{}, {1}}};
                },
            .dtypes = {bool_}});
}

struct Moments {
  double mean = 0, deviation = 0, least = std::numeric_limits<double>::infinity(), most = -std::numeric_limits<double>::infinity();
  explicit Moments(const std::vector<double>& values) {
    for (const double v : values) {
      mean += v / static_cast<double>(values.size());
      least = std::min(least, v);
      most = std::max(most, v);
    }
    for (const double v : values) deviation += (v - mean) * (v - mean) / static_cast<double>(values.size());
    deviation = std::sqrt(deviation);
  }
};

// 100,000 numbers with a fixed seed: the standard error of a mean is 0.003 of the deviation, and the bounds are five of them.
void add_random(SampleList& list) {
  const Shape shape = {100, 1000};
  add_random(
      list, "random_normal",
      [](const std::vector<double>& v) {
        const Moments m(v);
        return std::abs(m.mean - 3) < 0.03 && std::abs(m.deviation - 2) < 0.03 && m.most > 3 + 2 * 3.5;
      },
      [=] { return random::normal(shape, {.mean = 3, .stddev = 2, .seed = 1}); });
  add_random(
      list, "random_truncated_normal",
      [](const std::vector<double>& v) {
        const Moments m(v);
        return std::abs(m.mean - 3) < 0.03 && std::abs(m.deviation - 2 * 0.8796) < 0.03 && m.least >= -1 && m.most <= 7;
      },
      [=] { return random::truncated_normal(shape, {.mean = 3, .stddev = 2, .dtype = float64, .seed = 1}); });
  add_random(
      list, "random_uniform",
      [](const std::vector<double>& v) {
        const Moments m(v);
        return std::abs(m.mean - 1) < 0.03 && std::abs(m.deviation - 4 / std::sqrt(12.0)) < 0.03 && m.least >= -1 && m.most < 3;
      },
      [=] { return random::uniform(shape, {.minval = -1, .maxval = 3, .seed = 1}); });
  add_random(
      list, "random_uniform",
      [](const std::vector<double>& v) {
        std::vector<int> counts(6);
        for (const double x : v) ++counts.at(static_cast<std::size_t>(x + 2));
        return *std::min_element(counts.begin(), counts.end()) > 16'000 && *std::max_element(counts.begin(), counts.end()) < 17'400;
      },
      [=] { return random::uniform(shape, {.minval = -2, .maxval = 4, .dtype = int8, .seed = 1}); });
  add_random(
      list, "random_permutation",
      [](std::vector<double> v) {
        const bool sorted = std::is_sorted(v.begin(), v.end());
        std::sort(v.begin(), v.end());
        for (std::size_t i = 0; i < v.size(); ++i) {
          if (v[i] != static_cast<double>(i)) return false;
        }
        return !sorted && v.size() == 1000;
      },
      [] { return random::permutation(1000, 1); });

  list.refuse({.op = "random_normal", .fragment = "stddev is -1", .call = [] { random::normal({2}, {.stddev = -1}); }});
  list.refuse(
      {.op = "random_normal", .fragment = "i32 numbers cannot be normally distributed", .call = [] { random::normal({2}, {.dtype = int32}); }});
  list.refuse({.op = "random_uniform", .fragment = "the interval is [1, 1)", .call = [] { random::uniform({2}, {.minval = 1, .maxval = 1}); }});
  list.refuse(
      {.op = "random_uniform", .fragment = "[0, 257) is no interval of u8", .call = [] { random::uniform({2}, {.maxval = 257, .dtype = uint8}); }});
  list.refuse(
      {.op = "random_uniform", .fragment = "[0.5, 1) is no interval of i32", .call = [] { random::uniform({2}, {.minval = 0.5, .dtype = int32}); }});
  list.refuse({.op = "random_uniform", .fragment = "bool numbers have no order", .call = [] { random::uniform({2}, {.dtype = bool_}); }});
}

void add_drawn(SampleList& list) {
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
}

const Samples kSamples([](SampleList& list) {
  add_random(list);
  add_drawn(list);
});

}  // namespace
}  // namespace whygrad::samples
