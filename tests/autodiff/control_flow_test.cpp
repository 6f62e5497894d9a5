// Areas: cond, case, switch_case, while_loop.
#include "autodiff/tape_test.hpp"

namespace whygrad::testing {
namespace {

using Pairs = std::vector<std::pair<Tensor, Branch>>;

TEST(Cond, TheGradientIsThatOfTheBranchThatRan) {
  const Variable x = variable(3);
  for (const float bound : {2.0f, 4.0f}) {
    GradientTape tape;
    const Tensor y = cond(
        x > bound, [&] { return x * x; }, [&] { return x * 5; });
    EXPECT_EQ(f(tape.gradient(y, x)), bound == 2 ? 6 : 5);
  }
}

TEST(Cond, ThePredicateIsOneTruthValue) {
  const auto ask = [](const Tensor& predicate) {
    return cond(
        predicate, [] { return c(1); }, [] { return c(2); });
  };
  EXPECT_EQ(f(ask(c(std::vector<float>{1}) > 0)), 1) << "one element, of whatever rank";
  EXPECT_EQ(message_of<ValueError>([&] { ask(Tensor()); }), "[cond] the predicate is an empty handle\nhelp: pass a tensor that holds a value");
  EXPECT_EQ(message_of<ShapeError>([&] { ask(ones({2}) > 0); }),
            "[cond] the predicate is bool[2]\nhelp: it must have exactly one element; reduce it with reduce_all, reduce_any or reduce_sum");
  EXPECT_EQ(message_of<DTypeError>([&] { ask(c(1)); }), "[cond] the predicate is f32[]\nhelp: compare it first, as in x > 0");
}

TEST(Case, TheFirstTruePredicateChooses) {
  const Variable x = variable(3);
  const auto gradient = [&](bool first, bool second) {
    GradientTape tape;
    const Tensor y = case_(Pairs{{constant(first), [&] { return x * x; }}, {constant(second), [&] { return x * 10; }}}, [&] { return x * 20; });
    return f(tape.gradient(y, x));
  };
  EXPECT_EQ(gradient(true, true), 6);
  EXPECT_EQ(gradient(true, false), 6);
  EXPECT_EQ(gradient(false, true), 10);
  EXPECT_EQ(gradient(false, false), 20);
}

TEST(Case, PredicatesBehindTheChosenOneAreNotLookedAt) {
  const Tensor y = case_(Pairs{{constant(true), [] { return c(1); }}, {c(7), [] { return c(2); }}});
  EXPECT_EQ(f(y), 1);
}

TEST(Case, NoTruePredicateAndNothingElseIsAnError) {
  const auto ask = [] { case_(Pairs{{constant(false), [] { return c(1); }}, {constant(false), [] { return c(2); }}}); };
  EXPECT_EQ(message_of<ValueError>(ask),
            "[case] Input error: none of the 2 predicates is true\nhelp: give a function that runs in that case, after the pairs");
  EXPECT_THAT(message_of<ValueError>([] { case_({}); }), HasSubstr("none of the 0 predicates is true"));
  EXPECT_THAT(message_of<DTypeError>([] { case_(Pairs{{constant(1), [] { return c(1); }}}); }), HasSubstr("[case] the predicate is i32[]"));
}

// TensorFlow 2.21 raises InvalidArgumentError for two true predicates where they exclude each other.
TEST(Case, ExclusivePredicatesAreTrueAtMostOnce) {
  const auto ask = [](bool second) {
    const Pairs pairs = {{constant(true), [] { return c(1); }}, {constant(second), [] { return c(2); }}};
    return case_(pairs, [] { return c(3); }, {.exclusive = true});
  };
  EXPECT_EQ(f(ask(false)), 1);
  EXPECT_EQ(message_of<ValueError>([&] { ask(true); }),
            "[case] Input error: exclusive, and 2 of the 2 predicates are true\nhelp: leave exclusive out to run the function of the first");
}

TEST(SwitchCase, TheIndexChooses) {
  const Variable x = variable(3);
  const std::vector<Branch> branches = {[&] { return x * x; }, [&] { return x * 10; }};
  const auto gradient = [&](const Tensor& index, const Branch& otherwise) {
    GradientTape tape;
    return f(tape.gradient(switch_case(index, branches, otherwise), x));
  };
  const Branch twenty = [&] { return x * 20; };
  for (const DType dtype : {int32, int64}) {
    EXPECT_EQ(gradient(fill({}, 0, dtype), {}), 6);
    EXPECT_EQ(gradient(fill({}, 1, dtype), {}), 10);
    EXPECT_EQ(gradient(fill({}, 1, dtype), twenty), 10);
    for (const int beyond : {-1, 2, 100}) {
      EXPECT_EQ(gradient(fill({}, beyond, dtype), {}), 10) << "the last branch stands in";
      EXPECT_EQ(gradient(fill({}, beyond, dtype), twenty), 20);
    }
  }
}

TEST(SwitchCase, WhatCannotChooseIsAnError) {
  const std::vector<Branch> branches = {[] { return c(1); }};
  EXPECT_EQ(message_of<ValueError>([] { switch_case(constant(0), {}); }), "[switch_case] there are no branches\nhelp: give at least one function");
  EXPECT_EQ(message_of<DTypeError>([&] { switch_case(c(0), branches); }), "[switch_case] the branch index is f32[]\nhelp: it must be int32 or int64");
  EXPECT_THAT(message_of<ShapeError>([&] { switch_case(zeros({2}, int32), branches); }), HasSubstr("[switch_case] the branch index is i32[2]"));
  EXPECT_THAT(message_of<ValueError>([&] { switch_case(Tensor(), branches); }), HasSubstr("[switch_case] the branch index is an empty handle"));
}

TEST(WhileLoop, GradientsFlowThroughEveryTrip) {
  const Variable x = variable(3);
  GradientTape tape;
  const std::vector<Tensor> result = while_loop([](const std::vector<Tensor>& v) { return v[0] < 4; },
                                                [&](const std::vector<Tensor>& v) {
                                                  return std::vector<Tensor>{v[0] + 1, v[1] * x};
                                                },
                                                {constant(0), c(2)});
  EXPECT_EQ(f(result[1]), 162);                    // 2 x^4
  EXPECT_EQ(f(tape.gradient(result[1], x)), 216);  // 8 x^3
}

TEST(WhileLoop, EndsAfterTheMostIterations) {
  int asked = 0;
  const auto count = [&](std::int64_t most) {
    asked = 0;
    return while_loop(
               [&](const std::vector<Tensor>& v) {
                 ++asked;
                 return v[0] < 10;
               },
               [](const std::vector<Tensor>& v) { return std::vector<Tensor>{v[0] + 1}; }, {constant(0)}, {.maximum_iterations = most})[0]
        .item<std::int32_t>();
  };
  EXPECT_EQ(count(3), 3);
  EXPECT_EQ(asked, 3) << "the condition is not asked for a trip that is not allowed";
  EXPECT_EQ(count(0), 0);
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(count(100), 10);
  EXPECT_EQ(count(-1), 10);
}

TEST(WhileLoop, VariablesKeepTheirNumberAndDtype) {
  const auto go = [](const std::vector<Tensor>&) { return constant(true); };
  EXPECT_EQ(message_of<ValueError>([&] { while_loop(go, [](const std::vector<Tensor>&) { return std::vector<Tensor>{}; }, {c(1)}); }),
            "[while_loop] the body took 1 values and returned 0\nhelp: return one value for each loop variable, in their order");
  const auto to_double = [](const std::vector<Tensor>& v) { return std::vector<Tensor>{v[0], cast(v[1], float64)}; };
  EXPECT_EQ(message_of<DTypeError>([&] {
              while_loop(go, to_double, {c(1), c(2)});
            }),
            "[while_loop] loop variable 1 went in as f32[] and came out as f64[]\nhelp: a loop variable keeps its dtype; cast it in the body");
  EXPECT_THAT(message_of<DTypeError>([&] {
                while_loop([](const std::vector<Tensor>& v) { return v[0]; }, to_double, {c(1), c(2)});
              }),
              HasSubstr("[while_loop] the predicate is f32[]"));
}

TEST(WhileLoop, EmptyHandlesAreRefused) {
  const auto go = [](const std::vector<Tensor>&) { return constant(true); };
  const auto forgets = [](const std::vector<Tensor>&) { return std::vector<Tensor>{Tensor()}; };
  EXPECT_EQ(message_of<ValueError>([&] { while_loop(go, forgets, {c(1)}, {.maximum_iterations = 2}); }),
            "[while_loop] the body returned an empty handle for loop variable 0\nhelp: return a tensor that holds a value");
  EXPECT_EQ(message_of<ValueError>([&] {
              while_loop(go, forgets, {c(1), Tensor()});
            }),
            "[while_loop] loop variable 1 is an empty handle\nhelp: pass a tensor that holds a value");
}

}  // namespace
}  // namespace whygrad::testing
