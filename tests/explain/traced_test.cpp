// A gradient that is missing behind the call of a traced function: the op and the line inside of it are named.
#include <whygrad/whygrad.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace whygrad {
namespace {

using ::testing::HasSubstr;

TEST(Traced, AnOpInsideOfTheCallIsNamed) {
  const Variable w(constant({1.f, 2.f}));
  const int line = __LINE__ + 1;
  const auto f = function([&w](const Tensor& x) { return cast(argmax(w * x, 0), float32) * 2.f; });
  GradientTape tape;
  const Tensor loss = f(constant({3.f, 4.f})) + 1.f;
  const Gradient g = tape.gradient(loss, w);
  ASSERT_FALSE(g);
  const std::vector<Finding> findings = g.why().findings();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].op, "argmax");
  EXPECT_EQ(static_cast<int>(findings[0].place.line), line);
}

TEST(Traced, AnOpInsideOfABranchIsNamed) {
  const Variable w(constant({1.f, 2.f}));
  const auto f = function([&w](const Tensor& x) {
    return cond(
        reduce_sum(x) > 0.f, [&] { return reduce_sum(round(w * x)); }, [&] { return reduce_sum(x); });
  });
  GradientTape tape;
  const Gradient g = tape.gradient(f(constant({3.f, 4.f})), w);
  ASSERT_FALSE(g);
  EXPECT_THAT(g.why().to_string(), HasSubstr("round"));
}

TEST(Traced, AnOpInsideOfALoopIsNamed) {
  const Variable w(constant({1.f, 2.f})), limit(10.f);
  int line = 0;
  const auto f = function([&](const Tensor& x) {
    return while_loop([&](const std::vector<Tensor>& v) { return reduce_sum(v[0]) < limit; },
                      [&](const std::vector<Tensor>& v) {
                        line = __LINE__ + 1;
                        return std::vector<Tensor>{v[1] + 1.f, v[1] * 2.f + floor(w)};
                      },
                      {x, x})[0];
  });
  GradientTape tape({.persistent = true});
  const Tensor loss = f(constant({3.f, 4.f}));
  const Gradient g = tape.gradient(loss, w);
  ASSERT_FALSE(g);
  const std::vector<Finding> findings = g.why().findings();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].op, "floor");
  EXPECT_EQ(static_cast<int>(findings[0].place.line), line);
  const Gradient of_limit = tape.gradient(loss, limit);
  ASSERT_FALSE(of_limit);
  EXPECT_EQ(of_limit.why().findings()[0].op, "less");
}

TEST(Traced, ATapeInsideTellsItWhileItTraces) {
  const Variable w(constant({1.f, 2.f}));
  std::string why;
  const auto f = function([&](const Tensor& x) {
    GradientTape tape;
    const Tensor loss = cast(argmax(w * x, 0), float32);
    why = tape.gradient(loss, w).why().to_string();
    return loss;
  });
  f(constant({3.f, 4.f}));
  EXPECT_THAT(why, HasSubstr("argmax"));
}

TEST(Traced, WhatStandsBeforeAndBehindTheCallKeepsItsPlace) {
  const Variable w(constant({1.f, 2.f}));
  const auto f = function([](const Tensor& x) { return x * 2.f; });
  const Tensor early = w * 3.f;
  GradientTape tape;
  const Tensor loss = reduce_sum(f(early));
  const Gradient g = tape.gradient(loss, w);
  ASSERT_FALSE(g);
  EXPECT_THAT(g.why().to_string(), HasSubstr("before"));
}

// Results of one call are not connected with each other, with a diagnosis and without.
TEST(Traced, OneResultIsNoSourceOfAnother) {
  const Variable w(constant({1.f, 2.f}));
  const auto f = function([&w](const Tensor& x) {
    const Tensor hidden = tanh(w * x);
    return std::pair(hidden, reduce_sum(square(hidden)));
  });
  for (const bool values : {false, true}) {
    std::optional<Diagnosis> diagnosis;
    if (values) diagnosis.emplace(DiagnosisOptions{.values = true});
    GradientTape tape({.persistent = true});
    const int line = __LINE__ + 1;
    const auto [hidden, score] = f(constant({3.f, 4.f}));
    EXPECT_TRUE(tape.gradient(score, w));
    const Gradient g = tape.gradient(score, hidden);
    ASSERT_FALSE(g);
    const std::vector<Finding> findings = g.why().findings();
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].op, "function") << findings[0].why;
    EXPECT_EQ(static_cast<int>(findings[0].place.line), line);
  }
}

TEST(Traced, ADiagnosisSeesTheOpsOfTheCall) {
  const Variable w(0.f);
  const auto f = function([&w](const Tensor& x) { return sqrt(w * x); });
  Diagnosis diagnosis({.values = true});
  GradientTape tape;
  const Gradient g = tape.gradient(f(constant(3.f)), w);
  ASSERT_EQ(diagnosis.findings().size(), 1u);
  EXPECT_EQ(diagnosis.findings()[0].op, "sqrt");
}

}  // namespace
}  // namespace whygrad
