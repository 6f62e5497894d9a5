// Copies nodes of one graph into another.
#pragma once

#include "graph/passes/passes.hpp"

namespace whygrad::internal {

class Copier {
 public:
  // Copies the inputs of `from` and the given values. Constants are copied where a node or an output reads them.
  Copier(const Graph& from, std::span<const Graph::Index> given);

  // The value in the new graph.
  Graph::Index at(Graph::Index v);
  void set(Graph::Index v, Graph::Index to) { at_[static_cast<std::size_t>(v)] = to; }

  // Copies a node whose inputs have been copied. Outputs that the caller has stay the caller's.
  void copy(const Graph::Node& node);

  Graph& graph() { return to_; }
  Plan take(std::span<const Graph::Index> outputs);

 private:
  const Graph& from_;
  Graph to_;
  std::vector<Graph::Index> at_;  // by value of `from`
  std::vector<Graph::Index> given_;
};

}  // namespace whygrad::internal
