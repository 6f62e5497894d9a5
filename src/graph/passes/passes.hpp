// What is done to a graph before a program runs it. Each pass makes a new plan, in which every value is the same, bit for bit.
#pragma once

#include "graph/graph.hpp"

#include <span>
#include <string>
#include <vector>

namespace whygrad::internal {

// A graph, the values that it is to compute and those that the caller has. The inputs of the graph are those of the function, in their order.
struct Plan {
  Graph graph;
  std::vector<Graph::Index> outputs, given;

  // One line per node, as FunctionGraph::to_string.
  std::string to_string() const;
};

// The nodes that the outputs need, if the caller has the values `given`, and those with side effects from `first_own_node` on.
std::vector<Graph::Index> needed_nodes(const Graph& graph, std::span<const Graph::Index> outputs, std::span<const Graph::Index> given,
                                       Graph::Index first_own_node);
Plan needed_part(const Graph& graph, std::span<const Graph::Index> outputs, std::span<const Graph::Index> given, Graph::Index first_own_node);

// A matrix that many products of few rows read transposed is transposed once.
Plan transpose_once(Plan plan);

// A product that is added to a value which nothing else reads is added in its place.
Plan add_products(Plan plan);

// Elementwise ops of one shape that are computed from each other become one node, which sweeps over the elements once.
Plan fuse_elementwise(const Plan& plan);

// Values that would be kept for long are computed again, until the plan needs no more than `bytes` at once or nothing helps (NOTE [recompute]).
Plan recompute(const Plan& plan, std::size_t bytes);

}  // namespace whygrad::internal
