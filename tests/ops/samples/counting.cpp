// Ops that count or look up.
#include "ops/samples/places.hpp"

#include <whygrad/ops/counting.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>

#include <cmath>

namespace whygrad::samples {
namespace {

void add_counts(SampleList& list) {
  list.add({.op = "histogram_fixed_width",
            .inputs = {numbers({7}, {-5, 0, 0.4, 0.5, 1.9, 2, 7})},
            .run = [](const Inputs& x) { return outputs(histogram_fixed_width(x[0], 0, 2, 4)); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{4}, {3, 1, 0, 3}}};
                },
            .dtypes = {int32}});
  list.refuse(
      {.op = "histogram_fixed_width", .fragment = "0 intervals between 0 and 1", .call = [] { histogram_fixed_width(uniform({2}), 0, 1, 0); }});
  list.refuse({.op = "histogram_fixed_width", .fragment = "between 1 and 1", .call = [] { histogram_fixed_width(uniform({2}), 1, 1); }});
  list.refuse({.op = "histogram_fixed_width", .fragment = "a NaN is among the numbers", .call = [] {
                 histogram_fixed_width(numbers({2}, {0, NAN}), 0, 1);
               }});
  list.refuse({.op = "histogram_fixed_width", .fragment = "real numbers", .call = [] { histogram_fixed_width(booleans({2}), 0, 1); }});

  list.add({.op = "bincount",
            .inputs = {constant({{3, 1}, {0, 3}})},
            .run = [](const Inputs& x) { return outputs(bincount(x[0])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{4}, {1, 1, 0, 2}}};
                },
            .dtypes = {int32}});
  list.add({.op = "weighted_bincount",
            .inputs = {constant({3, 1, 0, 3}), uniform({4})},
            .run = [](const Inputs& x) { return outputs(weighted_bincount(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{{{4}, {at(x[1], {2}), at(x[1], {1}), 0, at(x[1], {0}) + at(x[1], {3})}}};
                },
            .dtypes = {float64}});
  list.refuse({.op = "weighted_bincount", .fragment = "[2] numbers and [3] weights", .call = [] {
                 weighted_bincount(constant({1, 2}), uniform({3}));
               }});
  list.refuse({.op = "weighted_bincount", .fragment = "real weights", .call = [] { weighted_bincount(constant({1, 2}), booleans({2})); }});
  list.refuse({.op = "bincount", .fragment = "-1 is among the numbers", .call = [] { bincount(constant({2, -1})); }});
  list.refuse({.op = "bincount", .fragment = "indices are f64", .call = [] { bincount(uniform({2})); }});

  for (const bool right : {false, true}) {
    list.add({.op = "searchsorted",
              .inputs = {numbers({2, 4}, {1, 2, 2, 5, -1, 0, 1, 2}), numbers({2, 3}, {2, 0, 9, 0, 0.5, -3})},
              .run = [right](const Inputs& x) { return outputs(searchsorted(x[0], x[1], right)); },
              .expected =
                  [right](const Arrays& x) {
                    return Arrays{by_place({2, 3}, [&](const Place& p) {
                      double count = 0;
                      for (std::int64_t i = 0; i < 4; ++i)
                        count += at(x[0], {p[0], i}) < at(x[1], p) || (right && at(x[0], {p[0], i}) == at(x[1], p));
                      return count;
                    })};
                  },
              .dtypes = {int32}});
  }
  list.refuse({.op = "searchsorted", .fragment = "do not mix", .call = [] { searchsorted(uniform({2}), integers({2}, 0, 1)); }});
  list.refuse({.op = "searchsorted", .fragment = "the rows do not go together", .call = [] { searchsorted(uniform({2, 3}), uniform({3, 3})); }});

  for (const std::int64_t k : {1, 2}) {
    list.add({.op = "in_top_k",
              .inputs = {constant({2, 0, 1, 7}), numbers({4, 3}, {1, 2, 3, 1, 2, 3, 2, 2, 1, 0, 0, 0})},
              .run = [k](const Inputs& x) { return outputs(in_top_k(x[0], x[1], k)); },
              .expected =
                  [k](const Arrays& x) {
                    return Arrays{by_place({4}, [&](const Place& p) {
                      const auto target = static_cast<std::int64_t>(at(x[0], p));
                      double larger = 0;
                      for (std::int64_t i = 0; target < 3 && i < 3; ++i) larger += at(x[1], {p[0], i}) > at(x[1], {p[0], target});
                      return target < 3 && larger < static_cast<double>(k);
                    })};
                  },
              .dtypes = {bool_}});
  }
  list.refuse({.op = "in_top_k", .fragment = "do not go together", .call = [] { in_top_k(constant({2}), uniform({2, 3}), 1); }});
  list.refuse({.op = "in_top_k", .fragment = "indices are f64", .call = [] { in_top_k(uniform({2}), uniform({2, 3}), 1); }});
}

const Samples kSamples([](SampleList& list) { add_counts(list); });

}  // namespace
}  // namespace whygrad::samples
