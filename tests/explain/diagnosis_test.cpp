// Scopes in which every gradient is looked at.
#include "explain/explain_test.hpp"

#include <whygrad/autodiff/jacobian.hpp>
#include <whygrad/explain/diagnosis.hpp>
#include <whygrad/ops/random.hpp>

#include <limits>
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

TEST(Diagnosis, findings_of_one_cause_are_of_one_group) {
  const Variable w = variable(1.5f, "w"), b = variable(1.0f, "b"), v = variable(2.0f, "v");
  Diagnosis report;
  GradientTape tape;
  const Tensor y = floor(w * b);
  const Tensor loss = y + v;
  tape.gradient(loss, {w, b, variable(1.0f, "unused"), variable(1.0f, "unused too")});
  const std::vector<Finding> f = report.findings();
  ASSERT_EQ(f.size(), 4u);
  EXPECT_EQ(f[0].group(), f[1].group());
  EXPECT_EQ(f[2].group(), f[3].group());
  EXPECT_NE(f[0].group(), f[2].group());
  for (auto change : {+[](Finding& g) { ++g.place.line; }, +[](Finding& g) { g.target = "another"; }, +[](Finding& g) { g.op = "round"; },
                      +[](Finding& g) { g.status = Finding::Status::kZero; }, +[](Finding& g) { g.cause = Cause::kIntDtype; }}) {
    Finding other = f[1];
    change(other);
    EXPECT_NE(other.group(), f[0].group());
  }
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

TEST(Diagnosis, custom_gradient_none_for_parameter) {
  const Variable first = variable({1.0f, 2.0f}, "first"), param = variable(0.8f, "param");
  int line = 0;
  const auto rule = [&](const std::vector<Tensor>& in) {
    CustomResult result{.outputs = {in[1] * square(in[0])}};
    line = __LINE__ + 1;
    result.returns_at = Where::here();
    result.backward = [in](const std::vector<Tensor>& dys) { return std::vector<Tensor>{dys[0] * 2.0f * in[1] * in[0], Tensor()}; };
    return result;
  };
  Diagnosis report({.values = true});
  GradientTape tape;
  Tensor h = custom_gradient(rule, {first, param})[0];
  h = custom_gradient(rule, {h, param})[0];
  const Gradients g = tape.gradient(reduce_sum(h), {first, param});
  EXPECT_THAT(g[0], Present());
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_EQ(report.findings()[0].cause, Cause::kCustomGradient);
  EXPECT_EQ(report.findings()[0].place.line, static_cast<std::uint32_t>(line));
}

TEST(Replay, leaves_no_trace_on_an_outer_tape) {
  const Variable w = variable(2.0f, "w"), off = variable(-1.0f, "off");
  const auto second = [&](bool diagnosed) {
    std::unique_ptr<Diagnosis> report = diagnosed ? std::make_unique<Diagnosis>(DiagnosisOptions{.values = true}) : nullptr;
    GradientTape outer;
    GradientTape inner;
    const Tensor y = w * w * w + nn::relu(off);
    const Gradients first = inner.gradient(y, {w, off});
    const Tensor result = *outer.gradient(*first[0], w);
    EXPECT_TRUE(report == nullptr || report->findings().size() == 1u) << *report;
    return result.item<float>();
  };
  EXPECT_EQ(second(false), 12.0f);
  EXPECT_EQ(second(true), 12.0f);
}

TEST(Replay, is_run_once_and_only_where_something_is_wrong) {
  const Variable w = variable(2.0f, "w");
  int calls = 0;
  const auto counted = [&calls](float slope) {
    return [&calls, slope](const Tensor& x) {
      return std::pair<Tensor, UnaryBackward>(x * 1.0f, [&calls, slope](const Tensor& dy) {
        ++calls;
        return dy * slope;
      });
    };
  };
  Diagnosis report({.values = true});
  for (const float slope : {1.0f, 0.0f}) {
    GradientTape tape;
    tape.gradient(custom_gradient(counted(slope), w * 3.0f), w);
  }
  EXPECT_EQ(calls, 1 + 2);
}

// What a rule passes to a variable that nothing else uses is the answer, so that a layer's largest product is not computed twice.
TEST(Replay, takes_from_the_answer_what_one_op_passed_to_a_source) {
  const Variable once = variable(2.0f, "once"), twice = variable(3.0f, "twice");
  int calls = 0;
  const auto counted = [&calls](const Tensor& x) {
    return std::pair<Tensor, UnaryBackward>(x * 1.0f, [&calls](const Tensor& dy) {
      ++calls;
      return dy * 0.0f;
    });
  };
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor loss = custom_gradient(counted, once) + custom_gradient(counted, twice) * twice;
  const Gradients gradients = tape.gradient(loss, {once, twice});
  EXPECT_EQ(gradients[0]->item<float>(), 0.0f);
  EXPECT_EQ(gradients[1]->item<float>(), 3.0f);
  EXPECT_EQ(calls, 2 + 1);
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_EQ(report.findings()[0].source_name, "once");
  EXPECT_EQ(report.findings()[0].op, "custom_gradient");
}

TEST(Replay, survives_a_custom_gradient_that_works_only_once) {
  const Variable w = variable(2.0f, "w");
  int calls = 0;
  const auto once = [&calls](const Tensor& x) {
    return std::pair<Tensor, UnaryBackward>(x * 1.0f, [&calls](const Tensor& dy) {
      if (++calls > 1) throw std::runtime_error("only once");
      return dy * 0.0f;
    });
  };
  Diagnosis report({.values = true});
  GradientTape tape;
  EXPECT_TRUE(tape.gradient(custom_gradient(once, w * 3.0f), w).has_value());
  ASSERT_EQ(report.findings().size(), 1u);
  EXPECT_EQ(report.findings()[0].confidence, Confidence::kUnknown);
}

TEST(Explain, by_values_without_a_diagnosis) {
  const Variable w = variable({-1.0f, -2.0f}, "w"), b = variable({1.0f, 1.0f}, "b");
  GradientTape tape;
  const Tensor h = nn::relu(w * 0.5f);
  const int line = __LINE__ - 1;
  const Tensor y = reduce_sum(h * 3.0f + square(b));
  EXPECT_TRUE(explain(tape, y, {w, b}).empty());
  const Explanation why = explain(tape, y, {w, b}, {.values = true});
  ASSERT_EQ(why.findings().size(), 1u) << why;
  const Finding& f = why.findings()[0];
  EXPECT_EQ(f.status, Finding::Status::kZero);
  EXPECT_EQ(f.cause, Cause::kZeroDeadUnit);
  EXPECT_EQ(f.place.line, static_cast<std::uint32_t>(line));
  EXPECT_THAT(f.evidence, Contains(HasSubstr("2 values between -1 and -0.5")));
  EXPECT_THAT(tape.gradient(y, b), Present());  // the tape is as it was
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

TEST(Diagnosis, takes_for_one_what_it_would_say_the_same_of) {
  Finding f;
  f.op = "floor";
  f.place = {"a.py", "f", 3, 1};
  f.target_place = {"a.py", "f", 4, 1};
  std::vector<Finding> others(10, f);
  others[0].status = Finding::Status::kZero;
  others[1].cause = Cause::kUnused;
  others[2].op = "round";
  others[3].target = "reduce_sum";
  others[4].source = "variable `w`";
  others[5].source_signature = "f32[2]";
  others[6].place.line = 9;
  others[7].place.column = 9;
  others[8].place.file = "b.py";
  others[9].target_place.line = 9;
  for (const Finding& other : others) {
    Diagnosis report;
    report.add(f);
    report.add(other);
    report.add(f);
    EXPECT_EQ(report.findings().size(), 2u);
  }
}

TEST(Diagnosis, without_one_reports_go_nowhere) {
  Diagnosis::report(Finding());
  Diagnosis::report_spread();
  EXPECT_TRUE(Diagnosis().empty());
}

TEST(Diagnosis, of_gradients_that_were_spread_names_what_spoilt_the_last) {
  Diagnosis report;
  const int line = __LINE__ + 1;
  Diagnosis::report_spread();
  ASSERT_EQ(report.findings().size(), 1u);
  EXPECT_EQ(report.findings()[0].cause, Cause::kExploding);
  EXPECT_EQ(report.findings()[0].place.line, static_cast<std::uint32_t>(line));
  for (const Finding::Status status : {Finding::Status::kNan, Finding::Status::kInf}) {
    Finding f;
    f.status = status;
    f.cause = status == Finding::Status::kNan ? Cause::kNanLog0 : Cause::kNanSqrt0;
    f.op = status == Finding::Status::kNan ? "log" : "sqrt";
    f.source_name = "w";
    report.add(f);
    report.add(Finding());
    Diagnosis::report_spread();
    const Finding last = report.findings().back();
    EXPECT_EQ(last.status, Finding::Status::kNan);
    EXPECT_EQ(last.cause, Cause::kExploding);
    EXPECT_THAT(last.also, ::testing::ElementsAre(f.cause));
    EXPECT_EQ(last.op, f.op);
    EXPECT_EQ(last.source_name, "");
    EXPECT_THAT(last.why, HasSubstr("all were divided by their common norm"));
  }
}

TEST(Diagnosis, zeros_that_were_asked_for_are_told_only_with_values) {
  const Variable w = variable(1.5f, "w");
  for (const bool values : {false, true}) {
    Diagnosis report({.values = values, .partial = true});
    GradientTape tape;
    const Tensor y = floor(w);
    const int line = __LINE__ - 1;
    EXPECT_EQ(tape.gradient(y, w, {.unconnected_gradients = UnconnectedGradients::zero})->item<float>(), 0.0f);
    ASSERT_EQ(report.findings().size(), values ? 1u : 0u);
    if (!values) continue;
    EXPECT_EQ(report.findings()[0].status, Finding::Status::kZero);
    EXPECT_EQ(report.findings()[0].cause, Cause::kDisconnectedZero);
    EXPECT_EQ(report.findings()[0].place.line, static_cast<std::uint32_t>(line));
  }
}

TEST(Diagnosis, a_used_up_tape_is_told_for_every_source) {
  const Variable w = variable(1.5f, "w");
  const Tensor x = constant({1.0f, 2.0f});
  Diagnosis report;
  GradientTape tape;
  const Tensor y = reduce_sum(w * x);
  tape.gradient(y, w);
  EXPECT_THROW(tape.gradient(y, {w, x, Tensor()}), TapeError);
  const std::vector<Finding> found = report.findings();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].source, "variable `w`");
  EXPECT_EQ(found[1].source, "a tensor");
  EXPECT_EQ(found[1].source_signature, "f32[2]");
  EXPECT_EQ(found[2].source_signature, "");
  EXPECT_THROW(jacobian(tape, y, Sources(std::vector<Variable>{w})), TapeError);
  EXPECT_EQ(report.findings().size(), 4u) << "at another line";
}

TEST(Diagnosis, of_a_jacobian) {
  const Variable w = variable({1.5f, 0.5f}, "w"), dead = variable({-1.0f, -2.0f}, "dead");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor y = floor(w) + nn::relu(dead);
  const int line = __LINE__ - 1;
  jacobian(tape, y, Sources(std::vector<Variable>{w, dead}));
  ASSERT_EQ(report.findings().size(), 2u) << report;
  EXPECT_EQ(report.findings()[0].cause, Cause::kNondiffOp);
  EXPECT_EQ(report.findings()[0].place.line, static_cast<std::uint32_t>(line));
  EXPECT_EQ(report.findings()[1].status, Finding::Status::kZero);
  EXPECT_EQ(report.findings()[1].cause, Cause::kZeroDeadUnit);
  EXPECT_EQ(report.findings()[1].place.line, static_cast<std::uint32_t>(line));
}

TEST(Diagnosis, a_custom_gradient_that_throws_under_a_jacobian) {
  const Variable w = variable({1.5f, 0.5f}, "w");
  const auto refuses = [](const Tensor& x) {
    return std::pair<Tensor, UnaryBackward>(x * 1.0f, [](const Tensor&) -> Tensor { throw std::runtime_error("no gradient today"); });
  };
  Diagnosis report;
  GradientTape tape;
  const Tensor y = custom_gradient(refuses, w);
  EXPECT_THROW(jacobian(tape, y, Sources(std::vector<Variable>{w})), std::runtime_error);
  ASSERT_EQ(report.findings().size(), 1u);
  EXPECT_THAT(report.findings()[0].why, HasSubstr("no gradient today"));
}

TEST(Diagnosis, a_rule_that_throws_is_blamed_where_it_returns) {
  const Variable w = variable(1.5f, "w");
  int line = 0;
  const auto refuses = [&line](const std::vector<Tensor>& in) {
    CustomResult result{.outputs = {in[0] * 1.0f}};
    result.backward = [](const std::vector<Tensor>&) -> std::vector<Tensor> { throw std::runtime_error("first line\nsecond line"); };
    line = __LINE__ + 1;
    result.returns_at = Where::here();
    return result;
  };
  Diagnosis report;
  GradientTape tape;
  const Tensor y = custom_gradient(refuses, {w})[0];
  EXPECT_THROW(tape.gradient(y, w), std::runtime_error);
  ASSERT_EQ(report.findings().size(), 1u);
  EXPECT_EQ(report.findings()[0].place.line, static_cast<std::uint32_t>(line));
  EXPECT_EQ(report.findings()[0].why, "its backward function failed: first line");
}

TEST(Diagnosis, a_custom_gradient_that_takes_no_variables) {
  const Variable w = variable(1.5f, "w"), x = variable(2.0f, "x");
  int begins = 0;
  const auto forgets = [&](bool says_where) {
    return [&, says_where](const std::vector<Tensor>& in) {
      CustomResult result{.outputs = {in[0] * w}};
      result.backward = [](const std::vector<Tensor>& dys) { return dys; };
      begins = __LINE__ + 1;
      if (says_where) result.begins_at = Where::here();
      return result;
    };
  };
  for (const bool says_where : {false, true}) {
    Diagnosis report;
    GradientTape tape;
    const int line = __LINE__ + 1;
    EXPECT_THROW(custom_gradient(forgets(says_where), {x}), SignatureError);
    ASSERT_EQ(report.findings().size(), 1u);
    EXPECT_EQ(report.findings()[0].cause, Cause::kCustomGradient);
    EXPECT_EQ(report.findings()[0].place.line, static_cast<std::uint32_t>(says_where ? begins : line));
    EXPECT_THAT(report.findings()[0].why, HasSubstr("the function read variable `w`"));
    EXPECT_THAT(report.findings()[0].remedy, HasSubstr("let it take the variables too"));
  }
}

TEST(Gradient, that_is_zero_or_not_finite_says_so_without_a_culprit) {
  const float inf = std::numeric_limits<float>::infinity();
  const auto said = [](const Tensor& value) {
    const std::vector<Finding> found = Gradient(value).why().findings();
    EXPECT_EQ(found.size(), 1u);
    EXPECT_EQ(found.at(0).confidence, Confidence::kUnknown);
    return std::pair(found.at(0).status, found.at(0).why);
  };
  EXPECT_EQ(said(zeros({3})), std::pair(Finding::Status::kZero, std::string("all 3 elements are 0; what made them so was not kept")));
  EXPECT_EQ(said(constant({inf, 1.0f})),
            std::pair(Finding::Status::kInf, std::string("0 of 2 elements are NaN and 1 infinite; what made them so was not kept")));
  EXPECT_EQ(said(constant({inf, inf - inf})),
            std::pair(Finding::Status::kNan, std::string("1 of 2 elements are NaN and 1 infinite; what made them so was not kept")));
  EXPECT_TRUE(Gradient(constant({0.0f, 1.0f})).why().empty());
  EXPECT_TRUE(Gradient(zeros({0})).why().empty());
}

TEST(Explain, by_values_of_a_used_up_tape_is_without_them) {
  const Variable w = variable({-1.0f, -2.0f}, "w");
  GradientTape tape;
  const Tensor y = reduce_sum(nn::relu(w));
  EXPECT_EQ(explain(tape, y, w, {.values = true}).findings().size(), 1u);
  tape.gradient(y, w);
  EXPECT_TRUE(explain(tape, y, w, {.values = true}).empty());
}

TEST(Explain, by_values_of_what_is_missing) {
  const Variable w = variable({-1.0f, -2.0f}, "w"), v = variable({1.0f, 2.0f}, "v");
  GradientTape tape;
  const Tensor y = reduce_sum(nn::relu(w) + floor(v));
  const Explanation why = explain(tape, y, {w, v}, {.values = true});
  ASSERT_EQ(why.findings().size(), 2u) << why;
  EXPECT_EQ(why.findings()[0].cause, Cause::kZeroDeadUnit);
  EXPECT_EQ(why.findings()[1].status, Finding::Status::kAbsent);
  EXPECT_EQ(why.findings()[1].cause, Cause::kNondiffOp);
}

// Random numbers cannot be drawn again, and what was computed from them is not known.
TEST(Explain, by_values_of_what_depends_on_random_numbers) {
  const Variable w = variable({-50.0f, -60.0f}, "w");
  GradientTape tape;
  const Tensor noise = random::normal({2}) * 0.5f;
  tanh(w);  // leads nowhere
  const int line = __LINE__ + 1;
  const Tensor y = reduce_sum(nn::relu(w + noise));
  const Explanation why = explain(tape, y, w, {.values = true});
  ASSERT_EQ(why.findings().size(), 1u) << why;
  EXPECT_EQ(why.findings()[0].status, Finding::Status::kZero);
  EXPECT_EQ(why.findings()[0].cause, Cause::kZeroDeadUnit);
  EXPECT_EQ(why.findings()[0].op, "relu");
  EXPECT_EQ(why.findings()[0].place.line, static_cast<std::uint32_t>(line));
}

}  // namespace
}  // namespace whygrad::testing
