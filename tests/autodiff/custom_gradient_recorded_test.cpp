// Custom gradients: what the function computes is recorded, and what integers among the inputs get.
#include "autodiff/tape_test.hpp"

#include <cmath>
#include <stdexcept>

namespace whygrad::testing {
namespace {

using Pair = std::pair<Tensor, UnaryBackward>;

// ---- What the function computes is recorded ----

TEST(CustomGradientArea, TheRuleMayCloseOverWhatTheFunctionComputed) {
  const Tensor x = c(0.5f);
  GradientTape outer;
  outer.watch(x);
  GradientTape inner;
  inner.watch(x);
  const Tensor y = custom_gradient(
      [](const Tensor& in) {
        const Tensor e = exp(in);
        return Pair(e * e, [e](const Tensor& dy) { return dy * e; });
      },
      x);
  const Gradient first = inner.gradient(y, x);
  EXPECT_FLOAT_EQ(f(first), std::exp(0.5f));
  EXPECT_FLOAT_EQ(f(outer.gradient(first, x)), std::exp(0.5f));
}

// s = w w a, and the rule says 2 s / w for w: the derivative of that is 2 a, for s depends on w too.
TEST(CustomGradientArea, TheRuleMayCloseOverTheOutput) {
  const Tensor x = c(3);
  const Variable w = variable(2, "w");
  GradientTape outer;
  GradientTape inner;
  inner.watch(x);
  const Tensor y = custom_gradient(
      [&w](const std::vector<Tensor>& in) {
        const Tensor s = w * w * in[0];
        CustomResult r{.outputs = {s}};
        r.backward_with_variables = [&w, s](const std::vector<Tensor>& dys, const std::vector<Variable>&) {
          return CustomGradients{{dys[0] * w * w}, {dys[0] * 2 * s / w}};
        };
        return r;
      },
      {x})[0];
  const Gradient first = inner.gradient(y, w);
  EXPECT_EQ(f(first), 12);
  EXPECT_EQ(f(outer.gradient(first, w)), 6);
}

TEST(CustomGradientArea, WhatTheFunctionHandsOutHasItsOwnGradient) {
  const Tensor x = c(3);
  Tensor square_of_x, result;
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = custom_gradient(
      [&](const Tensor& in) {
        square_of_x = in * in;
        result = in * 5;
        return Pair(result, [](const Tensor& dy) { return dy * 7; });
      },
      x);
  EXPECT_EQ(f(tape.gradient(square_of_x, x)), 6);
  EXPECT_EQ(f(tape.gradient(y, x)), 7) << "of the output the rule decides alone";
  EXPECT_EQ(f(tape.gradient(y + square_of_x, x)), 13);
  EXPECT_EQ(f(tape.gradient(result, x)), 5) << "the function's own result is not the output";
  EXPECT_FALSE(tape.gradient(y, result));
}

TEST(CustomGradientArea, TheRuleMayAskATapeAboutTheFunction) {
  const Tensor x = c(3);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = custom_gradient(
      [&tape](const Tensor& in) {
        const Tensor cube = in * in * in;
        return Pair(cube, [&tape, cube, in](const Tensor& dy) { return dy * *tape.gradient(cube, in) * 10; });
      },
      x);
  EXPECT_EQ(f(tape.gradient(y, x)), 270);
}

// A tape to which the inputs mean nothing sees what the function computed; each tape for itself.
TEST(CustomGradientArea, WithoutAGradientOfItsInputsTheRuleDoesNotCount) {
  const Tensor x = c(3), captured = c(4);
  GradientTape of_captured({.persistent = true});
  of_captured.watch(captured);
  GradientTape of_both({.persistent = true});
  of_both.watch({x, captured});
  const Tensor y = custom_gradient([&](const Tensor& in) { return Pair(in * captured, [](const Tensor& dy) { return dy * 7; }); }, x);
  EXPECT_EQ(f(of_captured.gradient(y, captured)), 3);
  EXPECT_FALSE(of_captured.gradient(y, x));
  EXPECT_EQ(f(of_both.gradient(y, x)), 7);
  EXPECT_FALSE(of_both.gradient(y, captured));
  of_captured.watch(x);  // too late for the rule, but the product was recorded
  EXPECT_EQ(f(of_captured.gradient(y, x)), 4);
}

TEST(CustomGradientArea, AnExceptionInTheFunctionLeavesTheTapesAsTheyWere) {
  struct Mine : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  const Tensor x = c(2);
  GradientTape tape;
  tape.watch(x);
  EXPECT_EQ(message_of<Mine>([&] { custom_gradient([](const Tensor&) -> Pair { throw Mine("from the function"); }, x); }), "from the function");
  EXPECT_EQ(f(tape.gradient(x * x, x)), 4);
}

// ---- Integers ----

std::vector<Tensor> with_integer_gradient(const std::vector<Watchable>& inputs, const Tensor& gradient) {
  return custom_gradient(
      [&gradient](const std::vector<Tensor>& in) {
        CustomResult r{.outputs = {in[0] * 2}};
        r.backward = [gradient](const std::vector<Tensor>& dys) { return std::vector<Tensor>{dys[0] * 3, gradient}; };
        return r;
      },
      inputs);
}

TEST(CustomGradientArea, AWatchedIntegerGetsWhatTheRuleReturns) {
  const Tensor x = c(std::vector<float>{1, 2}), n = constant({1, 2}), gradient = constant({7, 8}), floating = c(std::vector<float>{7, 8});
  const Variable v(constant({1, 2}), "v");
  {
    GradientTape tape;
    tape.watch({x, n});
    const Gradients g = tape.gradient(with_integer_gradient({x, n}, gradient)[0] * with_integer_gradient({x, n}, gradient)[0], {x, n});
    EXPECT_THAT(fs(g[0]), ElementsAre(12, 24));
    EXPECT_THAT(g[1]->to_vector<std::int32_t>(), ElementsAre(14, 16)) << "of both calls";
  }
  {
    GradientTape tape;
    tape.watch({x, n});
    EXPECT_THAT(fs(tape.gradient(with_integer_gradient({x, n}, floating)[0], n)), ElementsAre(7, 8)) << "in the dtype that the rule gives it";
  }
  {
    GradientTape tape;
    tape.watch(x);
    EXPECT_THAT(tape.gradient(with_integer_gradient({x, v}, gradient)[0], v)->to_vector<std::int32_t>(), ElementsAre(7, 8));
  }
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = with_integer_gradient({x, n}, gradient)[0];
  EXPECT_FALSE(tape.gradient(y, n)) << "nobody watches it";
  tape.watch(n);
  EXPECT_THAT(tape.gradient(y, n)->to_vector<std::int32_t>(), ElementsAre(7, 8)) << "watched late";
}

TEST(CustomGradientArea, AnIntegerAloneDoesNotBringTheRuleIntoPlay) {
  const Tensor n = constant({1, 2});
  GradientTape tape;
  tape.watch(n);
  const Tensor y = custom_gradient([](const Tensor& in) { return Pair(cast(in, float32), [](const Tensor&) { return constant({7, 8}); }); }, n);
  EXPECT_FALSE(tape.gradient(y, n));
}

TEST(CustomGradientArea, AnIntegersGradientStillHasItsShape) {
  const Tensor x = c(std::vector<float>{1, 2}), n = constant({1, 2});
  GradientTape tape;
  tape.watch({x, n});
  const Tensor y = with_integer_gradient({x, n}, constant({7, 8, 9}))[0];
  EXPECT_THAT(message_of<ShapeError>([&] { tape.gradient(y, n); }), HasSubstr("the gradient of input 1 is i32[3] and the input i32[2]"));
}

}  // namespace
}  // namespace whygrad::testing
