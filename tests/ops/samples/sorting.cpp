// argsort, top_k, unique.
#include "ops/samples/places.hpp"

#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/sorting.hpp>

#include <algorithm>
#include <numeric>

namespace whygrad::samples {
namespace {

// Where the elements of a row stand when it is sorted.
std::vector<double> sorted_places(const std::vector<double>& row, bool descending) {
  std::vector<double> places(row.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](double i, double j) {
    const double a = row[static_cast<std::size_t>(i)], b = row[static_cast<std::size_t>(j)];
    return descending ? a > b : a < b;
  });
  return places;
}

void add_argsort(SampleList& list) {
  for (const Direction direction : {Direction::kAscending, Direction::kDescending}) {
    for (const std::int64_t axis : {0, 1, -1}) {
      list.add({.op = "argsort",
                .inputs = {cast(integers({3, 5, 4}, 0, 3), float64)},  // with ties
                .run = [=](const Inputs& x) { return outputs(argsort(x[0], axis, direction)); },
                .expected =
                    [=](const Arrays& x) {
                      const bool descending = direction == Direction::kDescending;
                      return Arrays{along([=](const std::vector<double>& row) { return sorted_places(row, descending); }, x[0],
                                          axis < 0 ? 2 : static_cast<int>(axis))};
                    },
                .dtypes = {int32}});
    }
  }
  list.refuse({.op = "argsort", .fragment = "a scalar has no order", .call = [] { argsort(uniform({})); }});
  list.refuse({.op = "argsort", .fragment = "axis 2 is out of range", .call = [] { argsort(uniform({2, 3}), 2); }});
  list.refuse({.op = "argsort", .fragment = "the op takes real numbers", .call = [] { argsort(complex_numbers({2})); }});
}

void add_top_k(SampleList& list) {
  for (const std::int64_t k : {0, 1, 3, 5}) {
    list.add({.op = "top_k",
              .inputs = {distinct({2, 3, 5})},
              .run =
                  [=](const Inputs& x) {
                    const auto [values, indices] = top_k(x[0], k);
                    return std::vector<Tensor>{values, indices};
                  },
              .expected =
                  [=](const Arrays& x) {
                    const Array places = along([](const std::vector<double>& row) { return sorted_places(row, true); }, x[0], 2);
                    const Array values = along(
                        [](std::vector<double> row) {
                          std::sort(row.begin(), row.end(), std::greater<>());
                          return row;
                        },
                        x[0], 2);
                    const auto first = [=](const Array& all) { return by_place({2, 3, k}, [&](const Place& p) { return at(all, p); }); };
                    return Arrays{first(values), first(places)};
                  },
              .dtypes = {float64, int32}});
  }
  list.refuse({.op = "top_k", .fragment = "the 4 largest of 3 elements", .call = [] { top_k(uniform({2, 3}), 4); }});
  list.refuse({.op = "top_k", .fragment = "a scalar has no order", .call = [] { top_k(uniform({})); }});
}

const Samples kSamples([](SampleList& list) {
  add_argsort(list);
  add_top_k(list);
  for (const Inputs& inputs : {Inputs{numbers({7}, {3, -1, 3, 2, -1, -1, 5})}, Inputs{integers({20}, 0, 4)}, Inputs{numbers({0}, {})}}) {
    list.add({.op = "unique",
              .inputs = inputs,
              .run =
                  [](const Inputs& x) {
                    const auto [y, idx] = unique(x[0]);
                    return std::vector<Tensor>{y, idx};
                  },
              .expected =
                  [](const Arrays& x) {
                    Array y{{0}, {}}, idx{x[0].shape, {}};
                    for (const double v : x[0].values) {
                      const auto found = std::find(y.values.begin(), y.values.end(), v);
                      idx.values.push_back(static_cast<double>(found - y.values.begin()));
                      if (found == y.values.end()) y.values.push_back(v);
                    }
                    y.shape = Shape{static_cast<std::int64_t>(y.values.size())};
                    return Arrays{y, idx};
                  },
              .dtypes = {inputs[0].dtype(), int32}});
  }
  list.refuse({.op = "unique", .fragment = "x has rank 2", .call = [] { unique(uniform({2, 3})); }});
  list.refuse({.op = "unique", .fragment = "the op takes real numbers", .call = [] { unique(complex_numbers({2})); }});
});

}  // namespace
}  // namespace whygrad::samples
