// Descendants and ancestors of values.
#include "flow/reach.hpp"

namespace whygrad::internal {

using Index = FlowGraph::Index;

bool reads_values(const FlowGraph& graph, Index op, std::size_t input) { return graph.answer(op, input).role != Role::kShape; }

bool watched_by(const FlowGraph& graph, Index value, Index op) {
  const Index from = graph.values[value].watched_from;
  return from != FlowGraph::kNone && op >= from;
}

bool is_users_rule(GradientFlow flow) { return flow == GradientFlow::kUserRule || flow == GradientFlow::kUnanswered; }

bool carries_into(const FlowGraph& graph, Index op, std::size_t begin, std::size_t end, const std::vector<std::uint8_t>& carries) {
  if (!graph.recorded(op)) return false;
  const auto inputs = graph.inputs_of(op);
  for (std::size_t i = begin; i < end; ++i) {
    const GradientFlow flow = graph.answer(op, i).flow;
    if ((flow == GradientFlow::kFlows || is_users_rule(flow)) && is_differentiable(graph.values[inputs[i]].dtype) &&
        (carries[inputs[i]] != 0 || watched_by(graph, inputs[i], op)))
      return true;
  }
  return false;
}

void carry_over(const FlowGraph& graph, Index op, std::vector<std::uint8_t>& carries) {
  if (!carries_into(graph, op, 0, graph.ops[op].inputs, carries)) return;
  const FlowGraph::Op& o = graph.ops[op];
  for (Index v = o.first_output; v < o.first_output + o.outputs; ++v) carries[v] = is_differentiable(graph.values[v].dtype) ? 1 : 0;
}

std::vector<std::uint8_t> carrying_values(const FlowGraph& graph) {
  std::vector<std::uint8_t> carries(graph.values.size());
  for (Index op = 0; op < graph.ops.size(); ++op) carry_over(graph, op, carries);
  return carries;
}

bool makes_any(const FlowGraph& graph, Index op, const std::vector<std::uint8_t>& values) {
  const FlowGraph::Op& o = graph.ops[op];
  for (Index v = o.first_output; v < o.first_output + o.outputs; ++v) {
    if (values[v] != 0) return true;
  }
  return false;
}

std::vector<std::uint8_t> ancestors(const FlowGraph& graph, const std::vector<Index>& of) {
  std::vector<std::uint8_t> found(graph.values.size());
  for (const Index v : of) found[v] = 1;
  for (auto op = static_cast<Index>(graph.ops.size()); op-- > 0;) {
    if (!makes_any(graph, op, found)) continue;
    const auto inputs = graph.inputs_of(op);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (reads_values(graph, op, i)) found[inputs[i]] = 1;
    }
  }
  return found;
}

std::vector<std::uint8_t> descendants(const FlowGraph& graph, const std::vector<Index>& of, Through through) {
  std::vector<std::uint8_t> found(graph.values.size());
  for (const Index v : of) found[v] = 1;
  for (Index op = 0; op < graph.ops.size(); ++op) {
    bool follows = false;
    const auto inputs = graph.inputs_of(op);
    for (std::size_t i = 0; i < inputs.size() && !follows; ++i) {
      follows = found[inputs[i]] != 0 && (through == Through::kShapesToo || reads_values(graph, op, i));
    }
    const FlowGraph::Op& o = graph.ops[op];
    for (Index v = o.first_output; follows && v < o.first_output + o.outputs; ++v) found[v] = 1;
  }
  return found;
}

}  // namespace whygrad::internal
