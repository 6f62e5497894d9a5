#include "ops/samples/samples.hpp"

#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/reduce.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace whygrad::samples {
namespace {

using Values = std::vector<double>;

double sum(const Values& v) { return std::accumulate(v.begin(), v.end(), 0.0); }
double product(const Values& v) { return std::accumulate(v.begin(), v.end(), 1.0, std::multiplies<>()); }

struct Row {
  const char* op;
  Tensor (*run)(const Tensor&, Axes, bool, Where);
  double (*reference)(const Values&);
};
const Row kFloating[] = {
    {"reduce_sum", reduce_sum, sum},
    {"reduce_mean", reduce_mean, [](const Values& v) { return sum(v) / static_cast<double>(v.size()); }},
    {"reduce_prod", reduce_prod, product},
    {"reduce_max", reduce_max, [](const Values& v) { return *std::max_element(v.begin(), v.end()); }},
    {"reduce_min", reduce_min, [](const Values& v) { return *std::min_element(v.begin(), v.end()); }},
    {"reduce_logsumexp", reduce_logsumexp,
     [](const Values& v) {
       double total = 0;
       for (const double x : v) total += std::exp(x);
       return std::log(total);
     }},
    {"reduce_euclidean_norm", reduce_euclidean_norm,
     [](const Values& v) { return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0)); }},
};
const Row kTruth[] = {
    {"reduce_any", reduce_any, [](const Values& v) { return sum(v) > 0 ? 1.0 : 0.0; }},
    {"reduce_all", reduce_all, [](const Values& v) { return sum(v) == static_cast<double>(v.size()) ? 1.0 : 0.0; }},
};

struct Case {
  Shape shape;
  Axes axes;                // as a user writes them
  std::vector<int> folded;  // the same, normalised
  bool keepdims;
};
const Case kCases[] = {
    {{2, 3, 4}, {}, {0, 1, 2}, false},   {{2, 3, 4}, {}, {0, 1, 2}, true},  {{2, 3, 4}, 1, {1}, false}, {{2, 3, 4}, -1, {2}, true},
    {{2, 3, 4}, {0, -1}, {0, 2}, false}, {{2, 3, 4}, {2, 0}, {0, 2}, true}, {{5}, 0, {0}, false},       {{}, {}, {}, false},
};

// None of the numbers is 0, where a norm has no derivative and cumprod, of which the gradient of reduce_prod is made, follows TensorFlow to 0.
void add_folds(SampleList& list, const Row& row, bool truth) {
  for (const Case& c : kCases) {
    list.add({.op = row.op,
              .inputs = {truth ? booleans(c.shape) : distinct(c.shape, -2, 1.9)},
              .run = [&row, &c](const Inputs& x) { return outputs(row.run(x[0], c.axes, c.keepdims, Where::here())); },
              .expected = [&row, &c](const Arrays& x) { return Arrays{fold(row.reference, x[0], c.folded, c.keepdims)}; }});
  }
  const auto some = [truth] { return truth ? booleans({2, 3}) : uniform({2, 3}); };
  list.refuse({.op = row.op, .fragment = "axis", .call = [&row, some] { row.run(some(), 2, false, Where::here()); }});
  list.refuse({.op = row.op, .fragment = "axis -1 is named twice", .call = [&row, some] { row.run(some(), {1, -1}, false, Where::here()); }});
  list.refuse({.op = row.op, .fragment = truth ? "f64 has no meaning here" : "bool has no meaning here", .call = [&row, truth] {
                 row.run(truth ? uniform({2}) : booleans({2}), {}, false, Where::here());
               }});
}

// The neutral elements of folds over nothing: x [2, 0, 3] along axis 1.
void add_empty(SampleList& list) {
  const struct {
    Row row;
    double neutral;
  } rows[] = {{kFloating[0], 0},        {kFloating[1], NAN},       {kFloating[2], 1}, {kFloating[3], -INFINITY},
              {kFloating[4], INFINITY}, {kFloating[5], -INFINITY}, {kFloating[6], 0}};
  for (const auto& [row, neutral] : rows) {
    list.add({.op = row.op,
              .inputs = {uniform({2, 0, 3})},
              .run = [run = row.run](const Inputs& x) { return outputs(run(x[0], 1, false, Where::here())); },
              .expected =
                  [neutral = neutral](const Arrays&) {
                    return Arrays{{{2, 3}, Values(6, neutral)}};
                  },
              .order = 0});
  }
}

void add_positions(SampleList& list) {
  for (const bool largest : {true, false}) {
    const char* op = largest ? "argmax" : "argmin";
    const auto run = largest ? argmax : argmin;
    const auto at = [largest](const Values& v) {
      return static_cast<double>((largest ? std::max_element(v.begin(), v.end()) : std::min_element(v.begin(), v.end())) - v.begin());
    };
    for (const std::int64_t axis : {0, 1, -1}) {
      list.add({.op = op,
                .inputs = {cast(integers({3, 4, 5}, 0, 3), float64)},  // with ties
                .run = [=](const Inputs& x) { return outputs(run(x[0], axis, int64, Where::here())); },
                .expected = [=](const Arrays& x) { return Arrays{fold(at, x[0], {axis < 0 ? 2 : static_cast<int>(axis)})}; },
                .dtypes = {int64}});
    }
    list.add({.op = op,
              .inputs = {integers({6}, 0, 9)},
              .run = [=](const Inputs& x) { return outputs(run(x[0], 0, int32, Where::here())); },
              .expected = [=](const Arrays& x) { return Arrays{fold(at, x[0], {0})}; },
              .dtypes = {int32}});
    list.refuse({.op = op, .fragment = "axis", .call = [=] { run(uniform({2}), 1, int64, Where::here()); }});
    list.refuse({.op = op, .fragment = "axis 0 is empty", .call = [=] { run(uniform({0}), 0, int64, Where::here()); }});
    list.refuse({.op = op, .fragment = "positions of type f32", .call = [=] { run(uniform({2}), 0, float32, Where::here()); }});
    list.refuse({.op = op, .fragment = "c128 has no meaning here", .call = [=] { run(complex_numbers({2}), 0, int64, Where::here()); }});
  }
}

void add_running(SampleList& list) {
  for (const bool sums : {true, false}) {
    const char* op = sums ? "cumsum" : "cumprod";
    const auto run = sums ? cumsum : cumprod;
    for (const bool exclusive : {false, true}) {
      for (const bool reverse : {false, true}) {
        const auto reference = [=](Values v) {
          if (reverse) std::reverse(v.begin(), v.end());
          double total = sums ? 0 : 1;
          for (double& x : v) {
            const double before = total;
            total = sums ? total + x : total * x;
            x = exclusive ? before : total;
          }
          if (reverse) std::reverse(v.begin(), v.end());
          return v;
        };
        list.add({.op = op,
                  .inputs = {uniform({2, 4, 3}, 0.5, 2)},
                  .run = [=](const Inputs& x) { return outputs(run(x[0], -2, {.exclusive = exclusive, .reverse = reverse}, Where::here())); },
                  .expected = [=](const Arrays& x) { return Arrays{along(reference, x[0], 1)}; }});
      }
    }
    list.refuse({.op = op, .fragment = "axis", .call = [=] { run(uniform({2}), 1, {}, Where::here()); }});
    list.refuse({.op = op, .fragment = "bool has no meaning here", .call = [=] { run(booleans({2}), 0, {}, Where::here()); }});
  }
}

const Samples kSamples([](SampleList& list) {
  for (const Row& row : kFloating) add_folds(list, row, false);
  for (const Row& row : kTruth) add_folds(list, row, true);
  add_empty(list);
  add_positions(list);
  add_running(list);
});

}  // namespace
}  // namespace whygrad::samples
