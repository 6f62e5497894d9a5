// Facts about shapes.
#include "ops/samples/places.hpp"

#include <whygrad/ops/shape.hpp>

namespace whygrad::samples {
namespace {

void add_facts(SampleList& list) {
  list.add({.op = "shape",
            .inputs = {uniform({2, 3})},
            .run = [](const Inputs& x) { return outputs(shape(x[0])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{2}, {2, 3}}};
                },
            .dtypes = {int32}});
  list.add({.op = "size",
            .inputs = {uniform({2, 3})},
            .run = [](const Inputs& x) { return outputs(size(x[0], int64)); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{}, {6}}};
                },
            .dtypes = {int64}});
  list.add({.op = "rank",
            .inputs = {uniform({2, 3})},
            .run = [](const Inputs& x) { return outputs(rank(x[0])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{}, {2}}};
                },
            .dtypes = {int32}});
  list.refuse({.op = "shape", .fragment = "a size of type f32", .call = [] { shape(uniform({2}), float32); }});
  list.refuse({.op = "size", .fragment = "a size of type f32", .call = [] { size(uniform({2}), float32); }});
  list.refuse({.op = "rank", .fragment = "empty handle", .call = [] { rank(Tensor()); }});
}

const Samples kSamples([](SampleList& list) { add_facts(list); });

}  // namespace
}  // namespace whygrad::samples
