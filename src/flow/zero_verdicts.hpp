// Verdicts about an op with a nonzero incoming gradient that passed on only zeros, by cause: a slope of 0 at its input (zero_slope.cpp), a factor of
// 0 or elements that are left out (zero_factor.cpp), a sum of 0 (zero_sum.cpp).
#pragma once

#include "flow/passed_edges.hpp"
#include "flow/verdict.hpp"
#include "flow/words.hpp"

#include <whygrad/flow/flow_graph.hpp>

#include <optional>
#include <string>

namespace whygrad::internal {

// The input of the judges of zeros.
struct ZeroFacts {
  using Index = FlowGraph::Index;

  const SourceQuestion& question;
  const FlowGraph& graph;
  const PassedEdges& edges;

  std::string name(Index op) const { return op_text(graph, op); }
  // With the remedy of the op's record or, without one, of the cause.
  Verdict at(Cause cause, Index op) const;
  // Returns an output whose incoming gradient is not all zeros; an empty gradient counts as non-zero. kNone if there is none.
  Index living_output(Index op) const;
  // "`tanh` was given 3 values between 48.15 and 50.21"
  std::string range_of_inputs(Index op) const;
  // "the gradient that arrived at it has the norm 2.236; all that it passed on is 0"
  std::string arrived_text(const Hop& hop) const;
  // A bare number in an expression.
  bool is_literal(Index value) const;
  // A number or tensor that the program gave, not a variable.
  bool is_given(Index value) const;
  // Whether the targets are a weighted sum of the value's elements, with weights that do not depend on the source. Then what holds for the value's
  // gradient holds at other values too.
  bool is_only_added_up(Index value) const;
};

// By the declaration in the op's record.
Verdict judge_zeroing(const ZeroFacts& facts, const Hop& hop);
// The same if the op itself is the origin of zeros elsewhere.
Verdict judge_origin(const ZeroFacts& facts, FlowGraph::Index op, std::size_t input = 0);

// ---- Slope of 0 ----

Verdict off_or_full(const ZeroFacts& facts, const Hop& hop);
Verdict saturated(const ZeroFacts& facts, const Hop& hop);
Verdict shared_out(const ZeroFacts& facts, const Hop& hop);
Verdict clipped(const ZeroFacts& facts, const Hop& hop);
Verdict flat(const ZeroFacts& facts, const Hop& hop);
Verdict tied(const ZeroFacts& facts, const Hop& hop);
// For a step of an op's gradient.
Verdict constant_slope(const ZeroFacts& facts, FlowGraph::Index op);
// For an op that received only infinities or NaN: their origin. A quotient with an infinite divisor, its root, and a unit that is off there have
// slope 0.
std::optional<Verdict> not_finite_there(const ZeroFacts& facts, const Hop& hop);

// ---- Factors of 0 and elements that are left out ----

Verdict masked(const ZeroFacts& facts, const Hop& hop);
// Whether another factor of the op is 0 everywhere.
bool multiplies_by_zero(const FlowGraph& graph, const Hop& hop);
// The later op, after a concat or a reshape, that kept only the elements of others.
std::optional<Hop> selector_behind(const ZeroFacts& facts, const Hop& hop);
Verdict other_part(const ZeroFacts& facts, const Hop& hop);
// For a value that is all 0: its cause, if that is a function with slope 0 there, or a product with zeros that are not learned. Nothing if they were
// zeros from the start.
std::optional<Verdict> origin_of_zeros(const ZeroFacts& facts, FlowGraph::Index value);

// ---- Sums ----

// Whether some products were not 0, so that only their sum is.
bool sums_to_zero(const ZeroFacts& facts, const Hop& hop);
Verdict balanced(const ZeroFacts& facts, const Hop& hop);
// One value for many results, whose gradients sum to 0.
Verdict moved_alike(const ZeroFacts& facts, const Hop& hop);
// Contributions to a value that are not 0 and sum to 0.
Verdict cancelled(const ZeroFacts& facts, const Hop& hop);

}  // namespace whygrad::internal
