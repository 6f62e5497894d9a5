// Small words for the tests of layers.
#pragma once

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/nn/layers.hpp>
#include <whygrad/nn/losses.hpp>
#include <whygrad/nn/metrics.hpp>
#include <whygrad/nn/sequential.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace whygrad::testing {

// 0, 1, 2, ... as `shape`.
inline Tensor counting(const Shape& shape) { return reshape(range(0, shape.size(), 1, float32), shape.extents()); }
inline std::vector<float> floats(const Tensor& t) { return t.to_vector<float>(); }

inline const Variable& parameter(const nn::Sequential& model, const std::string& path) {
  for (const auto& [name, variable] : model.parameters()) {
    if (name == path) return variable;
  }
  throw std::out_of_range(path);
}

inline std::vector<std::string> paths(const nn::Sequential& model) {
  std::vector<std::string> result;
  for (const auto& [name, variable] : model.parameters()) result.push_back(name);
  return result;
}

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
