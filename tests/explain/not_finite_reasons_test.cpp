// Gradients that are NaN or infinite: which of several places was the first, and what made it so.
#include "explain/diagnosis_test.hpp"

#include <whygrad/ops/complex.hpp>

#include <functional>
#include <limits>

namespace whygrad::testing {
namespace {

constexpr Finding::Status kNanStatus = Finding::Status::kNan, kInfStatus = Finding::Status::kInf;
const float kNotANumber = std::numeric_limits<float>::quiet_NaN();

TEST(NotFiniteReason, what_was_spoilt_forward_comes_before_what_is_backward) {
  const Variable w = variable({0.0f, 1.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor grown = exp(w * 1000.0f);
  tape.gradient(reduce_sum(grown) + reduce_sum(sqrt(w)), w);
  ASSERT_EQ(report.findings().size(), 1u);
  EXPECT_THAT(report, Says("w", kInfStatus, Cause::kNanOverflow, "exp", line));
  const Finding f = report.findings()[0];
  ASSERT_EQ(f.others.size(), 1u);
  EXPECT_EQ(f.others[0].op, "sqrt");
  EXPECT_EQ(f.others[0].cause, Cause::kNanSqrt0);
}

TEST(NotFiniteReason, of_two_that_were_spoilt_forward_the_earlier) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor first = exp(w * 1000.0f), second = exp(w * 2000.0f);
  tape.gradient(reduce_sum(second) + reduce_sum(first), w);
  EXPECT_THAT(report, Says("w", kInfStatus, Cause::kNanOverflow, "exp", line));
  EXPECT_EQ(report.findings()[0].others.size(), 1u);
}

TEST(NotFiniteReason, the_root_of_a_complex_zero) {
  const Variable z(cast(zeros({2}), complex64), "z");
  Diagnosis report({.values = true});
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor root = sqrt(z);
  tape.gradient(reduce_sum(real(root)), z);
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_EQ(report.findings()[0].cause, Cause::kComplex) << report;
  EXPECT_EQ(report.findings()[0].op, "sqrt");
  EXPECT_EQ(report.findings()[0].place.line, static_cast<std::uint32_t>(line));
  EXPECT_THAT(report.findings()[0].also, Contains(Cause::kNanSqrt0));
}

TEST(NotFiniteReason, behind_one_of_several_outputs) {
  const Variable w = variable({{1.0f, 2.0f}, {0.0f, 1.0f}}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const std::vector<Tensor> rows = unstack(w);
  const int line = __LINE__ + 1;
  const Tensor root = sqrt(rows[1]);
  tape.gradient(reduce_sum(root), w);
  EXPECT_THAT(report, Says("w", kInfStatus, Cause::kNanSqrt0, "sqrt", line));
  EXPECT_EQ(report.findings()[0].path[1].name, "unstack");
}

TEST(NotFiniteReason, a_divisor_that_is_small_and_not_zero_is_an_overflow) {
  const Variable w = variable(1e-30f, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor y = 1.0f / w;
  tape.gradient(y, w);
  EXPECT_THAT(report, Says("w", kInfStatus, Cause::kNanOverflow, "divide", line));
}

TEST(NotFiniteReason, a_sum_that_overflows) {
  const Variable w = variable({3e38f, 3e38f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor sum = reduce_sum(w);
  tape.gradient(square(sum), w);
  EXPECT_THAT(report, Says("w", kInfStatus, Cause::kNanOverflow, "reduce_sum", line));
}

TEST(NotFiniteReason, data_are_named_where_they_enter_and_not_where_they_are_used_again) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  const Tensor data = constant({kNotANumber, 1.0f});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor twice = w * 2.0f;
  const int line = __LINE__ + 1;
  const Tensor product = twice * data;
  tape.gradient(reduce_sum(square(product) * data), w);
  EXPECT_THAT(report, Says("w", kNanStatus, Cause::kNanData, "multiply", line));
  EXPECT_THAT(report.findings()[0].evidence, Contains(HasSubstr("1 of the 2 elements of `data` (line ")));
}

TEST(NotFiniteReason, the_root_of_a_zero_is_to_blame_and_not_the_infinite_data_behind_it) {
  const float inf = std::numeric_limits<float>::infinity();
  const Variable w = variable({1.0f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor quotient = w / constant({inf, 1.0f});
  const int line = __LINE__ + 1;
  const Tensor root = sqrt(quotient);
  tape.gradient(reduce_sum(root), w);
  EXPECT_THAT(report, Says("w", kNanStatus, Cause::kNanSqrt0, "sqrt", line));
}

TEST(NotFiniteReason, an_op_that_the_source_has_no_part_in_stands_beside_the_path) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  const Tensor data = constant({0.0f, 4.0f});
  Diagnosis report({.values = true});
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor logarithm = log(data);
  tape.gradient(reduce_sum(w * 2.0f * logarithm), w);
  EXPECT_THAT(report, Says("w", kInfStatus, Cause::kNanLog0, "log", line));
  const std::vector<Step> path = report.findings()[0].path;
  ASSERT_EQ(path.size(), 5u) << report;
  EXPECT_EQ(path[1].name, "multiply");
  EXPECT_EQ(path[2].name, "log");
  EXPECT_TRUE(path[2].beside);
  EXPECT_EQ(path[2].status, Step::Status::kNonFinite);
  EXPECT_EQ(path[3].name, "multiply");
  EXPECT_EQ(path[3].note, "takes it in");
}

TEST(NotFiniteReason, the_path_is_led_over_the_op_to_blame) {
  const Variable w = variable({0.0f, 4.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor shifted = w + 1.0f;
  const int line = __LINE__ + 1;
  const Tensor inverse = rsqrt(w);
  tape.gradient(reduce_sum(shifted * inverse), w);
  EXPECT_THAT(report, Says("w", kNanStatus, Cause::kNanSqrt0, "rsqrt", line));
  const std::vector<Step> path = report.findings()[0].path;
  ASSERT_EQ(path.size(), 4u) << report;
  EXPECT_EQ(path[1].name, "rsqrt");
  EXPECT_EQ(path[1].status, Step::Status::kNonFinite);
}

TEST(NotFiniteReason, a_number_that_its_type_could_not_hold) {
  const Variable w(cast(constant({0.0f, 1.0f}), float16), "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  tape.gradient(reduce_sum(log(w + 1e-8)), w);
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report.findings()[0].why, HasSubstr("1e-08 is 0 in f16"));
}

}  // namespace
}  // namespace whygrad::testing
