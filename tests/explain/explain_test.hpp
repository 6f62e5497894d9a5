// What the tests of explanations share. Tests named after real users' cases, such as hypothesis_built_once_before_loop, rebuild the program of that
// case.
#pragma once

#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/autodiff/custom_gradient.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/explain/explain.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/conv.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/flow/render.hpp>
#include <whygrad/ops/losses.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace whygrad::testing {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// A missing gradient whose explanation names this cause, this op ("" for none) and this line. Prints the explanation where it does not. What the
// explanation says is judged twice more: from a file, which holds all that the judges read, and among ops that have nothing to do with the question.
::testing::Matcher<const Gradient&> Missing(Cause cause, const std::string& op, int line);
::testing::Matcher<const Gradient&> Present();

// The only finding; an empty one if there is none or more.
Finding finding(const Gradient& g);

// What why() says, without carets at columns, which only some compilers know.
std::string text_of(const Gradient& g);

inline Variable variable(const Literal& value, const char* name, Where where = Where::here()) {
  return Variable(constant(value, where), name, {}, where);
}

}  // namespace whygrad::testing
