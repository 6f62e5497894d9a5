// Computes values again that would be kept for long.
#include "graph/passes/copier.hpp"
#include "graph/passes/schedule.hpp"

#include <numeric>

namespace whygrad::internal {

using Index = Graph::Index;

Plan recompute(const Plan& plan, std::size_t bytes) {
  std::vector<Index> nodes(static_cast<std::size_t>(plan.graph.node_count()));
  std::iota(nodes.begin(), nodes.end(), 0);
  Schedule schedule(plan.graph, nodes, plan.outputs, plan.given);
  schedule.fit(bytes);
  Copier copier(plan.graph, plan.given);
  std::unordered_map<Index, Index> repeated;  // values of the schedule that the plan's graph has not
  for (const Schedule::Step& step : schedule.steps()) {
    Graph::Node node = *step.node;
    node.inputs = step.inputs;
    for (Index& v : node.inputs) v = v < plan.graph.value_count() ? copier.at(v) : repeated.at(v);
    std::vector<TensorSpec> specs;
    for (Index k = 0; k < node.outputs; ++k) specs.push_back(plan.graph.value(step.node->first_output + k).spec);
    const Index count = node.outputs, first = copier.graph().append(std::move(node), specs);
    for (Index k = 0; k < count; ++k) {
      const Index v = step.first_output + k;
      if (v >= plan.graph.value_count()) {
        repeated.emplace(v, first + k);
      } else if (copier.at(v) == Graph::kNone) {
        copier.set(v, first + k);
      }
    }
  }
  return copier.take(plan.outputs);
}

}  // namespace whygrad::internal
