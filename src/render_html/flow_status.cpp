// How far the gradient came, by op, for the colours of the page.
#include "render_html/flow_status.hpp"

#include <array>

namespace whygrad::render_html {
namespace {

using Index = FlowGraph::Index;

// Values that depend on a source, whatever stops a gradient on the way.
std::vector<std::uint8_t> made_from_sources(const FlowGraph& graph) {
  std::vector<std::uint8_t> made(graph.values.size());
  for (const FlowGraph::Source& source : graph.sources) {
    for (const Index v : source.values) made[v] = 1;
  }
  for (Index op = 0; op < graph.ops.size(); ++op) {
    const FlowGraph::Op& o = graph.ops[op];
    for (const Index in : graph.inputs_of(op)) {
      if (made[in] == 0) continue;
      for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) made[out] = 1;
    }
  }
  return made;
}

bool passes(const FlowGraph& graph, Index op, std::size_t input) {
  const GradientFlow flow = graph.answer(op, input).flow;
  return graph.recorded(op) && (flow == GradientFlow::kFlows || flow == GradientFlow::kUserRule) &&
         is_differentiable(graph.values[graph.inputs_of(op)[input]].dtype);
}

bool arrives_at_output(const FlowGraph& graph, Index op, const std::vector<std::uint8_t>& arrives) {
  const FlowGraph::Op& o = graph.ops[op];
  for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) {
    if (arrives[out] != 0) return true;
  }
  return false;
}

// By the declarations of the ops alone.
std::vector<OpStatus> by_answers(const FlowGraph& graph) {
  const std::vector<std::uint8_t> made = made_from_sources(graph);
  std::vector<std::uint8_t> arrives(graph.values.size());
  for (const Index target : graph.targets) arrives[target] = is_differentiable(graph.values[target].dtype);
  std::vector<OpStatus> result(graph.ops.size(), OpStatus::kAside);
  for (Index op = static_cast<Index>(graph.ops.size()); op-- > 0;) {
    const bool arrived = arrives_at_output(graph, op, arrives);
    const auto inputs = graph.inputs_of(op);
    bool depends = false, flows = false, stops = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (made[inputs[i]] == 0) continue;
      depends = true;
      if (!arrived) continue;
      if (passes(graph, op, i)) {
        flows = true;
        arrives[inputs[i]] = 1;
      } else if (is_differentiable(graph.values[inputs[i]].dtype) && graph.answer(op, i).role == Role::kData) {
        stops = true;  // an integer input stops nothing: the op that computed it did
      }
    }
    if (depends) result[op] = flows ? OpStatus::kFlows : stops ? OpStatus::kStops : OpStatus::kUnreached;
  }
  return result;
}

// The op's gradients for inputs whose gradient was inspected.
void judge_numbers(const FlowGraph& graph, std::vector<OpStatus>& result) {
  for (Index op = 0; op < graph.ops.size(); ++op) {
    bool any = false, all_zero = true, finite = true;
    for (std::size_t i = 0; i < graph.ops[op].inputs; ++i) {
      const FlowGraph::Numbers* passed = graph.passed_to(op, i);
      if (passed == nullptr) continue;
      any = true;
      all_zero = all_zero && passed->all_zero();
      finite = finite && passed->finite();
    }
    if (any && !finite) result[op] = OpStatus::kNotFinite;
    if (any && finite && all_zero) result[op] = OpStatus::kZero;
  }
}

OpStatus status_of(const Step& step, OpStatus otherwise) {
  switch (step.status) {
    case Step::Status::kStops: return OpStatus::kStops;
    case Step::Status::kStopsAsWell: return OpStatus::kStopsAsWell;
    case Step::Status::kZero: return OpStatus::kZero;
    case Step::Status::kNonFinite: return OpStatus::kNotFinite;
    case Step::Status::kSource:
    case Step::Status::kFlows: break;
  }
  return otherwise;
}

}  // namespace

const char* name_of(OpStatus status) {
  constexpr std::array kNames = {"aside", "flows", "unreached", "stops_as_well", "stops", "zero", "not_finite"};
  return kNames[static_cast<std::size_t>(status)];
}

std::vector<OpStatus> flow_status(const FlowGraph& graph, const std::vector<Finding>& findings) {
  std::vector<OpStatus> result = by_answers(graph);
  judge_numbers(graph, result);
  for (const Finding& finding : findings) {
    bool behind_the_stops = true;  // as seen from the target, where the gradient comes from
    for (std::size_t i = finding.path.size(); i-- > 0;) {
      const Step& step = finding.path[i];
      behind_the_stops = behind_the_stops && step.status == Step::Status::kFlows;
      if (step.index >= result.size()) continue;
      OpStatus& status = result[step.index];
      status = behind_the_stops && status == OpStatus::kUnreached ? OpStatus::kFlows : status_of(step, status);
    }
  }
  return result;
}

}  // namespace whygrad::render_html
