// Parts dealt out by numbers and put together again.
#include "ops/samples/places.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/partition.hpp>
#include <whygrad/ops/shape.hpp>

namespace whygrad::samples {
namespace {

// The parts of x[0] [n, k] to which x[1] [n] gives this number.
Array dealt(const Arrays& x, double number) {
  Array part{{0, x[0].shape[1]}, {}};
  for (std::int64_t i = 0; i < x[1].shape[0]; ++i) {
    if (at(x[1], {i}) != number) continue;
    ++part.shape[0];
    for (std::int64_t k = 0; k < x[0].shape[1]; ++k) part.values.push_back(at(x[0], {i, k}));
  }
  return part;
}

void add_partition(SampleList& list) {
  list.add({.op = "dynamic_partition",
            .inputs = {uniform({5, 2}), constant({2, 0, 2, 1, 0})},
            .run = [](const Inputs& x) { return dynamic_partition(x[0], x[1], 4); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{dealt(x, 0), dealt(x, 1), dealt(x, 2), dealt(x, 3)};
                },
            .dtypes = {float64, float64, float64, float64}});
  list.add({.op = "dynamic_partition",
            .inputs = {uniform({2, 2}), constant({{1, 0}, {0, 1}})},
            .run = [](const Inputs& x) { return dynamic_partition(x[0], x[1], 2); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{{{2}, {x[0].values[1], x[0].values[2]}}, {{2}, {x[0].values[0], x[0].values[3]}}};
                },
            .dtypes = {float64, float64}});
  list.refuse({.op = "dynamic_partition", .fragment = "is 3, which is not in [0, 3)", .call = [] {
                 dynamic_partition(uniform({2}), constant({0, 3}), 3);
               }});
  list.refuse({.op = "dynamic_partition", .fragment = "do not go together", .call = [] { dynamic_partition(uniform({3, 2}), constant({0, 0}), 2); }});
  list.refuse({.op = "dynamic_partition", .fragment = "num_partitions is 0", .call = [] { dynamic_partition(uniform({1}), constant({0}), 0); }});
  list.refuse({.op = "dynamic_partition", .fragment = "f64", .call = [] { dynamic_partition(uniform({2}), uniform({2}), 2); }});
}

void add_stitch(SampleList& list) {
  list.add({.op = "dynamic_stitch",
            .inputs = {constant({4, 0, 1}), uniform({2, 3}), uniform({1, 3}, -2, 2, 2)},
            .run =
                [](const Inputs& x) {
                  return outputs(dynamic_stitch({slice(x[0], {0}, {2}), slice(x[0], {2}, {1})}, {x[1], x[2]}));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({5, 3}, [&](const Place& p) {
                    return p[0] == 4 ? at(x[1], {0, p[1]}) : p[0] == 0 ? at(x[1], {1, p[1]}) : p[0] == 1 ? at(x[2], {0, p[1]}) : 0.0;
                  })};
                },
            .dtypes = {float64}});
  list.add({.op = "dynamic_stitch",
            .inputs = {constant({{1, 2}, {3, 0}}), uniform({2, 2})},
            .run = [](const Inputs& x) { return outputs(dynamic_stitch({x[0]}, {x[1]})); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{{{4}, {x[1].values[3], x[1].values[0], x[1].values[1], x[1].values[2]}}};
                },
            .dtypes = {float64}});
  list.refuse({.op = "dynamic_stitch", .fragment = "a place is -1", .call = [] { dynamic_stitch({constant({-1})}, {uniform({1})}); }});
  list.refuse({.op = "dynamic_stitch", .fragment = "1 tensors of places and 0 of data", .call = [] { dynamic_stitch({constant({0})}, {}); }});
  list.refuse({.op = "dynamic_stitch", .fragment = "data 0 has parts of [2] and data 1 of [3]", .call = [] {
                 dynamic_stitch({constant({0}), constant({1})}, {uniform({1, 2}), uniform({1, 3})});
               }});
}

const Samples kSamples([](SampleList& list) {
  add_partition(list);
  add_stitch(list);
});

}  // namespace
}  // namespace whygrad::samples
