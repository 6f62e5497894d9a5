// Verdicts about zeros from contributions that are not 0 but sum to 0.
#include "flow/zero_verdicts.hpp"

#include <fmt/format.h>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
constexpr Index kNone = FlowGraph::kNone;
constexpr std::size_t kListed = 3, kMostWays = 64;

// The first op in which the paths of all contributions meet: there they cancel. The last contributor if there is none.
Index meeting_point(const ZeroFacts& facts, const Hop& hop) {
  const FlowGraph& g = facts.graph;
  std::vector<std::uint64_t> ways(g.values.size());  // by value: the contributors that lead to it, as bits
  std::uint64_t all = 0;
  std::size_t contributors = 0;
  Index last = kNone;
  const auto edges = facts.edges.to(hop.in);
  auto edge = edges.begin();
  for (Index op = edges.empty() ? hop.op : edges[0].op; op < g.ops.size(); ++op) {
    std::uint64_t here = 0;
    for (; edge != edges.end() && edge->op == op; ++edge) {
      if (g.passed_to(op, edge->input)->all_zero()) continue;
      if (last != op && ++contributors > kMostWays) return hop.op;
      last = op;
      here = std::uint64_t{1} << (contributors - 1);
      all |= here;
    }
    for (std::size_t i = 0; i < g.ops[op].inputs; ++i) {
      if (g.passed_to(op, i) != nullptr) here |= ways[g.inputs_of(op)[i]];
    }
    if (here == all && all != 0 && edge == edges.end()) return op;
    const FlowGraph::Op& o = g.ops[op];
    for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) ways[out] |= here;
  }
  return hop.op;
}

// If an op subtracts from a value a smaller one that was computed from it, such as its mean: the op that computed that; otherwise kNone.
Index common_part(const FlowGraph& g, Index value, Index remover) {
  const auto inputs = g.inputs_of(remover);
  if (inputs.size() != 2) return kNone;
  for (std::size_t i = 0; i < 2; ++i) {
    const Index maker = g.values[inputs[1 - i]].op;
    const auto part = g.elements_of(inputs[1 - i]), whole = g.elements_of(value);
    if (inputs[i] == value && maker != kNone && part.has_value() && whole.has_value() && *part < *whole && g.passed_to(remover, 1 - i) != nullptr)
      return maker;
  }
  return kNone;
}

// The op that computes fewer elements from a value, such as its mean, if a second op computes as many, and the paths of both meet in an op with as
// many elements: a normalisation written as x * scale + (shift - mean * scale). Otherwise kNone.
Index common_part_on_the_way(const ZeroFacts& facts, Index value, Index meeting) {
  const FlowGraph& g = facts.graph;
  const auto whole = g.elements_of(value);
  Index part = kNone, others = 0;
  for (const PassedEdges::Edge& e : facts.edges.to(value)) {
    const FlowGraph::Op& o = g.ops[e.op];
    if (g.passed_to(e.op, e.input)->all_zero()) continue;
    const auto made = o.outputs == 1 ? g.elements_of(o.first_output) : std::nullopt;
    if (!whole.has_value() || !made.has_value() || *made > *whole) return kNone;
    if (*made == *whole) {
      ++others;
    } else if (part == kNone && g.def_of(e.op).in_metrics) {
      part = e.op;
    } else {
      return kNone;
    }
  }
  return others == 1 && g.elements_of(g.ops[meeting].first_output) == whole ? part : kNone;
}

// Whether the op returned exactly its operand's numbers, as a mean over one element does.
bool gives_back(const FlowGraph& g, Index op) {
  const FlowGraph::Op& o = g.ops[op];
  if (!g.def_of(op).in_metrics || o.inputs != 1 || o.outputs != 1) return false;
  const Index in = g.inputs_of(op)[0];
  const Numbers *given = g.numbers_of(in), *made = g.numbers_of(o.first_output);
  const bool same = given != nullptr && made != nullptr && given->min == made->min && given->max == made->max && given->norm == made->norm;
  return same && !g.shape_of(in).empty() && given->count == made->count;
}

// The value by which the op multiplies its input; kNone if it does not add up products of it.
Index other_factor(const FlowGraph& g, const Hop& hop) {
  const auto inputs = g.inputs_of(hop.op);
  for (std::size_t i = 0; i < inputs.size() && g.answer(hop.op, hop.input).factor; ++i) {
    if (i != hop.input && g.answer(hop.op, i).factor) return inputs[i];
  }
  return kNone;
}

// `remover` subtracts from the value what `part` computed from all its elements.
Verdict centred(const ZeroFacts& facts, const Hop& hop, Index remover, Index part, Verdict v) {
  const FlowGraph& g = facts.graph;
  const std::string takes = fmt::format("`{}` takes from {} what its elements have in common (`{}`{})", facts.name(remover), value_text(g, hop.in),
                                        facts.name(part), at_place(g.ops[part].where));
  if (facts.is_only_added_up(g.ops[remover].first_output)) {
    v.why = takes + ": the target adds up what is left with equal weights, which gives the same whatever the values are";
    v.remedy =
        "use the values before this is taken out of them, or a loss that is no plain sum of what is left: weigh it, or compare it with targets";
    return v;
  }
  v.why = takes + ", and what is left moves the target alike at these values, so that nothing comes of it";
  v.remedy = "start from values that differ more, or use the values before this is taken out of them";
  v.confidence = Confidence::kLikely;
  return v;
}

// The same with further ops between: a normalisation written as x * scale + (shift - mean * scale).
Verdict centred_later(const ZeroFacts& facts, const Hop& hop, Index meeting, Index part, Verdict v) {
  const FlowGraph& g = facts.graph;
  Verdict at_part = facts.at(Cause::kZeroCancel, part);
  at_part.also = std::move(v.also);
  at_part.evidence = std::move(v.evidence);
  at_part.why = fmt::format(
      "`{}` is what the elements of {} have in common, and `{}`{} takes it out of them again: what is left moves the target "
      "by nothing when these elements move",
      facts.name(part), value_text(g, hop.in), facts.name(meeting), at_place(g.ops[meeting].where));
  at_part.remedy =
      "use the values before this is taken out of them, or a loss that is no plain sum of what is left: weigh it, or compare it with targets";
  at_part.confidence = Confidence::kLikely;
  return at_part;
}

}  // namespace

// For a sum of products: whether one of the two factors had no zeros, and the other was not all 0.
bool sums_to_zero(const ZeroFacts& facts, const Hop& hop) {
  const FlowGraph& g = facts.graph;
  if (!g.passed_to(hop.op, hop.input)->all_zero()) return false;  // only elements of others are left
  const Index other = other_factor(g, hop);
  const Numbers* factor = other != kNone ? g.numbers_of(other) : nullptr;
  return factor != nullptr && !factor->all_zero() && factor->finite() && (factor->zeros == 0 || g.gradient_of(hop.out)->zeros == 0);
}

Verdict balanced(const ZeroFacts& facts, const Hop& hop) {
  Verdict v = facts.at(Cause::kZeroCancel, hop.op);
  v.also = {Cause::kZeroMasked};
  v.why = fmt::format("`{}` adds up products of the gradient and {}, which are not 0 but cancel each other exactly", facts.name(hop.op),
                      value_text(facts.graph, other_factor(facts.graph, hop)));
  v.remedy = "the data are balanced around these values: start from other weights, or look whether the model can tell the samples apart";
  v.evidence.push_back(facts.arrived_text(hop));
  return v;
}

// If several paths lead on from the results: the op in which they meet, where the common part cancels.
Verdict moved_alike(const ZeroFacts& facts, const Hop& hop) {
  const FlowGraph& g = facts.graph;
  const Hop further{hop.op, hop.input, hop.out, hop.out};
  const Index remover = facts.edges.to(hop.out).size() > 1 ? meeting_point(facts, further) : hop.op;
  Verdict v = facts.at(Cause::kZeroCancel, remover);
  v.remedy = reason(Cause::kZeroCancel).remedy;
  const std::string alike = fmt::format("`{}`{} adds up gradients that cancel each other: the target does not move when all its results move alike",
                                        facts.name(hop.op), remover == hop.op ? std::string() : at_place(g.ops[hop.op].where));
  v.why = alike;
  if (remover == hop.op) {
    v.remedy = fmt::format(
        "give the results of `{}` weights that do not cancel each other; or leave this source out: it moves all of them alike, which the target does "
        "not notice",
        facts.name(hop.op));
    return v;
  }
  v.why = fmt::format("`{}` takes out what all results of `{}` have in common, so the target does not move when they all move alike",
                      facts.name(remover), facts.name(hop.op));
  v.evidence.push_back(fmt::format("the ways from `{}`{} to the target meet in `{}`, and what they contribute cancels", facts.name(hop.op),
                                   at_place(g.ops[hop.op].where), facts.name(remover)));
  v.remedy = "leave this source out, or use the values before this op takes out what they share";
  v.confidence = Confidence::kLikely;
  return v;
}

Verdict cancelled(const ZeroFacts& facts, const Hop& hop) {
  const FlowGraph& g = facts.graph;
  const Index meeting = meeting_point(facts, hop);
  Verdict v = facts.at(Cause::kZeroCancel, meeting);
  if (!facts.is_only_added_up(hop.in)) {
    v.remedy =
        "look whether the target is at its lowest point here, where nothing is left to learn; else begin at other values, or stop one of the ways "
        "with "
        "stop_gradient if only the other is meant";
  }
  std::size_t count = 0;
  Index alike = kNone;
  for (const PassedEdges::Edge& e : facts.edges.to(hop.in)) {
    if (g.passed_to(e.op, e.input)->all_zero()) continue;
    if (gives_back(g, e.op)) alike = e.op;
    if (++count <= kListed) {
      v.evidence.push_back(fmt::format("`{}`{} contributes a gradient of norm {:.4g}", facts.name(e.op), at_place(g.ops[e.op].where),
                                       g.passed_to(e.op, e.input)->norm));
    }
  }
  v.why = fmt::format("{} reaches the target over {} ways, which meet in `{}`, and their contributions cancel each other exactly",
                      value_text(g, hop.in), count, facts.name(meeting));
  if (alike != kNone) {
    v.why += fmt::format(": `{}`{} made of it the very same numbers, as over a batch of one, and what is taken from itself is 0", facts.name(alike),
                         at_place(g.ops[alike].where));
    v.remedy = "give it more than one sample, or leave out the step that compares each sample with all of them";
    return v;
  }
  if (const Index part = common_part(g, hop.in, meeting); part != kNone) return centred(facts, hop, meeting, part, std::move(v));
  if (const Index part = common_part_on_the_way(facts, hop.in, meeting); part != kNone) return centred_later(facts, hop, meeting, part, std::move(v));
  return v;
}

}  // namespace whygrad::internal
