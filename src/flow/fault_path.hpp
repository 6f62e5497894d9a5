// The path of a finding, led through the op that it blames.
#pragma once

#include "flow/flow_path.hpp"

namespace whygrad::internal {

// NOTE [one op]
// The numbers lead from a source to the op that passed on zeros or NaNs. The op to blame may be another one: the one that computed the 0 or the NaN
// by which that op multiplied. Table, text and line must name the same op, so the path is led through the blamed op. If that op does not depend on
// the source, it is listed beside the path, before the first op that used its result.
void lead_over(const FlowGraph& graph, FlowPath& path, FlowGraph::Index blamed);

}  // namespace whygrad::internal
