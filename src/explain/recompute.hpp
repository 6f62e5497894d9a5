// Values that no record saved, computed again from those that are known.
#pragma once

#include "autodiff/tape_state.hpp"

#include <whygrad/flow/flow_graph.hpp>

#include <vector>

namespace whygrad::internal {

// By value of the graph: what records saved, the present values of sources and targets, and what the ops that lead to targets make of them; empty
// where it is not known.
// Ops whose results depend on more than their inputs are not run again. `records` are those of the graph's ops. One forward pass; nothing is
// recorded.
std::vector<Tensor> known_values(const FlowGraph& graph, const std::vector<const Record*>& records, const std::vector<Watchable>& targets,
                                 const std::vector<Watchable>& sources);

}  // namespace whygrad::internal
