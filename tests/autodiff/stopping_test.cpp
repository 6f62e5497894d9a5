// Areas: stop_recording, stop_gradient.
#include "autodiff/tape_test.hpp"

namespace whygrad::testing {
namespace {

TEST(StopRecordingArea, SR_01_OpsInsideAreNotOnTheTape) {
  const Tensor x = c(3);
  GradientTape tape;
  tape.watch(x);
  Tensor y;
  {
    const auto pause = tape.stop_recording();
    EXPECT_FALSE(tape.recording());
    y = x * x;
  }
  EXPECT_TRUE(tape.recording());
  EXPECT_FALSE(tape.gradient(y, x));
}

TEST(StopRecordingArea, SR_02_RecordingContinuesAfterwards) {
  const Tensor x = c(1);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor x2 = x * 2;
  Tensor y;
  {
    const auto pause = tape.stop_recording();
    y = x2 * x2;
  }
  const Tensor z = x2 * x2;
  EXPECT_FALSE(tape.gradient(y, x2));
  EXPECT_EQ(f(tape.gradient(z, x2)), 4);
  EXPECT_EQ(f(tape.gradient(z, x)), 8);
}

TEST(StopRecordingArea, SR_03_WhatWasComputedInsideIsAConstantLater) {
  const Variable x = variable(2), y = variable(3);
  GradientTape tape;
  const Tensor x_squared = square(x);
  Tensor y_squared;
  {
    const auto pause = tape.stop_recording();
    y_squared = square(y);
  }
  const Tensor z = x_squared + y_squared;
  const Gradients g = tape.gradient(z, {x, y});
  EXPECT_EQ(f(g[0]), 4);
  EXPECT_FALSE(g[1]);
}

TEST(StopRecordingArea, SR_04_ATapeThatDoesNotRecordCannotBePaused) {
  GradientTape tape;
  tape.exit();
  EXPECT_THROW((void)tape.stop_recording(), TapeError);
}

TEST(StopRecordingArea, SR_05_TheLibraryWideStopSuspendsEveryTape) {
  const Tensor x = c(3);
  GradientTape outer, inner;
  outer.watch(x);
  inner.watch(x);
  Tensor y;
  {
    const StopRecording stopped;
    EXPECT_FALSE(outer.recording());
    EXPECT_FALSE(inner.recording());
    y = x * x;
  }
  EXPECT_TRUE(outer.recording());
  EXPECT_TRUE(inner.recording());
  const Tensor z = y * x;
  EXPECT_FALSE(outer.gradient(y, x));
  EXPECT_EQ(f(inner.gradient(z, x)), 9);
}

// The part of SR_06 that needs no forward mode: an operation recorded by hand while recording is stopped.
TEST(StopRecordingArea, SR_06_AnOperationRecordedByHand) {
  const Tensor x = c(2);
  GradientTape tape;
  tape.watch(x);
  const Tensor y =
      custom_gradient([](const Tensor& in) { return std::pair<Tensor, UnaryBackward>(in * in, [](const Tensor& dy) { return dy * 3; }); }, x);
  EXPECT_EQ(f(tape.gradient(y, x)), 3);
}

TEST(StopRecordingArea, AnotherTapeGoesOn) {
  const Tensor x = c(3);
  GradientTape outer, inner;
  outer.watch(x);
  inner.watch(x);
  Tensor y;
  {
    const auto pause = inner.stop_recording();
    y = x * x;
  }
  EXPECT_FALSE(inner.gradient(y, x));
  EXPECT_EQ(f(outer.gradient(y, x)), 6);
}

TEST(StopRecordingArea, AnExceptionInsideEndsThePause) {
  GradientTape tape;
  try {
    const auto pause = tape.stop_recording();
    throw std::runtime_error("inside");
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(tape.recording());
}

TEST(StopRecordingArea, ATapeAskedDuringItsPauseStaysClosed) {
  const Tensor x = c(3);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x;
  {
    const auto pause = tape.stop_recording();
    EXPECT_EQ(f(tape.gradient(y, x)), 6);
  }
  EXPECT_FALSE(tape.recording());
}

TEST(StopGradientArea, SG_01_CutsOnePathAndKeepsTheValue) {
  const Variable x = variable(2), y = variable(3);
  GradientTape tape;
  const Tensor z = square(x) + stop_gradient(square(y));
  EXPECT_EQ(f(z), 13);
  const Gradients g = tape.gradient(z, {x, y});
  EXPECT_EQ(f(g[0]), 4);
  EXPECT_FALSE(g[1]);
}

TEST(StopGradientArea, SG_02_ThroughItAloneIsNoneAlsoAroundArgmax) {
  const Tensor x = c(std::vector<float>{1, 5, 2});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  EXPECT_FALSE(tape.gradient(stop_gradient(x), x));
  EXPECT_FALSE(tape.gradient(stop_gradient(argmax(x)), x));
  EXPECT_FALSE(tape.gradient(argmax(x), x));
}

// TensorFlow's stop_gradients list; here the stop is placed in the expression.
TEST(StopGradientArea, SG_03_PartialInsteadOfTotalDerivatives) {
  const Tensor x = c(1);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = x * 2, z = x + y, partial = x + stop_gradient(y);
  const Gradients total = tape.gradient(z, {x, y});
  EXPECT_EQ(f(total[0]), 3);
  EXPECT_EQ(f(total[1]), 1);
  EXPECT_EQ(f(tape.gradient(partial, x)), 1);
}

// a = x, b = a^2, c = b * x, d = b + c: every subset of the nodes stopped, against the derivative worked out by hand.
TEST(StopGradientArea, SG_04_EverySubsetOfAFourNodeGraph) {
  const float at = 2;
  for (int subset = 0; subset < 16; ++subset) {
    const auto stopped = [subset](int node) { return (subset >> node & 1) != 0; };
    const auto node = [&](int n, const Tensor& t) { return stopped(n) ? stop_gradient(t) : t; };
    const Tensor x = c(at);
    GradientTape tape;
    tape.watch(x);
    const Tensor a = node(0, x), b = node(1, a * a), cc = node(2, b * x), d = node(3, b + cc);
    const float da = stopped(0) ? 0.f : 1.f, db = stopped(1) ? 0.f : 2 * at * da;
    const float dc = stopped(2) ? 0.f : db * at + at * at, dd = stopped(3) ? 0.f : db + dc;
    const Gradient g = tape.gradient(d, x, {.unconnected_gradients = UnconnectedGradients::zero});
    EXPECT_EQ(f(g), dd) << subset;
  }
}

// TensorFlow's square loop: x = 3, y = 2; two trips of (x, y) -> (x*x + y*y, x*y) give rx, ry of the unstopped sums.
struct LoopResult {
  Tensor x, y;
};
LoopResult square_loop(const Tensor& x0, const Tensor& y0, bool stop_y_inside) {
  const auto result = while_loop([](const std::vector<Tensor>& v) { return v[0] < 2; },
                                 [stop_y_inside](const std::vector<Tensor>& v) {
                                   const Tensor y = stop_y_inside ? stop_gradient(v[2]) : v[2];
                                   return std::vector<Tensor>{v[0] + 1, square(v[1]) + square(y), v[1] * y};
                                 },
                                 {constant(0), x0, y0});
  return {result[1], result[2]};
}

float loop_slope(bool of_y, double step, double x, double y) {
  const auto run = [](double a, double b, bool second) {
    for (int i = 0; i < 2; ++i) {
      const double next = a * a + b * b;
      b = a * b;
      a = next;
    }
    return second ? b : a;
  };
  return static_cast<float>((run(x + step, y, of_y) - run(x - step, y, of_y)) / (2 * step));
}

TEST(StopGradientArea, SG_05_OnTheResultsOfALoop) {
  const Tensor x = c(3), y = c(2);
  GradientTape tape({.persistent = true});
  tape.watch({x, y});
  const LoopResult r = square_loop(x, y, false);
  const float dx = loop_slope(false, 1e-5, 3, 2), dy = loop_slope(true, 1e-5, 3, 2);
  EXPECT_NEAR(f(tape.gradient(r.x, x)), dx, 1e-2);
  EXPECT_NEAR(f(tape.gradient(r.y, x)), dy, 1e-2);
  EXPECT_FALSE(tape.gradient(stop_gradient(r.x), x));
  EXPECT_NEAR(f(tape.gradient(r.x + r.y, x)), dx + dy, 2e-2);
  EXPECT_NEAR(f(tape.gradient(r.x + stop_gradient(r.y), x)), dx, 1e-2);
  EXPECT_NEAR(f(tape.gradient(stop_gradient(r.x) + r.y, x)), dy, 1e-2);
}

// Stopped in every trip: nothing of y0 arrives. (TensorFlow's graph loop answers zeros, since the loop variable is connected to its loop; an eager
// loop is the ops that ran, and those have no path.)
TEST(StopGradientArea, SG_06_InsideALoopItCutsEveryTrip) {
  const Tensor x = c(3), y = c(2);
  GradientTape tape;
  tape.watch({x, y});
  const LoopResult r = square_loop(x, y, true);
  const Gradients g = tape.gradient(r.x, {x, y}, {.unconnected_gradients = UnconnectedGradients::zero});
  EXPECT_EQ(f(g[0]), 156);  // d/dx (x^2 + y^2)^2 = 4 x (x^2 + y^2)
  EXPECT_EQ(f(g[1]), 0);
}

TEST(StopGradientArea, SG_07_OnAGradientItStaysOutOfTheNextDerivative) {
  const Tensor x = c(3);
  GradientTape outer;
  outer.watch(x);
  Tensor g;
  {
    GradientTape inner;
    inner.watch(x);
    g = *inner.gradient(x * x * x, x);
  }
  EXPECT_EQ(f(g), 27);
  const Tensor z = stop_gradient(g) * x + x * x;  // 27 + 2x
  EXPECT_EQ(f(outer.gradient(z, x)), 33);
}

}  // namespace
}  // namespace whygrad::testing
