// A gradient that is zero although paths lead from the source to the target: which op made it so.
#include "explain/passed_edges.hpp"
#include "explain/reach.hpp"
#include "explain/shrinking.hpp"
#include "explain/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
using Zeroes = FlowGraph::Zeroes;
constexpr Index kNone = FlowGraph::kNone;
constexpr std::size_t kMostOthers = 15;

// An op to which something arrived and that passed on nothing but zeros; or one of those whose contributions cancel at a value.
struct Kill {
  Hop hop;
  bool cancels = false;
};

class ZeroSearch {
 public:
  ZeroSearch(const SourceQuestion& q, const PassedEdges& edges) : q_(q), g_(q.graph), edges_(edges), trail_(q.graph, edges) { collect(); }

  Found run() const {
    Found found;
    if (kills_.empty()) {
      found.verdict = unknown();
      return found;
    }
    const std::size_t blamed = first_to_blame();
    found.verdict = judge(kills_[blamed]);
    found.path = trail_.path_over(kills_[blamed].hop, [](const Numbers& n) { return !n.all_zero(); });
    found.path.stops[0].cause = found.verdict.cause;
    for (std::size_t k = 0; k < kills_.size() && found.others.size() < kMostOthers; ++k) {
      const bool again = k != 0 && kills_[k].hop.op == kills_[k - 1].hop.op;
      if (!again && kills_[k].hop.op != kills_[blamed].hop.op) found.others.push_back(judge(kills_[k]));
    }
    return found;
  }

 private:
  // ---- Search ----

  void collect() {
    trail_.start(q_.source);
    for (Index v = trail_.next(); v != kNone; v = trail_.next()) look_at(v);
    // Backward passes begin at the end of the program, and so does the blame.
    std::stable_sort(kills_.begin(), kills_.end(), [](const Kill& a, const Kill& b) { return a.hop.op > b.hop.op; });
  }

  void look_at(Index v) {
    const PassedEdges::Edge* contributor = nullptr;
    for (const PassedEdges::Edge& e : edges_.to(v)) {
      if (!g_.passed_to(e.op, e.input)->all_zero()) contributor = &e;
    }
    if (contributor != nullptr) {
      kills_.push_back({{contributor->op, contributor->input, v, living_output(contributor->op)}, true});
      return;
    }
    for (const PassedEdges::Edge& e : edges_.to(v)) {
      const Index living = living_output(e.op);
      if (living != kNone) {
        kills_.push_back({{e.op, e.input, v, living}});
        continue;
      }
      const FlowGraph::Op& op = g_.ops[e.op];
      for (Index out = op.first_output; out < op.first_output + op.outputs; ++out) {
        if (g_.gradient_of(out) != nullptr) trail_.follow({e.op, e.input, v, out});
      }
    }
  }

  // Where an op went by another operand that depends on the source as well, what stopped that way says why the target does not move.
  std::size_t first_to_blame() const {
    std::size_t blamed = 0;
    for (std::size_t k = 1; k < std::min(kills_.size(), kMostWays); ++k) {
      if (!kills_[blamed].cancels && leads_to_other_operand(kills_[k].hop.out, kills_[blamed].hop)) blamed = k;
    }
    return blamed;
  }
  bool leads_to_other_operand(Index value, const Hop& hop) const {
    const auto inputs = g_.inputs_of(hop.op);
    const auto taken = [&](std::size_t i) {
      const Numbers* passed = g_.passed_to(hop.op, i);
      return i != hop.input && passed != nullptr && !passed->all_zero();
    };
    std::vector<std::uint8_t> follows;  // only made where needed
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!taken(i)) continue;
      if (follows.empty()) follows = descendants(g_, {value});
      if (follows[inputs[i]] != 0) return true;
    }
    return false;
  }

  // One to which something else than zeros arrived. Of a value without elements the gradient has none, and is alive.
  Index living_output(Index op) const {
    const FlowGraph::Op& o = g_.ops[op];
    for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) {
      const Numbers* n = g_.gradient_of(out);
      if (n != nullptr && !n->all_zero()) return out;
    }
    return kNone;
  }

  // ---- Verdicts ----

  Verdict judge(const Kill& kill) const {
    if (kill.cancels) return cancelled(kill.hop);
    if (shrank_to_nothing(g_, kill.hop)) {
      return vanished(q_, trail_.path_over(kill.hop, [](const Numbers& n) { return !n.all_zero(); }));
    }
    Verdict v = g_.ops[kill.hop.op].rule_of_def != kNone ? constant_slope(kill.hop.op) : by_declaration(kill.hop);
    if (is_complex(g_.values[kill.hop.in].dtype)) put_first(v, Cause::kComplex);
    return v;
  }

  static void put_first(Verdict& v, Cause cause) {
    v.also.insert(v.also.begin(), v.cause);
    v.cause = cause;
  }

  Verdict at(Cause cause, Index op) const {
    Verdict v;
    v.cause = cause;
    v.op = op;
    v.where = g_.ops[op].where;
    const FlowGraph::Def& def = g_.def_of(op);
    v.remedy = *def.zeroes_remedy != '\0' ? def.zeroes_remedy : reason(cause).remedy;
    return v;
  }

  std::string name(Index op) const { return op_text(g_, op); }

  Verdict by_declaration(const Hop& hop) const {
    switch (g_.def_of(hop.op).zeroes) {
      case Zeroes::kDeadUnit: return off_or_full(hop);
      case Zeroes::kSaturated: return saturated(hop);
      case Zeroes::kShares: return pulled_alike(hop) ? same_for_all(hop) : saturated(hop);
      case Zeroes::kClip: return clipped(hop);
      case Zeroes::kFlat: return flat(hop);
      case Zeroes::kMasked: return masked(hop);
      case Zeroes::kNo: break;
    }
    return undeclared(hop);
  }

  // A unit that is capped is flat above as well.
  Verdict off_or_full(const Hop& hop) const {
    const Numbers* made = g_.numbers_of(hop.out);
    return made != nullptr && made->zeros == 0 && made->count != 0 ? saturated(hop) : switched_off(hop.op);
  }
  Verdict switched_off(Index op) const {
    Verdict v = at(Cause::kZeroDeadUnit, op);
    const Numbers* made = g_.numbers_of(g_.ops[op].first_output);
    v.why = made != nullptr && made->all_zero()
                ? fmt::format("every unit of `{}` is off: its input is at or below 0 everywhere, where its slope is 0", name(op))
                : fmt::format("every unit of `{}` to which a gradient came is where its slope is 0: at or below 0, or at its cap", name(op));
    v.evidence.push_back(range_of_inputs(op));
    if (made != nullptr) v.evidence.push_back(fmt::format("{} of its {} results are 0", made->zeros, made->count));
    return v;
  }

  // All shares of a softmax: they sum to 1 whatever the input is.
  bool pulled_alike(const Hop& hop) const {
    const Numbers* made = g_.numbers_of(hop.out);
    const Numbers* arrived = g_.gradient_of(hop.out);
    return made != nullptr && made->zeros + made->ones < made->count && arrived->min == arrived->max && arrived->count > 1;
  }
  Verdict same_for_all(const Hop& hop) const {
    Verdict v = at(Cause::kZeroCancel, hop.op);
    v.also = {Cause::kZeroSaturated};
    v.why = fmt::format("the same gradient arrived at all results of `{}`, and all of them together do not move with its input", name(hop.op));
    v.remedy = "the target does not depend on this input; use the results one by one, as a cross-entropy does";
    return v;
  }

  Verdict saturated(const Hop& hop) const {
    const Numbers* made = g_.numbers_of(hop.out);
    Verdict v = at(Cause::kZeroSaturated, hop.op);
    v.why = fmt::format("`{}` is flat where its input lies: moving it a little changes nothing that its type could hold", name(hop.op));
    v.evidence.push_back(range_of_inputs(hop.op));
    if (made != nullptr) v.evidence.push_back(fmt::format("its results lie between {:.4g} and {:.4g}", made->min, made->max));
    return v;
  }

  Verdict clipped(const Hop& hop) const {
    const auto inputs = g_.inputs_of(hop.op);
    for (std::size_t i = 0; inputs.size() == 2 && i < 2; ++i) {
      if (i == hop.input) continue;
      const Numbers* bound = g_.numbers_of(inputs[i]);
      if (bound != nullptr && bound->count == 1 && bound->zeros == 1 && is_given(inputs[i])) {  // relu by another name
        Verdict v = switched_off(hop.op);
        v.also = {Cause::kZeroClip};
        v.why = fmt::format("`{}` with 0 is at its bound everywhere, where its slope is 0", name(hop.op));
        return v;
      }
      if (!is_given(inputs[i])) {
        Verdict v = at(Cause::kZeroFlat, hop.op);
        v.also = {Cause::kZeroClip, Cause::kZeroMasked};
        v.why = fmt::format("`{}` took the other operand everywhere, so this one does not matter", name(hop.op));
        v.evidence.push_back(range_of_inputs(hop.op));
        return v;
      }
    }
    Verdict v = at(Cause::kZeroClip, hop.op);
    v.why = fmt::format("every value lies outside of the bounds of `{}`, where its slope is 0", name(hop.op));
    v.evidence.push_back(range_of_inputs(hop.op));
    return v;
  }

  Verdict flat(const Hop& hop) const {
    const Index op = hop.op;
    // At the zeros of something that is off, such as the square of a hinge.
    if (const Index origin = origin_of_zeros(hop.in); origin != kNone && g_.def_of(origin).zeroes != Zeroes::kFlat) return of_origin(origin);
    Verdict v = at(Cause::kZeroFlat, op);
    v.why = fmt::format("`{}` is flat at the values that it was given: its derivative there is 0", name(op));
    v.evidence.push_back(range_of_inputs(op));
    return v;
  }

  // A step of some op's gradient.
  Verdict constant_slope(Index op) const {
    Verdict v = at(Cause::kSecondOrder, op);
    v.also = {Cause::kZeroFlat};
    v.why = fmt::format("the derivative of `{}` does not change at these values, so that differentiating it again gives 0", g_.name_of(op));
    return v;
  }

  // A value that went to infinity: what is divided by it, or its root, has no slope there.
  std::optional<Verdict> at_infinity(const Hop& hop) const {
    Index value = infinite_input(hop.op), maker = kNone;
    if (value == kNone || g_.numbers_of(value)->infs != g_.numbers_of(value)->count) return std::nullopt;
    for (; value != kNone; value = infinite_input(maker)) {
      maker = g_.values[value].op;
      if (maker == kNone || g_.kind_of(maker) != FlowGraph::Kind::kCompute) return std::nullopt;
    }
    if (g_.def_of(maker).spoils == FlowGraph::Spoils::kNo) return std::nullopt;
    Verdict v = at(cause_of_spoilt(g_, maker, true), maker);
    v.also = {Cause::kZeroSaturated};
    v.remedy = g_.def_of(maker).spoils_remedy;
    v.why = fmt::format("`{}` made an infinity of finite numbers, and at infinity `{}`{} has no slope left", name(maker), name(hop.op),
                        at_place(g_.ops[hop.op].where));
    v.evidence.push_back(range_of_inputs(maker));
    return v;
  }
  Index infinite_input(Index op) const {
    for (std::size_t i = 0; i < g_.ops[op].inputs; ++i) {
      const Numbers* n = g_.numbers_of(g_.inputs_of(op)[i]);
      if (n != nullptr && n->infs != 0 && n->nans == 0 && g_.answer(op, i).role == FlowGraph::Role::kData) return g_.inputs_of(op)[i];
    }
    return kNone;
  }

  // A product, or something that leaves elements out.
  Verdict masked(const Hop& hop) const {
    const auto inputs = g_.inputs_of(hop.op);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Numbers* n = g_.numbers_of(inputs[i]);
      const bool factor = i != hop.input && n != nullptr && n->all_zero() && is_differentiable(g_.values[inputs[i]].dtype);
      if (factor && g_.answer(hop.op, i).role == FlowGraph::Role::kData) return zero_factor(hop, inputs[i], *n);
    }
    if (sums_to_zero(hop)) return balanced(hop);
    Verdict v = at(Cause::kZeroMasked, hop.op);
    v.why = fmt::format("`{}` leaves out everything that came from the source, or multiplies it by 0", name(hop.op));
    v.evidence.push_back(fmt::format("the gradient that arrived at it has the norm {:.4g}; all that it passed on is 0", norm_at(hop.out)));
    return v;
  }

  // Whether some products were not 0, so that it is their sum that is: one of the two had no zeros, and the other was not all 0.
  bool sums_to_zero(const Hop& hop) const {
    const FlowGraph::Def& def = g_.def_of(hop.op);
    const auto inputs = g_.inputs_of(hop.op);
    if (def.spoils != FlowGraph::Spoils::kOverflow || inputs.size() != 2) return false;  // no product of two
    if (!g_.passed_to(hop.op, hop.input)->all_zero()) return false;                      // others' elements are left
    const Numbers* factor = g_.numbers_of(inputs[1 - hop.input]);
    return factor != nullptr && !factor->all_zero() && factor->finite() && (factor->zeros == 0 || g_.gradient_of(hop.out)->zeros == 0);
  }
  Verdict balanced(const Hop& hop) const {
    Verdict v = at(Cause::kZeroCancel, hop.op);
    v.also = {Cause::kZeroMasked};
    v.why = fmt::format("`{}` adds up products of the gradient and {}, which are not 0 but cancel each other exactly", name(hop.op),
                        value_text(g_, g_.inputs_of(hop.op)[1 - hop.input]));
    v.remedy = "the data are balanced around these values: start from other weights, or look whether the model can tell the samples apart";
    v.evidence.push_back(fmt::format("the gradient that arrived at it has the norm {:.4g}; all that it passed on is 0", norm_at(hop.out)));
    return v;
  }

  Verdict zero_factor(const Hop& hop, Index factor, const Numbers& n) const {
    if (n.count == 1 && is_literal(factor)) {
      Verdict v = at(Cause::kDisconnectedZero, hop.op);
      v.also = {Cause::kZeroMasked};
      v.why = fmt::format("`{}` multiplies by a coefficient that is exactly 0, so nothing of this term is left", name(hop.op));
      v.remedy = reason(Cause::kDisconnectedZero).remedy;
      return v;
    }
    if (const Index origin = origin_of_zeros(factor); origin != kNone) {
      Verdict v = of_origin(origin);
      v.evidence.push_back(fmt::format("`{}`{} multiplies by its results, which are all 0", name(hop.op), at_place(g_.ops[hop.op].where)));
      return v;
    }
    Verdict v = at(Cause::kZeroMasked, hop.op);
    if (n.count == 1) v.also = {Cause::kDisconnectedZero};
    v.why = fmt::format("`{}` multiplies by {}, which is 0 everywhere", name(hop.op), value_text(g_, factor));
    return v;
  }

  Verdict of_origin(Index op) const { return by_declaration({op, 0, g_.inputs_of(op)[0], g_.ops[op].first_output}); }

  // A bare number in an expression.
  bool is_literal(Index value) const {
    const Index maker = g_.values[value].op;
    return maker != kNone && g_.kind_of(maker) == FlowGraph::Kind::kConstant && g_.ops[maker].print == 0;
  }
  // A number or tensor that the user gave, no variable.
  bool is_given(Index value) const {
    const FlowGraph::Value& v = g_.values[value];
    return v.variable == kNone && (v.op == kNone || g_.kind_of(v.op) == FlowGraph::Kind::kConstant);
  }

  // The op that made the zeros of something else, such as a relu that is off; kNone where they were zeros from the start.
  Index origin_of_zeros(Index value) const {
    while (true) {
      const Index maker = g_.values[value].op;
      if (maker == kNone) return kNone;
      Index zero = kNone;
      bool known = false;
      const auto inputs = g_.inputs_of(maker);
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Numbers* n = g_.numbers_of(inputs[i]);
        if (n == nullptr || g_.answer(maker, i).role != FlowGraph::Role::kData) continue;
        known = true;
        if (n->all_zero()) zero = inputs[i];
      }
      if (zero == kNone) {
        const Zeroes kind = g_.def_of(maker).zeroes;
        return known && kind != Zeroes::kNo && kind != Zeroes::kMasked ? maker : kNone;
      }
      value = zero;
    }
  }

  // Ops that add, move or join: what they pass on is 0 because it sums to 0, or because of what comes behind them.
  Verdict undeclared(const Hop& hop) const {
    if (const std::optional<Hop> selector = behind(hop)) {
      if (g_.def_of(selector->op).zeroes == Zeroes::kNo) return other_part(*selector);
      Verdict v = by_declaration(*selector);
      if (is_complex(g_.values[selector->in].dtype)) put_first(v, Cause::kComplex);
      return v;
    }
    const Numbers* made = g_.numbers_of(hop.out);
    const Numbers* given = g_.numbers_of(hop.in);
    if (made != nullptr && made->all_zero() && given != nullptr && !given->all_zero()) return saturated(hop);
    if (std::optional<Verdict> v = at_infinity(hop)) return *std::move(v);
    if (g_.passed_to(hop.op, hop.input)->count < g_.gradient_of(hop.out)->count) return moved_alike(hop);
    Verdict v = flat(hop);
    v.confidence = Confidence::kLikely;
    return v;
  }

  Verdict other_part(const Hop& hop) const {
    Verdict v = at(Cause::kComplex, hop.op);
    v.also = {Cause::kZeroMasked};
    v.why = fmt::format("`{}` takes one part of a complex number; the source makes the other, which it drops", name(hop.op));
    v.remedy = "use both parts, or the magnitude, of the complex number";
    return v;
  }

  // The op behind a concat, a reshape, that kept only others' elements.
  std::optional<Hop> behind(const Hop& hop) const {
    Index value = hop.out;
    while (true) {
      // Of a complex number one part may be left out: that leaves no zeros.
      const bool in_parts = is_complex(g_.values[value].dtype);
      if (g_.gradient_of(value)->zeros == 0 && !in_parts) return std::nullopt;
      const auto partly = std::find_if(edges_.to(value).begin(), edges_.to(value).end(),
                                       [&](const PassedEdges::Edge& e) { return in_parts || g_.passed_to(e.op, e.input)->zeros != 0; });
      if (partly == edges_.to(value).end()) return std::nullopt;
      const Index out = living_output(partly->op);
      if (out == kNone) return std::nullopt;
      const bool takes_part = in_parts && !is_complex(g_.values[out].dtype);
      const bool leaves_out = g_.passed_to(partly->op, partly->input)->zeros != 0 && g_.def_of(partly->op).zeroes != Zeroes::kNo;
      if (takes_part || leaves_out) return Hop{partly->op, partly->input, value, out};
      value = out;
    }
  }

  // The first op in which the ways of all contributions come together: there they are taken from each other. The last contributor where none is.
  Index meeting_point(const Hop& hop) const {
    std::vector<std::uint64_t> ways(g_.values.size());  // by value: the contributors that lead to it, as bits
    std::uint64_t all = 0;
    std::size_t contributors = 0;
    Index last = kNone;
    const auto edges = edges_.to(hop.in);
    auto edge = edges.begin();
    for (Index op = edges.empty() ? hop.op : edges[0].op; op < g_.ops.size(); ++op) {
      std::uint64_t here = 0;
      for (; edge != edges.end() && edge->op == op; ++edge) {
        if (g_.passed_to(op, edge->input)->all_zero()) continue;
        if (last != op && ++contributors > kMostWays) return hop.op;
        last = op;
        here = std::uint64_t{1} << (contributors - 1);
        all |= here;
      }
      for (std::size_t i = 0; i < g_.ops[op].inputs; ++i) {
        if (g_.passed_to(op, i) != nullptr) here |= ways[g_.inputs_of(op)[i]];
      }
      if (here == all && all != 0 && edge == edges.end()) return op;
      const FlowGraph::Op& o = g_.ops[op];
      for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) ways[out] |= here;
    }
    return hop.op;
  }

  // One value for many results, whose gradients sum to 0. Where several ways lead on from them, the op in which those meet took it out again.
  Verdict moved_alike(const Hop& hop) const {
    const Hop further{hop.op, hop.input, hop.out, hop.out};
    const Index remover = edges_.to(hop.out).size() > 1 ? meeting_point(further) : hop.op;
    Verdict v = at(Cause::kZeroCancel, remover);
    v.remedy = reason(Cause::kZeroCancel).remedy;
    v.why = fmt::format("`{}` adds up gradients that cancel each other: the target does not move when all its results move alike", name(hop.op));
    if (remover == hop.op) return v;
    v.evidence.push_back(fmt::format("the ways from `{}`{} to the target meet in `{}`, which takes out what all its results have in common",
                                     name(hop.op), at_place(g_.ops[hop.op].where), name(remover)));
    v.remedy = "leave this source out, or use the values before this op takes out what they share";
    v.confidence = Confidence::kLikely;
    return v;
  }

  Verdict cancelled(const Hop& hop) const {
    Verdict v = at(Cause::kZeroCancel, meeting_point(hop));
    v.remedy = reason(Cause::kZeroCancel).remedy;
    std::size_t count = 0;
    for (const PassedEdges::Edge& e : edges_.to(hop.in)) {
      if (g_.passed_to(e.op, e.input)->all_zero()) continue;
      if (++count <= kListed) {
        v.evidence.push_back(
            fmt::format("`{}`{} contributes a gradient of norm {:.4g}", name(e.op), at_place(g_.ops[e.op].where), g_.passed_to(e.op, e.input)->norm));
      }
    }
    v.why = fmt::format("{} reaches the target over {} ways, and their contributions cancel each other exactly", value_text(g_, hop.in), count);
    return v;
  }

  Verdict unknown() const {
    Verdict v;
    v.cause = Cause::kUnknown;
    v.where = g_.tape.asked_at;
    v.confidence = Confidence::kUnknown;
    v.why = "the gradient is 0, but the numbers on the way were not seen";
    v.remedy = "compute and differentiate inside of a Diagnosis with {.values = true}";
    return v;
  }

  std::string range_of_inputs(Index op) const {
    const Index in = g_.inputs_of(op)[0];
    const Numbers* n = g_.numbers_of(in);
    if (n == nullptr) return fmt::format("`{}` works on {}", name(op), g_.signature(in));
    if (n->nans + n->infs == n->count)
      return fmt::format("`{}` was given {}", name(op), n->nans == 0 ? "nothing but infinities" : "no finite number");
    if (n->count == 1) return fmt::format("`{}` was given {:.4g}", name(op), n->min);
    return fmt::format("`{}` was given {} values between {:.4g} and {:.4g}", name(op), n->count, n->min, n->max);
  }

  double norm_at(Index value) const { return g_.gradient_of(value)->norm; }

  static constexpr std::size_t kListed = 3, kMostWays = 64;
  const SourceQuestion& q_;
  const FlowGraph& g_;
  const PassedEdges& edges_;
  Trail trail_;
  std::vector<Kill> kills_;
};

}  // namespace

Found judge_zero(const SourceQuestion& question, const PassedEdges& edges) { return ZeroSearch(question, edges).run(); }

}  // namespace whygrad::internal
