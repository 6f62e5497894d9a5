// Quantised numbers.
#include "ops/samples/samples.hpp"

#include <whygrad/ops/quantization.hpp>

#include <algorithm>
#include <cmath>

namespace whygrad::samples {
namespace {

// Levels from low to high, moved so that 0 is one.
double at_level(double x, double low, double high, double levels) {
  const double step = (high - low) / levels, zero = std::round(std::clamp(-low / step, 0.0, levels));
  const double least = -zero * step, most = (levels - zero) * step;
  return std::floor((std::clamp(x, least, most) - least) / step + 0.5) * step + least;
}

const Samples kSamples([](SampleList& list) {
  // The gradient is not that of the function, which is a staircase: it is tested by values in quantization_test.cpp.
  list.add({.op = "fake_quant_with_min_max_vars",
            .inputs = {uniform({3, 4}), numbers({}, {-1.1}), numbers({}, {1.3})},
            .run = [](const Inputs& x) { return outputs(quantization::fake_quant(x[0], x[1], x[2], {.num_bits = 4})); },
            .expected =
                [](const Arrays& x) {
                  Array y = x[0];
                  for (double& v : y.values) v = at_level(v, x[1].values[0], x[2].values[0], 15);
                  return Arrays{y};
                },
            .order = 0});
  list.add({.op = "fake_quant_with_min_max_vars",
            .inputs = {uniform({3, 2}), numbers({2}, {-1.02, -0.5}), numbers({2}, {1, 2})},
            .run = [](const Inputs& x) { return outputs(quantization::fake_quant(x[0], x[1], x[2])); },
            .expected =
                [](const Arrays& x) {
                  Array y = x[0];
                  for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] = at_level(y.values[i], x[1].values[i % 2], x[2].values[i % 2], 255);
                  return Arrays{y};
                },
            .order = 0});
  list.add({.op = "quantize_and_dequantize",
            .inputs = {uniform({3, 4}), numbers({}, {-1}), numbers({}, {0.5})},
            .run = [](const Inputs& x) { return outputs(quantization::quantize_and_dequantize(x[0], x[1], x[2], {.num_bits = 5})); },
            .expected =
                [](const Arrays& x) {
                  Array y = x[0];
                  for (double& v : y.values) v = std::nearbyint(std::clamp(v, -1.0, 15.0 / 16) * 16) / 16;
                  return Arrays{y};
                },
            .order = 0});
  // Where the rules are those of the function: all of x beyond the levels, and a bound that is 0, so that the other one is a level itself.
  struct Beyond {
    double x, low, high;
    int input;
  };
  for (const Beyond& b : {Beyond{-3, -1.02, 1, 0}, Beyond{-3, -1, 0, 1}, Beyond{3, 0, 1, 2}}) {
    list.add({.op = "fake_quant_with_min_max_vars",
              .inputs = {numbers({2}, {b.x, b.x * 1.5}), numbers({}, {b.low}), numbers({}, {b.high})},
              .run = [](const Inputs& x) { return outputs(quantization::fake_quant(x[0], x[1], x[2])); },
              .expected =
                  [](const Arrays& x) {
                    const double y = at_level(x[0].values[0], x[1].values[0], x[2].values[0], 255);
                    return Arrays{{{2}, {y, y}}};
                  },
              .differentiate = {b.input}});
  }
  list.add({.op = "quantize_and_dequantize",
            .inputs = {numbers({2}, {-3, 5}), numbers({}, {-1}), numbers({}, {1})},
            .run = [](const Inputs& x) { return outputs(quantization::quantize_and_dequantize(x[0], x[1], x[2])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{2}, {-128.0 / 127, 1}}};
                },
            .differentiate = {0}});
  list.refuse({.op = "quantize_and_dequantize", .fragment = "num_bits is 62", .call = [] {
                 quantization::quantize_and_dequantize(uniform({2}), uniform({}), uniform({}), {.num_bits = 62});
               }});
  const auto fake = [](const Tensor& x, const Tensor& low, std::int64_t bits) {
    return [=] { quantization::fake_quant(x, low, low, {.num_bits = bits}); };
  };
  const char* op = "fake_quant_with_min_max_vars";
  list.refuse({.op = op, .fragment = "num_bits is 1", .call = fake(uniform({2}), uniform({}), 1)});
  list.refuse({.op = op, .fragment = "the bounds are scalars", .call = fake(uniform({2}), uniform({3, 2}), 8)});
  list.refuse({.op = op, .fragment = "floating numbers", .call = fake(integers({2}, 0, 1), uniform({}), 8)});
});

}  // namespace
}  // namespace whygrad::samples
