// Programs that look like one cause and have another: what is said to be proven is what the numbers prove.
#include "explain/diagnosis_test.hpp"

#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/segment.hpp>

#include <functional>
#include <limits>

namespace whygrad::testing {
namespace {

const float kInfinity = std::numeric_limits<float>::infinity(), kNotANumber = std::numeric_limits<float>::quiet_NaN();

struct Case {
  const char* name;
  Tensor first;
  std::function<Tensor(const Variable& w)> loss;
  Finding::Status status;
  Cause cause;
  const char* op;
  const char* words;  // of why, evidence or remedy
  const char* wrong;  // what would not be so; empty where nothing lies near
  Confidence confidence = Confidence::kProven;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Proven : public ::testing::TestWithParam<Case> {};

TEST_P(Proven, says_what_the_numbers_prove) {
  const Case& c = GetParam();
  const Variable w(c.first, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  tape.gradient(c.loss(w), w);
  ASSERT_EQ(report.findings().size(), 1u) << report;
  const Finding f = report.findings()[0];
  std::string text = f.why + "\n" + f.remedy;
  for (const std::string& evidence : f.evidence) text += "\n" + evidence;
  for (const OtherBreak& other : f.others) text += "\n" + other.op + ": " + other.remedy;
  EXPECT_EQ(f.status, c.status) << report;
  EXPECT_EQ(f.cause, c.cause) << report;
  EXPECT_EQ(f.op, c.op) << report;
  EXPECT_EQ(f.confidence, c.confidence) << report;
  EXPECT_THAT(text, HasSubstr(c.words));
  if (*c.wrong != '\0') {
    EXPECT_THAT(text, Not(HasSubstr(c.wrong)));
  }
}

constexpr auto kZero = Finding::Status::kZero;

std::vector<Case> cases() {
  return {
      {"a_minimum", constant({1.0f}), [](const Variable& w) { return reduce_sum(w * w - w * 2.0f); }, kZero, Cause::kZeroCancel, "subtract",
       "lowest point", "does not depend on the source"},
      {"ways_that_always_cancel", constant({1.5f}), [](const Variable& w) { return reduce_sum(w * 2.0f - (w + w)); }, kZero, Cause::kZeroCancel,
       "subtract", "does not depend on the source", "lowest point"},
      {"a_quotient_of_ways", constant({1.5f}), [](const Variable& w) { return reduce_sum((w - w * 1.0f) / 3.0f); }, kZero, Cause::kZeroCancel,
       "subtract", "does not depend on the source", "lowest point"},
      {"shares_alike_by_chance", constant({0.3f, 0.3f}), [](const Variable& w) { return reduce_sum(square(nn::softmax(w))); }, kZero,
       Cause::kZeroCancel, "softmax", "at these values", "adds up all results"},
      {"centred_values_alike_by_chance", constant({1.0f, 3.0f}),
       [](const Variable& w) {
         return reduce_sum(cos(w - reduce_mean(w)) * constant({1.0f, -1.0f}));
       },
       kZero, Cause::kZeroCancel, "subtract", "what its elements have in common", "whatever the values are", Confidence::kLikely},
      {"opposites", constant({2.0f, 4.0f}),
       [](const Variable& w) {
         return reduce_sum(square(w + constant({-2.0f, -4.0f})));
       },
       kZero, Cause::kZeroFlat, "square", "flat at the values", "equal everywhere"},
      {"an_exponent_over_a_negative_base", constant(2.0f), [](const Variable& w) { return pow(constant(-2.0f), w); }, kZero, Cause::kZeroFlat, "pow",
       "by its exponent", "start away from 0"},
      {"nothing_left", constant(2.0f), [](const Variable& w) { return reduce_sum(w + zeros({0})); }, kZero, Cause::kZeroMasked, "add",
       "has no elements", "flat"},
      {"a_diagonal_put_in_the_place", constant({1.0f, 2.0f}), [](const Variable& w) { return matrix_set_diag(matrix_diag(w), zeros({2})); }, kZero,
       Cause::kZeroMasked, "matrix_set_diag", "leaves out", "multiplies by the"},
      {"parts_without_an_id", constant({1.0f, 2.0f}),
       [](const Variable& w) {
         return unsorted_segment_sum(w, constant({-1, -1}), 1);
       },
       kZero, Cause::kZeroMasked, "unsorted_segment_sum", "an id from 0 on", "saturated"},
      {"copies_that_cancel", constant({{1.0f, 2.0f}}),
       [](const Variable& w) {
         return tile(w, {2, 1}) * constant({{1.0f}, {-1.0f}});
       },
       kZero, Cause::kZeroCancel, "tile", "weights that do not cancel", "stop one of the paths"},
      {"given_infinities", constant({1.0f, 2.0f}),
       [](const Variable& w) {
         return sigmoid(w + constant({kInfinity, kInfinity}));
       },
       kZero, Cause::kNanData, "add", "write a finite number in its place", "saturated"},
      {"an_infinity_that_was_chosen", constant({{1.0f, 2.0f}}),
       [](const Variable& w) {
         return nn::relu(1.0f - reduce_max(w + constant({{0.0f, kInfinity}}), 1));
       },
       kZero, Cause::kNanData, "add", "the other sign", "leaky_relu"},
      {"given_nan", constant({1.0f, 2.0f}),
       [](const Variable& w) {
         return sign(w + constant({kNotANumber, kNotANumber}));
       },
       kZero, Cause::kNanData, "add", "holds NaN", "flat at"},
      {"a_mask_that_leaves_one", constant({{0.5f, 0.1f}}),
       [](const Variable& w) {
         return nn::softmax(w + constant({{0.0f, -kInfinity}})) * constant({{1.0f, 2.0f}});
       },
       kZero, Cause::kZeroSaturated, "softmax", "the only one left is 1", "temperature"},
      {"saturated_before_the_clip", constant({200.0f}), [](const Variable& w) { return clip_by_value(sigmoid(w), 0.1f, 0.9f); }, kZero,
       Cause::kZeroSaturated, "sigmoid", "keep what goes in near 0", "widen the bounds"},
      {"dead_before_the_clip", constant({-2.0f}), [](const Variable& w) { return clip_by_value(nn::relu(w), 0.1f, 0.9f); }, kZero, Cause::kZeroClip,
       "clip_by_value", "relu: lower the learning rate", ""},
      {"a_root_of_zero_beside_an_overflow", constant({0.0f, 200.0f}), [](const Variable& w) { return reduce_sum(sqrt(exp(w) - 1.0f)); },
       Finding::Status::kNan, Cause::kNanSqrt0, "sqrt", "where all that it was given and made is", "`exp` made"},
      {"a_number_that_a_cast_lost", cast(constant({0.0f, 4.0f}), float16),
       [](const Variable& w) { return reduce_sum(log(w - cast(constant(1e-30f), float16) * w)); }, Finding::Status::kNan, Cause::kNanLog0, "log", "",
       "was not kept away"},
  };
}

INSTANTIATE_TEST_SUITE_P(All, Proven, ::testing::ValuesIn(cases()), [](const auto& c) { return std::string(c.param.name); });

TEST(Proven, the_second_derivative_of_what_the_first_left_out) {
  const Variable w(constant(2.0f), "w"), other(constant(3.0f), "other");
  Diagnosis report;
  GradientTape outer;
  GradientTape inner;
  const Tensor y = w * w * w + other * other;
  const Tensor d = *inner.gradient(y, other);
  outer.gradient(d, w);
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report.findings()[0].why, HasSubstr("the target is itself a gradient"));
  EXPECT_THAT(report.findings()[0].also, Contains(Cause::kSecondOrder));
}

}  // namespace
}  // namespace whygrad::testing
