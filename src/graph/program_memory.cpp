// What a program takes of memory, known before it runs.
#include "graph/program.hpp"

#include <algorithm>

namespace whygrad::internal {
namespace {

std::size_t bytes_of(const Graph::Value& value) { return static_cast<std::size_t>(value.spec.shape.size()) * size_of(value.spec.dtype); }

// The most that one of the node's bodies takes.
std::size_t peak_of_bodies(const Graph::Node& node, const char* needed) {
  std::size_t peak = 0;
  for (const NodePart& part : node.bodies->parts(needed, true)) peak = std::max<std::size_t>(peak, part.program->memory().peak);
  return peak;
}

}  // namespace

FunctionGraph::Memory Program::memory() const {
  FunctionGraph::Memory memory{.arena = arena_bytes_};
  std::vector<std::size_t> allocated(static_cast<std::size_t>(graph_.value_count()));
  const auto value = [this](Graph::Index v) -> const Graph::Value& { return graph_.value(v); };
  for (const Graph::Index v : graph_.inputs()) memory.inputs += needed_[static_cast<std::size_t>(v)] != 0 ? bytes_of(value(v)) : 0;
  for (const Graph::Index v : given_) memory.inputs += needed_[static_cast<std::size_t>(v)] != 0 && value(v).input < 0 ? bytes_of(value(v)) : 0;
  for (const Graph::Value& v : graph_.values()) memory.constants += v.constant.defined() ? bytes_of(v) : 0;
  std::size_t live = 0, most = 0;
  for (const Step& step : steps_) {
    const Graph::Node& node = *step.node;
    const bool by_itself = node.kind == Graph::Node::Kind::kHost || node.kind == Graph::Node::Kind::kBodies;
    std::size_t bodies = 0;
    if (node.kind == Graph::Node::Kind::kBodies) bodies = peak_of_bodies(node, needed_.data() + node.first_output);
    most = std::max(most, live + bodies);
    for (Graph::Index k = 0; k < node.outputs && (step.allocates || by_itself); ++k) {
      const auto v = static_cast<std::size_t>(node.first_output + k);
      allocated[v] = bytes_of(graph_.values()[v]);
      live += allocated[v];
    }
    most = std::max(most, live);
    for (std::int32_t r = 0; r < step.releases; ++r)
      live -= allocated[static_cast<std::size_t>(released_[static_cast<std::size_t>(step.first_release + r)])];
  }
  memory.results = live;
  memory.peak = memory.arena + most;
  return memory;
}

}  // namespace whygrad::internal
