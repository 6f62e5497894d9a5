// The edges over which gradients were passed, in a graph with numbers.
#pragma once

#include "flow/flow_path.hpp"
#include "flow/verdict.hpp"

#include <whygrad/flow/flow_graph.hpp>

#include <span>
#include <vector>

namespace whygrad::internal {

class PassedEdges {
 public:
  using Index = FlowGraph::Index;
  struct Edge {
    Index op;
    Index input;
  };

  explicit PassedEdges(const FlowGraph& graph);

  // The edges over which the value received a gradient, in the order of their ops.
  std::span<const Edge> to(Index value) const { return {edges_.data() + first_[value], first_[value + 1] - first_[value]}; }

 private:
  std::vector<Edge> edges_;
  std::vector<std::size_t> first_;  // by value, and one more
};

// NOTE [following numbers]
// The zero or not finite gradient of a source came over edges with such gradients. Following these from the source, each step one op closer to the
// targets, ends at ops with a sound incoming gradient: these are at fault. Every value and edge is visited once.
class Trail {
 public:
  using Index = FlowGraph::Index;

  Trail(const FlowGraph& graph, const PassedEdges& edges) : graph_(graph), edges_(edges), from_(graph.values.size()), seen_(graph.values.size()) {}

  void start(const FlowGraph::Source& source);
  // The next value to visit, or kNone.
  Index next();
  // Continues after this hop, unless it was visited before.
  void follow(const Hop& hop);

  // The path from the source through `fault` to a target, over edges for which `carries(numbers)` holds.
  template <class F>
  FlowPath path_over(const Hop& fault, F&& carries) const;

 private:
  std::vector<Hop> way_to(Index value) const;

  const FlowGraph& graph_;
  const PassedEdges& edges_;
  std::vector<Hop> from_;  // by value: the hop over which it was reached
  std::vector<std::uint8_t> seen_;
  std::vector<Index> open_;
};

template <class F>
FlowPath Trail::path_over(const Hop& fault, F&& carries) const {
  FlowPath path;
  path.connected = true;
  path.hops = way_to(fault.in);
  path.source = path.hops.empty() ? fault.in : path.hops.front().in;
  path.stops.push_back({Cause::kUnknown, fault.op, path.hops.size(), path.hops.size()});
  path.hops.push_back(fault);
  Index at = fault.out;
  for (bool further = true; further;) {
    further = false;
    for (const PassedEdges::Edge& e : edges_.to(at)) {
      const FlowGraph::Op& op = graph_.ops[e.op];
      Index out = op.first_output;
      while (out < op.first_output + op.outputs && graph_.values[out].gradient == FlowGraph::kNone) ++out;
      if (!carries(*graph_.passed_to(e.op, e.input)) || out == op.first_output + op.outputs) continue;
      path.hops.push_back({e.op, e.input, at, out});
      at = out;
      further = true;
      break;
    }
  }
  path.target = at;
  return path;
}

// The result of a search: the main fault, the path that leads through it, and the faults that would remain.
struct Found {
  Verdict verdict;
  FlowPath path;
  std::vector<Verdict> others;
};

// The reason for a kind of operation that is not finite.
Cause cause_of(NonFinite::Kind kind);
// The reason why an op's result or (not `forward`) its derivative was not finite, by the declaration in its record. A quotient also overflows if no
// divisor is 0.
Cause cause_of_nonfinite(const FlowGraph& graph, FlowGraph::Index op, bool forward);

// Why this gradient is zero, although paths lead from the source to the targets.
Found judge_zero(const SourceQuestion& question, const PassedEdges& edges);
// Why it is not finite.
Found judge_not_finite(const SourceQuestion& question, const PassedEdges& edges);

}  // namespace whygrad::internal
