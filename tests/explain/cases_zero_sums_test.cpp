// Zero gradients in which no single number is 0: sums that cancel, ways that are not taken, numbers that leave the range of their type.
#include "explain/diagnosis_test.hpp"

namespace whygrad::testing {
namespace {

constexpr Finding::Status kZero = Finding::Status::kZero;

TEST(ZeroSums, data_balanced_around_zero_weights) {
  const Variable w(zeros({2, 1}), "w");
  const Tensor x = constant({{1.0f, 1.0f}, {-1.0f, -1.0f}, {1.0f, -1.0f}, {-1.0f, 1.0f}}), y = constant({{1.0f}, {1.0f}, {-1.0f}, {-1.0f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor out = matmul(x, w);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_mean(square(out - y)), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroCancel, "matmul", line));
  EXPECT_THAT(report.findings()[0].why, HasSubstr("cancel each other"));
}

// A mask that is 0 in places says nothing about the others.
TEST(ZeroSums, a_mask_stays_a_mask) {
  const Variable w = variable({0.5f, 0.2f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor masked = constant({{0.0f, 0.0f}, {1.0f, 1.0f}}) * w;
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(masked * constant({{1.0f, 1.0f}, {0.0f, 0.0f}})), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroMasked, "multiply", line));
}

TEST(ZeroSums, bias_that_the_mean_takes_out) {
  const Variable b = variable({0.25f, 0.5f}, "b");
  const Tensor x = constant({{1.0f, 2.0f}, {3.0f, 6.0f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor h = x + b;
  const Tensor centred = h - reduce_mean(h, 0);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(square(centred)), b);
  EXPECT_THAT(report, Says("b", kZero, Cause::kZeroCancel, "subtract", line));
  EXPECT_EQ(report.findings()[0].confidence, Confidence::kLikely);
}

// As a layer's normalisation is often written.
TEST(ZeroSums, rows_that_are_normalised_and_added_up) {
  const Variable w = variable({{1.0f, 0.0f}, {0.0f, 1.0f}}, "w");
  const Tensor x = constant({{1.0f, 3.0f}, {-2.0f, 2.0f}}), shift = constant({0.5f, 0.5f});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor h = matmul(x, w);
  const Tensor mean = reduce_mean(h, 1, true);
  const int line = __LINE__ - 1;
  const Tensor scale = rsqrt(reduce_mean(square(stop_gradient(h - mean)), 1, true));
  tape.gradient(reduce_sum(h * scale + (shift - mean * scale)), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroCancel, "reduce_mean", line));
  EXPECT_EQ(report.findings()[0].confidence, Confidence::kLikely);
}

TEST(ZeroSums, a_sum_that_is_taken_from_itself_is_no_mean_that_is_taken_out) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor nothing = reduce_sum(w) - reduce_sum(w * 1.0f);
  const int line = __LINE__ - 1;
  tape.gradient(nothing, w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroCancel, "subtract", line));
}

TEST(ZeroSums, the_smaller_of_two_is_the_clipped_one) {
  const Variable logp = variable({0.5f, 0.8f}, "logp");
  const Tensor advantage = constant({1.0f, 2.0f});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor ratio = exp(logp - constant({-0.5f, -0.4f}));
  const Tensor clipped = clip_by_value(ratio, 0.8f, 1.2f);
  const int line = __LINE__ - 1;
  tape.gradient(-reduce_mean(minimum(ratio * advantage, clipped * advantage)), logp);
  EXPECT_THAT(report, Says("logp", kZero, Cause::kZeroClip, "clip_by_value", line));
}

TEST(ZeroSums, only_the_real_part_is_used) {
  const Variable re = variable({1.0f, 2.0f}, "re"), im = variable({0.5f, -1.0f}, "im");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor part = real(complex(re, im));
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(square(part)), {re, im});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("im", kZero, Cause::kComplex, "real", line));
}

TEST(ZeroSums, root_of_an_infinity) {
  const Variable w = variable({1e20f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor squares = square(w);
  const int line = __LINE__ - 1;
  tape.gradient(sqrt(reduce_sum(squares)), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kNanOverflow, "square", line));
}

TEST(ZeroSums, units_at_their_cap) {
  const Variable w = variable({{10.0f, 20.0f}}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor h = nn::relu6(w);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(h), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroSaturated, "relu6", line));
}

// TensorFlow flushes subnormals: the slope of a sigmoid that far out is 0, not 4e-44.
TEST(ZeroSums, a_subnormal_slope_is_none) {
  const Variable w = variable({-100.0f, -95.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor p = sigmoid(w);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(square(p - 1.0f)), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroSaturated, "sigmoid", line));
}

}  // namespace
}  // namespace whygrad::testing
