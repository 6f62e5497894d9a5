// Finds the ops of a computation that are relevant to a question. It works on plain numbers, so that a log of a million ops need not become a graph
// first.
#pragma once

#include <whygrad/flow/flow_graph.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace whygrad::internal {

// First call enter() for every op, oldest first, then name targets and sources, then search(). After that is_relevant() answers.
class Relevance {
 public:
  using Index = FlowGraph::Index;
  static constexpr Index kNone = FlowGraph::kNone;

  struct Traits {
    bool writes = false;         // gives a variable a value
    bool backward_pass = false;  // is a gradient, or was computed in a backward pass
    bool old = false;            // older than the tape
    bool chooses = false;        // between branches or iterations
  };

  explicit Relevance(std::size_t values) : marks_(values) {}

  // The outputs of an op are consecutive from `first_output`. An input may be kNone: a value that no op computed.
  void enter(Index first_output, std::uint32_t outputs, std::span<const Index> inputs, Traits traits);
  // A further input of the op that was entered last.
  void add_input(Index value) { inputs_.push_back(value); }

  void mark_target(Index value) { mark(value, kLeadsToTarget); }
  // A current value of a source, and an earlier one.
  void mark_source(Index value) { mark(value, kFollowsSource | kLeadsToSource); }
  void mark_old_source(Index value) { mark(value, kFollowsSource); }

  // Finds ancestors of the targets and of the sources, and descendants of the sources.
  void search();
  // Called if ops that lead to a target read every source in its current state: no path went wrong, and mere descendants of a source are irrelevant.
  void forget_side_ways() { on_the_way_ = kLeadsToTarget; }

  std::size_t ops() const { return ops_.size(); }
  bool is_relevant(std::size_t op) const;
  bool leads_to_target(std::size_t op) const { return (marks_of_outputs(ops_[op]) & kLeadsToTarget) != 0; }
  std::span<const Index> inputs_of(std::size_t op) const {
    const std::size_t end = op + 1 < ops_.size() ? ops_[op + 1].first_input : inputs_.size();
    return {inputs_.data() + ops_[op].first_input, end - ops_[op].first_input};
  }

 private:
  enum Mark : std::uint8_t { kLeadsToTarget = 1, kFollowsSource = 2, kLeadsToSource = 4, kFromGradient = 8 };
  struct Op {
    Index first_output;
    std::uint32_t outputs;
    std::uint32_t first_input;  // in inputs_
    bool always;
  };

  void pull(std::size_t op);
  void push(std::size_t op);
  std::uint8_t marks_of_inputs(std::size_t op) const;
  std::uint8_t marks_of_outputs(const Op& op) const;
  void mark_outputs(const Op& op, std::uint8_t marks);
  void mark(Index value, std::uint8_t marks) {
    if (value != kNone) marks_[value] |= marks;
  }

  std::vector<Op> ops_;
  std::vector<Index> inputs_;
  std::vector<std::uint8_t> marks_;  // by value
  std::uint8_t on_the_way_ = kLeadsToTarget | kFollowsSource;
};

// Returns the part of a graph that is relevant to its question; nothing if all of it is. Linear in the graph.
std::optional<FlowGraph> relevant_part(const FlowGraph& graph);

}  // namespace whygrad::internal
