// What the tape's tests share. Tests named after an id, as TL_01, check the row of TensorFlow's conformance matrix (docs/conformance.md).
#pragma once

#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/autodiff/custom_gradient.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/losses.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace whygrad::testing {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::FloatNear;
using ::testing::HasSubstr;

inline float f(const Tensor& t) { return t.item<float>(); }
inline float f(const Gradient& g) { return g->item<float>(); }
inline std::vector<float> fs(const Tensor& t) { return t.to_vector<float>(); }
inline std::vector<float> fs(const Gradient& g) { return g->to_vector<float>(); }
inline Tensor c(float x) { return constant(x); }
inline Tensor c(std::vector<float> x) { return constant(x); }
inline Variable variable(float x, const char* name = "") { return Variable(constant(x), name); }

// The message of the exception that `statement` throws, which must be a T.
template <class T, class F>
std::string message_of(F&& statement) {
  try {
    statement();
  } catch (const T& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace whygrad::testing
