// The analysis of a FlowGraph: findings about its sources.
#pragma once

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <vector>

namespace whygrad::internal {

// Answers graph.tape.question. Returns the findings in the order of the sources: one for each source without a gradient, and one for each whose
// gradient's numbers were inspected and are zero or not finite. For kPartial it considers the sources with a gradient, and returns a finding for each
// to which some data paths contribute nothing because an op on them has no derivative or was not recorded; intentional stops are not listed. Takes
// time linear in the graph for each source; nothing recurses.
std::vector<Finding> analyse(const FlowGraph& graph);

}  // namespace whygrad::internal
