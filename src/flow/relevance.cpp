// Searches ancestors of targets and sources, and descendants of sources.
#include "flow/relevance.hpp"

namespace whygrad::internal {

// NOTE [training steps are no path]
// A variable that was updated by a gradient before the tape began depends on everything that the gradient depended on, but nobody expects a gradient
// through the update. So an assignment of a value that was computed from gradients, older than the tape, is entered without inputs, as an origin.
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

// All values and events on the way are relevant. So is every choice since the tape was created, because nothing connects it to what other branches
// would have used. Values that only descend from a source, as all earlier steps of a training loop do, show where a path went wrong. If every source
// leads to a target, none did.
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
