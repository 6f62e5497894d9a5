// What stops a gradient, in words: state, the tape's pauses, ops of gradient rules, and places of other languages.
#include "explain/diagnosis_test.hpp"

#include <whygrad/base/foreign_place.hpp>
#include <whygrad/ops/random.hpp>

#include <string>

namespace whygrad::testing {
namespace {

TEST(State, a_variable_that_is_the_target_was_assigned) {
  const Variable w = variable(1.0f, "w"), state = variable(0.0f, "state");
  GradientTape tape;
  const int line = __LINE__ + 1;
  state.assign(w * 2.0f);
  const Gradient g = tape.gradient(state, w);
  EXPECT_THAT(g, Missing(Cause::kStateful, "assign", line));
  EXPECT_EQ(finding(g).target, "state");
  EXPECT_THAT(finding(g).evidence, Contains("`assign` wrote into `state` at stops_test.cpp:" + std::to_string(line) + ", and it was read back"));
}

TEST(State, an_older_value_of_the_variable_leads_to_the_target) {
  const Variable w = variable(1.5f, "w");
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor y = floor(w);
  w.assign(constant(2.5f));
  EXPECT_THAT(tape.gradient(y, w), Missing(Cause::kNondiffOp, "floor", line));
}

// Whatever is older than a variable's first value does not depend on it, also after assignments, unless there were too many to know its first value.
TEST(State, data_older_than_an_assigned_variable_are_no_excuse) {
  const Tensor data = constant({1.0f, 2.0f});
  Tensor counter = constant(0.0f);
  for (int i = 0; i < 70'000; ++i) counter = counter + 1.0f;
  const Variable w = variable(3.0f, "w"), used = variable(2.0f, "used");
  for (const int assignments : {1, 20}) {
    for (int i = 0; i < assignments; ++i) w.assign(constant(1.0f));
    GradientTape tape;
    const Tensor aside = square(w);
    const Gradient g = tape.gradient(reduce_sum(data * used), w);
    EXPECT_EQ(finding(g).cause, Cause::kUnused);
    EXPECT_EQ(finding(g).confidence, assignments == 1 ? Confidence::kProven : Confidence::kLikely);
  }
}

// Of several ops in a row that the tape missed the last is the one to point at; the others say when they ran.
TEST(MissedByTheTape, every_op_says_when_it_ran) {
  const Variable w = variable(1.5f, "w");
  const auto notes = [](const Gradient& g) {
    const Finding f = finding(g);
    std::vector<std::string> all;
    for (const Step& step : f.path) all.push_back(step.status == Step::Status::kStops ? reason(f.cause).name : step.note);
    return all;
  };
  using ::testing::ElementsAre;
  {
    GradientTape tape;
    const Tensor read = w;
    Tensor y;
    {
      const auto pause = tape.stop_recording();
      y = exp(exp(read));
    }
    EXPECT_THAT(notes(tape.gradient(y * 2.0f, w)), ElementsAre("variable", "while the tape was paused", "TAPE_PAUSED", ""));
  }
  {
    GradientTape tape;
    const Tensor read = w;
    tape.exit();
    const Tensor y = exp(exp(read));
    tape.enter();
    EXPECT_THAT(notes(tape.gradient(y * 2.0f, w)), ElementsAre("variable", "while the tape was left", "OUTSIDE_TAPE", ""));
  }
  {
    GradientTape tape;
    const Tensor y = exp(exp(w));
    tape.reset();
    EXPECT_THAT(notes(tape.gradient(y * 2.0f, w)), ElementsAre("variable", "before the tape's reset", "TAPE_RESET", ""));
  }
}

TEST(MissedByTheTape, a_tape_that_was_reset_often_remembers_the_last_resets) {
  const Variable w = variable(1.5f, "w");
  GradientTape tape;
  for (int i = 0; i < 40; ++i) tape.reset();
  const Tensor y = exp(w);
  const int line = __LINE__ - 1, reset = __LINE__ + 1;
  tape.reset();
  const Gradient g = tape.gradient(y * 2.0f, w);
  EXPECT_THAT(g, Missing(Cause::kTapeReset, "exp", line));
  EXPECT_THAT(finding(g).why, HasSubstr("reset at stops_test.cpp:" + std::to_string(reset)));
}

TEST(MissedByTheTape, a_tape_may_be_reset_while_it_does_not_record) {
  const Variable w = variable(1.5f, "w");
  GradientTape tape({.persistent = true});
  const Tensor y = exp(w);
  const int line = __LINE__ - 1;
  tape.exit();
  tape.reset();
  EXPECT_FALSE(tape.recording());
  EXPECT_THAT(tape.gradient(y, w), Missing(Cause::kTapeReset, "exp", line));
  tape.enter();
  EXPECT_EQ(tape.gradient(w * w, w)->item<float>(), 3.0f);
}

TEST(MissedByTheTape, an_inner_gradient_that_was_asked_after_the_outer_tape) {
  const Variable w = variable(1.5f, "w");
  for (const bool recorded : {false, true}) {
    GradientTape outer({.persistent = true});
    GradientTape inner;
    const Tensor y = w * w * w;
    outer.exit();
    std::unique_ptr<GradientTape> third = recorded ? std::make_unique<GradientTape>() : nullptr;
    const Gradient dw = inner.gradient(y, w);
    const Gradient g = outer.gradient(*dw, w);
    ASSERT_FALSE(g);
    EXPECT_EQ(finding(g).cause, Cause::kOutsideTape) << g.why();
    EXPECT_THAT(finding(g).remedy, HasSubstr("ask the inner tape for its gradient while the outer tape still records")) << recorded;
  }
}

// The slope of x mod y in y is -floor(x / y).
TEST(RuleThatStops, names_the_op_that_the_rule_uses) {
  const Variable x = variable(7.5f, "x"), y = variable(2.0f, "y");
  GradientTape outer({.persistent = true});
  GradientTape inner;
  const int line = __LINE__ + 1;
  const Tensor rest = floormod(x, y);
  const Gradient dy = inner.gradient(rest, y);
  EXPECT_EQ(dy->item<float>(), -3.0f);
  const Gradient g = outer.gradient(*dy, x);
  EXPECT_THAT(g, Missing(Cause::kNondiffOp, "floormod", line));
  EXPECT_THAT(finding(g).evidence, Contains(HasSubstr("the gradient rule of `floormod` uses `floor")));
}

TEST(PlainTensor, made_on_the_tape_from_nothing) {
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor x = random::normal({2});
  const Gradient g = tape.gradient(reduce_sum(square(x)), x);
  EXPECT_THAT(g, Missing(Cause::kNotWatched, "", line));
  EXPECT_THAT(finding(g).why, HasSubstr("only trainable variables are watched without being told"));
}

TEST(PlainTensor, that_is_the_target_and_that_nobody_remembers) {
  const Tensor x = constant({1.0f, 2.0f});
  Tensor counter = constant(0.0f);
  for (int i = 0; i < 70'000; ++i) counter = counter + 1.0f;
  GradientTape tape;
  const Gradient g = tape.gradient(x, x);
  ASSERT_FALSE(g);
  EXPECT_EQ(finding(g).cause, Cause::kNotWatched);
  EXPECT_THAT(finding(g).why, HasSubstr("a plain tensor that nobody watches"));
}

TEST(Partial, lists_sixteen_cuts_and_no_integers) {
  const Variable w = variable(1.5f, "w");
  Diagnosis report({.partial = true});
  GradientTape tape;
  Tensor y = w * 2.0f;
  for (int i = 0; i < 20; ++i) y = y + cast(cast(floor(w), int32) + 1, float32);
  EXPECT_EQ(tape.gradient(y, w)->item<float>(), 2.0f);
  ASSERT_EQ(report.findings().size(), 1u);
  const Finding f = report.findings()[0];
  EXPECT_EQ(f.status, Finding::Status::kPartial);
  EXPECT_EQ(f.op, "floor");
  EXPECT_EQ(f.others.size(), 15u);
  for (const OtherBreak& other : f.others) EXPECT_THAT(other.op, ::testing::AnyOf("floor", "cast"));
}

TEST(Path, from_a_value_that_the_tape_follows) {
  const Variable w = variable(1.5f, "w");
  GradientTape tape;
  const Tensor h = w * 2.0f;
  const int line = __LINE__ + 1;
  const Gradient g = tape.gradient(floor(h), h);
  EXPECT_THAT(g, Missing(Cause::kNondiffOp, "floor", line));
  EXPECT_TRUE(finding(g).others.empty());
}

TEST(Path, with_a_copy_behind_another_stop) {
  const Variable w = variable(1.5f, "w");
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor steps = floor(w);
  const Variable copy(steps * 2.0f, "copy");
  const Gradient g = tape.gradient(copy * 3.0f, w);
  EXPECT_THAT(g, Missing(Cause::kNondiffOp, "floor", line));
  ASSERT_EQ(finding(g).others.size(), 1u);
  EXPECT_EQ(finding(g).others[0].cause, Cause::kWrongSource);
  EXPECT_EQ(finding(g).others[0].place.line, static_cast<std::uint32_t>(line + 1));
}

TEST(Path, with_a_copy_some_ops_behind_what_the_tape_missed) {
  const Variable w = variable(1.5f, "w");
  const int line = __LINE__ + 1;
  const Tensor before = exp(w);
  GradientTape tape;
  const Variable copy(before * 2.0f, "copy");
  const Gradient g = tape.gradient(copy * 3.0f, w);
  EXPECT_THAT(g, Missing(Cause::kOutsideTape, "exp", line));
  ASSERT_EQ(finding(g).others.size(), 1u);
  EXPECT_EQ(finding(g).others[0].cause, Cause::kWrongSource);
}

// Places of an interpreter: no file; the line says which.
class ForeignProgram : public ::testing::Test {
 protected:
  ForeignProgram() {
    install_foreign_places(
        {[](const Where& where) {
           return where.line == 0 ? ForeignPlace{} : ForeignPlace{"cell", "step", where.line, 5};
         },
         [](const std::string& file, std::uint32_t line) { return file == "cell" && line == 2 ? std::string("y = floor(w)") : ""; }});
  }
  ~ForeignProgram() override { install_foreign_places({}); }
  static Where at(std::uint32_t line) { return {nullptr, "handle", line, 0}; }
};

TEST_F(ForeignProgram, places_are_resolved_and_lines_are_shown) {
  const Variable w = variable(1.5f, "w", at(1));
  GradientTape tape({}, at(1));
  const Gradient g = tape.gradient(floor(w, at(2)), w, {}, at(3));
  const Finding f = finding(g);
  EXPECT_EQ(f.place.file, "cell");
  EXPECT_EQ(f.place.function, "step");
  EXPECT_EQ(f.place.line, 2u);
  EXPECT_EQ(f.place.column, 5u);
  EXPECT_THAT(g.why().to_string(), HasSubstr("  2 | y = floor(w)\n    |     ^~~~~\n"));
}

TEST_F(ForeignProgram, places_that_are_not_held_any_more_are_left_out) {
  const Variable w = variable(1.5f, "w", at(0));
  GradientTape tape({}, at(0));
  const Gradient g = tape.gradient(floor(w, at(0)), w, {}, at(0));
  const Finding f = finding(g);
  EXPECT_EQ(f.op, "floor");
  EXPECT_FALSE(f.place.known());
  EXPECT_THAT(g.why().to_string(), Not(HasSubstr("cell")));
}

TEST_F(ForeignProgram, a_used_up_tape_says_where_it_was_asked_if_that_is_known) {
  const Variable w = variable(1.5f, "w");
  const auto message = [&](std::uint32_t line) -> std::string {
    GradientTape tape;
    const Tensor y = w * w;
    tape.gradient(y, w, {}, at(line));
    try {
      tape.gradient(y, w);
    } catch (const TapeError& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(message(7), HasSubstr("used up by gradient() at cell:7\n"));
  EXPECT_THAT(message(0), HasSubstr("used up by gradient()\n"));
}

}  // namespace
}  // namespace whygrad::testing
