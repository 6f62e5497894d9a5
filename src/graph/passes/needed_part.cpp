// Leaves out what nothing needs.
#include "graph/passes/copier.hpp"

#include <algorithm>

namespace whygrad::internal {

using Index = Graph::Index;

std::vector<Index> needed_nodes(const Graph& graph, std::span<const Index> outputs, std::span<const Index> given, Index first_own_node) {
  std::vector<char> needed(static_cast<std::size_t>(graph.value_count())), has(needed.size());
  for (const Index v : given) has[static_cast<std::size_t>(v)] = 1;
  for (const Index v : outputs) needed[static_cast<std::size_t>(v)] = 1;
  std::vector<Index> chosen;
  for (Index n = graph.node_count(); n-- > 0;) {
    const Graph::Node& node = graph.node(n);
    bool wanted = node.has_effect() && n >= first_own_node;
    for (Index k = 0; k < node.outputs; ++k) {
      const auto v = static_cast<std::size_t>(node.first_output + k);
      wanted |= needed[v] != 0 && has[v] == 0;
    }
    if (!wanted) continue;
    chosen.push_back(n);
    for (const Index v : node.inputs) needed[static_cast<std::size_t>(v)] = 1;
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

Plan needed_part(const Graph& graph, std::span<const Index> outputs, std::span<const Index> given, Index first_own_node) {
  Copier copier(graph, given);
  for (const Index n : needed_nodes(graph, outputs, given, first_own_node)) copier.copy(graph.node(n));
  return copier.take(outputs);
}

}  // namespace whygrad::internal
