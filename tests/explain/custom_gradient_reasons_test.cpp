// What is said where a gradient rule of the user's is in the way, and what is not.
#include "explain/diagnosis_test.hpp"

#include <functional>

namespace whygrad::testing {
namespace {

using Many = std::vector<Tensor>;
using Rule = std::function<Many(const Many& dys)>;
using Function = std::function<Many(const Many& in)>;

std::vector<Tensor> with_rule(const Function& f, const Rule& rule, const std::vector<Watchable>& inputs, Where where = Where::here()) {
  return custom_gradient([&](const Many& in) { return CustomResult{.outputs = f(in), .backward = rule}; }, inputs, where);
}

// ---- Absent ----

TEST(CustomRule, what_only_its_function_used_has_no_gradient) {
  const Tensor x = constant(3.0f), captured = constant(4.0f);
  GradientTape tape;
  tape.watch({x, captured});
  const Tensor y = with_rule([&](const Many& in) { return Many{in[0] * exp(captured)}; }, [](const Many& dys) { return dys; }, {x})[0];
  const int line = __LINE__ - 1;
  const Gradients g = tape.gradient(y, {x, captured});
  EXPECT_THAT(g[0], Present());
  EXPECT_THAT(g[1], Missing(Cause::kCustomGradient, "custom_gradient", line));
  EXPECT_THAT(finding(g[1]).why, HasSubstr("was used inside of the function of this custom gradient"));
  EXPECT_THAT(finding(g[1]).remedy, HasSubstr("as an argument"));
  EXPECT_EQ(finding(g[1]).confidence, Confidence::kProven);
}

// Of two rules on the way the one that returned nothing, whichever that is.
TEST(CustomRule, the_one_that_returned_nothing_is_named) {
  const auto f = [](const Many& in) { return Many{in[0] * in[1]}; };
  for (const bool first : {true, false}) {
    const Variable w = variable(2.0f, "w"), other = variable(3.0f, "other");
    const auto rule = [](bool answers) { return [answers](const Many& dys) { return Many{answers ? dys[0] : Tensor(), dys[0]}; }; };
    GradientTape tape;
    const Tensor h = with_rule(f, rule(!first), {w, other})[0];
    const int line = __LINE__ - 1;
    const Tensor y = with_rule(f, rule(first), {h * 2.0f, other})[0];
    const Gradients g = tape.gradient(y, {w, other});
    EXPECT_THAT(g[0], Missing(Cause::kCustomGradient, "custom_gradient", first ? line : line + 2));
    EXPECT_THAT(finding(g[0]).why, HasSubstr("returned no gradient for input 0"));
    EXPECT_THAT(g[1], Present());
  }
}

TEST(CustomRule, a_variable_that_was_never_near_it_is_unused) {
  const Variable w = variable(2.0f, "w"), unrelated = variable(5.0f, "unrelated");
  GradientTape tape;
  const Tensor y = with_rule([](const Many& in) { return Many{round(in[0])}; }, [](const Many& dys) { return dys; }, {w})[0];
  const Gradients g = tape.gradient(y, {w, unrelated});
  EXPECT_THAT(g[0], Present());
  EXPECT_EQ(finding(g[1]).cause, Cause::kUnused);
}

TEST(CustomRule, a_step_inside_that_has_no_derivative_is_no_loss) {
  const Variable w = variable({0.3f, 1.7f}, "w");
  Diagnosis report({.values = true, .partial = true});
  GradientTape tape;
  const Tensor y = grad_pass_through([](const Tensor& in) { return cast(round(in), float32); }, w);
  EXPECT_THAT(tape.gradient(reduce_sum(y * w), w), Present());
  EXPECT_TRUE(report.empty()) << report;
}

// ---- Second order ----

TEST(CustomRule, a_gradient_made_without_the_source_proves_nothing_of_the_function) {
  const Tensor x = constant(3.0f);
  GradientTape outer;
  outer.watch(x);
  GradientTape inner;
  inner.watch(x);
  const Tensor y =
      with_rule([](const Many& in) { return Many{in[0] * in[0] * in[0]}; }, [](const Many& dys) { return Many{dys[0] * 27.0f}; }, {x})[0];
  const int line = __LINE__ - 1;
  const Gradient first = inner.gradient(y, x);
  const Gradient second = outer.gradient(first, x);
  EXPECT_THAT(second, Missing(Cause::kCustomGradient, "custom_gradient", line));
  EXPECT_THAT(finding(second).also, Contains(Cause::kSecondOrder));
  EXPECT_THAT(finding(second).why, HasSubstr("which the backward function of `custom_gradient` returned, and it made that without"));
  EXPECT_THAT(text_of(second), Not(HasSubstr("linear")));
}

TEST(CustomRule, elsewhere_what_is_linear_is_still_linear) {
  const Variable x = variable(3.0f, "x"), w = variable(2.0f, "w");
  GradientTape outer;
  GradientTape inner;
  const Tensor y = with_rule([](const Many& in) { return Many{in[0]}; }, [](const Many& dys) { return dys; }, {w})[0] * w * x;
  const Gradient first = inner.gradient(y, x);
  EXPECT_EQ(finding(outer.gradient(first, x)).cause, Cause::kSecondOrder);
}

// ---- Zero ----

TEST(CustomRule, an_output_that_the_target_does_not_use) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Many y = with_rule([](const Many& in) { return Many{in[0] * 2.0f, in[0] * 3.0f}; }, [](const Many& dys) { return Many{dys[0] * 2.0f}; }, {w});
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(square(y[1])), w);
  ASSERT_EQ(report.findings().size(), 1u) << report;
  const Finding f = report.findings()[0];
  EXPECT_EQ(f.status, Finding::Status::kZero);
  EXPECT_EQ(f.cause, Cause::kCustomGradient);
  EXPECT_EQ(f.op, "custom_gradient");
  EXPECT_EQ(f.place.line, static_cast<std::uint32_t>(line));
  EXPECT_EQ(
      f.why,
      "the backward function of `custom_gradient` returned nothing but zeros for input 0, though what arrived at output 1 is not 0; the target does "
      "not use output 0");
  EXPECT_EQ(f.remedy, "let the backward function use the gradient of output 1 too, or compute the target from output 0");
}

TEST(CustomRule, a_rule_that_multiplies_by_zero) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor y = with_rule([](const Many& in) { return in; }, [](const Many& dys) { return Many{dys[0] * 0.0f}; }, {w})[0];
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(square(y)), w);
  EXPECT_THAT(report, Says("w", Finding::Status::kZero, Cause::kCustomGradient, "custom_gradient", line));
  EXPECT_THAT(report.findings()[0].remedy, HasSubstr("not 0"));
}

// The rule passes on what it is given: what is behind it is named.
TEST(CustomRule, is_innocent_of_zeros_that_arrive) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor y = with_rule([](const Many& in) { return in; }, [](const Many& dys) { return dys; }, {w})[0];
  const Tensor loss = reduce_sum(nn::relu(y - 5.0f));
  const int line = __LINE__ - 1;
  tape.gradient(loss, w);
  EXPECT_THAT(report, Says("w", Finding::Status::kZero, Cause::kZeroDeadUnit, "relu", line));
}

// ---- Not finite ----

TEST(CustomRule, that_overflows_is_named_itself) {
  const Variable w = variable({1.0f, 100.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const auto softplus = [](const Tensor& in) {
    return std::pair(nn::softplus(in), UnaryBackward([in](const Tensor& dy) { return dy * exp(in) / (exp(in) + 1.0f); }));
  };
  const Tensor y = custom_gradient(softplus, w);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(y), w);
  EXPECT_THAT(report, Says("w", Finding::Status::kNan, Cause::kCustomGradient, "custom_gradient", line));
  EXPECT_EQ(report.findings()[0].why, "the backward function of `custom_gradient` made NaN of a gradient that is finite");
  EXPECT_THAT(report.findings()[0].also, Contains(Cause::kNanOverflow));
  EXPECT_THAT(report.findings()[0].remedy, Not(HasSubstr("softmax")));
}

TEST(CustomRule, may_have_used_what_the_function_overflowed) {
  const Variable w = variable({1.0f, 100.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const auto softplus = [](const Tensor& in) {
    const Tensor e = exp(in);
    return std::pair(log(e + 1.0f), UnaryBackward([e](const Tensor& dy) { return dy * e / (e + 1.0f); }));
  };
  tape.gradient(reduce_sum(custom_gradient(softplus, w)), w);
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_EQ(report.findings()[0].cause, Cause::kCustomGradient);
  EXPECT_THAT(report.findings()[0].evidence, Contains(HasSubstr("`exp`")));
}

}  // namespace
}  // namespace whygrad::testing
