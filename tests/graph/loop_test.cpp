// Loops whose number of trips is found when the graph runs: values and gradients against the eager loop, to the third order; random numbers,
// variables, nested loops and branches, and what cannot be a loop of a graph.
#include <whygrad/whygrad.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace whygrad {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Tensors = std::vector<Tensor>;
using Body = std::function<Tensors(const Tensors&)>;

Tensor f64(double value) { return constant(value, float64); }
double number(const Tensor& t) { return t.item<double>(); }

// Runs body on (i, more...) while i < n.
Tensors counted(const Tensor& n, const Body& body, Tensors vars) {
  vars.insert(vars.begin(), constant(std::int32_t{0}));
  Tensors results = while_loop([&](const Tensors& v) { return v[0] < n; },
                               [&](const Tensors& v) {
                                 Tensors next = body(v);
                                 next.insert(next.begin(), v[0] + 1);
                                 return next;
                               },
                               std::move(vars));
  results.erase(results.begin());
  return results;
}

// The derivative of `f`, to this order, of the sum of the gradients of the order before with respect to x and w.
Tensor derivative(const std::function<Tensor(const Tensor&, const Tensor&)>& f, const Tensor& x, const Tensor& w, int order) {
  if (order == 0) return f(x, w);
  GradientTape tape;
  tape.watch({x, w});
  const Tensor y = derivative(f, x, w, order - 1);
  const auto gradients = tape.gradient(y, {x, w}, {.unconnected_gradients = UnconnectedGradients::zero});
  return reduce_sum(*gradients[0] * *gradients[0]) + reduce_sum(*gradients[1]) * 0.5;
}

struct Case {
  const char* name;
  std::function<Tensor(const Tensor& n, const Tensor& x, const Tensor& w)> f;
};

std::vector<Case> cases() {
  return {
      {"power", [](const Tensor& n, const Tensor& x,
                   const Tensor& w) { return reduce_sum(counted(n, [&](const Tensors& v) { return Tensors{v[1] * x}; }, {w})[0]); }},
      {"recurrence", [](const Tensor& n, const Tensor& x,
                        const Tensor& w) { return reduce_sum(counted(n, [&](const Tensors& v) { return Tensors{tanh(v[1] * w + x)}; }, {x})[0]); }},
      {"exchange of two variables",
       [](const Tensor& n, const Tensor& x, const Tensor& w) {
         const Tensors last = counted(n, [&](const Tensors& v) { return Tensors{v[2] * w, sin(v[1])}; }, {x, w});
         return reduce_sum(last[0] * 2.0);
       }},
      {"a variable that is replaced",
       [](const Tensor& n, const Tensor& x, const Tensor& w) {
         const Tensors last = counted(n, [&](const Tensors& v) { return Tensors{w * w, v[2] * v[1]}; }, {x, w});
         return reduce_sum(last[0] + last[1]);
       }},
      {"the counter is read",
       [](const Tensor& n, const Tensor& x, const Tensor& w) {
         return reduce_sum(counted(n, [&](const Tensors& v) { return Tensors{v[1] + gather(x, v[0] % 3) * cast(v[0] + 1, float64) * w}; }, {w})[0]);
       }},
      {"a loop in a loop",
       [](const Tensor& n, const Tensor& x, const Tensor& w) {
         return reduce_sum(counted(
             n, [&](const Tensors& v) { return counted(v[0] + 1, [&](const Tensors& u) { return Tensors{sin(u[1] * w) + x * 0.1}; }, {v[1]}); },
             {x})[0]);
       }},
      {"a choice in a loop",
       [](const Tensor& n, const Tensor& x, const Tensor& w) {
         return reduce_sum(counted(n,
                                   [&](const Tensors& v) {
                                     return cond(
                                         v[0] % 2 < 1, [&] { return Tensors{v[1] * w * w}; }, [&] { return Tensors{v[1] + x * x}; });
                                   },
                                   {x})[0]);
       }},
      {"a loop in a choice",
       [](const Tensor& n, const Tensor& x, const Tensor& w) {
         return cond(
             n > 1, [&] { return reduce_sum(counted(n, [&](const Tensors& v) { return Tensors{v[1] * x * w}; }, {w})[0]); },
             [&] { return reduce_sum(x * x * w); });
       }},
      {"a called function in a loop",
       [](const Tensor& n, const Tensor& x, const Tensor& w) {
         static const auto step = function([](const Tensor& a, const Tensor& b) { return exp(a * 0.1) * b; });
         return reduce_sum(counted(n, [&](const Tensors& v) { return Tensors{step(v[1], w)}; }, {x})[0]);
       }},
  };
}

TEST(Loop, AgreesWithTheEagerLoopToTheThirdOrder) {
  const Tensor x = constant({0.5, -1.25, 0.75}, float64), w = constant({1.5, 0.25, -0.5}, float64);
  for (const Case& c : cases()) {
    const auto traced = function(c.f);
    for (const std::int32_t n : {0, 1, 2, 5}) {
      const Tensor trips = constant(n);
      for (int order = 0; order <= 3; ++order) {
        const double want = number(derivative([&](const Tensor& a, const Tensor& b) { return c.f(trips, a, b); }, x, w, order));
        const double have = number(derivative([&](const Tensor& a, const Tensor& b) { return traced(trips, a, b); }, x, w, order));
        EXPECT_NEAR(have, want, 1e-11 * std::max(1.0, std::abs(want))) << c.name << ", " << n << " trips, order " << order;
      }
    }
    EXPECT_EQ(traced.tracing_count(), 1u);
  }
}

TEST(Loop, IsDifferentiatedInsideOfItsFunction) {
  const Tensor x = constant({0.5, -1.25, 0.75}, float64), w = constant({1.5, 0.25, -0.5}, float64);
  for (const Case& c : cases()) {
    for (int order = 1; order <= 3; ++order) {
      const auto f = [&](const Tensor& n, const Tensor& a, const Tensor& b) {
        return derivative([&](const Tensor& p, const Tensor& q) { return c.f(n, p, q); }, a, b, order);
      };
      const auto traced = function(f);
      for (const std::int32_t n : {0, 1, 3}) {
        const double want = number(f(constant(n), x, w)), have = number(traced(constant(n), x, w));
        EXPECT_NEAR(have, want, 1e-11 * std::max(1.0, std::abs(want))) << c.name << ", " << n << " trips, order " << order;
      }
    }
  }
}

TEST(Loop, HasZerosForWhatTheTripsStop) {
  const auto f = function(
      [](const Tensor& n, const Tensor& x) { return counted(n, [&](const Tensors& v) { return Tensors{stop_gradient(v[1]) * 2.0}; }, {x})[0]; });
  const Tensor x = f64(3.0);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  EXPECT_EQ(number(*tape.gradient(f(constant(0), x), x)), 1.0);
  EXPECT_EQ(number(*tape.gradient(f(constant(2), x), x)), 0.0);
}

TEST(Loop, HasNoGradientForWhatOnlyTheConditionReads) {
  const auto f = function([](const Tensor& limit, const Tensor& x) {
    return while_loop([&](const Tensors& v) { return v[0] < limit; }, [](const Tensors& v) { return Tensors{v[0] * 2.0}; }, {x})[0];
  });
  const Tensor x = f64(1.0), limit = f64(10.0);
  GradientTape tape({.persistent = true});
  tape.watch({x, limit});
  const Tensor y = f(limit, x);
  EXPECT_EQ(number(y), 16.0);
  EXPECT_EQ(number(*tape.gradient(y, x)), 16.0);
  EXPECT_FALSE(tape.gradient(y, limit).has_value());
}

TEST(Loop, StopsAtMaximumIterations) {
  const auto f = function([](const Tensor& x) {
    return while_loop([](const Tensors& v) { return v[0] > 0.0; }, [](const Tensors& v) { return Tensors{v[0] * 2.0}; }, {x},
                      {.maximum_iterations = 3})[0];
  });
  EXPECT_EQ(number(f(f64(1.0))), 8.0);
  EXPECT_EQ(number(f(f64(-1.0))), -1.0);
}

TEST(Loop, ReadsAVariableThatItWritesAtEachTrip) {
  const Variable total(f64(0.0)), scale(f64(2.0));
  const auto f = function([&](const Tensor& n, const Tensor& x) {
    const Tensor y = counted(n,
                             [&](const Tensors& v) {
                               total.assign_add(x);
                               return Tensors{v[1] * scale + total.value()};
                             },
                             {x})[0];
    return y + total.value() * 100.0;
  });
  const Tensor x = f64(1.0);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = f(constant(3), x);
  // v = 1, 3, 8, 19; dv/dscale = 0, 1, 3 + 2, 8 + 10
  EXPECT_EQ(number(y), 19.0 + 300.0);
  EXPECT_EQ(number(total.value()), 3.0);
  EXPECT_EQ(number(*tape.gradient(y, scale)), 18.0);
  EXPECT_EQ(number(f(constant(0), x)), 1.0 + 300.0);
}

TEST(Loop, DecidesByAVariableAsItIsThen) {
  const Variable limit(f64(0.0));
  const auto f = function([&](const Tensor& x, const Tensor& step) {
    limit.assign(x);
    return while_loop([&](const Tensors& v) { return v[0] < limit; },
                      [&](const Tensors& v) {
                        limit.assign_sub(step);
                        return Tensors{v[0] + 1.0};
                      },
                      {f64(0.0)})[0];
  });
  EXPECT_EQ(number(f(f64(4.0), f64(0.0))), 4.0);
  EXPECT_EQ(number(f(f64(4.0), f64(1.0))), 2.0);
  EXPECT_EQ(number(limit.value()), 2.0);
}

TEST(Loop, DrawsAnewInEachTripAndDifferentiatesWhatWasDrawn) {
  const auto f = function([](const Tensor& n, const Tensor& x) {
    const Tensors last = counted(n,
                                 [&](const Tensors& v) {
                                   const Tensor r = random::uniform({}, {.minval = 1.0, .maxval = 2.0, .dtype = float64});
                                   return Tensors{v[1] * r * x, v[2] * r};
                                 },
                                 {x, f64(1.0)});
    return last;
  });
  const Tensor x = f64(0.5), n = constant(4);
  GradientTape third({.persistent = true}), second;
  third.watch(x);
  second.watch(x);
  Tensor y, drawn, first;
  {
    GradientTape tape;
    tape.watch(x);
    const Tensors both = f(n, x);
    y = both[0];
    drawn = both[1];
    first = *tape.gradient(y, x);
  }
  // y = x^5 * the product of what was drawn
  const double product = number(drawn);
  EXPECT_GT(product, 1.0);
  EXPECT_NEAR(number(y), std::pow(0.5, 5) * product, 1e-12);
  EXPECT_NEAR(number(first), 5 * std::pow(0.5, 4) * product, 1e-12);
  const Tensor dd = *second.gradient(first, x);
  EXPECT_NEAR(number(dd), 20 * std::pow(0.5, 3) * product, 1e-12);
  EXPECT_NEAR(number(*third.gradient(dd, x)), 60 * std::pow(0.5, 2) * product, 1e-11);
}

TEST(Loop, BeginsWhereTheConditionIsNoLongerKnown) {
  int decisions = 0;
  const auto f = function([&](const Tensor& x) {
    return while_loop([&](const Tensors& v) { return ++decisions <= 2 ? constant(true) : v[0] < x; },
                      [](const Tensors& v) { return Tensors{v[0] + 1.0}; }, {f64(0.0)})[0];
  });
  EXPECT_EQ(number(f(f64(4.5))), 5.0);
  EXPECT_EQ(number(f(f64(0.5))), 2.0);
  EXPECT_EQ(decisions, 4);  // two known, one that is not, and its trace
}

TEST(Loop, RefusesWhatIsNoLoopOfAGraph) {
  const auto run = [](const Body& body) {
    const auto f = function([&](const Tensor& n) { return counted(n, body, {zeros({2})})[0]; });
    return [f] { f(constant(2)); };
  };
  EXPECT_THAT(run([](const Tensors& v) {
                return Tensors{concat({v[1], v[1]}, 0)};
              }),
              ThrowsMessage<ShapeError>(HasSubstr("loop variable 1 went in as f32[2] and came out as f32[4]")));
  EXPECT_THAT(run([](const Tensors& v) { return Tensors{cast(v[1], float64)}; }), ThrowsMessage<DTypeError>(HasSubstr("keeps its dtype")));
  EXPECT_THAT(run([](const Tensors& v) { return Tensors{v[1], v[1]}; }), ThrowsMessage<ValueError>(HasSubstr("took 2 values and returned 3")));
}

}  // namespace
}  // namespace whygrad
