// The gradients of quantised numbers: straight through between the levels, to the bounds beyond them.
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/quantization.hpp>
#include <whygrad/ops/reduce.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace whygrad {
namespace {

using testing::ElementsAre;

std::vector<float> values(const Tensor& t) { return t.to_vector<float>(); }
std::vector<float> values(const Gradient& g) { return g->to_vector<float>(); }

TEST(FakeQuant, TheGradientGoesToTheBoundBeyondIt) {
  const Variable x(constant({-3.0F, -0.5F, 0.25F, 2.5F, 9.0F})), low(constant(-1.0F)), high(constant(2.0F));
  GradientTape tape({.persistent = true});
  const Tensor y = quantization::fake_quant(x, low, high), loss = reduce_sum(y * constant({1.0F, 2.0F, 3.0F, 4.0F, 5.0F}));
  EXPECT_THAT(values(tape.gradient(loss, x)), ElementsAre(0, 2, 3, 0, 0));
  EXPECT_THAT(values(tape.gradient(loss, low)), ElementsAre(1));
  EXPECT_THAT(values(tape.gradient(loss, high)), ElementsAre(9));
}

TEST(FakeQuant, ChannelsHaveBoundsOfTheirOwn) {
  const Variable x(constant({{-3.0F, 0.5F}, {0.5F, 3.0F}})), low(constant({-1.0F, 0.0F})), high(constant({1.0F, 2.0F}));
  GradientTape tape({.persistent = true});
  const Tensor loss = reduce_sum(quantization::fake_quant(x, low, high));
  EXPECT_THAT(values(tape.gradient(loss, x)), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(values(tape.gradient(loss, low)), ElementsAre(1, 0));
  EXPECT_THAT(values(tape.gradient(loss, high)), ElementsAre(0, 1));
}

TEST(FakeQuant, AllZeroBoundsPassTheGradient) {
  const Variable x(constant({-3.0F, 0.5F}));
  GradientTape tape;
  const Tensor y = quantization::fake_quant(x, constant(0.0F), constant(0.0F));
  EXPECT_THAT(values(y), ElementsAre(0, 0));
  EXPECT_THAT(values(tape.gradient(reduce_sum(y), x)), ElementsAre(1, 1));
}

TEST(FakeQuant, TheGradientHasAGradient) {
  const Variable x(constant({-3.0F, 0.5F}));
  GradientTape outer;
  GradientTape inner;
  const Tensor y = quantization::fake_quant(x, constant(-1.0F), constant(1.0F));
  const Tensor slope = *inner.gradient(reduce_sum(square(y)), x);
  EXPECT_THAT(values(outer.gradient(reduce_sum(slope), x)), ElementsAre(0, 2));
}

TEST(QuantizeAndDequantize, TheGradientIsCutOrNot) {
  const Variable x(constant({-3.0F, 0.5F}));
  for (const bool clips : {true, false}) {
    GradientTape tape;
    const Tensor y = quantization::quantize_and_dequantize(x, constant(-1.0F), constant(1.0F), {.clips_gradient = clips});
    EXPECT_THAT(values(tape.gradient(reduce_sum(y), x)), ElementsAre(clips ? 0 : 1, 1));
  }
}

// As in TensorFlow.
TEST(QuantizeAndDequantize, TakesOneBitAndMany) {
  const Tensor x = constant({0.3F, -0.7F, 1.0F}), low = constant(-1.0F), high = constant(1.0F);
  EXPECT_THAT(values(quantization::quantize_and_dequantize(x, low, high, {.num_bits = 1})), ElementsAre(0, -1, 0));
  EXPECT_THAT(values(quantization::quantize_and_dequantize(x, low, high, {.num_bits = 17})), ElementsAre(0.29999238F, -0.69999236F, 1));
}

TEST(FakeQuant, NanPassesNoGradient) {
  const Variable x(constant({NAN, INFINITY, -INFINITY, 1.0F})), low(constant(-1.0F)), high(constant(2.0F));
  GradientTape tape({.persistent = true});
  const Tensor loss = reduce_sum(quantization::fake_quant(x, low, high));
  EXPECT_THAT(values(tape.gradient(loss, x)), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(values(tape.gradient(loss, low)), ElementsAre(1));
  EXPECT_THAT(values(tape.gradient(loss, high)), ElementsAre(1));
}

}  // namespace
}  // namespace whygrad
