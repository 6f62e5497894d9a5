// Converts a tape to a FlowGraph.
#pragma once

#include "autodiff/tape_state.hpp"

#include <whygrad/flow/flow_graph.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace whygrad::internal {

// Includes the ancestors of the targets, the descendants of the sources (indices into facts.sources) and the ancestors of the sources, as far as the
// log still has them. Takes a few passes over the records of the log; nothing recurses. `drawn` receives the record of each op, in their order; the
// records are valid as long as the facts.
FlowGraph flow_graph_of(const TapeFacts& facts, std::span<const std::size_t> sources, std::vector<const Record*>* drawn = nullptr);

}  // namespace whygrad::internal
