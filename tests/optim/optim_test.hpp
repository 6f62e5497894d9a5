// Small words for the tests of optimizers.
#pragma once

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/flow/explanation.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/optim/adam.hpp>
#include <whygrad/optim/rmsprop.hpp>
#include <whygrad/optim/sgd.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace whygrad::testing {

using Pairs = std::vector<std::pair<Gradient, Variable>>;

inline Variable variable(std::vector<double> values, const std::string& name = "w", VariableOptions options = {}) {
  return Variable(constant(values), name, options);
}
inline Variable variable_f32(std::vector<float> values, const std::string& name = "w") { return Variable(constant(values), name); }
inline Gradient gradient(std::vector<double> values) { return Gradient(constant(values)); }
inline std::vector<double> values(const Variable& v) { return v.value().to_vector<double>(); }

// f(), the message of the E that it throws.
template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace whygrad::testing
