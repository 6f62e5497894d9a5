// gather and one_hot.
#include "ops/index/index.hpp"
#include "ops/samples/places.hpp"

#include <whygrad/ops/index.hpp>

namespace whygrad::samples {
namespace {

std::int64_t whole(double x) { return static_cast<std::int64_t>(x); }

void add_gather(SampleList& list) {
  list.add({.op = "gather",
            .inputs = {uniform({4, 3}), integers({2, 5}, 0, 3)},
            .run = [](const Inputs& x) { return outputs(gather(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({2, 5, 3}, [&](const Place& p) { return at(x[0], {whole(at(x[1], {p[0], p[1]})), p[2]}); })};
                }});
  list.add({.op = "gather",
            .inputs = {uniform({3, 4}), integers({6}, 0, 3)},
            .run = [](const Inputs& x) { return outputs(gather(x[0], x[1], -1)); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 6}, [&](const Place& p) { return at(x[0], {p[0], whole(at(x[1], {p[1]}))}); })};
                }});
  list.add({.op = "gather",
            .inputs = {uniform({2, 3, 5, 2}), integers({2, 4}, 0, 4)},
            .run = [](const Inputs& x) { return outputs(gather(x[0], x[1], 2, 1)); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({2, 3, 4, 2}, [&](const Place& p) { return at(x[0], {p[0], p[1], whole(at(x[1], {p[0], p[2]})), p[3]}); })};
                }});
  list.add({.op = "gather",
            .inputs = {uniform({4}), integers({}, 2, 2)},
            .run = [](const Inputs& x) { return outputs(gather(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{{{}, {x[0].values[2]}}};
                }});
  list.refuse({.op = "gather", .fragment = "indices[1, 0] is 5, which is not in [0, 4)", .call = [] {
                 gather(uniform({4, 3}), constant({{0, 3}, {5, 1}}));
               }});
  list.refuse({.op = "gather", .fragment = "indices[0] is -1", .call = [] { gather(uniform({4}), constant({-1})); }});
  list.refuse({.op = "gather", .fragment = "indices are f64", .call = [] { gather(uniform({4}), uniform({1})); }});
  list.refuse({.op = "gather", .fragment = "axis 2 is out of range", .call = [] { gather(uniform({4, 3}), constant({0}), 2); }});
  list.refuse({.op = "gather", .fragment = "batch_dims 1 with axis 0", .call = [] { gather(uniform({4, 3}), constant({0}), 0, 1); }});
  list.refuse({.op = "gather", .fragment = "axis 0 is shared, but 4 in params", .call = [] { gather(uniform({4, 3}), constant({0}), 1, 1); }});

  for (const std::int64_t batch_dims : {0, 1}) {
    const Shape shape = {2, 4};
    const internal::GatherGradAttrs attrs{.axis = 1, .batch_dims = batch_dims, .shape = shape};
    list.add({.op = "gather_grad",
              .inputs = {uniform({2, 5}), batch_dims == 0 ? integers({5}, 0, 3) : integers({2, 5}, 0, 3)},
              .run = [attrs](const Inputs& x) { return outputs(internal::gather_grad(x[0], x[1], attrs)); },
              .expected =
                  [batch_dims](const Arrays& x) {
                    return Arrays{by_place({2, 4}, [&](const Place& p) {
                      double sum = 0;
                      for (std::int64_t i = 0; i < 5; ++i) {
                        const double index = batch_dims == 0 ? at(x[1], {i}) : at(x[1], {p[0], i});
                        if (whole(index) == p[1]) sum += at(x[0], {p[0], i});
                      }
                      return sum;
                    })};
                  }});
  }
  list.refuse({.op = "gather_grad", .fragment = "dy must be [2, 3]", .call = [] {
                 internal::gather_grad(uniform({3, 2}), constant({0, 1, 1}), {.axis = 1, .batch_dims = 0, .shape = {2, 4}});
               }});
}

const Samples kSamples([](SampleList& list) {
  add_gather(list);
  list.add({.op = "one_hot",
            .inputs = {integers({3, 2}, -1, 4)},
            .run = [](const Inputs& x) { return outputs(one_hot(x[0], 4, {.dtype = float64})); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 2, 4}, [&](const Place& p) { return whole(at(x[0], {p[0], p[1]})) == p[2]; })};
                },
            .dtypes = {float64}});
  list.add({.op = "one_hot",
            .inputs = {integers({5}, 0, 2)},
            .run = [](const Inputs& x) { return outputs(one_hot(x[0], 3, {.on_value = 7, .off_value = -2, .axis = 0, .dtype = int32})); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 5}, [&](const Place& p) { return whole(at(x[0], {p[1]})) == p[0] ? 7 : -2; })};
                },
            .dtypes = {int32}});
  list.refuse({.op = "one_hot", .fragment = "depth is -1", .call = [] { one_hot(constant({0}), -1); }});
  list.refuse({.op = "one_hot", .fragment = "indices are f64", .call = [] { one_hot(uniform({2}), 3); }});
  list.refuse({.op = "one_hot", .fragment = "i32 cannot hold the number 0.5", .call = [] {
                 one_hot(constant({0}), 3, {.on_value = 0.5, .off_value = 0, .dtype = int32});
               }});
});

}  // namespace
}  // namespace whygrad::samples
