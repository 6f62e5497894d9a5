// What enumerators are called in files, in their order. These texts are part of the format (docs/flow.schema.json).
#pragma once

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <array>
#include <cstddef>

namespace whygrad::internal {

constexpr auto names_of(Finding::Status) { return std::array{"absent", "zero", "nan", "inf", "partial"}; }
constexpr auto names_of(Confidence) { return std::array{"proven", "likely", "unknown"}; }
constexpr auto names_of(Step::Status) { return std::array{"source", "flows", "stops", "stops_as_well", "zeroes", "spoils"}; }
constexpr auto names_of(FlowGraph::Flow) {
  return std::array{"flows", "user_rule", "no_derivative", "no_rule", "stop_gradient", "state", "copy", "host_read", "replaced", "unanswered"};
}
constexpr auto names_of(FlowGraph::Role) { return std::array{"data", "index", "condition", "seed", "shape"}; }
constexpr auto names_of(FlowGraph::Kind) {
  return std::array{"compute", "constant", "variable", "assign", "host_read", "choice", "loop_end", "feed"};
}
constexpr auto names_of(FlowGraph::Chooses) { return std::array{"whether", "branch", "trip"}; }
constexpr auto names_of(FlowGraph::Standing) { return std::array{"recorded", "before", "paused", "between", "after", "reset"}; }
constexpr auto names_of(FlowGraph::Question) { return std::array{"absent", "open", "partial"}; }
constexpr auto names_of(FlowGraph::Origin) { return std::array{"made", "old", "forgotten", "foreign"}; }

constexpr auto names_of(FlowGraph::Zeroes) { return std::array{"no", "dead_unit", "saturated", "shares", "clip", "flat", "masked", "ties"}; }
constexpr auto names_of(FlowGraph::Spoils) { return std::array{"no", "sqrt0", "log0", "div0", "pow", "trig", "overflow", "special"}; }

template <class E>
constexpr const char* name_in_file(E value) {
  return names_of(value)[static_cast<std::size_t>(value)];
}

inline constexpr const char* kFlowFormat = "whygrad-flow";
inline constexpr int kFlowVersion = 1;

}  // namespace whygrad::internal
