// The path from a source to a target with the fewest breaks.
#pragma once

#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/flow/reason.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace whygrad::internal {

// An op on the path, and the input through which the path enters it.
struct Hop {
  FlowGraph::Index op = FlowGraph::kNone;
  std::size_t input = 0;
  FlowGraph::Index in = FlowGraph::kNone, out = FlowGraph::kNone;
};

// A point of the path where the gradient stops. kNotWatched stands for any fault of the source itself.
struct Stop {
  Cause cause = Cause::kUnknown;
  FlowGraph::Index op = FlowGraph::kNone;  // kNone for the source
  std::size_t first_hop = 0, last_hop = 0;
};

struct FlowPath {
  bool connected = false;
  FlowGraph::Index source = FlowGraph::kNone, target = FlowGraph::kNone;  // values
  std::vector<Hop> hops;
  std::vector<Stop> stops;                     // in order from the source
  FlowGraph::Index beside = FlowGraph::kNone;  // the op to blame, if it is not on the path: the hop of the first stop uses its result
};

// What the op, or the tape that did not record it, does to a gradient between this input and this output; empty if the gradient may pass.
std::optional<Cause> stop_at(const FlowGraph& graph, const Hop& hop);

// NOTE [the fewest breaks]
// Values are visited in the order of their computation, so one pass over the ops finds for every value the path from the source with the fewest
// breaks. Some crossings are not expected to carry a gradient: an index, a condition, a seed, a host read that seems to have come back, the value of
// a variable from before the tape. They are counted first, so a path with one of them is chosen only if there is no other. An argmax that merely
// computes the index of a gather is therefore accused only if the index is the sole connection. The breaks on the chosen path are the ones to mend;
// any other path has at least as many.
//
// `carries` is carrying_values(graph).
FlowPath cheapest_path(const FlowGraph& graph, const std::vector<std::uint8_t>& carries, const FlowGraph::Source& source,
                       const std::vector<FlowGraph::Index>& targets);

}  // namespace whygrad::internal
