// Scopes in which every gradient is looked at.
#include "explain/explain_test.hpp"

#include <whygrad/explain/diagnosis.hpp>

#include <sstream>
#include <stdexcept>

namespace whygrad::testing {
namespace {

Gradient gradient_of_floor(const Variable& w) {
  GradientTape tape;
  return tape.gradient(floor(w), w);
}

TEST(Diagnosis, collects_what_is_missing) {
  const Variable w = variable(1.5f, "w"), b = variable(1.0f, "b");
  Diagnosis report;
  GradientTape tape;
  const Tensor y = floor(w) + b;
  const int line = __LINE__ - 1;
  const Gradients g = tape.gradient(y, {w, b});
  EXPECT_TRUE(g[1].has_value());
  ASSERT_EQ(report.findings().size(), 1u);
  const Finding f = report.findings()[0];
  EXPECT_EQ(f.status, Finding::Status::kAbsent);
  EXPECT_EQ(f.cause, Cause::kNondiffOp);
  EXPECT_EQ(f.op, "floor");
  EXPECT_EQ(f.op_type, "Floor");
  EXPECT_EQ(f.place.line, static_cast<std::uint32_t>(line));
  std::ostringstream text;
  text << report;
  EXPECT_EQ(text.str(), g[0].why().to_string());
}

TEST(Diagnosis, is_silent_where_nothing_is_wrong_and_after_its_end) {
  const Variable w = variable(1.5f, "w");
  {
    Diagnosis report({.values = true});
    GradientTape tape;
    EXPECT_TRUE(tape.gradient(square(w), w).has_value());
    EXPECT_TRUE(report.empty());
  }
  EXPECT_FALSE(gradient_of_floor(w).has_value());
}

TEST(Diagnosis, keeps_once_what_it_finds_in_every_step) {
  const Variable w = variable(1.5f, "w"), v = variable(1.5f, "v");
  Diagnosis report;
  for (int step = 0; step < 3; ++step) gradient_of_floor(w);
  EXPECT_EQ(report.findings().size(), 1u);
  gradient_of_floor(v);
  EXPECT_EQ(report.findings().size(), 2u);
  EXPECT_EQ(report.explanations().size(), 2u);
  EXPECT_NE(report.explanations()[0].graph(), nullptr);
}

TEST(Diagnosis, nests) {
  const Variable w = variable(1.5f, "w"), v = variable(1.5f, "v");
  Diagnosis outer;
  gradient_of_floor(v);
  {
    Diagnosis inner;
    gradient_of_floor(w);
    EXPECT_EQ(inner.findings().size(), 1u);
  }
  gradient_of_floor(w);
  EXPECT_EQ(outer.findings().size(), 2u);
}

TEST(Diagnosis, may_end_in_any_order) {
  const Variable w = variable(1.5f, "w");
  auto first = std::make_unique<Diagnosis>(DiagnosisOptions{.values = true});
  auto second = std::make_unique<Diagnosis>();
  first.reset();
  gradient_of_floor(w);
  EXPECT_EQ(second->findings().size(), 1u);
  second.reset();
  gradient_of_floor(w);
}

TEST(Diagnosis, takes_findings_from_outside) {
  Finding f;
  f.cause = Cause::kUnused;
  Diagnosis outer, inner;
  inner.add(f);
  EXPECT_TRUE(outer.empty());
  f.source = "something";
  Diagnosis::report(f);
  EXPECT_EQ(outer.findings().size(), 1u);
  EXPECT_EQ(inner.findings().size(), 2u);
}

TEST(Diagnosis, two_losses_one_tape) {
  const Variable gen = variable({{1.0f}}, "gen"), dis = variable({{1.0f}}, "dis");
  Diagnosis report;
  GradientTape tape;
  const Tensor fake = matmul(matmul(constant({{0.3f}}), gen), dis);
  const Tensor g_loss = reduce_mean(square(fake)), d_loss = reduce_mean(abs(fake));
  EXPECT_TRUE(tape.gradient(g_loss, gen).has_value());
  const int line = __LINE__ + 1;
  EXPECT_THROW(tape.gradient(d_loss, dis), TapeError);
  ASSERT_EQ(report.findings().size(), 1u);
  EXPECT_EQ(report.findings()[0].cause, Cause::kTapeConsumed);
  EXPECT_EQ(report.findings()[0].place.line, static_cast<std::uint32_t>(line));
  EXPECT_EQ(report.findings()[0].source_name, "dis");
}

TEST(Diagnosis, a_custom_gradient_that_throws) {
  const Variable w = variable(1.5f, "w");
  const auto refuses = [](const Tensor& x) {
    return std::pair<Tensor, UnaryBackward>(x * 1.0f, [](const Tensor&) -> Tensor { throw std::runtime_error("no gradient today"); });
  };
  Diagnosis report;
  GradientTape tape;
  const Tensor y = custom_gradient(refuses, w);
  const int line = __LINE__ - 1;
  EXPECT_THROW(tape.gradient(y, w), std::runtime_error);
  ASSERT_EQ(report.findings().size(), 1u);
  EXPECT_EQ(report.findings()[0].cause, Cause::kCustomGradient);
  EXPECT_EQ(report.findings()[0].place.line, static_cast<std::uint32_t>(line));
  EXPECT_THAT(report.findings()[0].why, HasSubstr("no gradient today"));
}

// Buffers that the observer was shown are let go of as ever.
TEST(Diagnosis, keeps_no_buffers) {
  const Variable w = variable(1.5f, "w");
  Diagnosis report({.values = true});
  Tensor hidden;
  {
    GradientTape tape;
    hidden = exp(w);
    EXPECT_TRUE(tape.gradient(square(hidden), w).has_value());
    EXPECT_EQ(hidden.impl()->references.load(), 1u);
  }
}

}  // namespace
}  // namespace whygrad::testing
