// When the values of a graph are needed, and what is computed again so that fewer of them are needed at once.
#pragma once

#include "graph/graph.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace whygrad::internal {

// NOTE [recompute]
// A value that is read long after it was computed takes memory in between. It takes none there if it is computed again before it is read, from values
// that are there anyway. The schedule looks at the step at which most bytes are needed, and lets go there of the value that saves most bytes for the
// time that computing it again takes; then it looks at the step that needs most now, and so on. A value is computed again with what it is computed
// from where that is gone too. What was computed again once serves all readers behind it. Nothing is computed again that another run would not give
// again: random numbers, what the host returned, a variable that may have been written. This is what XLA does (HloRematerialization).
class Schedule {
 public:
  using Index = Graph::Index;

  // The nodes in their order. What the caller has (inputs, `given`), constants, and what leaves (`outputs`) take nothing.
  Schedule(const Graph& graph, std::span<const Index> nodes, std::span<const Index> outputs, std::span<const Index> given);

  struct Step {
    const Graph::Node* node;
    std::vector<Index> inputs;
    Index first_output;
    double seconds;   // a guess
    bool repeatable;  // whether it may be computed again
    bool again;       // whether this is a repetition
  };

  // The most bytes that are needed at once, and the step at which they are.
  std::size_t peak() const;
  const Step& fullest() const { return steps_[static_cast<std::size_t>(fullest_step())]; }
  // Computes values again until no more than `bytes` are needed at any step, or nothing helps any more.
  void fit(std::size_t bytes);
  // Likewise for what is needed at this node alone.
  void fit_at(const Graph::Node& node, std::size_t bytes);

  const std::vector<Step>& steps() const { return steps_; }

 private:
  using Position = std::ptrdiff_t;
  struct Value {
    std::size_t bytes = 0;
    Index origin = 0;     // the value of the graph that it repeats, or itself
    Index root = 0;       // the value whose memory it is
    Position made = -1;   // the step that makes it
    Position last = -1;   // of a root: the last step that reads it or a view of it
    bool stays = false;   // takes nothing: the caller's, or a constant
    bool leaves = false;  // an output, or what an output is a view of: lies beside the block
  };
  struct Repetition {
    Index value;                              // which is let go
    Position before;                          // the step that reads it next
    std::vector<Position> steps;              // to be repeated, in order
    std::unordered_map<Index, Index> served;  // values that were computed again already
    double worth;
  };

  Value& at(Index v) { return values_[static_cast<std::size_t>(v)]; }
  const Value& at(Index v) const { return values_[static_cast<std::size_t>(v)]; }
  bool takes_memory(Index v) const { return at(v).root == v && !at(v).stays && !at(v).leaves && at(v).bytes != 0; }
  void look();
  Position fullest_step() const;
  bool improve(Position at, std::size_t bytes);
  std::vector<Repetition> repetitions(Position at, std::size_t excess) const;
  std::optional<Repetition> repetition(Index v, Position at, std::size_t excess) const;
  std::optional<Index> made_again(Index v, Position after, Position before) const;
  void apply(const Repetition& repetition);
  void drop_unread();

  std::vector<Step> steps_;
  std::vector<Value> values_;
  std::vector<std::size_t> live_;                              // by step
  std::unordered_map<Index, std::vector<Index>> repetitions_;  // by origin
};

}  // namespace whygrad::internal
