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
  list.refuse({.op = "random_poisson", .fragment = "lam of i64", .call = [] { random::poisson({2}, integers({2}, 1, 3)); }});
  list.refuse({.op = "random_poisson", .fragment = "counts of bool", .call = [] { random::poisson({2}, uniform({2}), {.dtype = bool_}); }});
  list.refuse({.op = "random_categorical", .fragment = "logits are [batch, classes]", .call = [] { random::categorical(uniform({3}), 1); }});
  list.refuse({.op = "random_categorical", .fragment = "num_samples is -1", .call = [] { random::categorical(uniform({3, 2}), -1); }});
  list.refuse({.op = "random_categorical", .fragment = "dtype is int32 or int64", .call = [] {
                 random::categorical(uniform({3, 2}), 1, {.dtype = float32});
               }});
}

Tensor seed(int a, int b) { return constant({a, b}); }

// What TensorFlow draws for these seeds: tf.random.stateless_uniform([3], [1, 2]) and so on.
void add_stateless(SampleList& list) {
  const auto add = [&](const char* op, const Shape& shape, const std::vector<double>& values, double tolerance, DType dtype,
                       const std::function<Tensor(const Tensor&)>& draw) {
    list.add({.op = op,
              .inputs = {seed(1, 2)},
              .run = [=](const Inputs& x) { return outputs(draw(x[0])); },
              .expected =
                  [=](const Arrays&) {
                    return Arrays{{shape, values}};
                  },
              .dtypes = {dtype},
              .tolerance = tolerance});
  };
  add("stateless_random_uniform", {5}, {0.8440604209899902, 0.19204533100128174, 0.9962232112884521, 0.16038739681243896, 0.27199018001556396}, 0,
      float32, [](const Tensor& s) { return random::stateless_uniform({5}, s); });
  add("stateless_random_uniform", {3}, {0.7524837538451801, 0.9697857725627486, 0.17592233912897481}, 0, float64,
      [](const Tensor& s) { return random::stateless_uniform({3}, s, {.dtype = float64}); });
  add("stateless_random_normal", {5}, {0.544110119342804, 0.20738030970096588, 0.0735643208026886, 0.04643455147743225, -1.301589846611023}, 1e-6,
      float32, [](const Tensor& s) { return random::stateless_normal({5}, s); });
  add("stateless_random_normal", {3}, {-0.1423118100189212, 0.7406072461585091, -1.469047669443883}, 1e-14, float64,
      [](const Tensor& s) { return random::stateless_normal({3}, s, {.dtype = float64}); });
  add("stateless_random_truncated_normal", {5},
      {0.544110119342804, 0.20738030970096588, 0.0735643208026886, 0.04643455147743225, 0.16820591688156128}, 1e-6, float32,
      [](const Tensor& s) { return random::stateless_truncated_normal({5}, s); });
  add("stateless_random_truncated_normal", {5},
      {-0.1423118100189212, 0.7406072461585091, -0.552387756244845, -0.734450092480207, -0.39842023956588357}, 1e-14, float64,
      [](const Tensor& s) { return random::stateless_truncated_normal({5}, s, {.dtype = float64}); });
  add("stateless_random_uniform_int", {5}, {74, 54, 95, 7, 73}, 0, int32,
      [](const Tensor& s) { return random::stateless_uniform({5}, s, {.minval = -7, .maxval = 100, .dtype = int32}); });
  add("stateless_random_uniform_int", {3}, {146228360277, 637746823956, 318042325135}, 0, int64,
      [](const Tensor& s) { return random::stateless_uniform({3}, s, {.minval = -7, .maxval = 1000000000000, .dtype = int64}); });
  add("stateless_random_uniform_full_int", {5}, {1105988140, 1738052849, -335576002, 370444179, 10670227}, 0, int32,
      [](const Tensor& s) { return random::stateless_bits({5}, s); });
  const auto add_drawn = [&](const char* op, const Inputs& inputs, const Shape& shape, const std::vector<double>& values, DType dtype,
                             const std::function<Tensor(const Inputs&)>& draw) {
    list.add({.op = op,
              .inputs = inputs,
              .run = [=](const Inputs& x) { return outputs(draw(x)); },
              .expected =
                  [=](const Arrays&) {
                    return Arrays{{shape, values}};
                  },
              .dtypes = {dtype},
              .in_f32 = false});
  };
  add_drawn("stateless_random_categorical", {numbers({2, 3}, {0, 1, 2, 2, 0, 1}), seed(1, 2)}, {2, 5},
            std::vector<double>{2, 2, 1, 2, 2, 0, 2, 0, 2, 2}, int64, [](const Inputs& x) { return random::stateless_categorical(x[0], 5, x[1]); });
  add_drawn("stateless_random_poisson", {numbers({3}, {0.5, 4, 30}), seed(1, 2)}, {4, 3}, std::vector<double>{3, 4, 23, 2, 7, 33, 1, 0, 30, 3, 6, 27},
            int32, [](const Inputs& x) {
              return random::stateless_poisson({4, 3}, x[1], x[0]);
            });
  add_drawn("stateless_random_binomial", {numbers({2}, {200, 100}), numbers({2}, {0.3, 0.4}), seed(1, 2)}, {4, 2}, {68, 35, 64, 44, 70, 40, 77, 39},
            int32, [](const Inputs& x) {
              return random::stateless_binomial({4, 2}, x[2], x[0], x[1]);
            });
  // Of no numbers there is no gradient; of numbers it is that of the quantile, which central differences do not see: random_test.cpp has its values.
  for (const char* op : {"random_gamma", "stateless_random_gamma"}) {
    const bool stateless = op[0] == 's';
    list.add({.op = op,
              .inputs = stateless ? Inputs{numbers({3}, {0.5, 1, 4}), seed(1, 2)} : Inputs{numbers({3}, {0.5, 1, 4})},
              .run =
                  [stateless](const Inputs& x) {
                    return outputs(stateless ? random::stateless_gamma({0, 3}, x[1], x[0]) : random::gamma({0}, x[0]));
                  },
              .expected =
                  [](const Arrays&) {
                    return Arrays{{{0, 3}, {}}};
                  },
              .order = 1});
  }
  const Tensor three = uniform({3}), whole = integers({3}, 1, 4);
  list.refuse({.op = "random_gamma", .fragment = "alpha of i64", .call = [=] { random::gamma({2}, whole); }});
  list.refuse({.op = "random_gamma_grad", .fragment = "alpha of i64", .call = [=] { apply(*find_op("random_gamma_grad"), {&whole, &whole}, {}); }});
  list.refuse({.op = "stateless_random_uniform", .fragment = "the seed is [3, 1]", .call = [] {
                 random::stateless_uniform({2}, integers({3, 1}, 0, 1));
               }});
  list.refuse({.op = "stateless_random_truncated_normal", .fragment = "i32 numbers are no floating ones", .call = [] {
                 random::stateless_truncated_normal({2}, seed(1, 2), {.dtype = int32});
               }});
  list.refuse(
      {.op = "stateless_random_uniform_full_int", .fragment = "integers of f32", .call = [] { random::stateless_bits({2}, seed(1, 2), float32); }});
  list.refuse({.op = "stateless_random_categorical", .fragment = "logits are [batch, classes]", .call = [=] {
                 random::stateless_categorical(three, 2, seed(1, 2));
               }});
  list.refuse({.op = "stateless_random_poisson", .fragment = "lam of i64", .call = [=] { random::stateless_poisson({3}, seed(1, 2), whole); }});
  list.refuse({.op = "stateless_random_binomial", .fragment = "no end of the shape [2]", .call = [=] {
                 random::stateless_binomial({2}, seed(1, 2), three, three);
               }});
  // The gradient is that of the quantile, not of what is drawn: the latter jumps where a number is refused. It is tested in random_test.cpp.
  list.add({.op = "stateless_random_gamma",
            .inputs = {numbers({3}, {0.5, 1, 4}), seed(1, 2)},
            .run =
                [](const Inputs& x) {
                  return outputs(random::stateless_gamma({3, 3}, x[1], x[0]));
                },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{3, 3},
                                 {0.06695361383821083, 1.89350913788573, 5.677226333569771, 0.62823544551181, 0.22994833614986177, 4.0862918279134,
                                  0.18136731678689116, 1.1978731947487329, 5.315645064054287}}};
                },
            .tolerance = 1e-12,
            .order = 0});
  // 100,000 numbers: the bounds are five standard errors of a mean.
  list.add({.op = "random_gamma",
            .inputs = {numbers({3}, {0.5, 1, 20})},
            .run =
                [](const Inputs& x) {
                  const Tensor off = abs(reduce_mean(random::gamma({100'000}, x[0], {}, {.seed = 1}), {0}) - x[0]);
                  return outputs(reduce_all(less_equal(off, numbers({3}, {0.012, 0.016, 0.071}))));
                },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{}, {1}}};
                },
            .dtypes = {bool_},
            .order = 0,
            .in_f32 = false});
  // -(dP/dalpha) / (dP/dx), as TensorFlow's random_gamma_grad has it.
  list.add({.op = "random_gamma_grad",
            .inputs = {numbers({6}, {0.5, 1, 4, 4, 20, 0.3}), numbers({6}, {0.2, 2.5, 1.5, 9, 30, 3})},
            .run =
                [](const Inputs& x) {
                  return outputs(apply(*find_op("random_gamma_grad"), {&x[0], &x[1]}, {}));
                },
            .expected =
                [](const Arrays&) {
                  return Arrays{
                      {{6}, {0.7940505663308433, 1.7970322332616762, 0.6124131667016715, 1.5210253795923792, 1.2265353616537997, 4.066906659258955}}};
                },
            .tolerance = 1e-11});
  const auto refused = [](const Tensor& with) { return [=] { random::stateless_normal({2}, with); }; };
  list.refuse({.op = "stateless_random_normal", .fragment = "a seed of f64", .call = refused(uniform({2}))});
  list.refuse({.op = "stateless_random_normal", .fragment = "the seed is [4]", .call = refused(integers({4}, 0, 9))});
  list.refuse(
      {.op = "stateless_random_normal", .fragment = "stddev is -1", .call = [] { random::stateless_normal({2}, seed(1, 2), {.stddev = -1}); }});
  list.refuse({.op = "stateless_random_uniform_int", .fragment = "the interval is [3, 3)", .call = [] {
                 random::stateless_uniform({2}, seed(1, 2), {.minval = 3, .maxval = 3, .dtype = int32});
               }});
  list.refuse({.op = "stateless_random_uniform_int", .fragment = "no interval of i32", .call = [] {
                 random::stateless_uniform({2}, seed(1, 2), {.minval = 0, .maxval = std::int64_t{1} << 40, .dtype = int32});
               }});
  list.refuse({.op = "stateless_random_gamma", .fragment = "no end of the shape [2]", .call = [] {
                 random::stateless_gamma({2}, seed(1, 2), uniform({3}));
               }});
}

const Samples kSamples([](SampleList& list) {
  add_random(list);
  add_drawn(list);
  add_stateless(list);
});

}  // namespace
}  // namespace whygrad::samples
