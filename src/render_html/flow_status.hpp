// What becomes of the gradient at each op, for colouring.
#pragma once

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <vector>

namespace whygrad::render_html {

// In rising order of how much it matters: a group has the largest of its parts.
enum class OpStatus : std::uint8_t {
  kAside,        // depends on no source
  kFlows,        // gradient arrives and is passed on
  kUnreached,    // depends on a source, and no gradient arrives
  kStopsAsWell,  // would stop it once the first stop is mended
  kStops,
  kZero,  // what it passes on is zero
  kNotFinite,
};
const char* name_of(OpStatus status);

// One for each op. What the findings say comes first, then the numbers where they were looked at, then what the ops' answers let pass.
std::vector<OpStatus> flow_status(const FlowGraph& graph, const std::vector<Finding>& findings);

}  // namespace whygrad::render_html
