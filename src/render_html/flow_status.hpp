// The status of the gradient at each op, for colouring.
#pragma once

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <vector>

namespace whygrad::render_html {

// In ascending order of severity: a group has the worst status of its parts.
enum class OpStatus : std::uint8_t {
  kAside,        // depends on no source
  kFlows,        // a gradient arrives and is passed on
  kUnreached,    // depends on a source, and no gradient arrives
  kStopsAsWell,  // would stop it after the first stop is mended
  kStops,
  kZero,  // its gradient for its inputs is zero
  kNotFinite,
};
const char* name_of(OpStatus status);

// One for each op. Findings come first, then numbers if they were inspected, then the declarations of the ops.
std::vector<OpStatus> flow_status(const FlowGraph& graph, const std::vector<Finding>& findings);

}  // namespace whygrad::render_html
