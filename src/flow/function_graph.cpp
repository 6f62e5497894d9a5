// The text of a function's graph.
#include <whygrad/flow/function_graph.hpp>

#include "base/bytes_text.hpp"
#include "flow/words.hpp"

#include <fmt/format.h>

#include <numeric>
#include <ostream>

namespace whygrad {
namespace {

using Graph = FunctionGraph::Graph;
using Node = FunctionGraph::Node;
using Index = FunctionGraph::Index;
using internal::bytes_text;

bool is_output(const Node& node, Index value) { return value >= node.first_output && value - node.first_output < node.outputs; }

std::string list_of(const std::vector<Index>& values, const char* before = "") {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) text += fmt::format("{}%{}", i == 0 ? before : ", ", values[i]);
  return text;
}

// The steps of a fused node: " {t0 = multiply(%0, %1); %5 = tanh(t0)}". Values that do not leave the node are called t0, t1 and so on.
std::string steps_text(const Node& node) {
  std::vector<Index> inner;
  const auto name = [&](Index v) {
    for (std::size_t i = 0; i < inner.size(); ++i) {
      if (inner[i] == v) return fmt::format("t{}", i);
    }
    return fmt::format("%{}", v);
  };
  std::string text = " {";
  for (std::size_t s = 0; s < node.steps.size(); ++s) {
    const Node::Step& step = node.steps[s];
    std::string inputs;
    for (std::size_t i = 0; i < step.inputs.size(); ++i) inputs += (i == 0 ? "" : ", ") + name(step.inputs[i]);
    if (!is_output(node, step.output)) inner.push_back(step.output);
    text += fmt::format("{}{} = {}({})", s == 0 ? "" : "; ", name(step.output), step.op, inputs);
  }
  return text + "}";
}

void add_text(std::string& text, const Graph& graph, const std::string& indent);

void add_node(std::string& text, const Graph& graph, const Node& node, const std::string& indent) {
  text += indent;
  for (Index k = 0; k < node.outputs; ++k) text += fmt::format("{}%{}", k == 0 ? "" : ", ", node.first_output + k);
  text += fmt::format("{}{}({})", node.outputs == 0 ? "" : " = ", node.op, list_of(node.inputs));
  if (!node.steps.empty()) text += steps_text(node);
  if (!node.variable.empty()) text += fmt::format(" `{}`", node.variable);
  for (Index k = 0; k < node.outputs; ++k) text += (k == 0 ? "  " : ", ") + internal::signature_of(graph.values[node.first_output + k]);
  if (const std::string place = node.place.short_text(); !place.empty()) text += "  " + place;
  text += "\n";
  for (const FunctionGraph::Body& body : node.bodies) {
    text += fmt::format("{}  {}:\n", indent, body.name);
    add_text(text, body.graph, indent + "    ");
  }
}

void add_text(std::string& text, const Graph& graph, const std::string& indent) {
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const FunctionGraph::Input& input = graph.inputs[i];
    text += fmt::format("{}%{} = input {}{}  {}\n", indent, input.value, i, input.name.empty() ? "" : fmt::format(" `{}`", input.name),
                        internal::signature_of(graph.values[input.value]));
  }
  for (const Index v : graph.given) text += fmt::format("{}%{} = given  {}\n", indent, v, internal::signature_of(graph.values[v]));
  for (const Index v : graph.constants) text += fmt::format("{}%{} = constant  {}\n", indent, v, internal::signature_of(graph.values[v]));
  for (const Node& node : graph.nodes) add_node(text, graph, node, indent);
  text += fmt::format("{}return{}\n", indent, list_of(graph.outputs, " "));
}

}  // namespace

namespace internal {

std::string signature_of(const FunctionGraph::Value& value) { return fmt::format("{}[{}]", name_of(value.dtype), fmt::join(value.shape, ", ")); }

std::string text_of(const Graph& graph) {
  std::string text;
  add_text(text, graph, "");
  return text;
}

std::size_t count_ops(const Graph& graph) {
  std::size_t count = 0;
  for (const Node& node : graph.nodes) {
    count += node.steps.empty() ? 1 : node.steps.size();
    for (const FunctionGraph::Body& body : node.bodies) count += count_ops(body.graph);
  }
  return count;
}

}  // namespace internal

std::string FunctionGraph::to_string(bool after_passes) const {
  const Graph& graph = stage(after_passes);
  std::string text = internal::text_of(graph);
  if (graph.memory)
    text += fmt::format("memory: {} at most, of them {} for the arena\n", bytes_text(graph.memory->peak), bytes_text(graph.memory->arena));
  return text;
}

std::ostream& operator<<(std::ostream& out, const FunctionGraph& graph) { return out << graph.to_string(); }

}  // namespace whygrad
