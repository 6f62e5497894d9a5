// Findings about the sources of a FlowGraph.
#pragma once

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <vector>

namespace whygrad::internal {

// The answer to graph.tape.question. One finding for each source without a gradient, or with one whose numbers were looked at and that is zero or not
// finite; in the order of the sources. Of kPartial, about sources that have a gradient: one finding for each to which some paths of the data
// contribute nothing because something on them has no derivative or was not recorded; what was stopped on purpose is not listed. Linear in the graph
// for each source; nothing recurses.
std::vector<Finding> analyse(const FlowGraph& graph);

}  // namespace whygrad::internal
