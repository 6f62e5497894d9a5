// Draws the part of a log that is relevant to a question as a FlowGraph, and adds the census of its tensors.
#pragma once

#include "flow_builder.hpp"

#include "kernels/view.hpp"

#include <memory>
#include <unordered_map>
#include <vector>

namespace whygrad::python {

// Access to the elements of another engine's tensor, without a copy, for as long as this object lives. The tensor must offer them in row-major order
// and without gaps.
class Elements {
 public:
  // There are no elements for None, nor for an element type without a census, such as text.
  explicit Elements(nb::handle exporter);
  ~Elements();
  Elements(Elements&& other) noexcept;
  Elements& operator=(Elements&&) = delete;

  bool there() const { return there_; }
  kernels::View view() const { return {buffer_.buf, shape_.data(), strides_.data(), static_cast<int>(shape_.size()), dtype_, Device{}}; }
  std::size_t bytes() const { return static_cast<std::size_t>(buffer_.len); }

 private:
  Py_buffer buffer_{};
  bool there_ = false;
  DType dtype_ = DType::kF32;
  std::vector<std::int64_t> shape_, strides_;
};

class FlowDrawing {
 public:
  FlowDrawing(const FlowBuilder& log, const FlowQuestion& question);
  FlowDrawing(const FlowDrawing&) = delete;
  FlowDrawing& operator=(const FlowDrawing&) = delete;
  FlowDrawing(FlowDrawing&&) = default;

  // The log's op for each op of the graph.
  const std::vector<LogId>& ops() const { return ops_; }
  // Takes the census of the values of ops that lead to targets. elements_of(value) returns an array or None.
  void look_at_values(const nb::callable& elements_of);
  // Takes the census of the gradients that arrived at an op's outputs in a backward pass, and of those that it passed to its inputs: arrays or None.
  void look_at_step(LogId op, const nb::list& arrived, const nb::list& passed);
  // The ops that the tape recorded and that carry a gradient, the last one first.
  std::vector<LogId> backward_steps() const;
  void look_at_answer(std::size_t source, nb::handle gradient);
  FlowGraph take() { return std::move(graph_); }

 private:
  using Index = FlowGraph::Index;

  void draw(LogId id, const RelevantOps& relevant);
  void draw_source(const FlowQuestion::Source& source);
  void draw_watches();
  void name_variables();
  void place(const FlowBuilder::Op& from, FlowGraph::Op& op);
  Index new_value(LogId value);
  void draw_shape(std::uint32_t shape, FlowGraph::Value& v);
  Index value_of(LogId value);
  Index variable_of(LogId variable);
  Index def_of(LogId op);
  Index boundary_of(const Where& where);
  Index count(const Elements& elements);
  const Elements& keep(LogId value, const nb::callable& elements_of);
  void note_forward_spot(Index op);
  void note_backward_spot(Index op, Index input, nb::handle arrived, const Elements& passed);
  bool finite(Index numbers) const { return numbers == FlowGraph::kNone || graph_.numbers[numbers].finite(); }

  const FlowBuilder& log_;
  const std::shared_ptr<const FlowTape> tape_;
  FlowGraph graph_;
  std::vector<LogId> ops_, moments_;
  std::unordered_map<LogId, Index> op_at_, value_at_, variable_at_, def_at_;
  std::unordered_map<LogId, Elements> elements_;  // by value in the log
  std::vector<LogId> logged_;                     // the log's value for each value of the graph
};

}  // namespace whygrad::python
