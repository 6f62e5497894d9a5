// Verdicts about the cause of a gradient that is NaN or infinite.
#pragma once

#include "flow/passed_edges.hpp"
#include "flow/verdict.hpp"
#include "flow/words.hpp"

#include <whygrad/flow/flow_graph.hpp>

#include <optional>
#include <string>
#include <vector>

namespace whygrad::internal {

// An op with a finite incoming gradient that passed on a gradient that is not finite, and the origin of the fault.
struct Culprit {
  Hop hop;
  FlowGraph::Index value = FlowGraph::kNone;   // the value that is not finite, if one was used
  FlowGraph::Index origin = FlowGraph::kNone;  // the op that computed it from finite values; kNone if it came from outside

  // In the order of execution: forward ops, then backward from the target.
  bool before(const Culprit& other) const;
};

// The input of the judges of values that are not finite.
struct NonFiniteFacts {
  using Index = FlowGraph::Index;
  using Numbers = FlowGraph::Numbers;

  const SourceQuestion& question;
  const FlowGraph& graph;
  // For every value that is not finite the first of its ancestors that is not.
  std::vector<Index> roots;

  explicit NonFiniteFacts(const SourceQuestion& q) : question(q), graph(q.graph), roots(roots_of(q.graph)) {}

  static bool nonfinite(const Numbers* n) { return n != nullptr && !n->finite(); }
  bool nonfinite_value(Index v) const { return nonfinite(graph.numbers_of(v)); }
  // The first operand that is not finite; preferably one with a NaN.
  Index nonfinite_input(Index op) const { return nonfinite_input(graph, op); }
  bool knows_inputs(Index op) const;
  // Whether the op received -Inf for masked elements, and no NaN.
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

// ---- Further facts about the numbers (nonfinite_context.cpp) ----

// An op after the value whose result is finite because a condition or a mask leaves the value out; kNone if there is none.
struct Hidden {
  FlowGraph::Index op = FlowGraph::kNone;
  bool by_condition = false;
};
Hidden hidden_behind(const NonFiniteFacts& facts, FlowGraph::Index value);
// Explains operands that depend on a number that its dtype could not represent, such as 1e-8 in f16, and the remedy.
void judge_lost_number(const NonFiniteFacts& facts, FlowGraph::Index op, Verdict& v);
// Explains a 0 that is the exponential of a number far below 0.
void note_underflow(const NonFiniteFacts& facts, FlowGraph::Index op, Verdict& v);
// The op that overflowed, if the zeros that `op` received are the result of a division by infinity; kNone otherwise.
FlowGraph::Index overflow_behind(const NonFiniteFacts& facts, FlowGraph::Index op);

}  // namespace whygrad::internal
