// Long, wide and forgotten computations.
#include "explain/diagnosis_test.hpp"

#include <thread>

namespace whygrad::testing {
namespace {

TEST(Scale, diamonds_with_more_paths_than_can_be_counted) {
  const Variable w = variable(1.0f, "w");
  GradientTape tape;
  Tensor x = floor(w);
  const int line = __LINE__ - 1;
  for (int i = 0; i < 100'000; ++i) x = 0.5f * (x + x);  // 2^100000 paths
  const Gradient g = tape.gradient(x, w);
  EXPECT_THAT(g, Missing(Cause::kNondiffOp, "floor", line));
  EXPECT_LT(finding(g).path.size(), 40u);
}

TEST(Scale, diamonds_behind_a_zero_and_behind_a_root_of_zero) {
  const Variable w = variable(0.0f, "w");
  for (const bool root : {false, true}) {
    Diagnosis report({.values = true});
    GradientTape tape;
    Tensor x = root ? sqrt(w) : nn::relu(w);
    const int line = __LINE__ - 1;
    for (int i = 0; i < 100'000; ++i) x = 0.5f * (x + x);
    tape.gradient(x, w);
    if (root) {
      EXPECT_THAT(report, Says("w", Finding::Status::kInf, Cause::kNanSqrt0, "sqrt", line));
    } else {
      EXPECT_THAT(report, Says("w", Finding::Status::kZero, Cause::kZeroDeadUnit, "relu", line));
    }
    EXPECT_LT(report.findings()[0].path.size(), 40u);
  }
}

TEST(Scale, many_ways_on_which_a_gradient_dies) {
  const Variable w = variable(-1.0f, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  std::vector<Tensor> dead;
  for (int i = 0; i < 30'000; ++i) dead.push_back(nn::relu(w));
  tape.gradient(add_n(dead), w);
  ASSERT_EQ(report.findings().size(), 1u);
  EXPECT_EQ(report.findings()[0].cause, Cause::kZeroDeadUnit);
  EXPECT_LE(report.findings()[0].others.size(), 15u);
}

TEST(Scale, a_chain_of_a_million_ops) {
  const Variable w = variable(1.0f, "w");
  GradientTape tape;
  Tensor x = w;
  for (int i = 0; i < 500'000; ++i) x = -x;
  x = round(x);
  const int line = __LINE__ - 1;
  for (int i = 0; i < 500'000; ++i) x = -x;
  const Gradient g = tape.gradient(x, w);
  EXPECT_THAT(g, Missing(Cause::kNondiffOp, "round", line));
  std::size_t listed = 0, left_out = 0;
  for (const Step& step : finding(g).path) {
    ++listed;
    left_out += step.left_out;
  }
  EXPECT_EQ(listed + left_out, 1'000'002u);
  EXPECT_LT(listed, 40u);
}

TEST(Scale, every_op_of_a_long_chain_stops_the_gradient) {
  const Variable w = variable(1.0f, "w");
  GradientTape tape;
  Tensor x = w;
  for (int i = 0; i < 10'000; ++i) x = floor(x);
  const Finding f = finding(tape.gradient(x, w));
  EXPECT_EQ(f.cause, Cause::kNondiffOp);
  EXPECT_LE(f.others.size(), 15u);
}

TEST(Forgotten, target_made_longer_ago_than_the_log_remembers) {
  const Variable w = variable(3.0f, "w");
  const Tensor early = square(w);
  Tensor counter = constant(0.0f);
  for (int i = 0; i < 70'000; ++i) counter = counter + 1.0f;
  GradientTape tape;
  const Gradient g = tape.gradient(early * 2.0f, w);
  EXPECT_THAT(g, Missing(Cause::kUnknown, "", __LINE__ - 1));
  EXPECT_EQ(finding(g).confidence, Confidence::kUnknown);
  EXPECT_THAT(finding(g).why, HasSubstr("65,536"));
}

TEST(Forgotten, data_older_than_the_source_is_no_excuse) {
  const Tensor data = constant({1.0f, 2.0f});
  Tensor counter = constant(0.0f);
  for (int i = 0; i < 70'000; ++i) counter = counter + 1.0f;
  const Variable w = variable(3.0f, "w"), used = variable(2.0f, "used");
  GradientTape tape;
  const Tensor aside = square(w);
  const int line = __LINE__ - 1;
  const Gradient g = tape.gradient(reduce_sum(data * used), w);
  EXPECT_THAT(g, Missing(Cause::kUnused, "square", line));
  EXPECT_EQ(finding(g).confidence, Confidence::kProven);
}

TEST(Forgotten, source_that_nobody_remembers_making) {
  const Tensor x = constant({1.0f, 2.0f});
  Tensor counter = constant(0.0f);
  for (int i = 0; i < 70'000; ++i) counter = counter + 1.0f;
  GradientTape tape;
  const Tensor loss = reduce_sum(square(x));
  const int line = __LINE__ - 1;
  const Gradient g = tape.gradient(loss, x);
  EXPECT_THAT(g, Missing(Cause::kNotWatched, "", line));  // its first use stands for the place where it was made
  EXPECT_THAT(finding(g).why, HasSubstr("65,536"));
}

TEST(Forgotten, target_from_another_thread) {
  const Variable w = variable(3.0f, "w");
  Tensor elsewhere;
  std::thread([&] { elsewhere = square(w); }).join();
  GradientTape tape;
  const Gradient g = tape.gradient(elsewhere * 2.0f, w);
  EXPECT_THAT(g, Missing(Cause::kUnknown, "", __LINE__ - 1));
  EXPECT_THAT(finding(g).why, HasSubstr("thread"));
}

TEST(Forgotten, unused_beside_data_from_another_thread) {
  const Variable w = variable(3.0f, "w"), used = variable(2.0f, "used");
  Tensor batch;
  std::thread([&] { batch = constant({1.0f, 2.0f}); }).join();
  GradientTape tape;
  const Tensor aside = square(w);
  const int line = __LINE__ - 1;
  const Gradient g = tape.gradient(reduce_sum(batch * used), w);
  EXPECT_THAT(g, Missing(Cause::kUnused, "square", line));
  EXPECT_EQ(finding(g).confidence, Confidence::kLikely);
}

}  // namespace
}  // namespace whygrad::testing
