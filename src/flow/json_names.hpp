// The names of enumerators in files, in the order of the enumerators. They are part of the format (docs/flow.schema.json).
#pragma once

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <array>
#include <cstddef>

namespace whygrad::internal {

constexpr auto names_of(Finding::Status) { return std::array{"absent", "zero", "nan", "inf", "partial"}; }
constexpr auto names_of(Confidence) { return std::array{"proven", "likely", "unknown"}; }
constexpr auto names_of(Step::Status) { return std::array{"source", "flows", "stops", "stops_as_well", "zero", "nonfinite"}; }
constexpr auto names_of(GradientFlow) {
  return std::array{"flows", "user_rule", "no_derivative", "no_rule", "stop_gradient", "state", "copy", "host_read", "replaced", "unanswered"};
}
constexpr auto names_of(Role) { return std::array{"data", "index", "condition", "seed", "shape"}; }
constexpr auto names_of(OpKind) { return std::array{"compute", "constant", "variable", "assign", "host_read", "choice", "loop_end", "feed"}; }
constexpr auto names_of(Construct) {
  return std::array{name_of(Construct::kCond), name_of(Construct::kCase), name_of(Construct::kSwitchCase), name_of(Construct::kWhileLoop)};
}
constexpr auto names_of(FlowGraph::Standing) { return std::array{"recorded", "before", "paused", "between", "after", "reset"}; }
constexpr auto names_of(FlowGraph::Question) { return std::array{"absent", "open", "partial"}; }
constexpr auto names_of(FlowGraph::Origin) { return std::array{"made", "old", "forgotten", "foreign"}; }

constexpr auto names_of(ZeroGradient::Kind) {
  return std::array{"never", "dies", "saturates", "underflows", "normalizes", "clips", "flat", "masks", "zero_factor", "ties"};
}
constexpr auto names_of(NonFinite::Kind) {
  return std::array{"never",      "root_of_zero", "log_of_zero", "division_by_zero", "singular_matrix", "empty_row",
                    "empty_mean", "power",        "domain_edge", "overflow",         "special_function"};
}

template <class E>
constexpr const char* name_in_file(E value) {
  return names_of(value)[static_cast<std::size_t>(value)];
}

inline constexpr const char* kFlowFormat = "whygrad-flow";
inline constexpr int kFlowVersion = 1;

}  // namespace whygrad::internal
