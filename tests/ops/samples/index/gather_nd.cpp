// Positions along several axes, and conditions as positions.
#include "ops/samples/places.hpp"

#include <whygrad/ops/index.hpp>

namespace whygrad::samples {
namespace {

std::int64_t whole(double x) { return static_cast<std::int64_t>(x); }

// Rows of indices into [3, 4], no two alike.
Tensor rows(const std::vector<std::int64_t>& values) { return constant(values, {static_cast<std::int64_t>(values.size()) / 2, 2}); }

void add_gather(SampleList& list) {
  list.add({.op = "gather_nd",
            .inputs = {uniform({3, 4, 2}), rows({2, 1, 0, 3, 2, 1})},
            .run = [](const Inputs& x) { return outputs(gather_nd(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 2}, [&](const Place& p) {
                    return at(x[0], {whole(at(x[1], {p[0], 0})), whole(at(x[1], {p[0], 1})), p[1]});
                  })};
                }});
  list.add({.op = "gather_nd",
            .inputs = {uniform({3, 4}), integers({2, 5, 1}, 0, 2)},
            .run = [](const Inputs& x) { return outputs(gather_nd(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({2, 5, 4}, [&](const Place& p) { return at(x[0], {whole(at(x[1], {p[0], p[1], 0})), p[2]}); })};
                }});
  list.add({.op = "gather_nd",
            .inputs = {uniform({3}), integers({2, 0}, 0, 0)},
            .run = [](const Inputs& x) { return outputs(gather_nd(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({2, 3}, [&](const Place& p) { return at(x[0], {p[1]}); })};
                }});
  list.refuse({.op = "gather_nd", .fragment = "indices[1, 0] is 3, which is not in [0, 3)", .call = [] {
                 gather_nd(uniform({3, 4}), rows({2, 1, 3, 0}));
               }});
  list.refuse({.op = "gather_nd", .fragment = "indices[0, 1] is -1", .call = [] { gather_nd(uniform({3, 4}), rows({2, -1})); }});
  list.refuse({.op = "gather_nd", .fragment = "name no places in [3]", .call = [] { gather_nd(uniform({3}), rows({2, 1})); }});
  list.refuse({.op = "gather_nd", .fragment = "indices are f64", .call = [] { gather_nd(uniform({3, 4}), uniform({1, 2})); }});
}

void add_scatter(SampleList& list) {
  list.add({.op = "scatter_nd",
            .inputs = {rows({2, 1, 0, 3, 2, 1}), uniform({3, 2})},
            .run =
                [](const Inputs& x) {
                  return outputs(scatter_nd(x[0], x[1], {3, 4, 2}));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 4, 2}, [&](const Place& p) {
                    double sum = 0;
                    for (std::int64_t i = 0; i < 3; ++i) {
                      if (whole(at(x[0], {i, 0})) == p[0] && whole(at(x[0], {i, 1})) == p[1]) sum += at(x[1], {i, p[2]});
                    }
                    return sum;
                  })};
                },
            .dtypes = {float64}});
  list.refuse({.op = "scatter_nd", .fragment = "updates must be [1]", .call = [] { scatter_nd(rows({2, 1}), uniform({2}), {3, 4}); }});
  list.refuse({.op = "scatter_nd", .fragment = "indices[0, 0] is 5", .call = [] { scatter_nd(rows({5, 1}), uniform({1}), {3, 4}); }});
  list.add({.op = "scatter_nd",
            .inputs = {constant({{0}, {1}, {0}}, int64), constant({true, false, false})},
            .run = [](const Inputs& x) { return outputs(scatter_nd(x[0], x[1], {3})); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{3}, {1, 0, 0}}};
                },
            .dtypes = {bool_},
            .in_f32 = false});
  // At place 1 both updates and x meet, at place 2 an update is equal to x.
  const auto add_extreme = [&list](const char* op, auto f, std::vector<double> expected) {
    list.add({.op = op,
              .inputs = {numbers({4}, {1, 2, 3, 4}), constant({{1}, {1}, {2}}, int64), numbers({3}, {5, -5, 7})},
              .run = [f](const Inputs& x) { return outputs(f(x[0], x[1], x[2], Where::here())); },
              .expected =
                  [expected](const Arrays&) {
                    return Arrays{{{4}, expected}};
                  }});
    list.refuse({.op = op, .fragment = "updates must be [1]", .call = [f] { f(uniform({3}), constant({{1}}), uniform({2}), Where::here()); }});
    list.refuse({.op = op, .fragment = "indices[0, 0] is 3", .call = [f] { f(uniform({3}), constant({{3}}), uniform({1}), Where::here()); }});
  };
  add_extreme("tensor_scatter_nd_max", tensor_scatter_nd_max, {1, 5, 7, 4});
  add_extreme("tensor_scatter_nd_min", tensor_scatter_nd_min, {1, -5, 3, 4});

  list.add({.op = "tensor_scatter_nd_update",
            .inputs = {uniform({3, 4}, -2, 2, 1), rows({2, 1, 0, 3}), uniform({2}, -2, 2, 2)},
            .run = [](const Inputs& x) { return outputs(tensor_scatter_nd_update(x[0], x[1], x[2])); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 4}, [&](const Place& p) {
                    double value = at(x[0], p);
                    for (std::int64_t i = 0; i < 2; ++i) {
                      if (whole(at(x[1], {i, 0})) == p[0] && whole(at(x[1], {i, 1})) == p[1]) value = at(x[2], {i});
                    }
                    return value;
                  })};
                }});
  list.add({.op = "tensor_scatter_nd_update",
            .inputs = {uniform({3, 2}, -2, 2, 1), constant({{1}}, int64), uniform({1, 2}, -2, 2, 2)},
            .run = [](const Inputs& x) { return outputs(tensor_scatter_nd_update(x[0], x[1], x[2])); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 2}, [&](const Place& p) { return p[0] == 1 ? at(x[2], {0, p[1]}) : at(x[0], p); })};
                }});
  list.refuse({.op = "tensor_scatter_nd_update", .fragment = "do not mix", .call = [] {
                 tensor_scatter_nd_update(uniform({3, 4}), rows({2, 1}), integers({1}, 0, 1));
               }});
  list.refuse({.op = "tensor_scatter_nd_update", .fragment = "updates must be [1]", .call = [] {
                 tensor_scatter_nd_update(uniform({3, 4}), rows({2, 1}), uniform({3}));
               }});
}

void add_where(SampleList& list) {
  for (const Inputs& inputs : {Inputs{booleans({3, 4})}, Inputs{integers({5}, 0, 2)}, Inputs{uniform({})}, Inputs{constant({false, false})}}) {
    list.add({.op = "where_not_zero",
              .inputs = inputs,
              .run = [](const Inputs& x) { return outputs(whygrad::where(x[0])); },
              .expected =
                  [](const Arrays& x) {
                    Array places{{}, {}};
                    std::int64_t count = 0;
                    by_place(x[0].shape, [&](const Place& p) {
                      if (at(x[0], p) != 0) {
                        ++count;
                        for (const std::int64_t i : p) places.values.push_back(static_cast<double>(i));
                      }
                      return 0.0;
                    });
                    places.shape = {count, x[0].shape.rank()};
                    return Arrays{places};
                  },
              .dtypes = {int64}});
  }
  list.refuse({.op = "where_not_zero", .fragment = "empty handle", .call = [] { whygrad::where(Tensor()); }});
}

const Samples kSamples([](SampleList& list) {
  add_gather(list);
  add_scatter(list);
  add_where(list);
});

}  // namespace
}  // namespace whygrad::samples
