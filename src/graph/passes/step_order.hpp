// The order of the ops of a fused loop.
#pragma once

#include "graph/graph.hpp"

#include <vector>

namespace whygrad::internal {

// The nodes in an order in which each reads the value of the one before where it can, which then need not pass through memory, and in which ops of
// one dtype stand together. Each node comes behind those that it reads. Reductions come last: the loop has no use for their values.
std::vector<Graph::Index> order_steps(const Graph& graph, const std::vector<Graph::Index>& nodes, const std::vector<Graph::Index>& reductions);

}  // namespace whygrad::internal
