// The way that an explanation shows: over the op that it blames.
#pragma once

#include "flow/flow_path.hpp"

namespace whygrad::internal {

// NOTE [one op]
// Numbers lead from a source to the op that passed on zeros or NaNs, and the op to blame may be another: the one that made the 0 or the NaN which
// that op multiplied by. Table, text and line must name one op, so the path is led over the blamed one; where the source has no part in it, it stands
// beside the path, before the first op that used what it made.
void lead_over(const FlowGraph& graph, FlowPath& path, FlowGraph::Index blamed);

}  // namespace whygrad::internal
