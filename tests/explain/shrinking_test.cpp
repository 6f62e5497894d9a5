// Gradients that leave the range of their type on a long way.
#include "explain/diagnosis_test.hpp"

#include <functional>

namespace whygrad::testing {
namespace {

constexpr Finding::Status kZeroStatus = Finding::Status::kZero, kInfStatus = Finding::Status::kInf;

// What a diagnosis says of w, through which `steps` calls of `step` lead to the target.
Finding of_chain(const Tensor& first, int steps, const std::function<Tensor(const Tensor&)>& step) {
  const Variable w(first, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  Tensor t = w;
  for (int i = 0; i < steps; ++i) t = step(t);
  tape.gradient(reduce_sum(t), w);
  EXPECT_EQ(report.findings().size(), 1u) << report;
  return report.findings().at(0);
}

TEST(Vanishing, in_double_precision_takes_longer) {
  const auto step = [](const Tensor& t) { return t * 1e-8; };
  const Tensor one = ones({}, float64);
  const Finding f = of_chain(one, 60, step);
  EXPECT_EQ(f.status, kZeroStatus);
  EXPECT_EQ(f.cause, Cause::kVanishing);
  EXPECT_EQ(f.op, "multiply");
  EXPECT_THAT(f.why, HasSubstr("until f64 has no number that small"));
  EXPECT_THAT(f.evidence, Contains(HasSubstr("20 calls of `multiply` multiplied its norm by 1e-08 each")));
  EXPECT_TRUE(f.also.empty());
  const Variable w(one, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  Tensor t = w;
  for (int i = 0; i < 20; ++i) t = step(t);
  EXPECT_EQ(tape.gradient(t, w)->item<double>() > 0, true) << "1e-160 is a number";
  EXPECT_TRUE(report.empty());
}

TEST(Vanishing, through_softmaxes) {
  const Variable w = variable({0.1f, -0.1f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  Tensor t = w;
  int line = 0;
  for (int i = 0; i < 160; ++i) {
    line = __LINE__ + 1;
    t = nn::softmax(t);
  }
  tape.gradient(reduce_sum(t * constant({1.0f, -1.0f})), w);
  EXPECT_THAT(report, Says("w", kZeroStatus, Cause::kVanishing, "softmax", line));
  EXPECT_THAT(report.findings()[0].also, Contains(Cause::kZeroSaturated));
  EXPECT_THAT(report.findings()[0].evidence, Contains(HasSubstr("126 calls of `softmax` multiplied its norm by 0.5 each")));
}

TEST(Vanishing, a_function_that_changes_nothing_is_not_blamed) {
  const Finding f = of_chain(constant(1.0f), 60, [](const Tensor& t) { return nn::relu(t * 0.1f + 1.0f); });
  EXPECT_EQ(f.cause, Cause::kVanishing);
  EXPECT_EQ(f.op, "multiply");
}

TEST(Vanishing, of_two_ops_the_one_that_shrank_it_more_is_blamed) {
  EXPECT_EQ(of_chain(constant(1.0f), 60, [](const Tensor& t) { return t * 0.5f / 10.0f; }).op, "divide");
  EXPECT_EQ(of_chain(constant(1.0f), 60, [](const Tensor& t) { return t / 10.0f * 0.5f; }).op, "divide");
  EXPECT_EQ(of_chain(constant(1.0f), 60, [](const Tensor& t) { return t * 0.1f / 2.0f; }).op, "multiply");
}

// The slope of sigmoid is 0.25 at most; the weights shrink it more, but are what they are.
TEST(Vanishing, a_function_that_is_flat_is_blamed_rather_than_weights) {
  EXPECT_EQ(of_chain(constant(1.0f), 60, [](const Tensor& t) { return sigmoid(t * 0.01f); }).op, "sigmoid");
  EXPECT_EQ(of_chain(constant(1.0f), 60, [](const Tensor& t) { return sigmoid(t) * 0.01f; }).op, "sigmoid");
}

TEST(Vanishing, in_few_steps_blames_the_last) {
  const Variable w = variable(1.0f, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor t = w * 1e-30f;
  tape.gradient(t * 1e-30f, w);
  EXPECT_THAT(report, Says("w", kZeroStatus, Cause::kVanishing, "multiply", line));
  EXPECT_TRUE(report.findings()[0].evidence.empty());
}

TEST(Exploding, names_what_was_repeated) {
  const Finding f = of_chain(constant(1e-30f), 8, [](const Tensor& t) { return t * 1e8f / 10.0f; });
  EXPECT_EQ(f.status, kInfStatus);
  EXPECT_EQ(f.cause, Cause::kExploding);
  EXPECT_EQ(f.op, "multiply");
  EXPECT_THAT(f.evidence, Contains(HasSubstr("5 calls of `multiply` multiplied its norm by 1e+08 each")));
}

TEST(Exploding, of_two_ops_the_one_that_grew_it_more) {
  EXPECT_EQ(of_chain(constant(1e-30f), 9, [](const Tensor& t) { return t * 1e6f / 0.1f; }).op, "multiply");
  EXPECT_EQ(of_chain(constant(1e-30f), 9, [](const Tensor& t) { return t / 1e-6f * 10.0f; }).op, "divide");
}

TEST(Exploding, is_not_said_of_few_steps) {
  const Variable w = variable(1e-38f, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor t = w * 1e15f;
  tape.gradient(t * 1e35f, w);
  EXPECT_THAT(report, Says("w", kInfStatus, Cause::kNanOverflow, "multiply", line));
}

}  // namespace
}  // namespace whygrad::testing
