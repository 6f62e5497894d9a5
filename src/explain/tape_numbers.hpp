// Adds the statistics of values and gradients to a FlowGraph.
#pragma once

#include "autodiff/observer.hpp"
#include "explain/numbers.hpp"

#include <whygrad/flow/flow_graph.hpp>

#include <span>
#include <vector>

namespace whygrad::internal {

// A record can save this many inputs, and this many outputs. Input i has bit i, output k bit kMostSaved + k.
inline constexpr int kMostSaved = 16;
// Empty if the record did not save it, or has released it.
Tensor saved_by(const Record& record, int bit);

class TapeNumbers {
 public:
  // `records` are those of the graph's ops. Inspects the values that records saved, and those in `known`, by index of the graph's values.
  TapeNumbers(FlowGraph& graph, const std::vector<const Record*>& records, std::vector<Tensor> known = {})
      : graph_(graph), records_(records), known_(std::move(known)), passed_(graph.values.size()) {}

  // For the ops that lead to targets.
  void look_at_values();
  // For one step of a backward pass.
  void look_at_step(const Record& record, std::span<const Tensor> arrived, std::span<const Tensor> passed);
  // For the gradient of a source.
  void look_at_answer(FlowGraph::Source& source, const Tensor& gradient);
  FlowGraph::Index add(const FlowGraph::Numbers& numbers);

 private:
  using Index = FlowGraph::Index;
  Index add(const Tensor& tensor) { return add(numbers_of(tensor)); }
  // For the incoming gradient of a value. If a single op passed it, it is the tensor that was inspected there.
  Index add_arrived(Index value, const Tensor& tensor);
  bool finite(Index numbers) const { return numbers == FlowGraph::kNone || graph_.numbers[numbers].finite(); }
  // An input or an output of the op.
  Tensor value_of(Index op, int bit) const;
  void look_at_value(Index op, int bit);
  Index value_at(Index op, int bit) const {
    return bit < kMostSaved ? graph_.inputs_of(op)[static_cast<std::size_t>(bit)]
                            : graph_.ops[op].first_output + static_cast<Index>(bit - kMostSaved);
  }
  int inputs_seen(Index op) const;
  void note_forward_spot(Index op);
  void note_backward_spot(Index op, Index input, std::span<const Tensor> arrived, const Tensor& passed);
  void give_elements(FlowGraph::Spot& spot, const Shape& shape) const;

  FlowGraph& graph_;
  const std::vector<const Record*>& records_;
  const std::vector<Tensor> known_;
  struct Passed {
    const TensorImpl* first = nullptr;
    Index numbers = FlowGraph::kNone;
    std::uint32_t times = 0;
  };
  std::vector<Passed> passed_;  // by value
};

}  // namespace whygrad::internal
