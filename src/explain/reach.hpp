// What follows from what in a FlowGraph.
#pragma once

#include <whygrad/explain/flow_graph.hpp>

#include <cstdint>
#include <vector>

namespace whygrad::internal {

// Whether the tape watched the value when this op used it.
bool watched_by(const FlowGraph& graph, FlowGraph::Index value, FlowGraph::Index op);

// Values that recorded ops made of watched ones, so that they carry a gradient on the tape.
std::vector<std::uint8_t> carrying_values(const FlowGraph& graph);

// The given values and all that they were made from, whatever stops a gradient between.
std::vector<std::uint8_t> ancestors(const FlowGraph& graph, const std::vector<FlowGraph::Index>& of);
// The given values and all that was made from them.
std::vector<std::uint8_t> descendants(const FlowGraph& graph, const std::vector<FlowGraph::Index>& of);

}  // namespace whygrad::internal
