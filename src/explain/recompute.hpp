// Recomputes values that no record saved.
#pragma once

#include "autodiff/tape_state.hpp"

#include <whygrad/flow/flow_graph.hpp>

#include <vector>

namespace whygrad::internal {

// Returns the values of the graph, by index: those that records saved, the current values of sources and targets, and what the ops on the way to the
// targets compute from them; empty if unknown. Ops whose results depend on more than their inputs are not run again. `records` are those of the
// graph's ops. Takes one forward pass; nothing is recorded.
std::vector<Tensor> known_values(const FlowGraph& graph, const std::vector<const Record*>& records, const std::vector<Watchable>& targets,
                                 const std::vector<Watchable>& sources);

}  // namespace whygrad::internal
