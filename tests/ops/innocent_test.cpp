// No op, and nothing that an op does, makes an explanation accuse a variable that has nothing to do with it.
#include "ops/samples/samples.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/flow/explanation.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/reduce.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace whygrad::samples {
namespace {

// Of a target made from all results of the sample and from a variable of its own, this other variable is asked as well.
void expect_unused(const Sample& sample, const Variable& unrelated) {
  const Variable used(constant(2.0), "used");
  GradientTape tape;
  for (const Tensor& t : sample.inputs) tape.watch(t);
  Tensor loss = square(used);
  for (const Tensor& t : sample.run(sample.inputs)) loss = loss + reduce_sum(cast(t, float32));
  const Gradients g = tape.gradient(loss, {used, unrelated});
  EXPECT_TRUE(g[0].has_value());
  ASSERT_FALSE(g[1].has_value());
  const Explanation why = g[1].why();
  ASSERT_EQ(why.findings().size(), 1U);
  EXPECT_EQ(why.findings()[0].cause, Cause::kUnused) << why;
  EXPECT_EQ(why.findings()[0].source_name, "unrelated") << why;
}

class Innocent : public ::testing::TestWithParam<const OpDef*> {
 protected:
  static void expect_all_unused(const Variable& unrelated) {
    for (const Sample& sample : all_samples().samples()) {
      if (sample.op == std::string_view(GetParam()->name)) expect_unused(sample, unrelated);
    }
  }
};
INSTANTIATE_TEST_SUITE_P(, Innocent, ::testing::ValuesIn(op_table().begin(), op_table().end()),
                         [](const auto& p) { return std::string(p.param->name); });

TEST_P(Innocent, AVariableBesideTheOp) { expect_all_unused(Variable(constant(1.0), "unrelated")); }

// More often than a variable remembers.
TEST_P(Innocent, AVariableThatWasAssignedTwentyTimes) {
  const Variable unrelated(constant(1.0), "unrelated");
  for (int i = 0; i < 20; ++i) unrelated.assign(constant(static_cast<double>(i)));
  expect_all_unused(unrelated);
}

TEST_P(Innocent, AVariableOfAnotherThread) {
  const Variable unrelated(constant(1.0), "unrelated");
  std::thread([&] { expect_all_unused(unrelated); }).join();
}

}  // namespace
}  // namespace whygrad::samples
