// GoogleTest checks of gradients that print the explanation on failure. Nothing else of whygrad needs GoogleTest.
#pragma once

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/explain/explain.hpp>

#include <gtest/gtest.h>

#include <string_view>

// Checks that the target has a gradient with respect to the source which is neither all zeros nor anywhere NaN or infinite. Does not change the tape.
#define EXPECT_GRADIENT(tape, target, source) EXPECT_TRUE(::whygrad::testing::gradient_is_there(tape, target, source))

// Checks that it has no usable gradient, for the reason with this code, "WG103", or name, "NONDIFF_OP".
#define EXPECT_NO_GRADIENT(tape, target, source, reason) EXPECT_TRUE(::whygrad::testing::gradient_is_missing(tape, target, source, reason))

namespace whygrad::testing {

inline ::testing::AssertionResult gradient_is_there(const GradientTape& tape, const Targets& target, const Watchable& source,
                                                    Where where = Where::here()) {
  const Explanation explanation = explain(tape, target, source, {.values = true}, where);
  if (explanation.empty()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "\n" << explanation.to_string();
}

inline ::testing::AssertionResult gradient_is_missing(const GradientTape& tape, const Targets& target, const Watchable& source,
                                                      std::string_view code_or_name, Where where = Where::here()) {
  const Reason* expected = find_reason(code_or_name);
  if (expected == nullptr) return ::testing::AssertionFailure() << code_or_name << " is no reason; docs/reasons lists them";
  const Explanation explanation = explain(tape, target, source, {.values = true}, where);
  if (explanation.empty()) return ::testing::AssertionFailure() << "the gradient is there; " << expected->code << " was expected";
  for (const Finding& finding : explanation.findings()) {
    if (finding.cause == expected->cause) return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "the reason is another one than " << expected->code << ":\n" << explanation.to_string();
}

}  // namespace whygrad::testing
