// The way from a source to a target on which the fewest things would have to be mended.
#pragma once

#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/flow/reason.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace whygrad::internal {

// One op on the way, entered through one of its inputs.
struct Hop {
  FlowGraph::Index op = FlowGraph::kNone;
  std::size_t input = 0;
  FlowGraph::Index in = FlowGraph::kNone, out = FlowGraph::kNone;
};

// What stops the gradient at one point of the way. kNotWatched stands for whatever is the matter with the source itself.
struct Stop {
  Cause cause = Cause::kUnknown;
  FlowGraph::Index op = FlowGraph::kNone;  // none where it is the source
  std::size_t first_hop = 0, last_hop = 0;
};

struct FlowPath {
  bool connected = false;
  FlowGraph::Index source = FlowGraph::kNone, target = FlowGraph::kNone;  // values
  std::vector<Hop> hops;
  std::vector<Stop> stops;                     // in order from the source
  FlowGraph::Index beside = FlowGraph::kNone;  // the op to blame, where it is none of the hops: the first stop's hop uses what it made
};

// What the op itself, or the tape that did not record it, does to a gradient between this input and this output; nothing where it may pass.
std::optional<Cause> stop_at(const FlowGraph& graph, const Hop& hop);

// NOTE [the fewest breaks]
// Values are visited in the order in which they were made, so one pass over the ops finds for every value the way from the source that crosses the
// fewest breaks. Crossings at which nobody expects a gradient (an index, a condition, a seed, a read to the host that seems to have come back, a
// variable's value from before the tape) are counted first: a way with one of them is taken only where there is no way without. So an argmax that
// merely feeds the index of a gather is accused only if the index is the sole connection. The breaks on the way found are the ones to mend; any other
// way has at least as many.
//
// `carries` is carrying_values(graph).
FlowPath cheapest_path(const FlowGraph& graph, const std::vector<std::uint8_t>& carries, const FlowGraph::Source& source);

}  // namespace whygrad::internal
