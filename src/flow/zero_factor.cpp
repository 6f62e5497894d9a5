// Verdicts about zeros from products with 0, and from ops that leave out elements.
#include "flow/reach.hpp"
#include "flow/zero_verdicts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
constexpr Index kNone = FlowGraph::kNone;
constexpr std::size_t kFarthest = 16;  // maximum number of ops between a factor and the condition from which it was computed

// The comparison, or another op with a boolean result, from which a factor of zeros was computed; kNone if there is none.
Index condition_of(const FlowGraph& g, Index factor) {
  Index value = factor;
  for (std::size_t steps = 0; steps < kFarthest; ++steps) {
    const Index maker = g.values[value].op;
    if (maker == kNone || g.kind_of(maker) != OpKind::kCompute) return kNone;
    Index next = kNone;
    for (const Index in : g.inputs_of(maker)) {
      const Numbers* n = g.numbers_of(in);
      if (g.values[value].dtype == FlowDType::kBool && g.values[in].dtype != FlowDType::kBool) return maker;
      // For a where: the condition of the branch that it chose.
      const bool condition = next != kNone && g.values[next].dtype == FlowDType::kBool;
      if (n != nullptr && n->all_zero() && !condition) next = in;
    }
    if (next == kNone) return kNone;
    value = next;
  }
  return kNone;
}

// A mask is computed from data. A factor that is computed from a variable is learned and may change.
bool is_learned(const ZeroFacts& facts, Index value) {
  const FlowGraph& g = facts.graph;
  const std::vector<std::uint8_t> behind = ancestors(g, {value});
  for (Index v = 0; v < g.values.size(); ++v) {
    if (behind[v] == 0) continue;
    const Index variable = g.values[v].variable;
    if (variable != kNone && g.variables[variable].trainable) return true;
    const auto& source = facts.question.source.values;
    if (std::find(source.begin(), source.end(), v) != source.end()) return true;
  }
  return false;
}

// The position of an operand other than `but` that is all 0.
std::size_t zero_operand(const FlowGraph& g, Index op, std::size_t but) {
  const auto inputs = g.inputs_of(op);
  if (g.def_of(op).zero.kind != ZeroGradient::kZeroFactor) return inputs.size();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Numbers* n = g.numbers_of(inputs[i]);
    if (i == but || n == nullptr || !n->all_zero() || !is_differentiable(g.values[inputs[i]].dtype)) continue;
    if (g.answer(op, i).role == Role::kData) return i;
  }
  return inputs.size();
}

// Whether the factor is a variable that learns in this very step, so that it is 0 no longer in the next one.
bool begins_to_learn(const FlowGraph& g, Index op, Index factor) {
  const Index variable = g.values[factor].variable;
  if (variable == kNone || !g.variables[variable].trainable) return false;
  const auto inputs = g.inputs_of(op);
  const auto at = static_cast<std::size_t>(std::find(inputs.begin(), inputs.end(), factor) - inputs.begin());
  const Numbers* passed = at < inputs.size() ? g.passed_to(op, at) : nullptr;
  return passed != nullptr && passed->finite() && !passed->all_zero();
}

Verdict zero_factor(const ZeroFacts& facts, const Hop& hop, Index factor) {
  const FlowGraph& g = facts.graph;
  const Numbers& n = *g.numbers_of(factor);
  if (n.count == 1 && facts.is_literal(factor)) {
    Verdict v = facts.at(Cause::kDisconnectedZero, hop.op);
    v.also = {Cause::kZeroMasked};
    v.why = fmt::format("`{}` multiplies by a coefficient that is exactly 0, so nothing of this term is left", facts.name(hop.op));
    v.remedy = reason(Cause::kDisconnectedZero).remedy;
    return v;
  }
  if (std::optional<Verdict> v = origin_of_zeros(facts, factor)) {
    v->evidence.push_back(fmt::format("`{}`{} multiplies by its results, which are all 0", facts.name(hop.op), at_place(g.ops[hop.op].where)));
    return *std::move(v);
  }
  Verdict v = facts.at(Cause::kZeroMasked, hop.op);
  if (n.count == 1) v.also = {Cause::kDisconnectedZero};
  v.why = fmt::format("`{}` multiplies by {}, which is 0 everywhere", facts.name(hop.op), value_text(g, factor));
  if (begins_to_learn(g, hop.op, factor)) {
    v.evidence.push_back(fmt::format("{} itself has a gradient here, so it leaves 0 with the first step", value_text(g, factor)));
    v.remedy =
        "nothing needs to change where it begins at 0 on purpose, as the second matrix of a LoRA adapter does: from the second step on this gradient "
        "is there too; otherwise start weights at random numbers";
  }
  if (const Index condition = condition_of(g, factor); condition != kNone) {
    v.why += ": the mask leaves nothing";
    v.evidence.push_back(fmt::format("`{}`{}, of which the mask is made, holds for none of {} elements", facts.name(condition),
                                     at_place(g.ops[condition].where), g.numbers_of(g.ops[condition].first_output)->count));
    v.remedy = "look at that condition and at the data: here all elements are left out, as where every label is the one to ignore; skip such batches";
  }
  return v;
}

}  // namespace

bool multiplies_by_zero(const FlowGraph& graph, const Hop& hop) { return zero_operand(graph, hop.op, hop.input) < graph.ops[hop.op].inputs; }

Verdict masked(const ZeroFacts& facts, const Hop& hop) {
  const FlowGraph& g = facts.graph;
  const std::size_t zero = zero_operand(g, hop.op, hop.input);
  if (zero < g.ops[hop.op].inputs) return zero_factor(facts, hop, g.inputs_of(hop.op)[zero]);
  if (sums_to_zero(facts, hop)) return balanced(facts, hop);
  if (g.def_of(hop.op).zero.kind == ZeroGradient::kZeroFactor) {
    if (std::optional<Verdict> v = not_finite_there(facts, hop)) return *std::move(v);
  }
  Verdict v = facts.at(Cause::kZeroMasked, hop.op);
  const bool product = g.def_of(hop.op).zero.kind == ZeroGradient::kZeroFactor;
  v.why = fmt::format("`{}` {}", facts.name(hop.op),
                      product ? "multiplies all that came from the source by 0" : "leaves out everything that came from the source");
  v.evidence.push_back(facts.arrived_text(hop));
  return v;
}

std::optional<Verdict> origin_of_zeros(const ZeroFacts& facts, Index value) {
  const FlowGraph& g = facts.graph;
  while (true) {
    const Index maker = g.values[value].op;
    if (maker == kNone) return std::nullopt;
    Index zero = kNone;
    std::size_t other = g.ops[maker].inputs;  // an operand that is not all 0
    const auto inputs = g.inputs_of(maker);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Numbers* n = g.numbers_of(inputs[i]);
      if (n == nullptr || g.answer(maker, i).role != Role::kData) continue;
      if (n->all_zero()) {
        zero = inputs[i];
      } else {
        other = i;
      }
    }
    const ZeroGradient::Kind kind = g.def_of(maker).zero.kind;
    if (zero == kNone) {
      if (other == inputs.size() || kind == ZeroGradient::kNever || kind == ZeroGradient::kMasks || kind == ZeroGradient::kZeroFactor ||
          kind == ZeroGradient::kFlat)
        return std::nullopt;
      return judge_origin(facts, maker);
    }
    if (other < inputs.size() && kind == ZeroGradient::kClips) return judge_origin(facts, maker, other);  // the bound is 0, and was chosen everywhere
    if (other < inputs.size() && zero_operand(g, maker, other) < inputs.size() && !is_learned(facts, zero))
      return zero_factor(facts, {maker, other, inputs[other], g.ops[maker].first_output}, zero);
    value = zero;
  }
}

Verdict other_part(const ZeroFacts& facts, const Hop& hop) {
  Verdict v = facts.at(Cause::kComplex, hop.op);
  v.also = {Cause::kZeroMasked};
  v.why = fmt::format("`{}` takes one part of a complex number; the source makes the other, which it drops", facts.name(hop.op));
  v.remedy = "use both parts, or the magnitude, of the complex number";
  return v;
}

std::optional<Hop> selector_behind(const ZeroFacts& facts, const Hop& hop) {
  const FlowGraph& g = facts.graph;
  Index value = hop.out;
  while (true) {
    // Taking one part of a complex number leaves no zeros.
    const bool in_parts = is_complex(g.values[value].dtype);
    if (g.gradient_of(value)->zeros == 0 && !in_parts) return std::nullopt;
    const auto edges = facts.edges.to(value);
    const auto partly =
        std::find_if(edges.begin(), edges.end(), [&](const PassedEdges::Edge& e) { return in_parts || g.passed_to(e.op, e.input)->zeros != 0; });
    if (partly == edges.end()) return std::nullopt;
    const Index out = facts.living_output(partly->op);
    if (out == kNone) return std::nullopt;
    const bool takes_part = in_parts && !is_complex(g.values[out].dtype);
    // More elements than were zeros already: a slice that only reverses a value keeps all of it.
    const bool leaves_out =
        g.passed_to(partly->op, partly->input)->zeros > g.gradient_of(out)->zeros && g.def_of(partly->op).zero.kind != ZeroGradient::kNever;
    if (takes_part || leaves_out) return Hop{partly->op, partly->input, value, out};
    value = out;
  }
}

}  // namespace whygrad::internal
