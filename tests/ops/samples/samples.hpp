// Samples: for each op some inputs, a plain reference for the value, and calls that must fail. From them samples_test.cpp checks, for every op of the
// table, the value and shape (also for inputs that are strided views, and in f32), the gradient and its gradient against central differences, and the
// words of the errors; it fails for an op without samples.
//
// To add a family, add a file samples/<family>.cpp with a table of its own; nothing else has to be touched:
//
//   const Samples kSamples([](SampleList& list) {
//     list.add({.op = "matmul",                                                    // its name in the op table; one Sample per case
//               .inputs = {uniform({3, 4}), uniform({4, 2})},                      // f64, away from kinks
//               .run = [](const Inputs& x) { return outputs(matmul(x[0], x[1])); },
//               .expected = [](const Arrays& x) { return Arrays{product(x[0], x[1])}; }});
//     list.refuse({.op = "matmul", .fragment = "rows", .call = [] { matmul(uniform({3, 4}), uniform({3, 4})); }});
//   });
#pragma once

#include <whygrad/testing/op_samples.hpp>

namespace whygrad::samples {

using namespace whygrad::testing;

// Registers a table; it is filled when the first test asks.
class Samples {
 public:
  explicit Samples(void (*fill)(SampleList&));
};
// All tables.
const SampleList& all_samples();

}  // namespace whygrad::samples
