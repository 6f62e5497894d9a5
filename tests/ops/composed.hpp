// Functions that are made of ops, against recorded values and central differences.
#pragma once

#include "ops/samples/samples.hpp"

#include <whygrad/autodiff/gradcheck.hpp>
#include <whygrad/ops/creation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace whygrad::testing {

struct ComposedRow {
  std::string name;
  samples::Inputs inputs;  // float64
  std::function<Tensor(const samples::Inputs&)> function;
  Shape shape;
  std::vector<double> expected;
  bool differentiable = true;
  double tolerance = 1e-14;
};

inline void expect_composed(const std::vector<ComposedRow>& rows) {
  for (const ComposedRow& row : rows) {
    SCOPED_TRACE(row.name);
    const Tensor result = row.function(row.inputs);
    EXPECT_EQ(result.shape(), row.shape);
    EXPECT_THAT(result.to_vector<double>(), ::testing::Pointwise(::testing::DoubleNear(row.tolerance), row.expected));
    if (!row.differentiable) continue;
    const GradcheckResult checked = gradcheck([&](const samples::Inputs& in) { return samples::Inputs{row.function(in)}; }, row.inputs);
    EXPECT_TRUE(checked.ok) << checked.message;
  }
}

// What f() throws as E says.
template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing of this kind is thrown";
}

}  // namespace whygrad::testing
