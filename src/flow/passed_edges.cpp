// Edges over which a gradient was passed, and searches along them.
#include "flow/passed_edges.hpp"

#include <algorithm>

namespace whygrad::internal {

PassedEdges::PassedEdges(const FlowGraph& graph) : first_(graph.values.size() + 1) {
  if (graph.passed.empty()) return;
  for (Index i = 0; i < graph.inputs.size(); ++i) {
    if (graph.passed[i] != FlowGraph::kNone) ++first_[graph.inputs[i] + 1];
  }
  for (std::size_t v = 1; v < first_.size(); ++v) first_[v] += first_[v - 1];
  edges_.resize(first_.back());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (Index op = 0; op < graph.ops.size(); ++op) {
    const auto inputs = graph.inputs_of(op);
    for (Index i = 0; i < inputs.size(); ++i) {
      if (graph.passed_to(op, i) != nullptr) edges_[next[inputs[i]]++] = {op, i};
    }
  }
}

void Trail::start(const FlowGraph::Source& source) {
  for (const Index v : source.values) {
    seen_[v] = 1;
    open_.push_back(v);
  }
}

Trail::Index Trail::next() {
  if (open_.empty()) return FlowGraph::kNone;
  const Index value = open_.back();
  open_.pop_back();
  return value;
}

void Trail::follow(const Hop& hop) {
  if (seen_[hop.out] != 0) return;
  seen_[hop.out] = 1;
  from_[hop.out] = hop;
  open_.push_back(hop.out);
}

std::vector<Hop> Trail::way_to(Index value) const {
  std::vector<Hop> hops;
  while (from_[value].op != FlowGraph::kNone) {
    hops.push_back(from_[value]);
    value = hops.back().in;
  }
  std::reverse(hops.begin(), hops.end());
  return hops;
}

}  // namespace whygrad::internal
