// Verdicts about what made a gradient that is NaN or infinite.
#pragma once

#include "flow/passed_edges.hpp"
#include "flow/verdict.hpp"
#include "flow/words.hpp"

#include <whygrad/flow/flow_graph.hpp>

#include <optional>
#include <string>
#include <vector>

namespace whygrad::internal {

// An op that passed on something that is not finite, though what arrived was; and where that came from.
struct Culprit {
  Hop hop;
  FlowGraph::Index value = FlowGraph::kNone;   // the value that is not finite itself, where one was used
  FlowGraph::Index origin = FlowGraph::kNone;  // the op that made it of finite ones; none where it came from outside

  // In the order of execution: forward ops, then backward from the target.
  bool before(const Culprit& other) const;
};

// What the judges of numbers that are not finite look at.
struct NonFiniteFacts {
  using Index = FlowGraph::Index;
  using Numbers = FlowGraph::Numbers;

  const SourceQuestion& question;
  const FlowGraph& graph;
  // For every value that is not finite the one that it was made from which was the first not to be.
  std::vector<Index> roots;

  explicit NonFiniteFacts(const SourceQuestion& q) : question(q), graph(q.graph), roots(roots_of(q.graph)) {}

  static bool nonfinite(const Numbers* n) { return n != nullptr && !n->finite(); }
  bool nonfinite_value(Index v) const { return nonfinite(graph.numbers_of(v)); }
  // The first operand that is not finite; rather one with a NaN.
  Index nonfinite_input(Index op) const { return nonfinite_input(graph, op); }
  bool knows_inputs(Index op) const;
  // Whether the op was given -Inf in the place of what is left out, and no NaN.
  bool is_mask(Index op) const;

  std::string name(Index op) const { return op_text(graph, op); }
  const char* made_text(Index value) const { return passed_text(*graph.numbers_of(value)); }
  static const char* passed_text(const Numbers& n) { return n.nans != 0 ? "NaN" : "Inf"; }

 private:
  static std::vector<Index> roots_of(const FlowGraph& g);
  static Index nonfinite_input(const FlowGraph& g, Index op);
  static bool is_mask(const FlowGraph& g, Index op, Index root);
};

Verdict judge_culprit(const NonFiniteFacts& facts, const Culprit& culprit, const FlowPath& path);

// ---- What the numbers say besides (nonfinite_context.cpp) ----

// An op behind the value that does not take it over, by a condition or by leaving elements out, so that its result is finite; kNone if there is none.
struct Hidden {
  FlowGraph::Index op = FlowGraph::kNone;
  bool by_condition = false;
};
Hidden hidden_behind(const NonFiniteFacts& facts, FlowGraph::Index value);
// Where numbers that an op was given rest on one that its type could not hold, such as 1e-8 in f16: says so, and how to mend it.
void judge_lost_number(const NonFiniteFacts& facts, FlowGraph::Index op, Verdict& v);
// Where a 0 comes from an exponential of a number far below 0: says so.
void note_underflow(const NonFiniteFacts& facts, FlowGraph::Index op, Verdict& v);
// The op that overflowed, where the zeros that `op` was given are what is left when something is divided by an infinity; kNone if there is none.
FlowGraph::Index overflow_behind(const NonFiniteFacts& facts, FlowGraph::Index op);

}  // namespace whygrad::internal
