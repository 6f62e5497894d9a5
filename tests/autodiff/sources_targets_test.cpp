// Areas: sources and targets, unconnected, output_gradients.
#include "autodiff/tape_test.hpp"

#include <whygrad/ops/counting.hpp>

#include <map>

namespace whygrad::testing {
namespace {

TEST(SourcesTargets, ST_01_SeveralTargetsAreSummed) {
  const Tensor x = c(2), y = c(1);
  GradientTape tape;
  tape.watch({x, y});
  const Tensor a = x * 2, b = y * 3;
  const Gradients g = tape.gradient({a, b}, {x, y});
  EXPECT_EQ(f(g[0]), 2);
  EXPECT_EQ(f(g[1]), 3);

  const Variable v = variable(2);
  GradientTape guide;
  const Tensor y0 = square(v), y1 = 1 / v;
  EXPECT_EQ(f(guide.gradient({y0, y1}, v)), 3.75f);
}

TEST(SourcesTargets, ST_02_ANonScalarTargetIsSummed) {
  const Variable x = variable(2);
  GradientTape tape;
  const Tensor y = x * c(std::vector<float>{3, 4});
  EXPECT_EQ(f(tape.gradient(y, x)), 7);
}

TEST(SourcesTargets, ST_03_ATargetThatIsTheSourceHasGradientOne) {
  const Tensor x = c(3), m = constant({{1.f, 2.f}, {3.f, 4.f}});
  GradientTape tape({.persistent = true});
  tape.watch({x, m});
  const Tensor same = identity(x);
  EXPECT_EQ(f(tape.gradient(x, x)), 1);
  EXPECT_EQ(f(tape.gradient(same, same)), 1);
  EXPECT_EQ(f(tape.gradient(same, x)), 1);
  EXPECT_THAT(fs(tape.gradient(m, m)), ElementsAre(1, 1, 1, 1));
}

TEST(SourcesTargets, ST_04_OneOfSeveralTargetsIsASource) {
  const Tensor x = c(2);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x;
  EXPECT_EQ(f(tape.gradient({x, y}, x)), 5);

  const Tensor a = c(3), b = c(5);
  GradientTape two;
  two.watch({a, b});
  const Tensor z = b * b;
  const Gradients g = two.gradient({a, b, z}, {a, b});
  EXPECT_EQ(f(g[0]), 1);
  EXPECT_EQ(f(g[1]), 11);
}

TEST(SourcesTargets, ST_05_ATargetListedTwiceCountsTwice) {
  const Tensor x = c(3), m = constant({{1.f, 2.f}, {3.f, 4.f}});
  GradientTape tape({.persistent = true});
  tape.watch({x, m});
  EXPECT_EQ(f(tape.gradient({x, x}, x)), 2);
  EXPECT_THAT(fs(tape.gradient({m, m}, m)), ElementsAre(2, 2, 2, 2));
}

TEST(SourcesTargets, ST_06_ASourceListedTwiceGetsTheGradientTwice) {
  const Tensor x = c(3);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * 2;
  const Gradients g = tape.gradient(y, {x, x});
  EXPECT_EQ(f(g[0]), 2);
  EXPECT_EQ(f(g[1]), 2);
}

// In C++ the structures are one value, a list and a map.
TEST(SourcesTargets, ST_07_TheResultHasTheStructureOfTheSources) {
  const Tensor x1 = c(1), x2 = c(2), x3 = c(3);
  GradientTape tape({.persistent = true});
  tape.watch({x1, x2, x3});
  const Tensor y = x1 + x2 * 2 + x3 * 3;
  EXPECT_EQ(f(tape.gradient(y, x1)), 1);
  const Gradients list = tape.gradient(y, {x1, x2});
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(f(list[1]), 2);
  const std::map<std::string, Gradient> named = tape.gradient(y, std::map<std::string, Watchable>{{"second", x2}, {"third", x3}});
  ASSERT_EQ(named.size(), 2u);
  EXPECT_EQ(f(named.at("second")), 2);
  EXPECT_EQ(f(named.at("third")), 3);
  EXPECT_EQ(tape.gradient(y, Sources(std::vector<Tensor>{})).size(), 0u);
}

TEST(SourcesTargets, ST_08_AnIntermediateValueCanBeASource) {
  const Tensor x = c(3);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x, z = y * y;
  const Gradients g = tape.gradient(z, {x, y});
  EXPECT_EQ(f(g[0]), 108);
  EXPECT_EQ(f(g[1]), 18);
}

TEST(SourcesTargets, ST_09_AGradientHasItsSourcesShape) {
  const Variable w(ones({3, 2}), "w"), b(zeros({2}), "b");
  GradientTape tape;
  const Tensor loss = reduce_mean(square(matmul(constant({{1.f, 2.f, 3.f}}), w) + b));
  const Gradients g = tape.gradient(loss, {w, b});
  EXPECT_EQ(g[w]->shape(), w.shape());
  EXPECT_EQ(g[b]->shape(), b.shape());
}

TEST(SourcesTargets, ST_10_ATargetNeverTouchedGivesNone) {
  const Variable x = variable(1), y = variable(2);
  GradientTape tape;
  EXPECT_FALSE(tape.gradient(x, y));
}

TEST(SourcesTargets, ST_11_OnlyTheValueThatHostCodeSelectedIsConnected) {
  const std::vector<Tensor> xs{c(2), c(3), c(5)};
  GradientTape tape;
  tape.watch({xs[0], xs[1], xs[2]});
  Tensor largest = xs[0];
  for (const Tensor& x : xs) {
    if (f(x) > f(largest)) largest = x;
  }
  const Gradients g = tape.gradient(largest, Sources(xs));
  EXPECT_FALSE(g[0]);
  EXPECT_FALSE(g[1]);
  EXPECT_EQ(f(g[2]), 1);
}

TEST(SourcesTargets, ST_12_SeveralOutputsAreSummed) {
  const Tensor x = c(std::vector<float>{0, 1, 2});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor a = x + 2, b = x * x;
  EXPECT_THAT(fs(tape.gradient({a, b}, x)), ElementsAre(1, 3, 5));
  const Tensor twice = x * 2;
  EXPECT_THAT(fs(tape.gradient({x, twice}, x)), ElementsAre(3, 3, 3));
}

TEST(SourcesTargets, ST_13_AnOpWithSeveralOutputsOfWhichOneIsUsed) {
  const Tensor x = c(std::vector<float>{1, 2, 3, 4});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const std::vector<Tensor> parts = split(x, 2);
  EXPECT_THAT(fs(tape.gradient(parts[0] + parts[1], x)), ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(fs(tape.gradient(parts[1] * 5, x)), ElementsAre(0, 0, 5, 5));
}

// y = 3x, z = y^4: d(y + z)/dx = 3 + 12 x^3 * 27 at x = 3.
TEST(SourcesTargets, ST_14_TargetsThatDependOnEachOtherAreNotCountedTwice) {
  for (const bool through_identity : {false, true}) {
    const Tensor x = c(3);
    GradientTape tape;
    tape.watch(x);
    Tensor y = square(x) * 3;
    if (through_identity) y = identity(y);
    const Tensor z = y * y;
    EXPECT_EQ(f(tape.gradient({y, z}, x)), 18 + 36 * 27) << through_identity;
  }
}

TEST(SourcesTargets, ST_15_OneValueUnderTwoNamesIsTwoInputsWhenCopied) {
  const Tensor one = c(1);
  const Tensor x = identity(one), y = identity(one);
  GradientTape tape;
  tape.watch({x, y});
  const Gradients g = tape.gradient(x * y, {x, y});
  EXPECT_EQ(f(g[0]), 1);
  EXPECT_EQ(f(g[1]), 1);
}

TEST(SourcesTargets, ST_16_OneArgumentDoesNotNeedTheOthersGradient) {
  const Tensor x = constant({{2.f}});
  const Variable frozen(constant({{3.f}}), "frozen", {.trainable = false});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = matmul(x, frozen);
  EXPECT_THAT(fs(tape.gradient(y, x)), ElementsAre(3));
}

TEST(SourcesTargets, ST_17_AnEmptyTargetIsRefused) {
  const Tensor x = c(1);
  GradientTape tape;
  tape.watch(x);
  EXPECT_THAT(message_of<ValueError>([&] { tape.gradient(Tensor(), x); }), HasSubstr("target"));
  EXPECT_THAT(message_of<ValueError>([&] { tape.gradient(x, Tensor()); }), HasSubstr("source"));
  EXPECT_EQ(f(tape.gradient(x, x)), 1) << "a refused question leaves the tape usable";
}

TEST(SourcesTargets, ST_18_BackpropStopsAtASourceUnlessAnotherLiesBehind) {
  const Tensor x = c(2);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  bool ran = false;
  const Tensor y = custom_gradient(
      [&ran](const Tensor& in) {
        return std::pair<Tensor, UnaryBackward>(in * 3, [&ran](const Tensor& dy) {
          ran = true;
          return dy * 3;
        });
      },
      x);
  const Tensor z = y * 2;
  EXPECT_EQ(f(tape.gradient(z, y)), 2);
  EXPECT_FALSE(ran) << "the op that made the source was differentiated";
  const Gradients both = tape.gradient(z, {x, y});
  EXPECT_EQ(f(both[0]), 6);
  EXPECT_EQ(f(both[1]), 2);
  EXPECT_TRUE(ran);
}

TEST(Unconnected, UC_01_NoPathGivesNone) {
  const Tensor x = c(1), y = c(3);
  GradientTape tape;
  tape.watch({x, y});
  const Tensor z = y * 2;
  EXPECT_FALSE(tape.gradient(z, x));
}

TEST(Unconnected, UC_02_ZeroGivesZerosOfTheSourcesShape) {
  const Variable v(ones({2, 2}), "v");
  const Tensor x = ones({2, 2}), y = c(3);
  GradientTape tape;
  tape.watch({x, y});
  const Gradients g = tape.gradient(y * 2, {x, v}, {.unconnected_gradients = UnconnectedGradients::zero});
  EXPECT_THAT(fs(g[0]), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(fs(g[1]), ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(g[1]->shape(), v.shape());
}

TEST(Unconnected, UC_03_TheZerosTakeTheSourcesDtype) {
  const Tensor a = constant(1.0f), b = constant(1.0, float64), y = c(3);
  GradientTape tape;
  tape.watch({a, b, y});
  const Gradients g = tape.gradient(y * 2, {a, b}, {.unconnected_gradients = UnconnectedGradients::zero});
  EXPECT_EQ(g[0]->dtype(), float32);
  EXPECT_EQ(g[1]->dtype(), float64);
}

TEST(Unconnected, UC_04_AnyOtherValueIsAnError) {
  EXPECT_EQ(unconnected_gradients_from_name("none"), UnconnectedGradients::none);
  EXPECT_EQ(unconnected_gradients_from_name("zero"), UnconnectedGradients::zero);
  EXPECT_THAT(message_of<ValueError>([] { unconnected_gradients_from_name("nonsense"); }),
              HasSubstr("Unknown value for unconnected_gradients: 'nonsense'"));
}

TEST(Unconnected, UC_05_ZeroDoesNotChangeAConnectedGradient) {
  const Tensor x = c(1);
  GradientTape tape;
  tape.watch(x);
  EXPECT_EQ(f(tape.gradient(x * 3, x, {.unconnected_gradients = UnconnectedGradients::zero})), 3);
}

// By functions of eager code; the traced form belongs to graph functions.
TEST(Unconnected, UC_06_ZeroThroughFunctionsThatStopTheGradient) {
  const Tensor x = c(1);
  GradientTape tape;
  tape.watch(x);
  const auto inner = [](const Tensor& t) { return identity(t); };
  const auto outer = [&inner](const Tensor& t) { return stop_gradient(inner(t)); };
  EXPECT_EQ(f(tape.gradient(outer(x), x, {.unconnected_gradients = UnconnectedGradients::zero})), 0);
}

TEST(Unconnected, UC_07_ASourceOnAnUnusedOutputIsNone) {
  const Tensor x = c(1), y = c(2);
  const auto run = [&](UnconnectedGradients mode) {
    GradientTape tape;
    tape.watch({x, y});
    const std::vector<Tensor> parts = unstack(stack({x * 1, y * 1}));
    const Gradient direct = tape.gradient(parts[0] * 0 + stop_gradient(parts[1]), c(9), {.unconnected_gradients = mode});
    return direct.has_value();
  };
  EXPECT_FALSE(run(UnconnectedGradients::none));
  EXPECT_TRUE(run(UnconnectedGradients::zero));

  const auto both = [&](UnconnectedGradients mode) {
    GradientTape tape;
    tape.watch({x, y});
    const std::vector<Tensor> out = custom_gradient(
        [](const std::vector<Tensor>& in) {
          CustomResult r{.outputs = {in[0] * 2, in[1] * 3}};
          r.backward = [](const std::vector<Tensor>& dys) { return std::vector<Tensor>{dys[0] * 2, Tensor()}; };
          return r;
        },
        {x, y});
    return tape.gradient(out[0], {x, y}, {.unconnected_gradients = mode});
  };
  EXPECT_EQ(f(both(UnconnectedGradients::none)[0]), 2);
  EXPECT_FALSE(both(UnconnectedGradients::none)[1]);
  EXPECT_EQ(f(both(UnconnectedGradients::zero)[1]), 0);
}

TEST(Unconnected, UC_08_AVariableThatWasReadInVainGivesNone) {
  const Variable used = variable(1), read = variable(2);
  GradientTape tape;
  const Tensor ignored = read * 2;
  const Tensor y = used * 3;
  const Gradients g = tape.gradient(y, {used, read});
  EXPECT_EQ(f(g[0]), 3);
  EXPECT_FALSE(g[1]);
}

TEST(Unconnected, UC_09_ADeadReluIsZeroAndNotNone) {
  const Tensor x = c(-1);
  GradientTape tape;
  tape.watch(x);
  const Gradient g = tape.gradient(nn::relu(x), x);
  ASSERT_TRUE(g);
  EXPECT_EQ(f(g), 0);
}

// The name of the variable holds a tensor from the second epoch on.
TEST(Unconnected, UC_10_AVariableReplacedByATensorIsNone) {
  const Variable x = variable(2);
  {
    GradientTape tape;
    EXPECT_EQ(f(tape.gradient(x + 1, x)), 1);
  }
  const Tensor rebound = x + 1;
  GradientTape tape;
  EXPECT_FALSE(tape.gradient(rebound + 1, rebound));
}

TEST(Unconnected, UC_11_LeavingTheLibraryIsNone) {
  const Variable x = variable(2);
  GradientTape tape;
  const Tensor x2 = square(x);
  const Tensor mean = constant(x2.item<float>());
  EXPECT_FALSE(tape.gradient(mean * 3, x));
}

TEST(Unconnected, UC_12_AnIntegerOnTheWayIsNone) {
  const Tensor x = constant(10);
  GradientTape tape;
  tape.watch(x);
  EXPECT_FALSE(tape.gradient(x * x, x));
}

TEST(Unconnected, UC_13_StateIsNone) {
  const Variable x0 = variable(3), x1 = variable(0);
  GradientTape tape;
  x1.assign_add(x0);
  const Tensor y = square(x1);
  const Gradients g = tape.gradient(y, {x0, x1});
  EXPECT_FALSE(g[0]);
  EXPECT_EQ(f(g[1]), 6);
}

TEST(Unconnected, UC_14_AConditionIsNeverConnected) {
  const Tensor x = c(1);
  const Variable v0 = variable(2), v1 = variable(2);
  for (const bool plain : {true, false}) {
    GradientTape tape;
    tape.watch(x);
    Tensor result;
    if (plain) {
      result = f(x) > 0 ? v0.value() : square(v1);
    } else {
      result = cond(
          x > 0, [&] { return v0.value(); }, [&] { return square(v1); });
    }
    const Gradients g = tape.gradient(result, {v0, v1, x});
    EXPECT_EQ(f(g[0]), 1);
    EXPECT_FALSE(g[1]);
    EXPECT_FALSE(g[2]);
  }
}

TEST(OutputGradients, OG_01_ASeedReplacesOnes) {
  const Tensor x = c(3);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  EXPECT_EQ(f(tape.gradient(identity(x), x, {.output_gradients = {c(2)}})), 2);
  EXPECT_EQ(f(tape.gradient(x * x, x, {.output_gradients = {c(2)}})), 12);
}

TEST(OutputGradients, OG_02_ATargetUsedInAnotherAddsItsOwnSeed) {
  const Tensor x = c(3), y = c(2);
  GradientTape tape;
  tape.watch({x, y});
  const Tensor z = x * y;
  EXPECT_EQ(f(tape.gradient({z, x}, x, {.output_gradients = {c(1), c(2)}})), 4);
}

TEST(OutputGradients, OG_03_NothingMeansOnesAndNumbersAreTaken) {
  const Tensor x = c(std::vector<float>{1, 2});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor a = x * 3, b = x * 5;
  EXPECT_THAT(fs(tape.gradient({a, b}, x, {.output_gradients = {Seed(), 2}})), ElementsAre(13, 13));
}

TEST(OutputGradients, OG_04_GradientsCanBeTargetsAgain) {
  const Variable x = variable(3), y = variable(2);
  GradientTape outer, inner;
  const Tensor z = x * x * y;
  const Gradients g = inner.gradient(z, {x, y});
  const Gradients h = outer.gradient(g, {x, y}, {.output_gradients = {c(1), c(0)}});
  EXPECT_EQ(f(h[0]), 4);
  EXPECT_EQ(f(h[1]), 6);
}

TEST(OutputGradients, OG_05_TheNumberOfSeedsMustBeThatOfTheTargets) {
  const Tensor x = c(1);
  GradientTape tape;
  tape.watch(x);
  const std::string message = message_of<ValueError>([&] { tape.gradient(x * 2, x, {.output_gradients = {c(1), c(2)}}); });
  EXPECT_THAT(message, HasSubstr("2 output gradients are given for 1 targets"));
}

// TensorFlow's graph API refuses a complex target without a seed; its tape, which is followed here, takes ones.
TEST(OutputGradients, OG_06_AComplexTargetTakesOnesOrASeed) {
  const Tensor x = constant(std::vector<std::complex<float>>{{1, 2}});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = x * x;
  EXPECT_EQ(tape.gradient(y, x)->to_vector<std::complex<float>>()[0], (std::complex<float>{2, -4}));
  const Tensor seed = constant(std::vector<std::complex<float>>{{0, 1}});
  EXPECT_EQ(tape.gradient(y, x, {.output_gradients = {seed}})->to_vector<std::complex<float>>()[0], (std::complex<float>{4, 2}));
}

TEST(OutputGradients, OG_07_ASeedMustHaveItsTargetsDtypeAndShape) {
  const Tensor x = c(std::vector<float>{1, 2});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * 2;
  EXPECT_THAT(message_of<DTypeError>([&] { tape.gradient(y, x, {.output_gradients = {ones({2}, float64)}}); }), HasSubstr("f64[2]"));
  EXPECT_THAT(message_of<ShapeError>([&] { tape.gradient(y, x, {.output_gradients = {ones({3})}}); }), HasSubstr("f32[3]"));
  EXPECT_THAT(fs(tape.gradient(y, x)), ElementsAre(2, 2));
}

// A sum of which one term is missing is a wrong number.
TEST(Rules, APathWithoutARuleIsNotLeftOutOfASum) {
  const Variable a(1.5f);
  const auto second = [&](const auto& f) {
    GradientTape outer;
    Tensor first;
    {
      GradientTape tape;
      first = *tape.gradient(f(), a);
    }
    return outer.gradient(first, a);
  };
  EXPECT_THAT([&] { second([&] { return igamma(a, constant(2.f)) + a * a * a; }); },
              ::testing::ThrowsMessage<MissingRule>(::testing::HasSubstr("a derivative would lack the part that comes through its input `a`")));
  EXPECT_FALSE(second([&] { return igamma(a, constant(2.f)); }));
  EXPECT_FLOAT_EQ(second([&] { return a * a * a; })->item<float>(), 9.f);
}

// A target that no rule reaches, and zeros in the place of what is missing.
TEST(Rules, AMissingRuleIsNoZero) {
  const Variable w(constant({0.5f, 2.f}));
  const auto counted = [&] { return weighted_bincount(constant({0, 1}), w.value()); };
  const auto refused = ::testing::ThrowsMessage<MissingRule>(::testing::HasSubstr("a derivative would lack the part"));
  const auto beside_another = [&] {
    GradientTape tape;
    const Tensor a = w * 3.f, b = counted();
    tape.gradient({a, b}, w);
  };
  EXPECT_THAT(beside_another, refused);
  const auto zeros = [&] {
    GradientTape tape;
    const Tensor b = counted();
    tape.gradient(b, w, {.unconnected_gradients = UnconnectedGradients::zero});
  };
  EXPECT_THAT(zeros, refused);
}

}  // namespace
}  // namespace whygrad::testing
