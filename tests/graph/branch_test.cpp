// Choices in traced functions, which are made when the graph runs.
#include <whygrad/whygrad.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whygrad {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

float number(const Tensor& t) { return t.item<float>(); }

TEST(Branch, FollowsThePredicateOfEachCall) {
  const auto f = function([](const Tensor& x) {
    return cond(
        x > 0.f, [&] { return x * x; }, [&] { return x * 3.f; });
  });
  for (const float at : {2.f, -2.f, 4.f}) {
    const Tensor x = constant(at);
    GradientTape tape;
    tape.watch(x);
    const Tensor y = f(x);
    EXPECT_EQ(number(y), at > 0 ? at * at : 3 * at);
    EXPECT_EQ(number(*tape.gradient(y, x)), at > 0 ? 2 * at : 3.f);
  }
  EXPECT_EQ(f.tracing_count(), 1u);
}

TEST(Branch, GivesZerosForWhatOnlyTheOtherUses) {
  const auto f = function([](const Tensor& p, const Tensor& x, const Tensor& y) {
    return cond(
        p, [&] { return x * x; }, [&] { return y * y; });
  });
  const Tensor x = constant(2.f), y = constant(3.f), unused = constant(1.f);
  GradientTape tape({.persistent = true});
  tape.watch({x, y});
  const Tensor z = f(constant(true), x, y);
  EXPECT_EQ(number(*tape.gradient(z, x)), 4.f);
  EXPECT_EQ(number(*tape.gradient(z, y)), 0.f);
}

TEST(Branch, HasHigherOrders) {
  const auto f = function([](const Tensor& x) {
    return cond(
        x > 0.f, [&] { return x * x * x; }, [&] { return x; });
  });
  for (const float at : {3.f, -3.f}) {
    const Tensor x = constant(at);
    GradientTape outer;
    outer.watch(x);
    Tensor first;
    {
      GradientTape tape;
      tape.watch(x);
      first = *tape.gradient(f(x), x);
    }
    EXPECT_EQ(number(first), at > 0 ? 27.f : 1.f);
    EXPECT_EQ(number(*outer.gradient(first, x)), at > 0 ? 18.f : 0.f);
  }
}

TEST(Branch, CapturesVariables) {
  const Variable v(2.f);
  const auto f = function([&v](const Tensor& p) {
    return cond(
        p, [&] { return v * v * v; }, [&] { return v.value() * 1.f; });
  });
  GradientTape tape({.persistent = true});
  EXPECT_EQ(number(*tape.gradient(f(constant(true)), v)), 12.f);
  EXPECT_EQ(number(*tape.gradient(f(constant(false)), v)), 1.f);
}

TEST(Branch, WritesVariables) {
  const Variable v(0.f);
  const auto f = function([&v](const Tensor& x) {
    cond(
        x > 0.f, [&] { v.assign_add(x); }, [&] { v.assign_sub(x); });
    return v.value() * 10.f;
  });
  EXPECT_EQ(number(f(constant(2.f))), 20.f);
  EXPECT_EQ(number(f(constant(-3.f))), 50.f);
  EXPECT_EQ(number(v), 5.f);
}

TEST(Branch, DrawsInOneBranchAndDifferentiatesWhatItDrew) {
  const auto f = function([](const Tensor& x) {
    return cond(
        x > 0.f,
        [&] {
          const Tensor noise = random::normal({});
          return std::pair(x * noise, noise * 1.f);
        },
        [&] { return std::pair(x * 2.f, zeros({})); });
  });
  const Tensor x = constant(2.f);
  GradientTape tape;
  tape.watch(x);
  const auto [y, noise] = f(x);
  EXPECT_NE(number(noise), 0.f);
  EXPECT_EQ(number(*tape.gradient(y, x)), number(noise));
}

TEST(Branch, StandsInAnother) {
  const auto f = function([](const Tensor& x) {
    return cond(
        x > 0.f,
        [&] {
          return cond(
              x > 10.f, [&] { return x; }, [&] { return x * x; });
        },
        [&] { return -x; });
  });
  for (const auto& [at, slope] : {std::pair(20.f, 1.f), std::pair(3.f, 6.f), std::pair(-1.f, -1.f)}) {
    const Tensor x = constant(at);
    GradientTape tape;
    tape.watch(x);
    EXPECT_EQ(number(*tape.gradient(f(x), x)), slope);
  }
}

TEST(Branch, SwitchAndCase) {
  const auto chosen = function([](const Tensor& i, const Tensor& x) {
    return switch_case(i, {[&] { return x; }, [&] { return x * x; }, [&] { return x * x * x; }});
  });
  const auto first_true = function([](const Tensor& x) {
    return case_({{x < 1.f, [&] { return x; }}, {x < 3.f, [&] { return x * x; }}}, [&] { return x * 10.f; });
  });
  const Tensor x = constant(2.f);
  for (const auto& [index, slope] : {std::pair(0, 1.f), std::pair(1, 4.f), std::pair(2, 12.f), std::pair(7, 12.f), std::pair(-1, 12.f)}) {
    GradientTape tape;
    tape.watch(x);
    EXPECT_EQ(number(*tape.gradient(chosen(constant(index), x), x)), slope);
  }
  EXPECT_EQ(number(first_true(constant(0.5f))), 0.5f);
  EXPECT_EQ(number(first_true(constant(2.f))), 4.f);
  EXPECT_EQ(number(first_true(constant(5.f))), 50.f);
}

TEST(Branch, CaseChecksWhenItRuns) {
  const auto f = function([](const Tensor& x) { return case_({{x < 1.f, [&] { return x; }}, {x < 3.f, [&] { return x * x; }}}); });
  EXPECT_EQ(number(f(constant(2.f))), 4.f);
  EXPECT_THAT([&] { f(constant(5.f)); }, ThrowsMessage<ValueError>(HasSubstr("none of the 2 predicates is true")));
  EXPECT_EQ(number(f(constant(2.f))), 4.f);
}

TEST(Branch, RefusesOtherShapes) {
  const auto f = function([](const Tensor& x) {
    return cond(
        x > 0.f, [&] { return x; }, [&] { return zeros({2}); });
  });
  EXPECT_THAT([&] { f(constant(5.f)); }, ThrowsMessage<ShapeError>(HasSubstr("value 0 is f32[] of one function and f32[2] of another")));
}

TEST(Branch, ALoopOfKnownTripsIsUnrolled) {
  const auto f = function([](const Tensor& x) {
    return while_loop([](const std::vector<Tensor>& v) { return v[0] < 3; },
                      [](const std::vector<Tensor>& v) {
                        return std::vector<Tensor>{v[0] + 1, v[1] * v[1]};
                      },
                      {constant(0), x})[1];
  });
  const Tensor x = constant(2.f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = f(x);
  EXPECT_EQ(number(y), 256.f);
  EXPECT_EQ(number(*tape.gradient(y, x)), 1024.f);
}

}  // namespace
}  // namespace whygrad
