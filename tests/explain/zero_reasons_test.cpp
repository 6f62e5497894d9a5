// Zero gradients that look alike, and what tells their reasons apart.
#include "explain/diagnosis_test.hpp"

#include <whygrad/ops/complex.hpp>

#include <functional>
#include <limits>

namespace whygrad::testing {
namespace {

constexpr Finding::Status kZeroStatus = Finding::Status::kZero;

// The only finding about w, where `loss` is differentiated with respect to it.
Finding about(const Tensor& first, const std::function<Tensor(const Variable& w)>& loss) {
  const Variable w(first, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  tape.gradient(loss(w), w);
  EXPECT_EQ(report.findings().size(), 1u) << report;
  return report.empty() ? Finding() : report.findings()[0];
}

TEST(ZeroReason, an_op_that_stops_both_of_its_inputs_is_named_once) {
  const Finding f = about(zeros({2}), [](const Variable& w) { return reduce_sum((w * 1.0f) * (w * 2.0f)); });
  EXPECT_EQ(f.cause, Cause::kZeroMasked);
  EXPECT_EQ(f.op, "multiply");
  EXPECT_TRUE(f.others.empty());
  EXPECT_THAT(f.why, HasSubstr("which is 0 everywhere"));
}

TEST(ZeroReason, units_at_either_end_of_relu6) {
  const Finding f = about(constant({-1.0f, 8.0f}), [](const Variable& w) { return reduce_sum(nn::relu6(w)); });
  EXPECT_EQ(f.cause, Cause::kZeroDeadUnit);
  EXPECT_EQ(f.why, "every unit of `relu6` to which a gradient came is where its slope is 0: at or below 0, or at its cap");
  EXPECT_THAT(f.evidence, Contains("1 of its 2 results are 0"));
}

TEST(ZeroReason, shares_too_small_for_their_type) {
  const Finding f = about(constant({87.3f, 0.0f}), [](const Variable& w) { return reduce_sum(nn::softmax(w) * constant({1e-8f, 2e-8f})); });
  EXPECT_EQ(f.cause, Cause::kZeroSaturated);
  EXPECT_EQ(f.op, "softmax");
}

TEST(ZeroReason, a_bound_that_is_not_zero_clips) {
  const Finding f = about(constant({1.0f, 2.0f}), [](const Variable& w) { return reduce_sum(maximum(w, 5.0f)); });
  EXPECT_EQ(f.cause, Cause::kZeroClip);
  EXPECT_EQ(f.op, "maximum");
  EXPECT_THAT(f.evidence, Contains("`maximum` was given 2 values between 1 and 2"));
}

TEST(ZeroReason, a_bound_that_was_computed_is_another_operand) {
  const Finding f = about(constant({-1.0f, -2.0f}), [](const Variable& w) { return reduce_sum(maximum(w, nn::relu(constant(-1.0f)))); });
  EXPECT_EQ(f.cause, Cause::kZeroFlat);
  EXPECT_EQ(f.op, "maximum");
  EXPECT_THAT(f.why, HasSubstr("took the other operand wherever a gradient came to it"));
}

TEST(ZeroReason, the_square_of_what_is_off_names_what_is_off) {
  const Finding f = about(constant({-1.0f, -2.0f}), [](const Variable& w) { return reduce_sum(square(nn::relu(w))); });
  EXPECT_EQ(f.cause, Cause::kZeroDeadUnit);
  EXPECT_EQ(f.op, "relu");
}

TEST(ZeroReason, a_factor_picked_from_what_is_off) {
  const Finding f = about(constant({1.0f, 2.0f}), [](const Variable& w) {
    const Tensor off = nn::relu(constant({-1.0f, -2.0f, -3.0f}));
    return reduce_sum(w * gather(off, constant({0, 2})));
  });
  EXPECT_EQ(f.cause, Cause::kZeroDeadUnit);
  EXPECT_EQ(f.op, "relu");
  EXPECT_THAT(f.evidence, Contains(HasSubstr("multiplies by its results, which are all 0")));
}

TEST(ZeroReason, another_variable_that_is_zero) {
  const Variable scale = variable(0.0f, "scale");
  const Finding f = about(constant(1.0f), [&](const Variable& w) { return w * scale; });
  EXPECT_EQ(f.cause, Cause::kZeroMasked);
  EXPECT_THAT(f.also, Contains(Cause::kDisconnectedZero));
  EXPECT_EQ(f.why, "`multiply` multiplies by variable `scale`, which is 0 everywhere");
}

TEST(ZeroReason, what_is_divided_by_infinite_data) {
  const Finding f = about(constant({1.0f, 2.0f}), [](const Variable& w) {
    const float inf = std::numeric_limits<float>::infinity();
    return reduce_sum(w / constant({inf, inf}));
  });
  EXPECT_EQ(f.op, "divide");
  EXPECT_NE(f.cause, Cause::kNanOverflow) << "no op made this infinity";
}

TEST(ZeroReason, an_activation_that_was_given_infinities) {
  const Finding f = about(constant({1.0f, 2.0f}), [](const Variable& w) { return reduce_sum(sigmoid(w * 1e38f * 1e38f)); });
  EXPECT_EQ(f.op, "multiply");
  EXPECT_EQ(f.cause, Cause::kNanOverflow);
  EXPECT_THAT(f.also, Contains(Cause::kZeroSaturated));
  EXPECT_THAT(f.why, HasSubstr("`multiply` made an infinity of finite numbers, and there `sigmoid` at zero_reasons_test.cpp:93 has no slope left"));
}

TEST(ZeroReason, a_part_that_was_moved_before_it_was_sliced_away) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor moved = reshape(transpose(stack({w, constant({3.0f, 4.0f})}, 0)), {4});  // w0 3 w1 4
  const int line = __LINE__ + 1;
  const Tensor kept = strided_slice(moved, {1}, {4}, {2});
  tape.gradient(reduce_sum(kept), w);
  EXPECT_THAT(report, Says("w", kZeroStatus, Cause::kZeroMasked, "strided_slice", line));
}

TEST(ZeroReason, the_other_part_of_a_complex_number_that_was_moved) {
  const Variable w(cast(ones({2}), complex64), "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor z = concat({w, cast(ones({2}), complex64)}, 0);
  const int line = __LINE__ + 1;
  const Tensor kept = slice(z, {2}, {2});
  tape.gradient(reduce_sum(real(kept)), w);
  EXPECT_THAT(report, Says("w", kZeroStatus, Cause::kComplex, "slice", line));
}

TEST(ZeroReason, of_many_ways_that_cancel_three_are_listed) {
  const Finding f = about(constant(1.0f), [](const Variable& w) { return w * 2.0f - w * 3.0f + w * 4.0f - w * 3.0f; });
  EXPECT_EQ(f.cause, Cause::kZeroCancel);
  EXPECT_THAT(f.why, HasSubstr("over 4 ways"));
  EXPECT_EQ(f.evidence.size(), 3u);
}

TEST(ZeroReason, so_many_ways_that_nobody_looks_where_they_meet) {
  const Finding f = about(constant(1.0f), [](const Variable& w) {
    Tensor sum = w * 0.0f + 1.0f;
    for (int i = 0; i < 40; ++i) sum = sum + w * 2.0f - w * 2.0f;
    return sum;
  });
  EXPECT_EQ(f.cause, Cause::kZeroCancel);
  EXPECT_THAT(f.why, HasSubstr("over 80 ways"));
}

TEST(ZeroReason, a_product_that_meets_zeros_on_both_sides_is_masked_and_not_balanced) {
  const Finding f = about(constant({{1.0f, 2.0f}}), [](const Variable& w) {
    return reduce_sum(matmul(w, constant({{0.0f, 5.0f}, {0.0f, 7.0f}})) * constant({{1.0f, 0.0f}}));
  });
  EXPECT_EQ(f.cause, Cause::kZeroMasked);
  EXPECT_EQ(f.op, "matmul");
  EXPECT_THAT(f.evidence, Contains("the gradient that arrived at it has the norm 1; all that it passed on is 0"));
}

}  // namespace
}  // namespace whygrad::testing
