// Areas: watching, nesting and higher order.
#include "autodiff/tape_test.hpp"

#include <cmath>

namespace whygrad::testing {
namespace {

TEST(Watching, AVariableWhoseValueIsWatchedAsATensorIsAnsweredToo) {
  const Variable v = variable(3);
  GradientTape tape;
  tape.watch(v.value());
  const Gradients g = tape.gradient(v * v, {v, v.value()});
  ASSERT_TRUE(g[0].has_value());
  EXPECT_EQ(f(g[0]), 6);
  EXPECT_EQ(f(g[1]), 6);
  EXPECT_EQ(tape.watched_variables().size(), 1u);
}

TEST(Watching, WT_01_ReadingATrainableVariableWatchesIt) {
  const Variable v = variable(1);
  GradientTape tape;
  const Tensor y = v * v;
  ASSERT_EQ(tape.watched_variables().size(), 1u);
  EXPECT_EQ(f(tape.gradient(y, v)), 2);
}

// ---- Watched after it was used: what the tape recorded for another value it recorded with all inputs ----

TEST(WatchedLate, HasItsPartOfWhatWasRecordedForAnother) {
  const Tensor x = c({3, 1});
  const Variable w(c({2, 2}), "w");
  GradientTape tape({.persistent = true});
  const Tensor h = x * w, y = reduce_sum(where(constant({true, false}), x, w) * x);
  tape.watch(x);
  EXPECT_THAT(fs(tape.gradient(h, x)), ElementsAre(2, 2));
  EXPECT_THAT(fs(tape.gradient(y, x)), ElementsAre(6, 2));
  EXPECT_THAT(fs(tape.gradient(h * x, x)), ElementsAre(12, 4)) << "and of what came after";
}

TEST(WatchedLate, HasNoPartOfWhatWasRecordedForNobody) {
  const Tensor x = c(3);
  const Variable w = variable(2);
  GradientTape tape({.persistent = true});
  const Tensor alone = x * x, y = exp(x) * w;
  tape.watch(x);
  EXPECT_FALSE(tape.gradient(alone, x));
  EXPECT_FALSE(tape.gradient(y, x)) << "exp was not recorded";
  EXPECT_FLOAT_EQ(f(tape.gradient(exp(x) * y, x)), std::exp(3.0f) * std::exp(3.0f) * 2);
}

TEST(WatchedLate, AnIntermediateValue) {
  const Tensor x = c(3);
  const Variable w = variable(2);
  GradientTape tape({.persistent = true});
  const Tensor m = x * x, y = m * w;
  EXPECT_FALSE(tape.gradient(y, m)) << "nobody watches it";
  tape.watch(m);
  const Tensor z = m * x;
  tape.watch(x);
  EXPECT_EQ(f(tape.gradient(y, m)), 2);
  EXPECT_EQ(f(tape.gradient(z, x)), 9) << "m itself was not recorded";
}

// Of a variable its reading counts, which was before.
TEST(WatchedLate, IsNothingForAVariable) {
  const Variable x(c(3), "x", {.trainable = false}), w = variable(2);
  GradientTape tape({.persistent = true});
  const Tensor y = x * w;
  tape.watch(x);
  EXPECT_FALSE(tape.gradient(y, x));
  EXPECT_EQ(f(tape.gradient(x * w, x)), 2);
}

// As in TensorFlow, where watching has no effect then.
TEST(WatchedLate, IsNothingWhileNoTapeRecords) {
  const Tensor x = c(3);
  const Variable w = variable(2);
  GradientTape tape({.persistent = true});
  const Tensor y = x * w;
  tape.exit();
  tape.watch(x);
  EXPECT_FALSE(tape.gradient(y, x));
}

TEST(WatchedLate, IsEachTapesOwnMatter) {
  const Tensor x = c(3);
  const Variable w = variable(2);
  GradientTape outer({.persistent = true});
  GradientTape inner({.persistent = true, .watch_accessed_variables = false});
  outer.watch(x);
  const Tensor y = x * w;
  inner.watch(x);
  EXPECT_FALSE(inner.gradient(y, x)) << "the inner tape recorded it for nobody";
  EXPECT_EQ(f(outer.gradient(y, x)), 2);
}

TEST(Variable, MayBeginAsANumber) {
  const Variable x(3.0f, "x"), n(2, "n", {.trainable = false});
  EXPECT_EQ(x.dtype(), float32);
  EXPECT_EQ(n.dtype(), int32);
  EXPECT_EQ(x.name(), "x");
  EXPECT_FALSE(n.trainable());
  GradientTape tape;
  EXPECT_EQ((*tape.gradient(x * x, x)).item<float>(), 6);
}

TEST(Watching, WT_02_OnlyTrainableVariablesAreWatchedByThemselves) {
  const Variable x0 = variable(3, "x0");
  const Variable x1(c(3), "x1", {.trainable = false});
  const Tensor x2 = variable(2, "x2") + 1;
  const Tensor x3 = c(3);
  GradientTape tape;
  const Tensor y = square(x0) + square(x1) + square(x2);
  const Gradients g = tape.gradient(y, {x0, x1, x2, x3});
  EXPECT_EQ(f(g[0]), 6);
  for (const std::size_t i : {1, 2, 3}) EXPECT_FALSE(g[i]) << i;
}

TEST(Watching, WT_03_WatchMakesATensorASource) {
  const Tensor x = c(3);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = square(x);
  EXPECT_EQ(f(tape.gradient(y, x)), 6);
}

TEST(Watching, WT_04_WatchTakesSeveral) {
  const Tensor x = c(1), y = c(2);
  GradientTape tape;
  tape.watch({x, y});
  const Tensor a = x * 2, b = y * 3;
  const Gradients g = tape.gradient({a, b}, {x, y});
  EXPECT_EQ(f(g[0]), 2);
  EXPECT_EQ(f(g[1]), 3);
}

TEST(Watching, WT_05_WatchingIsPerTape) {
  const Tensor x1 = c(2), x2 = c(2);
  GradientTape outer;
  outer.watch(x1);
  Tensor dy, dz;
  {
    GradientTape inner({.persistent = true});
    inner.watch({x1, x2});
    const Tensor y = x1 * x1 * x1, z = square(x2);
    dy = *inner.gradient(y, x1);
    dz = *inner.gradient(z, x2);
  }
  const Gradients g = outer.gradient({dy, dz}, {x1, x2});
  EXPECT_EQ(f(g[0]), 12);
  EXPECT_FALSE(g[1]);
}

TEST(Watching, WT_06_AutomaticWatchingCanBeSwitchedOff) {
  const Variable x1 = variable(1), x2 = variable(1);
  GradientTape tape({.watch_accessed_variables = false});
  tape.watch(x2);
  const Tensor z = x1 * x2 * x2 * x2;
  ASSERT_EQ(tape.watched_variables().size(), 1u);
  EXPECT_TRUE(tape.watched_variables()[0].is(x2));
  const Gradients g = tape.gradient(z, {x1, x2});
  EXPECT_FALSE(g[0]);
  EXPECT_EQ(f(g[1]), 3);

  const Variable a = variable(0), b = variable(10);
  GradientTape guide({.watch_accessed_variables = false});
  guide.watch(b);
  const Tensor y = reduce_sum(sin(a) + nn::softplus(b));
  const Gradients h = guide.gradient(y, {a, b});
  EXPECT_FALSE(h[0]);
  EXPECT_NEAR(f(h[1]), 0.9999546f, 1e-7);
}

TEST(Watching, WT_07_ExplicitlyWatchedVariablesAreListed) {
  const Variable v = variable(1);
  GradientTape tape({.watch_accessed_variables = false});
  tape.watch(v);
  ASSERT_EQ(tape.watched_variables().size(), 1u);
  tape.reset();
  EXPECT_TRUE(tape.watched_variables().empty());
  tape.watch(v);
  EXPECT_EQ(tape.watched_variables().size(), 1u);
}

// WT_08: anything but a tensor or a variable does not compile; what is left to refuse at run time is an empty handle.
static_assert(!std::convertible_to<std::vector<float>, Watchable> && !std::convertible_to<float, Watchable>);
TEST(Watching, WT_08_WatchingNothingIsAnError) {
  GradientTape tape;
  EXPECT_THAT(message_of<ValueError>([&] { tape.watch(Tensor()); }), HasSubstr("empty handle"));
  EXPECT_THAT(message_of<ValueError>([&] { tape.watch(Variable()); }), HasSubstr("empty handle"));
}

TEST(Watching, WT_10_EqualValuesAreDifferentSources) {
  const Tensor x1 = c(3), x2 = c(3);
  GradientTape tape;
  tape.watch({x1, x2});
  const Tensor y = x1 + x2;
  EXPECT_EQ(f(tape.gradient(y, x1)), 1);
}

TEST(Watching, WT_11_OpsThatKeepTheValueMakeNewTensors) {
  const Tensor x = c(1);
  const Tensor x1 = identity(x), x2 = x + 0, x3 = x - 0, x4 = x * 1;
  GradientTape tape;
  tape.watch({x, x1, x2, x3, x4});
  const Tensor loss = x * 2 + (x1 + x2 + x3 + x4) * 3;
  const Gradients g = tape.gradient(loss, {x, x1, x2, x3, x4});
  EXPECT_EQ(f(g[0]), 2);
  for (const std::size_t i : {1, 2, 3, 4}) EXPECT_EQ(f(g[i]), 3) << i;
}

TEST(Watching, WT_12_VariablesAreListedInOrderOfConstruction) {
  const Variable v0 = variable(1), v1 = variable(2);
  GradientTape tape;
  (void)(v1 * v0);
  const auto watched = tape.watched_variables();
  ASSERT_EQ(watched.size(), 2u);
  EXPECT_TRUE(watched[0].is(v0));
  EXPECT_TRUE(watched[1].is(v1));
}

TEST(Watching, WT_13_AssignmentsAndNewVariablesCountAsAccess) {
  const Variable v1 = variable(1);
  const Variable frozen(c(1), "frozen", {.trainable = false});
  GradientTape outer;
  v1.assign(c(2));
  frozen.assign(c(2));
  {
    GradientTape inner;
    const Variable v2 = variable(3);
    (void)v2.value();
    ASSERT_EQ(inner.watched_variables().size(), 1u);
    EXPECT_TRUE(inner.watched_variables()[0].is(v2));
  }
  EXPECT_EQ(outer.watched_variables().size(), 2u);
}

TEST(Watching, WT_14_SeveralTapesEachDifferentiateTheirOwn) {
  const Tensor x0 = c(0), x1 = c(0);
  GradientTape tape0, tape1;
  tape0.watch(x0);
  tape1.watch(x1);
  const Tensor y = reduce_sum(sin(x0) + sigmoid(x1));
  EXPECT_EQ(f(tape0.gradient(y, x0)), 1);
  EXPECT_EQ(f(tape1.gradient(y, x1)), 0.25f);
}

// TensorFlow records such an op not at all; here it leaves a record without buffers, and carries no gradient all the same.
TEST(Watching, WT_15_AnOpCarriesAGradientOnlyFromADifferentiableInputOnTheTape) {
  const Tensor x = c(2);
  const Tensor i = constant(3);
  GradientTape tape({.persistent = true});
  tape.watch({x, i});
  const Tensor unrelated = c(5) * c(7), integers = i * i;
  EXPECT_FALSE(tape.gradient(unrelated, x));
  EXPECT_FALSE(tape.gradient(integers, i));
  EXPECT_FALSE(tape.gradient(cast(cast(x, int32), float32), x));
}

TEST(Watching, WT_16_VariablesThatDoNotExistYetAreNotWatched) {
  GradientTape tape({.watch_accessed_variables = false});
  const Variable late = variable(1);
  const Tensor y = late * 2;
  EXPECT_FALSE(tape.gradient(y, late));
}

TEST(Watching, WT_17_AnIntegerTensorMayBeWatchedInVain) {
  const Tensor i = constant(3);
  GradientTape tape;
  tape.watch(i);
  const Tensor y = cast(i, float32) * 2;
  EXPECT_FALSE(tape.gradient(y, i));
}

TEST(Watching, AnOpBeforeTheWatchIsNotSeen) {
  const Tensor x = c(3);
  GradientTape tape;
  const Tensor early = x * x;
  tape.watch(x);
  const Tensor y = early + x;
  EXPECT_EQ(f(tape.gradient(y, x)), 1);
}

TEST(Nesting, NH_01_GradientOpsAreDifferentiable) {
  const Tensor x = c(3);
  GradientTape outer;
  outer.watch(x);
  Tensor y = x * x;
  Tensor z;
  {
    GradientTape inner;
    inner.watch(y);
    z = y * 2;
    const Gradient g = inner.gradient(z, y);
    EXPECT_EQ(f(g), 2);
    y = y + *g;
  }
  EXPECT_EQ(f(outer.gradient(y, x)), 6);
}

TEST(Nesting, NH_02_TwoTapesGiveTheSecondDerivative) {
  const Variable x = variable(1);
  GradientTape outer;
  Tensor dy;
  {
    GradientTape inner;
    const Tensor y = x * x * x;
    dy = *inner.gradient(y, x);
  }
  EXPECT_EQ(f(dy), 3);
  EXPECT_EQ(f(outer.gradient(dy, x)), 6);

  const Tensor five = c(5);
  GradientTape g;
  g.watch(five);
  GradientTape gg;
  gg.watch(five);
  const Tensor y = five * five;
  const Gradient first = gg.gradient(y, five);
  EXPECT_EQ(f(first), 10);
  EXPECT_EQ(f(g.gradient(first, five)), 2);
}

TEST(Nesting, NH_03_GradientOfAGradientFunction) {
  const auto grad = [](const auto& function) {
    return [function](const Tensor& x) {
      GradientTape tape;
      tape.watch(x);
      return *tape.gradient(function(x), x);
    };
  };
  EXPECT_EQ(f(grad(grad([](const Tensor& x) { return x * x; }))(c(3))), 2);
  EXPECT_EQ(f(grad(grad([](const Tensor& x) { return exp(x); }))(c(0))), 1);
}

TEST(Nesting, NH_04_SecondDerivativeOfCrossEntropyWithOneClass) {
  const Tensor x = constant({{1.f}});
  GradientTape outer;
  outer.watch(x);
  GradientTape inner;
  inner.watch(x);
  const Tensor loss = nn::softmax_cross_entropy_with_logits(constant({{1.f}}), x);
  const Gradient g = inner.gradient(loss, x);
  EXPECT_THAT(fs(outer.gradient(g, x)), ElementsAre(0));
}

TEST(Nesting, NH_05_AGradientIsDifferentiableWithRespectToItsSeed) {
  const Tensor x = c(1), seed = c(2);
  GradientTape outer;
  outer.watch(seed);
  GradientTape inner;
  inner.watch(x);
  const Tensor y = cos(x);
  const Gradient g = inner.gradient(y, x, {.output_gradients = {seed}});
  EXPECT_NEAR(f(g), -2 * std::sin(1.0f), 1e-6);
  EXPECT_NEAR(f(outer.gradient(g, seed)), -std::sin(1.0f), 1e-6);
}

TEST(Nesting, NH_06_FourthDerivativeByNestedTapes) {
  for (const bool as_variable : {false, true}) {
    const Variable v = variable(1);
    const Tensor t = c(1);
    const Watchable x = as_variable ? Watchable(v) : Watchable(t);
    GradientTape t1, t2, t3, t4;
    for (GradientTape* tape : {&t1, &t2, &t3, &t4}) tape->watch(x);
    const Tensor y = cos(as_variable ? v.value() : t);
    const Tensor d1 = *t4.gradient(y, x), d2 = *t3.gradient(d1, x), d3 = *t2.gradient(d2, x);
    EXPECT_NEAR(f(d1), -std::sin(1.0f), 1e-6);
    EXPECT_NEAR(f(d2), -std::cos(1.0f), 1e-6);
    EXPECT_NEAR(f(d3), std::sin(1.0f), 1e-6);
    EXPECT_NEAR(f(t1.gradient(d3, x)), std::cos(1.0f), 1e-6);
  }
}

TEST(Nesting, NH_07_InputGradientRegularisation) {
  const Tensor x = constant({{1.f, -2.f}, {0.5f, 3.f}});
  const Variable w(constant({{0.1f, 0.2f, -0.3f}, {0.4f, -0.5f, 0.6f}}), "w");
  GradientTape outer;
  Tensor norm;
  {
    GradientTape inner;
    inner.watch(x);
    const Tensor y = reduce_sum(square(tanh(matmul(x, w))));
    norm = reduce_euclidean_norm(*inner.gradient(y, x));
  }
  const Gradient g = outer.gradient(norm, w);
  ASSERT_TRUE(g);
  EXPECT_EQ(g->shape(), w.shape());
}

// A row of the Jacobian of the Jacobian of the sum of squares, for each example.
TEST(Nesting, NH_08_SecondDerivativesPerExample) {
  const Tensor x = ones({10, 2});
  for (std::int64_t column = 0; column < 2; ++column) {
    GradientTape outer;
    outer.watch(x);
    GradientTape inner;
    inner.watch(x);
    const Tensor y = reduce_sum(square(x), {1});
    const Tensor jacobian = *inner.gradient(y, x);  // rows do not mix
    const Gradient second = outer.gradient(reduce_sum(slice(jacobian, {0, column}, {10, 1})), x);
    for (std::int64_t i = 0; i < 20; ++i) EXPECT_EQ(fs(second)[static_cast<std::size_t>(i)], i % 2 == column ? 2 : 0);
  }
}

// The rule gives up at its own second order only when it is asked for it.
TEST(Nesting, NH_09_TheFirstOrderDoesNotNeedTheSecond) {
  const Tensor x = c(std::vector<float>{1, 2});
  const auto halves = [](const Tensor& in) {
    return std::pair<Tensor, UnaryBackward>(in * 3, [](const Tensor& dy) { return stop_gradient(dy * 3); });
  };
  GradientTape outer;
  outer.watch(x);
  GradientTape inner;
  inner.watch(x);
  const Tensor y = custom_gradient(halves, x);
  const Gradient g = inner.gradient(y, x);
  EXPECT_EQ(g->shape(), (Shape{2}));
  EXPECT_FALSE(outer.gradient(g, x));
}

// H v of f(x, y) = x^2 y by a gradient of <gradient, v>; by hand H = [[2y, 2x], [2x, 0]].
TEST(Nesting, NH_10_HessianVectorProduct) {
  const Variable x = variable(2, "x"), y = variable(5, "y");
  GradientTape outer;
  GradientTape inner;
  const Tensor z = square(x) * y;
  const Gradients g = inner.gradient(z, {x, y});
  const Gradients h = outer.gradient(g, {x, y}, {.output_gradients = {c(3), c(7)}});
  EXPECT_EQ(f(h[0]), 2 * 5 * 3 + 2 * 2 * 7);
  EXPECT_EQ(f(h[1]), 2 * 2 * 3);
}

}  // namespace
}  // namespace whygrad::testing
