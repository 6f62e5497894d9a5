// Area: forward mode. Tests named after an id, as FM_01, check the row of TensorFlow's conformance matrix (docs/conformance.md).
#include <whygrad/autodiff/forward.hpp>

#include "autodiff/tape_test.hpp"
#include "device/allocator.hpp"

#include <whygrad/autodiff/hessian.hpp>
#include <whygrad/autodiff/jacobian.hpp>
#include <whygrad/ops/counting.hpp>

#include <cmath>
#include <vector>

namespace whygrad::testing {
namespace {

constexpr UnconnectedGradients kZero = UnconnectedGradients::zero;

TEST(Forward, FM_01_Basic) {
  const Tensor x = c(0.1f);
  ForwardAccumulator forward(x, c(0.2f));
  const Tensor y = sin(x), z = x + x * 3.0f, product = x * x;
  EXPECT_FLOAT_EQ(f(forward.jvp(y)), std::cos(0.1f) * 0.2f);
  EXPECT_FLOAT_EQ(f(forward.jvp(z)), 0.8f);
  EXPECT_FLOAT_EQ(f(forward.jvp(product)), 2 * 0.1f * 0.2f);
  EXPECT_FLOAT_EQ(f(forward.jvp(x)), 0.2f);
}

TEST(Forward, FM_02_AValueIsOnePrimal) {
  const Tensor x = c(1.0f);
  const auto twice = [&] { ForwardAccumulator forward(std::vector<Watchable>{x, x}, std::vector<Tensor>{x, x}); };
  EXPECT_THAT(message_of<ValueError>(twice), HasSubstr("multiple times"));
  const Variable v = variable(1.0f);
  const auto variable_twice = [&] { ForwardAccumulator forward(std::vector<Watchable>{v, v}, std::vector<Tensor>{x, x}); };
  EXPECT_THAT(message_of<ValueError>(variable_twice), HasSubstr("multiple times"));
}

TEST(Forward, FM_03_WatchingAgainAddsTheTangents) {
  const Tensor x = c(-2.0f);
  ForwardAccumulator forward(x, c(3.0f));
  EXPECT_FLOAT_EQ(f(forward.jvp(x)), 3);
  forward.watch(x, c(10.0f));
  EXPECT_FLOAT_EQ(f(forward.jvp(x)), 13);
  forward.watch(x, c(11.0f));
  EXPECT_FLOAT_EQ(f(forward.jvp(x)), 24);
  EXPECT_FLOAT_EQ(f(forward.jvp(x * 3.0f)), 72);
}

TEST(Forward, FM_04_LeavingAndEnteringAgain) {
  const Tensor x = c(-2.0f);
  ForwardAccumulator forward(x, c(1.5f));
  EXPECT_THAT(message_of<TapeError>([&] { forward.enter(); }), HasSubstr("already recording"));
  const Tensor y = x * x;
  forward.exit();
  EXPECT_THAT(message_of<TapeError>([&] { forward.exit(); }), HasSubstr("not recording"));
  const Tensor z = x * y;
  EXPECT_FALSE(forward.jvp(z));
  forward.enter();
  const Tensor again = x * x * y;
  EXPECT_FLOAT_EQ(f(forward.jvp(again)), 4 * -8.0f * 1.5f);
  EXPECT_FLOAT_EQ(f(forward.jvp(y)), -6);
}

TEST(Forward, FM_05_AsksAtAnyTimeAndRepeatedly) {
  const Tensor x = c(3.0f);
  Tensor y;
  ForwardAccumulator forward(x, c(1.0f));
  y = x * x;
  forward.exit();
  const Gradient first = forward.jvp(y), second = forward.jvp(y);
  EXPECT_FLOAT_EQ(f(first), 6);
  EXPECT_EQ(first->id(), second->id()) << "nothing is computed when it is asked";
}

TEST(Forward, FM_06_Unconnected) {
  const Tensor x = c(-1.0f), other = c(2.0f);
  ForwardAccumulator forward(x, c(0.1f));
  const Tensor y = other * 2.0f;
  EXPECT_FALSE(forward.jvp(y));
  EXPECT_FLOAT_EQ(f(forward.jvp(y, kZero)), 0);
  EXPECT_FLOAT_EQ(f(forward.jvp(x, kZero)), 0.1f);
}

TEST(Forward, WhatHasNoDerivativeEndsATangent) {
  const Tensor x = c(std::vector<float>{1.3f, -2.4f}), v = c(std::vector<float>{1, 1});
  ForwardAccumulator forward(x, v);
  EXPECT_FALSE(forward.jvp(stop_gradient(x)));
  EXPECT_FALSE(forward.jvp(cast(cast(x, int32), float32)));
  EXPECT_THAT(fs(forward.jvp(stop_gradient(x) * x)), ElementsAre(1.3f, -2.4f));
  EXPECT_THAT(fs(forward.jvp(x * 0.0f)), ElementsAre(0, 0));
}

TEST(Forward, FM_08_TheOuterOfTheInner) {
  const Tensor x = c(1.1f), one = c(1.0f);
  ForwardAccumulator outer(x, one);
  ForwardAccumulator inner(x, one);
  const Tensor y = pow(x, 3.5f);
  EXPECT_NEAR(f(inner.jvp(y)), 4.4417057f, 1e-5f);
  EXPECT_NEAR(f(outer.jvp(*inner.jvp(y))), 10.094786f, 1e-4f);
  EXPECT_FALSE(inner.jvp(*outer.jvp(y)));
}

TEST(Forward, FM_09_ThreeOrders) {
  const Tensor x = constant(1.1, float64), one = constant(1.0, float64);
  ForwardAccumulator a(x, one), b(x, one), d(x, one);
  const Tensor y = pow(x, 3.5);
  const Tensor first = *d.jvp(y), second = *b.jvp(first), third = *a.jvp(second);
  EXPECT_NEAR(y.item<double>(), std::pow(1.1, 3.5), 1e-12);
  EXPECT_NEAR(first.item<double>(), 3.5 * std::pow(1.1, 2.5), 1e-12);
  EXPECT_NEAR(second.item<double>(), 8.75 * std::pow(1.1, 1.5), 1e-12);
  EXPECT_NEAR(third.item<double>(), 13.125 * std::pow(1.1, 0.5), 1e-12);
}

TEST(Forward, FM_10_OverBackwardsIsAHessianTimesAVector) {
  const Tensor x = c(std::vector<float>{1, 2}), v = c(std::vector<float>{1, 0});
  ForwardAccumulator forward(x, v);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x * x;
  const Gradient g = tape.gradient(y, x);
  EXPECT_THAT(fs(g), ElementsAre(3, 12));
  EXPECT_THAT(fs(forward.jvp(*g)), ElementsAre(6, 0));
}

TEST(Forward, FM_11_BackwardsOverIt) {
  const Tensor x = c(1.0f);
  GradientTape tape;
  tape.watch(x);
  Gradient tangent;
  {
    ForwardAccumulator forward(x, c(0.1f));
    tangent = forward.jvp(cos(x));
  }
  EXPECT_FLOAT_EQ(f(tape.gradient(*tangent, x)), -0.1f * std::cos(1.0f));
}

TEST(Forward, FM_12_ATapeInsideDoesNotRecordTangents) {
  const Tensor x = c(1.0f);
  ForwardAccumulator forward(x, c(0.1f));
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = cos(x), tangent = *forward.jvp(y);
  EXPECT_FALSE(tape.gradient(tangent, x));
  EXPECT_FLOAT_EQ(f(tape.gradient(tangent * x, x)), f(tangent)) << "to the tape a tangent is a constant";
  EXPECT_FLOAT_EQ(f(tape.gradient(y, x)), -std::sin(1.0f));
}

TEST(Forward, FM_13_CustomGradientsAreTransposed) {
  const auto cubed = [](const Tensor& x) {
    return custom_gradient(
        [](const Tensor& in) -> std::pair<Tensor, UnaryBackward> {
          return {in * in * in, [in](const Tensor& dy) { return dy * 3.0f * in * in; }};
        },
        x);
  };
  const Tensor x = c(2.0f), one = c(1.0f);
  ForwardAccumulator outer(x, one), inner(x, one);
  const Tensor y = cubed(x);
  EXPECT_FLOAT_EQ(f(inner.jvp(y)), 12);
  EXPECT_FLOAT_EQ(f(outer.jvp(*inner.jvp(y))), 12);
}

TEST(Forward, ARuleCountsWhereTheOpsOfItsFunctionGiveNoTangent) {
  const Tensor x = c(2.0f);
  ForwardAccumulator forward(x, c(1.0f));
  const UnaryBackward rule = [](const Tensor& dy) { return dy * 7.0f; };
  const Tensor by_ops = custom_gradient([&](const Tensor& in) { return std::pair(in * in, rule); }, x);
  const Tensor by_rule = custom_gradient([&](const Tensor& in) { return std::pair(c(in.item<float>()), rule); }, x);
  EXPECT_FLOAT_EQ(f(forward.jvp(by_ops)), 4) << "as in TensorFlow";
  EXPECT_FLOAT_EQ(f(forward.jvp(by_rule)), 7);
}

TEST(Forward, ACustomGradientWithVariables) {
  const Variable v = variable(3.0f);
  const Tensor x = c(2.0f);
  const auto call = [&] {
    const auto many = [&](const std::vector<Tensor>& in) {
      CustomResult result{.outputs = {in[0] * v.value()}};
      result.backward_with_variables = [x = in[0]](const std::vector<Tensor>& dys, const std::vector<Variable>& variables) {
        return CustomGradients{{dys[0] * variables[0].value()}, {dys[0] * x}};
      };
      return result;
    };
    return custom_gradient(many, {x})[0];
  };
  ForwardAccumulator forward(std::vector<Watchable>{x, v}, {c(1.0f), c(10.0f)});
  EXPECT_FLOAT_EQ(f(forward.jvp(call())), 3 + 20);
}

TEST(Forward, FM_14_AnExceptionOfARuleAppearsWhenTheOpRuns) {
  const Tensor x = c(2.0f);
  ForwardAccumulator forward(x, c(1.0f));
  const auto call = [&] {
    const UnaryBackward rule = [](const Tensor&) -> Tensor { throw std::runtime_error("of the rule"); };
    custom_gradient([&](const Tensor&) { return std::pair(c(1.0f), rule); }, x);
  };
  EXPECT_THAT(message_of<std::runtime_error>(call), HasSubstr("of the rule"));
  EXPECT_FLOAT_EQ(f(forward.jvp(x * x)), 4) << "the accumulator goes on";
}

TEST(Forward, FM_15_BranchesAndLoops) {
  const Tensor x = c(3.0f);
  ForwardAccumulator forward(x, c(1.0f));
  const Tensor y = cond(
      x > 2.0f, [&] { return x * x; }, [&] { return x; });
  EXPECT_FLOAT_EQ(f(forward.jvp(y)), 6);
  Tensor z = x;
  for (int i = 0; i < 3; ++i) z = z * x;
  EXPECT_FLOAT_EQ(f(forward.jvp(z)), 4 * 27);
}

TEST(Forward, FM_16_Variables) {
  const Variable v(c(std::vector<float>{1, 2}));
  ForwardAccumulator forward(v, c(std::vector<float>{0.1f, 0.2f}));
  const Tensor y = v.value() * 2.0f;
  v.assign(c(std::vector<float>{10, 20}));
  const Tensor z = v.value() * v.value();
  EXPECT_THAT(fs(forward.jvp(y)), ElementsAre(0.2f, 0.4f));
  EXPECT_THAT(fs(forward.jvp(z)), ElementsAre(FloatEq(2), FloatEq(8)));
  EXPECT_THAT(fs(forward.jvp(v)), ElementsAre(0.1f, 0.2f));
}

TEST(Forward, FM_19_TangentsOfValuesThatAreGoneGo) {
  constexpr std::size_t kBytes = 128 * 1024;
  const Tensor x = ones({kBytes / 4}), v = ones({kBytes / 4});
  ForwardAccumulator forward(x, v);
  const std::size_t before = device::allocator_stats().live_bytes;
  Tensor y = x;
  for (int i = 0; i < 400; ++i) y = y * 0.999f;
  EXPECT_LT(device::allocator_stats().live_bytes - before, 150 * kBytes) << "of 400 values and as many tangents";
  forward.exit();
  EXPECT_LT(device::allocator_stats().live_bytes - before, 6 * kBytes);
  EXPECT_GT(fs(forward.jvp(y))[0], 0);
}

TEST(Forward, FM_22_WhatDoesNotMoveHasTheTangentZero) {
  const Tensor x = c(2.0f), other = c(5.0f);
  ForwardAccumulator forward(x, c(1.0f));
  EXPECT_FLOAT_EQ(f(forward.jvp(x * other)), 5);
  EXPECT_THAT(fs(forward.jvp(stack({x, other}))), ElementsAre(1, 0));
}

TEST(Forward, FM_23_IntegersHaveNone) {
  const Tensor x = constant({1, 2});
  ForwardAccumulator forward(x, constant({1, 1}));
  EXPECT_FALSE(forward.jvp(x + x));
}

TEST(Forward, TangentsFitTheirPrimals) {
  const Tensor x = c(std::vector<float>{1, 2});
  EXPECT_THAT(message_of<ShapeError>([&] { ForwardAccumulator forward(x, c(1.0f)); }), HasSubstr("a tangent is f32[] and its primal f32[2]"));
  EXPECT_THAT(message_of<DTypeError>([&] { ForwardAccumulator forward(x, cast(x, float64)); }), HasSubstr("dtype of its primal"));
  EXPECT_THAT(message_of<ValueError>([&] { ForwardAccumulator forward(std::vector<Watchable>{x}, std::vector<Tensor>{}); }), HasSubstr("0 tangents"));
  EXPECT_THAT(message_of<ValueError>([&] { ForwardAccumulator forward(Tensor(), x); }), HasSubstr("empty handle"));
}

// x^T A x, whose Hessian is A + A^T.
TEST(Forward, HessiansAndTheirProducts) {
  const Tensor a = c(std::vector<float>{1, -2, 3, 0.25f}), x = c(std::vector<float>{1, 2}), v = c(std::vector<float>{10, 1});
  const auto quadratic = [&a](const Tensor& t) { return reduce_sum(reshape(t, {2, 1}) * matmul(reshape(a, {2, 2}), reshape(t, {2, 1}))); };
  EXPECT_THAT(fs(hessian(quadratic, x)), ElementsAre(2, 1, 1, 0.5f));
  EXPECT_THAT(fs(hessian_vector_product(quadratic, x, v)), ElementsAre(21, 10.5f));
  EXPECT_THAT(message_of<ShapeError>([&] { hessian([](const Tensor& t) { return t * t; }, x); }), HasSubstr("one number as the result"));
  EXPECT_THAT(message_of<MissingGradient>([&] { hessian_vector_product([](const Tensor&) { return c(1.0f); }, x, v); }), HasSubstr("no gradient"));
}

TEST(Forward, AgreesWithTheJacobian) {
  const Tensor x = cast(constant({{0.3f, -0.2f}, {1.5f, 0.7f}}), float64), v = cast(constant({{1.0f, 2.0f}, {-1.0f, 0.5f}}), float64);
  const auto g = [](const Tensor& t) { return nn::softmax(matmul(tanh(t), t)); };
  GradientTape tape;
  tape.watch(x);
  ForwardAccumulator forward(x, v);
  const Tensor y = g(x);
  forward.exit();
  const Tensor j = reshape(*jacobian(tape, y, x), {4, 4});
  const std::vector<double> expected = matmul(j, reshape(v, {4, 1})).to_vector<double>(), found = forward.jvp(y)->to_vector<double>();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(found[i], expected[i], 1e-12);
}

// An accumulator around a tape around another one: the tape, which the outer one pauses, stays between them.
TEST(Forward, ATapeThatIsPausedKeepsItsPlaceInTheOrder) {
  const Tensor x = c(0.5f), one = c(1.0f);
  ForwardAccumulator outer(x, one);
  GradientTape tape;
  tape.watch(x);
  ForwardAccumulator inner(x, one);
  const Tensor y = x * x * x * x;
  const Tensor z = *inner.jvp(y) + x * x * x;  // 4 x^3 + x^3
  inner.exit();
  const Tensor g = *tape.gradient(z, x);
  EXPECT_FLOAT_EQ(g.item<float>(), 15 * 0.25f);
  EXPECT_FLOAT_EQ(outer.jvp(g)->item<float>(), 30 * 0.5f);
}

TEST(Forward, AMissingRuleIsAnError) {
  const Tensor w = c(std::vector<float>{0.5f, 2});
  ForwardAccumulator forward(w, w);
  EXPECT_THAT(message_of<MissingRule>([&] { weighted_bincount(constant({0, 1}), w); }), HasSubstr("a derivative would lack the part"));
}

}  // namespace
}  // namespace whygrad::testing
