// Verdicts about zeros, by cause.
#include "flow/zero_verdicts.hpp"

#include "flow/reach.hpp"
#include "flow/shrinking.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
constexpr Index kNone = FlowGraph::kNone;

// Ops that add, move or join. They pass on 0 because contributions cancel, or because of a later op.
Verdict undeclared(const ZeroFacts& facts, const Hop& hop) {
  const FlowGraph& g = facts.graph;
  if (const std::optional<Hop> selector = selector_behind(facts, hop)) {
    if (g.def_of(selector->op).zero.kind == ZeroGradient::kNever) return other_part(facts, *selector);
    Verdict v = judge_zeroing(facts, *selector);
    if (is_complex(g.values[selector->in].dtype)) put_first(v, Cause::kComplex);
    return v;
  }
  const Numbers* made = g.numbers_of(hop.out);
  const Numbers* given = g.numbers_of(hop.in);
  const bool linear = g.def_of(hop.op).in_metrics && g.def_of(hop.op).nonfinite.kind == NonFinite::kNever;
  if (g.def_of(hop.op).nonfinite.kind != NonFinite::kNever) {
    if (std::optional<Verdict> v = not_finite_there(facts, hop)) return *std::move(v);
  }
  if (!linear && made != nullptr && made->all_zero() && given != nullptr && !given->all_zero()) return saturated(facts, hop);
  if (g.passed_to(hop.op, hop.input)->count < g.gradient_of(hop.out)->count) return moved_alike(facts, hop);
  Verdict v = flat(facts, hop);
  v.confidence = Confidence::kLikely;
  return v;
}

// The user's rule returned zeros for a gradient that was not zero. For outputs that the target does not use, the rule received zeros.
Verdict by_users_rule(const ZeroFacts& facts, const Hop& hop) {
  const FlowGraph& g = facts.graph;
  const FlowGraph::Op& op = g.ops[hop.op];
  std::vector<Index> used, unused;
  for (Index k = 0; k < op.outputs; ++k) {
    const Index out = op.first_output + k;
    const bool is_target = std::find(g.targets.begin(), g.targets.end(), out) != g.targets.end();
    (is_target || !facts.edges.to(out).empty() ? used : unused).push_back(k);
  }
  Verdict v = facts.at(Cause::kCustomGradient, hop.op);
  v.also = {Cause::kZeroMasked};
  if (op.returns_at != kNone) v.where = g.boundaries[op.returns_at];
  v.why = fmt::format("the backward function of `{}` returned nothing but zeros for input {}, though what arrived at output {} is not 0",
                      facts.name(hop.op), hop.input, hop.out - op.first_output);
  v.remedy = "let the backward function return a gradient for this input that is not 0";
  if (!unused.empty()) {
    v.why += fmt::format("; the target does not use output {}", fmt::join(unused, ", "));
    v.remedy = fmt::format("let the backward function use the gradient of output {} too, or compute the target from output {}", fmt::join(used, ", "),
                           fmt::join(unused, ", "));
  }
  v.evidence.push_back(fmt::format("it stands{}; {}", at_place(op.where), facts.arrived_text(hop)));
  return v;
}

}  // namespace

Verdict judge_zeroing(const ZeroFacts& facts, const Hop& hop) {
  if (is_users_rule(facts.graph.answer(hop.op, hop.input).flow)) return by_users_rule(facts, hop);
  const ZeroGradient::Kind kind = facts.graph.def_of(hop.op).zero.kind;
  const bool far_out = kind == ZeroGradient::kDies || kind == ZeroGradient::kSaturates || kind == ZeroGradient::kUnderflows ||
                       kind == ZeroGradient::kNormalizes || kind == ZeroGradient::kClips;
  if (far_out) {
    if (std::optional<Verdict> v = not_finite_there(facts, hop)) return *std::move(v);
  }
  switch (kind) {
    case ZeroGradient::kDies: return off_or_full(facts, hop);
    case ZeroGradient::kSaturates:
    case ZeroGradient::kUnderflows: return saturated(facts, hop);
    case ZeroGradient::kNormalizes: return shared_out(facts, hop);
    case ZeroGradient::kClips: return clipped(facts, hop);
    case ZeroGradient::kFlat: return flat(facts, hop);
    case ZeroGradient::kMasks:
    case ZeroGradient::kZeroFactor: return masked(facts, hop);
    case ZeroGradient::kTies: return tied(facts, hop);
    case ZeroGradient::kNever: break;
  }
  return undeclared(facts, hop);
}

Verdict judge_origin(const ZeroFacts& facts, Index op, std::size_t input) {
  return judge_zeroing(facts, {op, input, facts.graph.inputs_of(op)[input], facts.graph.ops[op].first_output});
}

Verdict ZeroFacts::at(Cause cause, Index op) const {
  Verdict v;
  v.cause = cause;
  v.op = op;
  v.where = graph.ops[op].where;
  const FlowGraph::Def& def = graph.def_of(op);
  v.remedy = *def.zero.remedy != '\0' ? def.zero.remedy : reason(cause).remedy;
  return v;
}

Index ZeroFacts::living_output(Index op) const {
  const FlowGraph::Op& o = graph.ops[op];
  for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) {
    const Numbers* n = graph.gradient_of(out);
    if (n != nullptr && !n->all_zero()) return out;
  }
  return kNone;
}

std::string ZeroFacts::range_of_inputs(Index op) const {
  const Index in = graph.inputs_of(op)[0];
  const Numbers* n = graph.numbers_of(in);
  if (n == nullptr) return fmt::format("`{}` works on {}", name(op), graph.signature(in));
  if (n->nans + n->infs == n->count) return fmt::format("`{}` was given {}", name(op), n->nans == 0 ? "nothing but infinities" : "no finite number");
  if (n->count == 1) return fmt::format("`{}` was given {:.4g}", name(op), n->min);
  if (!n->finite()) {
    const std::string infinite = n->infs != 0 ? fmt::format(", and {} infinite", n->infs) : std::string();
    return fmt::format("`{}` was given numbers between {:.4g} and {:.4g}{}{}", name(op), n->min, n->max, infinite,
                       n->nans != 0 ? fmt::format(", and {} NaN", n->nans) : std::string());
  }
  if (n->min == n->max) return fmt::format("`{}` was given {} values, all {:.4g}", name(op), n->count, n->min);
  return fmt::format("`{}` was given {} values between {:.4g} and {:.4g}", name(op), n->count, n->min, n->max);
}

std::string ZeroFacts::arrived_text(const Hop& hop) const {
  return fmt::format("the gradient that arrived at it has the norm {:.4g}; all that it passed on is 0", graph.gradient_of(hop.out)->norm);
}

namespace {

// Whether the op's result is a sum of the input's elements with weights that do not depend on the source.
bool adds_up(const FlowGraph& g, const PassedEdges::Edge& e, const std::vector<std::uint8_t>& follows) {
  const FlowGraph::Def& def = g.def_of(e.op);
  const auto inputs = g.inputs_of(e.op);
  const bool quotient = def.nonfinite.kind == NonFinite::kDivisionByZero && e.input == 0 && inputs.size() == 2;
  if (g.answer(e.op, e.input).factor || quotient) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (i != e.input && follows[inputs[i]] != 0) return false;
    }
    return true;
  }
  return def.in_metrics && (def.zero.kind == ZeroGradient::kNever || def.zero.kind == ZeroGradient::kMasks);
}

}  // namespace

bool ZeroFacts::is_only_added_up(Index value) const {
  const std::vector<std::uint8_t> follows = descendants(graph, question.source.values);
  std::vector<std::uint8_t> seen(graph.values.size());
  std::vector<Index> open{value};
  while (!open.empty()) {
    const Index v = open.back();
    open.pop_back();
    for (const PassedEdges::Edge& e : edges.to(v)) {
      if (!adds_up(graph, e, follows)) return false;
      const FlowGraph::Op& op = graph.ops[e.op];
      for (Index out = op.first_output; out < op.first_output + op.outputs; ++out) {
        if (seen[out] != 0 || graph.gradient_of(out) == nullptr) continue;
        seen[out] = 1;
        open.push_back(out);
      }
    }
  }
  return true;
}

bool ZeroFacts::is_literal(Index value) const {
  const Index maker = graph.values[value].op;
  return maker != kNone && graph.kind_of(maker) == OpKind::kConstant && (graph.ops[maker].print == 0 || !std::isnan(graph.ops[maker].written));
}

bool ZeroFacts::is_given(Index value) const {
  const FlowGraph::Value& v = graph.values[value];
  return v.variable == kNone && (v.op == kNone || graph.gives_data(v.op));
}

}  // namespace whygrad::internal
