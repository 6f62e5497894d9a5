// FlowGraph: what is more than a line.
#include <whygrad/flow/flow_graph.hpp>

namespace whygrad {

std::string FlowGraph::signature(Index value) const {
  std::string text(whygrad::name_of(values[value].dtype));
  text += '[';
  for (const std::int64_t extent : shape_of(value)) text += (text.back() == '[' ? "" : ", ") + std::to_string(extent);
  return text + ']';
}

}  // namespace whygrad
