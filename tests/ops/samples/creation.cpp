// Tensors of regular content, and random ones.
#include "ops/samples/places.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/reduce.hpp>

#include <cmath>
#include <limits>

namespace whygrad::samples {
namespace {

// A tensor without inputs, and what its elements are.
void add_source(SampleList& list, const char* op, DType dtype, const std::function<Tensor()>& make, const Array& expected) {
  list.add({.op = op,
            .run = [make](const Inputs&) { return outputs(make()); },
            .expected = [expected](const Arrays&) { return Arrays{expected}; },
            .dtypes = {dtype}});
}

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

void add_regular(SampleList& list) {
  add_source(list, "zeros", float32, [] { return zeros({2, 2}); }, {{2, 2}, {0, 0, 0, 0}});
  add_source(list, "ones", int64, [] { return ones({3}, int64); }, {{3}, {1, 1, 1}});
  add_source(list, "fill", float32, [] { return fill({2}, 2.5); }, {{2}, {2.5, 2.5}});
  add_source(list, "fill", int32, [] { return fill({}, 7); }, {{}, {7}});
  add_source(list, "fill", bool_, [] { return fill({2}, true); }, {{2}, {1, 1}});
  add_source(list, "fill", float64, [] { return fill({0, 2}, 1, float64); }, {{0, 2}, {}});
  list.refuse({.op = "fill", .fragment = "i8 cannot hold the number 300", .call = [] { fill({2}, 300, int8); }});
  list.refuse({.op = "fill", .fragment = "i32 cannot hold the number 2.5", .call = [] { fill({2}, 2.5, int32); }});

  add_source(list, "range", int32, [] { return range(4); }, {{4}, {0, 1, 2, 3}});
  add_source(list, "range", int64, [] { return range(10, 1, -4, int64); }, {{3}, {10, 6, 2}});
  add_source(list, "range", float64, [] { return range(0.0, 1.0, 0.25, float64); }, {{4}, {0, 0.25, 0.5, 0.75}});
  add_source(list, "range", int32, [] { return range(3, 3); }, {{0}, {}});
  add_source(list, "range", float32,
             [] { return range(0.1, 1.1, 0.1, float32); },  // As TensorFlow's are, which is not always the float nearest to the sum.
             {{10}, {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.70000005f, 0.8f, 0.90000004f, 1.0f}});
  add_source(list, "range", float32, [] { return range(0.0, 0.3, 0.1, float32); }, {{3}, {0, 0.1f, 0.2f}});
  list.refuse({.op = "range", .fragment = "delta leads away from limit (start is 3, limit 1, delta 1)", .call = [] { range(3, 1); }});
  list.refuse({.op = "range", .fragment = "delta leads away from limit", .call = [] { range(0.5, 3.0, -1); }});
  list.refuse({.op = "range", .fragment = "delta is 0 (start is 0, limit 3, delta 0)", .call = [] { range(0, 3, 0); }});
  list.refuse({.op = "range", .fragment = "bool numbers cannot be counted through", .call = [] { range(true); }});

  add_source(list, "linspace", float64, [] { return linspace(-1, 1, 5, float64); }, {{5}, {-1, -0.5, 0, 0.5, 1}});
  add_source(list, "linspace", float32, [] { return linspace(3, 9, 1); }, {{1}, {3}});
  list.refuse({.op = "linspace", .fragment = "count is -1", .call = [] { linspace(0, 1, -1); }});
  list.refuse({.op = "linspace", .fragment = "i32 is no floating type", .call = [] { linspace(0, 1, 2, int32); }});

  add_source(list, "eye", float32, [] { return eye(2); }, {{2, 2}, {1, 0, 0, 1}});
  add_source(list, "eye", int32, [] { return eye(2, 3, int32); }, {{2, 3}, {1, 0, 0, 0, 1, 0}});
  add_source(list, "eye", float32, [] { return eye(3, 1); }, {{3, 1}, {1, 0, 0}});

  const auto filled = [](double value) {
    return [value](const Arrays& x) { return Arrays{by_place(x[0].shape, [value](const Place&) { return value; })}; };
  };
  list.add(
      {.op = "zeros_like", .inputs = {uniform({2, 3})}, .run = [](const Inputs& x) { return outputs(zeros_like(x[0])); }, .expected = filled(0)});
  list.add(
      {.op = "ones_like", .inputs = {integers({3}, 0, 9)}, .run = [](const Inputs& x) { return outputs(ones_like(x[0])); }, .expected = filled(1)});
  list.refuse({.op = "zeros_like", .fragment = "empty handle", .call = [] { zeros_like({}); }});
  list.refuse({.op = "ones_like", .fragment = "empty handle", .call = [] { ones_like({}); }});
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

const Samples kSamples([](SampleList& list) {
  add_regular(list);
  add_random(list);
});

}  // namespace
}  // namespace whygrad::samples
