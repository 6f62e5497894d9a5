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

#include "files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace whygrad::testing {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// Explanations of more ops are tested for their time, and what they say is not judged again.
inline bool is_judged_again(const Explanation& explanation) { return explanation.graph() != nullptr && explanation.graph()->ops.size() <= 10000; }

// Whether the graph of an explanation, judged from a file without findings, says the same: a file holds all that the judges read.
inline bool says_the_same_from_file(const Explanation& explanation, std::string* other) {
  if (!is_judged_again(explanation)) return true;
  nlohmann::json document = nlohmann::json::parse(to_json(explanation));
  document["explanations"][0].erase("findings");
  const TemporaryFolder folder;
  write_bytes(folder / "judged.wgflow", document.dump());
  *other = to_json(load_flow(folder / "judged.wgflow"));
  return *other == to_json(explanation);
}

// Whether the graph, among ops that have nothing to do with the question, is judged the same.
inline bool says_the_same_among_others(const Explanation& explanation, std::string* other) {
  if (!is_judged_again(explanation)) return true;
  FlowGraph graph = *explanation.graph();
  const auto def = static_cast<FlowGraph::Index>(graph.defs.size());
  graph.defs.push_back({"tanh", "Tanh", OpKind::kCompute, {{"x"}}});
  graph.defs.push_back({"constant", "Const", OpKind::kConstant, {{"x"}}});
  const auto variable = static_cast<FlowGraph::Index>(graph.variables.size());
  graph.variables.push_back({"aside", Where{"aside.cpp", "aside", 1, 0}});
  for (int i = 0; i < 4; ++i) {  // a constant and a variable, and what is made of each
    FlowGraph::Op op;
    op.where = {"aside.cpp", "aside", static_cast<std::uint32_t>(i + 1), 0};
    op.def = i == 0 ? def + 1 : def;
    op.first_input = static_cast<FlowGraph::Index>(graph.inputs.size());
    if (i > 0) {
      op.inputs = 1;
      graph.inputs.push_back(static_cast<FlowGraph::Index>(graph.values.size() - 1));
      if (!graph.passed.empty()) graph.passed.push_back(FlowGraph::kNone);
    }
    op.outputs = 1;
    op.first_output = static_cast<FlowGraph::Index>(graph.values.size());
    graph.values.push_back({.op = static_cast<FlowGraph::Index>(graph.ops.size()), .dtype = FlowDType::kF32});
    graph.ops.push_back(op);
    if (i == 1) graph.values.push_back({.variable = variable, .watched_from = 0, .dtype = FlowDType::kF32});
  }
  *other = explain(std::move(graph)).to_string();
  return *other == explanation.to_string();
}

// A missing gradient whose explanation names this cause, this op ("" for none) and this line. Prints the explanation where it does not.
MATCHER_P3(Missing, cause, op, line,
           std::string("is missing because of ") + reason(cause).name + " by `" + op + "` in line " + std::to_string(line)) {
  if (arg.has_value()) {
    *result_listener << "a gradient is there";
    return false;
  }
  const Explanation why = arg.why();
  if (why.findings().size() != 1) {
    *result_listener << "with " << why.findings().size() << " findings";
    return false;
  }
  if (std::string other; !says_the_same_from_file(why, &other)) {
    *result_listener << "and judged from a file it says\n" << other << "instead of\n" << to_json(why);
    return false;
  }
  if (std::string other; !says_the_same_among_others(why, &other)) {
    *result_listener << "and among ops that have nothing to do with it\n" << other << "instead of\n" << why.to_string();
    return false;
  }
  const Finding& f = why.findings()[0];
  *result_listener << "cause " << reason(f.cause).name << ", op `" << f.op << "`, line " << f.place.line << "\n" << why.to_string();
  return f.cause == cause && f.op == op && f.place.line == static_cast<std::uint32_t>(line);
}

MATCHER(Present, "is there") {
  if (!arg.has_value()) *result_listener << "it is missing:\n" << arg.why().to_string();
  return arg.has_value();
}

inline Finding finding(const Gradient& g) {
  const std::vector<Finding> all = g.why().findings();
  return all.size() == 1 ? all[0] : Finding{};
}

// What why() says, without carets at columns, which only some compilers know.
inline std::string text_of(const Gradient& g) {
  std::vector<Finding> findings = g.why().findings();
  for (Finding& f : findings) f.place.column = 0;
  return Explanation(std::move(findings)).to_string();
}

inline Variable variable(const Literal& value, const char* name, Where where = Where::here()) {
  return Variable(constant(value, where), name, {}, where);
}

}  // namespace whygrad::testing
