// Findings about the sources of a FlowGraph.
#pragma once

#include <whygrad/explain/finding.hpp>
#include <whygrad/explain/flow_graph.hpp>

#include <vector>

namespace whygrad::internal {

// Whether it is known that no gradient arrived, or to be found out.
enum class Outcome : std::uint8_t { kAbsent, kOpen };

// One finding for each source without a gradient, in their order. Linear in the graph for each source; nothing recurses.
std::vector<Finding> analyse(const FlowGraph& graph, Outcome outcome);

}  // namespace whygrad::internal
