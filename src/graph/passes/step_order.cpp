// Chooses one op after the other.
#include "graph/passes/step_order.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>

namespace whygrad::internal {
namespace {

using Index = Graph::Index;

// The dtype of all operands and of the result, if it is one.
std::optional<DType> only_dtype(const Graph& graph, const Graph::Node& node) {
  const auto dtype_of = [&graph](Index v) { return graph.value(v).spec.dtype; };
  const DType dtype = dtype_of(node.first_output);
  const bool is_one = std::all_of(node.inputs.begin(), node.inputs.end(), [&](Index v) { return dtype_of(v) == dtype; });
  return is_one ? std::optional(dtype) : std::nullopt;
}

class Order {
 public:
  Order(const Graph& graph, const std::vector<Index>& nodes) : graph_(graph) {
    steps_.reserve(nodes.size());
    std::unordered_map<Index, std::size_t> step_of;
    for (const Index n : nodes) {
      step_of.emplace(n, steps_.size());
      steps_.push_back({.node = n, .dtype = only_dtype(graph, graph.node(n)), .waits_for = 0, .readers = {}});
    }
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      for (const Index v : graph.node(steps_[s].node).inputs) {
        const auto maker = step_of.find(graph.value(v).node);
        if (maker == step_of.end()) continue;
        steps_[maker->second].readers.push_back(s);
        ++steps_[s].waits_for;
      }
      if (steps_[s].waits_for == 0) ready_.push_back(s);
    }
  }

  std::vector<Index> take() {
    std::vector<Index> order;
    order.reserve(steps_.size());
    while (!ready_.empty()) {
      const auto best = std::max_element(ready_.begin(), ready_.end(), [this](std::size_t a, std::size_t b) { return worth(a) < worth(b); });
      last_ = &steps_[*best];
      ready_.erase(best);
      order.push_back(last_->node);
      for (const std::size_t reader : last_->readers) {
        if (--steps_[reader].waits_for == 0) ready_.insert(std::lower_bound(ready_.begin(), ready_.end(), reader), reader);
      }
    }
    return order;
  }

 private:
  struct Step {
    Index node;
    std::optional<DType> dtype;
    std::size_t waits_for;             // inputs that are not computed yet
    std::vector<std::size_t> readers;  // steps, once for each input
  };

  // How well a step goes behind the last one. The first of equals is the best.
  int worth(std::size_t s) const {
    if (last_ == nullptr) return 0;
    const auto& inputs = graph_.node(steps_[s].node).inputs;
    const bool reads_last = std::find(inputs.begin(), inputs.end(), graph_.node(last_->node).first_output) != inputs.end();
    return (steps_[s].dtype == last_->dtype ? 2 : 0) + (reads_last ? 1 : 0);
  }

  const Graph& graph_;
  std::vector<Step> steps_;
  std::vector<std::size_t> ready_;  // in order: those that wait for none
  const Step* last_ = nullptr;
};

}  // namespace

std::vector<Index> order_steps(const Graph& graph, const std::vector<Index>& nodes, const std::vector<Index>& reductions) {
  std::vector<Index> order = Order(graph, nodes).take();
  order.insert(order.end(), reductions.begin(), reductions.end());
  return order;
}

}  // namespace whygrad::internal
