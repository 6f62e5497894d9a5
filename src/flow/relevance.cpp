// Searches backwards from targets and sources, and forwards from sources.
#include "flow/relevance.hpp"

namespace whygrad::internal {

// NOTE [steps of training are no path]
// A variable that was moved along a gradient before the tape began depends on everything that the gradient depended on, yet nobody expects a gradient
// through that. So an assignment of something made from gradients, older than the tape, is entered without inputs, as a beginning.
void Relevance::enter(Index first_output, std::uint32_t outputs, std::span<const Index> inputs, Traits traits) {
  const auto first = static_cast<std::uint32_t>(inputs_.size());
  bool from_gradient = traits.backward_pass;
  for (const Index in : inputs) from_gradient |= in != kNone && (marks_[in] & kFromGradient) != 0;
  ops_.push_back({first_output, outputs, first, traits.chooses && !traits.old});
  if (from_gradient && traits.writes && traits.old) return;
  inputs_.insert(inputs_.end(), inputs.begin(), inputs.end());
  if (from_gradient && !traits.writes) mark_outputs(ops_.back(), kFromGradient);
}

void Relevance::search() {
  for (std::size_t op = ops_.size(); op-- > 0;) pull(op);
  for (std::size_t op = 0; op < ops_.size(); ++op) push(op);
}

void Relevance::pull(std::size_t op) {
  const std::uint8_t marks = marks_of_outputs(ops_[op]) & (kLeadsToTarget | kLeadsToSource);
  if (marks == 0) return;
  for (const Index in : inputs_of(op)) mark(in, marks);
}

void Relevance::push(std::size_t op) {
  if ((marks_of_inputs(op) & kFollowsSource) != 0) mark_outputs(ops_[op], kFollowsSource);
}

// All that is made or noted on the way is relevant, and every choice since the tape was made, for nothing connects it to what other code would have
// used. What only follows from a source, as all earlier steps of a loop do from its variables, tells where the way went wrong; where every source
// leads to a target, it did not.
bool Relevance::is_relevant(std::size_t op) const {
  if (ops_[op].always) return true;
  if (ops_[op].outputs != 0) return (marks_of_outputs(ops_[op]) & (on_the_way_ | kLeadsToSource)) != 0;
  return (marks_of_inputs(op) & on_the_way_) != 0;
}

std::uint8_t Relevance::marks_of_inputs(std::size_t op) const {
  std::uint8_t marks = 0;
  for (const Index in : inputs_of(op)) marks |= in != kNone ? marks_[in] : std::uint8_t{0};
  return marks;
}

std::uint8_t Relevance::marks_of_outputs(const Op& op) const {
  std::uint8_t marks = 0;
  for (Index v = op.first_output; v < op.first_output + op.outputs; ++v) marks |= marks_[v];
  return marks;
}

void Relevance::mark_outputs(const Op& op, std::uint8_t marks) {
  for (Index v = op.first_output; v < op.first_output + op.outputs; ++v) marks_[v] |= marks;
}

}  // namespace whygrad::internal
