// Draws what a tape knows as a FlowGraph.
#pragma once

#include "autodiff/tape_state.hpp"

#include <whygrad/flow/flow_graph.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace whygrad::internal {

// What the targets were made from, what was made from the sources (numbers into facts.sources), and what the sources were made from, as far as the
// log remembers. A few passes over the records of the log, whatever their connections; nothing recurses. `drawn` gets the record of each op, in their
// order; they live as long as the facts.
FlowGraph flow_graph_of(const TapeFacts& facts, std::span<const std::size_t> sources, std::vector<const Record*>* drawn = nullptr);

}  // namespace whygrad::internal
