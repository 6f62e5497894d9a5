// Verdicts about an op to which a gradient arrived and that passed on nothing but zeros, by what makes them: a function without a slope where its
// input lies (zero_slope.cpp), a factor of 0 or elements that are left out (zero_factor.cpp), a sum (zero_sum.cpp).
#pragma once

#include "flow/passed_edges.hpp"
#include "flow/verdict.hpp"
#include "flow/words.hpp"

#include <whygrad/flow/flow_graph.hpp>

#include <optional>
#include <string>

namespace whygrad::internal {

// What the judges of zeros look at.
struct ZeroFacts {
  using Index = FlowGraph::Index;

  const SourceQuestion& question;
  const FlowGraph& graph;
  const PassedEdges& edges;

  std::string name(Index op) const { return op_text(graph, op); }
  // With the remedy of the op's record, or else of the cause.
  Verdict at(Cause cause, Index op) const;
  // An output to which something else than zeros arrived, or kNone. Of a value without elements the gradient has none, and is alive.
  Index living_output(Index op) const;
  // "`tanh` was given 3 values between 48.15 and 50.21"
  std::string range_of_inputs(Index op) const;
  // "the gradient that arrived at it has the norm 2.236; all that it passed on is 0"
  std::string arrived_text(const Hop& hop) const;
  // A bare number in an expression.
  bool is_literal(Index value) const;
  // A number or tensor that the user gave, no variable.
  bool is_given(Index value) const;
  // Whether the targets are a weighted sum of the value's elements, with weights that do not depend on the source: then what holds of the value's
  // gradient holds at other values too.
  bool is_only_added_up(Index value) const;
};

// By what the op's record declares.
Verdict judge_zeroing(const ZeroFacts& facts, const Hop& hop);
// The same where the op itself is the origin of zeros elsewhere.
Verdict judge_origin(const ZeroFacts& facts, FlowGraph::Index op, std::size_t input = 0);

// ---- No slope ----

Verdict off_or_full(const ZeroFacts& facts, const Hop& hop);
Verdict saturated(const ZeroFacts& facts, const Hop& hop);
Verdict shared_out(const ZeroFacts& facts, const Hop& hop);
Verdict clipped(const ZeroFacts& facts, const Hop& hop);
Verdict flat(const ZeroFacts& facts, const Hop& hop);
Verdict tied(const ZeroFacts& facts, const Hop& hop);
// Of a step of some op's gradient.
Verdict constant_slope(const ZeroFacts& facts, FlowGraph::Index op);
// Of an op that was given nothing but infinities or NaN: where these came from. What is divided by an infinity, its root, a unit that is off there
// have no slope.
std::optional<Verdict> not_finite_there(const ZeroFacts& facts, const Hop& hop);

// ---- Factors of 0 and elements left out ----

Verdict masked(const ZeroFacts& facts, const Hop& hop);
// Whether another factor of the op is 0 everywhere.
bool multiplies_by_zero(const FlowGraph& graph, const Hop& hop);
// The op behind a concat, a reshape, that kept only others' elements.
std::optional<Hop> selector_behind(const ZeroFacts& facts, const Hop& hop);
Verdict other_part(const ZeroFacts& facts, const Hop& hop);
// Of a value that is all 0: what made it so, where that is a function that has no slope there, or a product with something that is all 0 and that
// nothing learned makes. Nothing where they were zeros from the start.
std::optional<Verdict> origin_of_zeros(const ZeroFacts& facts, FlowGraph::Index value);

// ---- Sums ----

// Whether some products were not 0, so that it is their sum that is.
bool sums_to_zero(const ZeroFacts& facts, const Hop& hop);
Verdict balanced(const ZeroFacts& facts, const Hop& hop);
// One value for many results, whose gradients sum to 0.
Verdict moved_alike(const ZeroFacts& facts, const Hop& hop);
// Contributions to a value that are not 0 and sum to 0.
Verdict cancelled(const ZeroFacts& facts, const Hop& hop);

}  // namespace whygrad::internal
