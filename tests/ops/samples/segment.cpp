// Sums, extremes and products by segment.
#include "ops/samples/places.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/segment.hpp>

#include <algorithm>

namespace whygrad::samples {
namespace {

void add_segments(SampleList& list) {
  list.add({.op = "unsorted_segment_sum",
            .inputs = {uniform({2, 3, 2}), integers({2, 3}, 0, 3)},
            .run = [](const Inputs& x) { return outputs(unsorted_segment_sum(x[0], x[1], 5)); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({5, 2}, [&](const Place& p) {
                    double sum = 0;
                    by_place(x[1].shape, [&](const Place& i) {
                      if (at(x[1], i) == static_cast<double>(p[0])) sum += at(x[0], {i[0], i[1], p[1]});
                      return 0.0;
                    });
                    return sum;
                  })};
                }});
  list.add({.op = "unsorted_segment_sum",
            .inputs = {uniform({3, 2}), constant({1, -1, 1})},
            .run = [](const Inputs& x) { return outputs(unsorted_segment_sum(x[0], x[1], 2)); },
            .expected =
                [](const Arrays& x) {
                  const std::vector<double>& v = x[0].values;
                  return Arrays{{{2, 2}, {0, 0, v[0] + v[4], v[1] + v[5]}}};
                }});
  list.refuse({.op = "unsorted_segment_sum", .fragment = "indices[1] is 2, which is not in [0, 2)", .call = [] {
                 unsorted_segment_sum(uniform({2}), constant({0, 2}), 2);
               }});
  list.refuse({.op = "unsorted_segment_sum", .fragment = "the ids do not go with the data", .call = [] {
                 unsorted_segment_sum(uniform({2, 3}), constant({0, 1, 0}), 2);
               }});
  list.refuse(
      {.op = "unsorted_segment_sum", .fragment = "num_segments is -1", .call = [] { unsorted_segment_sum(uniform({1}), constant({0}), -1); }});
}

using Combine = double (*)(double, double);

// f of all elements that bear one id, from `start` on.
Array folded(const Arrays& x, std::int64_t count, double start, Combine f) {
  return by_place({count, x[0].shape[1]}, [&](const Place& p) {
    double value = start;
    for (std::int64_t i = 0; i < x[1].shape[0]; ++i) {
      if (at(x[1], {i}) == static_cast<double>(p[0])) value = f(value, at(x[0], {i, p[1]}));
    }
    return value;
  });
}

using ById = Tensor (*)(const Tensor&, const Tensor&, std::int64_t, Where);
using Ascending = Tensor (*)(const Tensor&, const Tensor&, Where);

void add_extreme(SampleList& list, const char* op, ById f, Ascending ascending, double start, Combine combine) {
  const auto add = [&](Tensor data, Tensor ids, std::int64_t count, int order) {
    list.add({.op = op,
              .inputs = {std::move(data), std::move(ids)},
              .run = [=](const Inputs& x) { return outputs(f(x[0], x[1], count, Where::here())); },
              .expected = [=](const Arrays& x) { return Arrays{folded(x, count, start, combine)}; },
              .order = order});
  };
  add(distinct({5, 2}, 0.5, 3), constant({2, 0, 1, 2, 0}), 3, 2);
  add(distinct({0, 2}), cast(zeros({0}), int64), 0, 0);
  list.add({.op = op,
            .inputs = {distinct({4, 2}, 0.5, 3), constant({0, 0, 1, 1})},
            .run = [=](const Inputs& x) { return outputs(ascending(x[0], x[1], Where::here())); },
            .expected = [=](const Arrays& x) { return Arrays{folded(x, 2, start, combine)}; },
            .reads = {1}});
  list.add({.op = op,
            .inputs = {distinct({4}, 0.5, 3), constant({0, -1, 0, -7})},
            .run = [=](const Inputs& x) { return outputs(f(x[0], x[1], 1, Where::here())); },
            .expected =
                [=](const Arrays& x) {
                  return Arrays{{{1}, {combine(x[0].values[0], x[0].values[2])}}};
                }});
  list.refuse({.op = op, .fragment = "which is not in [0, 2)", .call = [=] { f(uniform({2, 1}), constant({0, 2}), 2, Where::here()); }});
  list.refuse({.op = op, .fragment = "the ids do not go with the data", .call = [=] { f(uniform({2, 3}), constant({0}), 2, Where::here()); }});
}

void add_extremes(SampleList& list) {
  constexpr double kMost = 1.7976931348623157e308;
  add_extreme(list, "unsorted_segment_max", unsorted_segment_max, segment_max, -kMost, [](double a, double b) { return std::max(a, b); });
  add_extreme(list, "unsorted_segment_min", unsorted_segment_min, segment_min, kMost, [](double a, double b) { return std::min(a, b); });
  add_extreme(list, "unsorted_segment_prod", unsorted_segment_prod, segment_prod, 1, [](double a, double b) { return a * b; });
  list.add({.op = "unsorted_segment_max",
            .inputs = {distinct({2, 1}, 0.5, 3), constant({0, 2})},
            .run = [](const Inputs& x) { return outputs(segment_max(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{{{3, 1}, {x[0].values[0], 0, x[0].values[1]}}};
                },
            .reads = {1}});
  list.add({.op = "unsorted_segment_prod",
            .inputs = {numbers({4, 1}, {2, 0, 0, 0}), constant({0, 0, 1, 1})},
            .run = [](const Inputs& x) { return outputs(unsorted_segment_prod(x[0], x[1], 2)); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{2, 1}, {0, 0}}};
                },
            .order = 1});
}

const Samples kSamples([](SampleList& list) {
  add_segments(list);
  add_extremes(list);
});

}  // namespace
}  // namespace whygrad::samples
