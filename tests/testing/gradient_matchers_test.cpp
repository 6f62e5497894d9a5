#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/testing/gradient_matchers.hpp>

#include <gtest/gtest-spi.h>

namespace whygrad {
namespace {

// GoogleTest compares failures in a function of their own, which reaches static variables only.
GradientTape* tape_of_test;
Tensor smooth, rounded, dead;
Variable w;

class GradientMatchers : public ::testing::Test {
 protected:
  GradientMatchers() : tape_({.persistent = true}) {
    w = Variable(ones({2}), "w");
    smooth = reduce_sum(exp(w));
    rounded = reduce_sum(floor(w));
    dead = reduce_sum(nn::relu(w - 5));
    tape_of_test = &tape_;
  }
  GradientTape tape_;
};

TEST_F(GradientMatchers, PassAndLeaveTheTapeAsItIs) {
  EXPECT_GRADIENT(tape_, smooth, w);
  EXPECT_NO_GRADIENT(tape_, rounded, w, "WG103");
  EXPECT_NO_GRADIENT(tape_, rounded, w, "NONDIFF_OP");
  EXPECT_TRUE(tape_.gradient(smooth, w).has_value());
}

TEST_F(GradientMatchers, ExplainWhatTheyDidNotExpect) {
  EXPECT_NONFATAL_FAILURE(EXPECT_GRADIENT(*tape_of_test, rounded, w), "floor moves in steps");
  EXPECT_NONFATAL_FAILURE(EXPECT_NO_GRADIENT(*tape_of_test, rounded, w, "WG113"), "floor moves in steps");
  EXPECT_NONFATAL_FAILURE(EXPECT_NO_GRADIENT(*tape_of_test, smooth, w, "WG103"), "the gradient is there; WG103 was expected");
  EXPECT_NONFATAL_FAILURE(EXPECT_NO_GRADIENT(*tape_of_test, rounded, w, "WG999"), "WG999 is no reason");
}

TEST_F(GradientMatchers, AZeroGradientIsNone) {
  EXPECT_NONFATAL_FAILURE(EXPECT_GRADIENT(*tape_of_test, dead, w), "zero gradient");
  EXPECT_NO_GRADIENT(tape_, dead, w, "ZERO_GRAD_DEAD_UNIT");
}

}  // namespace
}  // namespace whygrad
