#include <whygrad/explain/flow_graph.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whygrad {

std::string FlowGraph::signature(Index value) const {
  return fmt::format("{}[{}]", whygrad::name_of(values[value].dtype), fmt::join(shape_of(value), ", "));
}

}  // namespace whygrad
