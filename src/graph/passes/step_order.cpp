// Chooses one op after the other.
#include "graph/passes/step_order.hpp"

#include <algorithm>
#include <optional>

namespace whygrad::internal {
namespace {

using Index = Graph::Index;

class Order {
 public:
  Order(const Graph& graph, const std::vector<Index>& nodes) : graph_(graph), left_(nodes) {}

  std::vector<Index> take() {
    order_.reserve(left_.size());
    while (!left_.empty()) {
      const auto best = std::max_element(left_.begin(), left_.end(), [this](Index a, Index b) { return worth(a) < worth(b); });
      order_.push_back(*best);
      left_.erase(best);
    }
    return std::move(order_);
  }

 private:
  const Graph::Node& node(Index n) const { return graph_.node(n); }
  bool is_left(Index v) const {
    const Index p = graph_.value(v).node;
    return p != Graph::kNone && std::find(left_.begin(), left_.end(), p) != left_.end();
  }
  DType dtype_of(Index v) const { return graph_.value(v).spec.dtype; }
  // The dtype of all operands and of the result, if it is one.
  std::optional<DType> only_dtype(Index n) const {
    const DType dtype = dtype_of(node(n).first_output);
    const auto& inputs = node(n).inputs;
    const bool is_one = std::all_of(inputs.begin(), inputs.end(), [&](Index v) { return dtype_of(v) == dtype; });
    return is_one ? std::optional(dtype) : std::nullopt;
  }

  // How well a node goes behind the last one; below 0 while it cannot. The first of equals is the best.
  int worth(Index n) const {
    const auto& inputs = node(n).inputs;
    if (std::any_of(inputs.begin(), inputs.end(), [this](Index v) { return is_left(v); })) return -1;
    if (order_.empty()) return 0;
    const bool reads_last = std::find(inputs.begin(), inputs.end(), node(order_.back()).first_output) != inputs.end();
    return (only_dtype(n) == only_dtype(order_.back()) ? 2 : 0) + (reads_last ? 1 : 0);
  }

  const Graph& graph_;
  std::vector<Index> left_, order_;
};

}  // namespace

std::vector<Index> order_steps(const Graph& graph, const std::vector<Index>& nodes, const std::vector<Index>& reductions) {
  std::vector<Index> order = Order(graph, nodes).take();
  order.insert(order.end(), reductions.begin(), reductions.end());
  return order;
}

}  // namespace whygrad::internal
