// The function that a program called, where an op that it called itself is at fault.
#include "explain/diagnosis_test.hpp"
#include "flow/source_names.hpp"

#include <whygrad/ops/norm.hpp>

namespace whygrad::testing {
namespace {

using internal::only_call;

TEST(Called, a_line_with_one_call_says_which) {
  EXPECT_EQ(only_call("  const Tensor h = norm(x);", "sqrt"), "norm");
  EXPECT_EQ(only_call("return (loss.norm(x));", "sqrt"), "loss.norm");
  EXPECT_EQ(only_call("  const Tensor h = sqrt(x);", "sqrt"), "");
  EXPECT_EQ(only_call("  const Tensor h = norm(tanh(x));", "sqrt"), "");
  EXPECT_EQ(only_call("  const Tensor h = x * norm(w);", "multiply"), "");
  EXPECT_EQ(only_call("  const Tensor h = norm(x[0]);", "strided_slice"), "");
  EXPECT_EQ(only_call("  const Tensor h = x;", "sqrt"), "");
  EXPECT_EQ(only_call("", "sqrt"), "");
}

TEST(Called, a_finding_names_the_function_and_the_op_in_it) {
  const Variable w(constant({0.0f, 0.0f}), "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor length = norm(w);
  static_cast<void>(tape.gradient(length, w));
  ASSERT_EQ(report.findings().size(), 1u);
  const Finding f = report.findings()[0];
  EXPECT_EQ(f.op, "sqrt");
  EXPECT_EQ(f.called, "norm");
  EXPECT_EQ(f.target, "norm");
  EXPECT_EQ(f.evidence.back(), "`sqrt` was called by `norm`");
  EXPECT_NE(report.to_string().find("^~~~"), std::string::npos);
}

}  // namespace
}  // namespace whygrad::testing
