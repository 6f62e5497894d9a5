// Sources to which nothing leads: what tells one reason from another.
#include "explain/explain_test.hpp"

namespace whygrad::testing {
namespace {

TEST(Decided, by_the_index_of_a_switch) {
  const Variable w = variable({0.1f, 0.9f}, "w"), v = variable(2.0f, "v");
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor best = argmax(w, 0);
  const Tensor y = switch_case(best, {[&] { return v * 2; }, [&] { return v * 3; }});
  const Gradient g = tape.gradient(y, w);
  EXPECT_THAT(g, Missing(Cause::kControlFlow, "argmax", line));
  EXPECT_THAT(finding(g).evidence, Contains(HasSubstr("ran branch 1")));
  EXPECT_THAT(finding(g).why, HasSubstr("`w` only decides which code runs"));
}

TEST(Decided, how_often_a_loop_runs) {
  const Variable w = variable(2.5f, "w"), v = variable(2.0f, "v");
  GradientTape tape;
  int line = 0;
  const std::vector<Tensor> result = while_loop(
      [&](const std::vector<Tensor>& vars) {
        line = __LINE__ + 1;
        return less(vars[0], w);
      },
      [&](const std::vector<Tensor>& vars) {
        return std::vector<Tensor>{vars[0] + 1, vars[1] * v};
      },
      {constant(0.0f), constant(1.0f)});
  const Gradient g = tape.gradient(result[1], w);
  EXPECT_THAT(g, Missing(Cause::kControlFlow, "less", line));
  EXPECT_THAT(finding(g).evidence, Contains(HasSubstr("ended")));
}

// The choice is not to blame for what the tape did not find: it was made before.
TEST(Decided, before_the_tape_is_no_reason) {
  const Variable w = variable(2.5f, "w"), v = variable(2.0f, "v");
  const Tensor factor = cond(
      w > 0, [] { return constant(3.0f); }, [] { return constant(4.0f); });
  GradientTape tape;
  const Tensor y = v * factor;
  const int line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(y, w), Missing(Cause::kUnused, "multiply", line));
}

TEST(Decided, by_the_source_itself) {
  const Tensor flag = zeros({}) > -1.0f;
  const int line = __LINE__ - 1;
  const Variable v = variable(2.0f, "v");
  GradientTape tape;
  tape.watch(flag);
  const Tensor y = cond(
      flag, [&] { return v * 2; }, [&] { return v * 3; });
  const Gradient g = tape.gradient(y, flag);
  EXPECT_THAT(g, Missing(Cause::kIntDtype, "", line));
  EXPECT_THAT(finding(g).also, Contains(Cause::kControlFlow));
  EXPECT_THAT(finding(g).evidence, Contains(HasSubstr("only decides which code runs")));
}

TEST(Left, numbers_that_went_into_a_constant_that_nobody_used) {
  const Variable w = variable({0.25f, 1.5f}, "w"), v = variable(2.0f, "v");
  GradientTape tape;
  const Tensor h = exp(w);
  const int line = __LINE__ - 1;
  constant(h.to_vector<float>());
  EXPECT_THAT(tape.gradient(square(v), w), Missing(Cause::kUnused, "exp", line));
}

TEST(Twin, must_have_the_same_elements_dtype_and_shape_and_lead_to_the_target) {
  const Variable v = variable({2.0f, 3.0f}, "v");
  const auto cause = [&](const std::function<Tensor(const Tensor&)>& use) {
    const Tensor source = constant({0.5f, 1.5f});
    GradientTape tape;
    tape.watch(source);
    return finding(tape.gradient(use(source), source)).cause;
  };
  EXPECT_EQ(cause([&](const Tensor&) { return v * constant({0.5f, 1.5f}); }), Cause::kWrongSource);
  EXPECT_EQ(cause([&](const Tensor&) { return v * constant({0.5f, 1.25f}); }), Cause::kUnused);
  EXPECT_EQ(cause([&](const Tensor&) { return v * constant({{0.5f, 1.5f}}); }), Cause::kUnused);
  EXPECT_EQ(cause([&](const Tensor&) {
              constant({0.5f, 1.5f});
              return square(v);
            }),
            Cause::kUnused);
}

TEST(Twin, of_the_same_bytes_as_integers_is_none) {
  const Variable v = variable({2.0f, 3.0f, 4.0f, 5.0f}, "v");
  const Tensor source = constant({0.0f, 0.0f, 0.0f, 0.0f});
  GradientTape tape;
  tape.watch(source);
  const Tensor y = v * cast(constant(std::vector<std::int32_t>{0, 0, 0, 0}), float32);
  EXPECT_EQ(finding(tape.gradient(y, source)).cause, Cause::kUnused);
}

TEST(Sibling, names_what_the_target_used_instead) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  GradientTape tape;
  const Tensor mine = w * 2.0f;
  const int line = __LINE__ - 1, other = __LINE__ + 1;
  const Tensor loss = reduce_sum(square(w * 2.0f));
  const Gradient g = tape.gradient(loss, mine);
  EXPECT_THAT(g, Missing(Cause::kWrongSource, "multiply", line));
  EXPECT_THAT(finding(g).why, HasSubstr("the target was computed from variable `w` without passing through `mine` (line "));
  EXPECT_THAT(finding(g).evidence, Contains(HasSubstr("the target used the result of `multiply` at unconnected_test.cpp:" + std::to_string(other))));
}

TEST(Sibling, of_another_op_is_only_said_to_share_the_variable) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  GradientTape tape;
  const Tensor mine = w * 2.0f;
  const int line = __LINE__ - 1;
  const Gradient g = tape.gradient(reduce_sum(square(w)), mine);
  EXPECT_THAT(g, Missing(Cause::kWrongSource, "multiply", line));
  EXPECT_TRUE(finding(g).evidence.empty());
}

TEST(Sibling, of_another_shape_did_not_do_the_same) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  GradientTape tape;
  const Tensor mine = w * constant({{2.0f}, {3.0f}});
  const Gradient g = tape.gradient(reduce_sum(w * 2.0f), mine);
  EXPECT_EQ(finding(g).cause, Cause::kWrongSource);
  EXPECT_TRUE(finding(g).evidence.empty());
}

TEST(DeadTarget, a_variable_that_was_assigned_is_not_the_variable_itself) {
  const Variable w = variable(1.0f, "w"), state = variable(0.0f, "state");
  GradientTape tape;
  state.assign(constant(3.0f));
  const Gradient g = tape.gradient(state, w);
  EXPECT_EQ(finding(g).cause, Cause::kUnused);
  EXPECT_EQ(finding(g).target, "state");
}

TEST(DeadTarget, data_from_before_the_tape_are_no_mistake) {
  const Variable w = variable(1.0f, "w");
  const Tensor x = constant({1.0f, 2.0f});
  GradientTape tape;
  const Tensor y = reduce_sum(x * 3.0f);
  const Gradient g = tape.gradient(y, w);
  EXPECT_EQ(finding(g).cause, Cause::kWrongTarget);
  EXPECT_EQ(finding(g).place.line, static_cast<std::uint32_t>(__LINE__ - 3));
  EXPECT_THAT(finding(g).why, HasSubstr("was made from data only"));
}

// The op that used the source in vain is what to look at, not the branch.
TEST(OtherBranch, is_no_reason_where_the_source_was_used) {
  const Variable w = variable(1.0f, "w"), v = variable(2.0f, "v");
  GradientTape tape;
  const int line = __LINE__ + 1;
  tanh(w);
  const Tensor y = cond(
      constant(1.0f) > 0.0f, [&] { return v * 2; }, [&] { return v * 3; });
  EXPECT_THAT(tape.gradient(y, w), Missing(Cause::kUnused, "tanh", line));
}

TEST(OtherBranch, is_behind_the_choice_between_branches_and_not_behind_trips_that_ran) {
  const Variable w = variable(1.0f, "w"), v = variable(2.0f, "v");
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor y = switch_case(constant(0), {[&] { return v * 2; }, [&] { return w * 3; }});
  const Tensor z = while_loop([](const std::vector<Tensor>& vars) { return vars[0] < 2; },
                              [](const std::vector<Tensor>& vars) {
                                return std::vector<Tensor>{vars[0] + 1, vars[1] * 2};
                              },
                              {constant(0), y})[1];
  const Gradient g = tape.gradient(z, w);
  EXPECT_THAT(g, Missing(Cause::kControlFlow, "switch_case", line));
  EXPECT_EQ(finding(g).confidence, Confidence::kLikely);
  EXPECT_THAT(finding(g).evidence, Contains(HasSubstr("ran branch 0")));
}

TEST(OnlyRead, of_another_variable_is_no_reason) {
  const Variable w = variable(1.0f, "w"), v = variable(2.0f, "v");
  GradientTape tape;
  const Tensor y = square(v);
  const int line = __LINE__ - 1;
  EXPECT_EQ(v.value().item<float>(), 2.0f);
  EXPECT_THAT(tape.gradient(y, w), Missing(Cause::kUnused, "square", line));
}

TEST(OnlyRead, before_the_tape_is_no_reason) {
  const Variable w = variable(1.0f, "w"), v = variable(2.0f, "v");
  EXPECT_EQ(w.value().item<float>(), 1.0f);
  GradientTape tape;
  EXPECT_EQ(finding(tape.gradient(square(v), w)).cause, Cause::kUnused);
}

TEST(Unused, before_a_reset_does_not_count) {
  const Variable w = variable(1.0f, "w"), v = variable(2.0f, "v");
  GradientTape tape;
  tanh(w);
  tape.reset();
  const int line = __LINE__ + 1;
  const Tensor y = square(v);
  const Gradient g = tape.gradient(y, w);
  EXPECT_THAT(g, Missing(Cause::kUnused, "square", line));
  EXPECT_THAT(finding(g).why, HasSubstr("no op used `w` while the tape recorded"));
}

// The gradient of 3 w + v^3 with respect to v has nothing of w, for which no rule had to look at w.
TEST(GradientOfLinear, is_not_said_of_what_was_only_added) {
  const Variable w = variable(1.5f, "w"), v = variable(2.0f, "v"), unused = variable(1.0f, "unused");
  GradientTape outer({.persistent = true});
  GradientTape inner;
  const int line = __LINE__ + 1;
  const Tensor part = w * 3.0f;
  const Gradient dv = inner.gradient(part + v * v * v, v);
  EXPECT_THAT(outer.gradient(*dv, w), Missing(Cause::kUnused, "add", line + 1));
  EXPECT_EQ(finding(outer.gradient(*dv, unused)).cause, Cause::kUnused);
}

}  // namespace
}  // namespace whygrad::testing
