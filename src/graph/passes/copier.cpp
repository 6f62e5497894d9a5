// Copies nodes of one graph into another: the common part of the passes.
#include "graph/passes/copier.hpp"

namespace whygrad::internal {

using Index = Graph::Index;

Copier::Copier(const Graph& from, std::span<const Index> given) : from_(from), at_(static_cast<std::size_t>(from.value_count()), Graph::kNone) {
  for (const Index v : from.inputs()) set(v, to_.add_input(from.value(v).spec));
  given_.reserve(given.size());
  for (const Index v : given) {
    if (at(v) == Graph::kNone) set(v, to_.add_given(from.value(v).spec));
    given_.push_back(at(v));
  }
}

Index Copier::at(Index v) {
  Index& to = at_[static_cast<std::size_t>(v)];
  if (to == Graph::kNone && from_.value(v).constant.defined()) to = to_.add_constant(from_.value(v).constant);
  return to;
}

void Copier::copy(const Graph::Node& node) {
  Graph::Node copied = node;
  for (Index& v : copied.inputs) v = at(v);
  std::vector<TensorSpec> specs;
  specs.reserve(static_cast<std::size_t>(node.outputs));
  for (Index k = 0; k < node.outputs; ++k) specs.push_back(from_.value(node.first_output + k).spec);
  const Index first = to_.append(std::move(copied), specs);
  for (Index k = 0; k < node.outputs; ++k) {
    if (at(node.first_output + k) == Graph::kNone) set(node.first_output + k, first + k);
  }
}

Plan Copier::take(std::span<const Index> outputs) {
  std::vector<Index> copied;
  copied.reserve(outputs.size());
  for (const Index v : outputs) copied.push_back(at(v));
  return {.graph = std::move(to_), .outputs = std::move(copied), .given = std::move(given_)};
}

}  // namespace whygrad::internal
