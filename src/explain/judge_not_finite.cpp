// A gradient that is NaN or infinite: the first op that made it so.
#include "explain/passed_edges.hpp"
#include "explain/shrinking.hpp"
#include "explain/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
using Spoils = FlowGraph::Spoils;
constexpr Index kNone = FlowGraph::kNone;
constexpr std::size_t kMostJudged = 16;

// An op that passed on something that is not finite, though what arrived was; and where that came from.
struct Culprit {
  Hop hop;
  Index value = kNone;   // the value that is not finite itself, where one was used
  Index origin = kNone;  // the op that made it of finite ones; none where it came from outside

  // In the order of execution: forward ops, then backward from the target.
  bool before(const Culprit& other) const {
    if ((value == kNone) != (other.value == kNone)) return value != kNone;
    if (value == kNone) return hop.op > other.hop.op;
    return (origin != kNone ? origin : 0) < (other.origin != kNone ? other.origin : 0);
  }
};

class SpoiltSearch {
 public:
  SpoiltSearch(const SourceQuestion& q, const PassedEdges& edges)
      : q_(q), g_(q.graph), edges_(edges), roots_(roots_of(q.graph)), trail_(q.graph, edges) {
    collect();
  }

  Found run() const {
    Found found;
    if (culprits_.empty()) {
      found.verdict = from_outside();
      return found;
    }
    found.path = path_over(culprits_[0].hop);
    found.verdict = judge(culprits_[0], found.path);
    found.path.stops[0].cause = found.verdict.cause;
    for (std::size_t k = 1; k < std::min(culprits_.size(), kMostJudged); ++k) {
      Verdict other = judge(culprits_[k], path_over(culprits_[k].hop));
      const auto same = [&other](const Verdict& v) { return v.op == other.op; };
      if (!same(found.verdict) && std::none_of(found.others.begin(), found.others.end(), same)) found.others.push_back(std::move(other));
    }
    return found;
  }

 private:
  // ---- Search ----

  static bool spoilt(const Numbers* n) { return n != nullptr && !n->finite(); }
  bool spoilt_value(Index v) const { return spoilt(g_.numbers_of(v)); }

  void collect() {
    trail_.start(q_.source);
    for (Index v = trail_.next(); v != kNone; v = trail_.next()) {
      for (const PassedEdges::Edge& e : edges_.to(v)) {
        if (spoilt(g_.passed_to(e.op, e.input))) look_at({e.op, e.input, v, kNone});
      }
    }
    std::stable_sort(culprits_.begin(), culprits_.end(), [](const Culprit& a, const Culprit& b) { return a.before(b); });
  }

  void look_at(Hop hop) {
    const FlowGraph::Op& op = g_.ops[hop.op];
    Index sound = kNone;
    bool arrived_spoilt = false;
    for (Index out = op.first_output; out < op.first_output + op.outputs; ++out) {
      if (g_.gradient_of(out) == nullptr) continue;
      hop.out = out;
      if (spoilt(g_.gradient_of(out))) {
        arrived_spoilt = true;
        trail_.follow(hop);
      } else {
        sound = out;
      }
    }
    if (arrived_spoilt || sound == kNone) return;
    hop.out = sound;
    culprits_.push_back(trace(hop));
  }

  // The values that the op's rule may have read, and who spoilt them.
  Culprit trace(const Hop& hop) const {
    Index value = spoilt_input(hop.op);
    if ((value == kNone || turns_mask_to_nan(g_, hop.op, roots_[value])) && spoilt_value(hop.out)) value = hop.out;
    if (value == kNone) return {hop};
    const Index root = roots_[value], maker = g_.values[root].op;
    const bool made = maker != kNone && g_.kind_of(maker) == FlowGraph::Kind::kCompute && g_.ops[maker].inputs != 0 && knows_inputs(maker);
    return {hop, root, made ? maker : kNone};
  }
  // For every value that is not finite the one that it was made from which was the first not to be. An infinity in the mask of a softmax is meant:
  // there it is the softmax that makes a NaN.
  static std::vector<Index> roots_of(const FlowGraph& g) {
    std::vector<Index> roots(g.values.size());
    std::iota(roots.begin(), roots.end(), Index{0});
    for (Index op = 0; op < g.ops.size(); ++op) {
      const Index in = g.kind_of(op) == FlowGraph::Kind::kCompute ? spoilt_input(g, op) : kNone;
      const FlowGraph::Op& o = g.ops[op];
      if (in == kNone || turns_mask_to_nan(g, op, roots[in])) continue;
      for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) roots[out] = roots[in];
    }
    return roots;
  }
  static bool turns_mask_to_nan(const FlowGraph& g, Index op, Index root) {
    const Index maker = g.values[root].op;
    const bool given = maker == kNone || g.kind_of(maker) == FlowGraph::Kind::kConstant;
    const Numbers* made = g.ops[op].outputs != 0 ? g.numbers_of(g.ops[op].first_output) : nullptr;
    return given && g.def_of(op).zeroes == FlowGraph::Zeroes::kShares && g.numbers_of(root)->nans == 0 && made != nullptr && made->nans != 0;
  }
  // The first operand that is not finite; rather one with a NaN.
  Index spoilt_input(Index op) const { return spoilt_input(g_, op); }
  static Index spoilt_input(const FlowGraph& g, Index op) {
    Index infinite = kNone;
    for (const Index in : g.inputs_of(op)) {
      const Numbers* n = g.numbers_of(in);
      if (n != nullptr && n->nans != 0) return in;
      if (spoilt(n) && infinite == kNone) infinite = in;
    }
    return infinite;
  }
  bool knows_inputs(Index op) const {
    const auto inputs = g_.inputs_of(op);
    return std::all_of(inputs.begin(), inputs.end(), [this](Index v) { return g_.numbers_of(v) != nullptr; });
  }

  FlowPath path_over(const Hop& hop) const {
    return trail_.path_over(hop, [](const Numbers&) { return true; });
  }

  // ---- Verdicts ----

  Verdict judge(const Culprit& c, const FlowPath& path) const {
    if (c.value != kNone && c.origin == kNone) return from_data(c);
    if (c.value == kNone && grew_out_of_range(g_, c.hop)) {
      if (Verdict v = exploded(q_, path); v.op != kNone) return with_loss(std::move(v));
    }
    const bool forward = c.origin != kNone;
    const Index op = forward ? c.origin : c.hop.op;
    if (const Index overflown = overflow_behind(op); overflown != kNone) return with_loss(left_of_infinity(op, overflown));
    Verdict v = at(cause_of_spoilt(g_, op, forward), op);
    const bool of_infinity = forward && spoilt_input(op) != kNone;
    if (of_infinity) v.confidence = Confidence::kLikely;
    v.why = forward ? fmt::format("`{}` made {} of {}, and the backward pass needs that value", name(op), made_text(c.value),
                                  of_infinity ? "an infinity" : "finite numbers")
                    : backward_text(c.hop);
    if (!forward && !knows_inputs(op)) v.confidence = Confidence::kLikely;
    add_spot(v, op, forward ? kNone : c.hop.input);
    if (forward) judge_choice(v, c.value);
    if (g_.ops[op].rule_of_def != kNone) put_first(v, Cause::kSecondOrder);
    const auto inputs = g_.inputs_of(op);
    if (std::any_of(inputs.begin(), inputs.end(), [this](Index in) { return is_complex(g_.values[in].dtype); })) put_first(v, Cause::kComplex);
    return with_loss(std::move(v));
  }

  std::string backward_text(const Hop& hop) const {
    const char* passed = passed_text(*g_.passed_to(hop.op, hop.input));
    if (g_.numbers_of(hop.out) == nullptr) return fmt::format("what arrived at `{}` is finite, but {} left it backwards", name(hop.op), passed);
    return fmt::format("the result of `{}` is finite, but its derivative is not: {} left it backwards", name(hop.op), passed);
  }

  // The op that overflowed, where the zeros that `op` was given are what is left when something is divided by an infinity.
  Index overflow_behind(Index op) const {
    if (spoilt_input(op) != kNone) return kNone;
    for (std::size_t steps = 0; steps < kMostJudged && !chooses(op); ++steps) {
      if (const Index in = spoilt_input(op); in != kNone) {
        const Index maker = g_.values[roots_[in]].op;
        return maker != kNone && g_.def_of(maker).spoils == Spoils::kOverflow && spoilt_input(maker) == kNone ? maker : kNone;
      }
      const auto inputs = g_.inputs_of(op);
      const auto zeros = [this](Index in) { return g_.numbers_of(in) != nullptr && g_.numbers_of(in)->zeros != 0; };
      const auto at = std::find_if(inputs.begin(), inputs.end(), zeros);
      if (at == inputs.end() || g_.values[*at].op == kNone) return kNone;
      op = g_.values[*at].op;
      if (g_.kind_of(op) != FlowGraph::Kind::kCompute) return kNone;
    }
    return kNone;
  }
  Verdict left_of_infinity(Index op, Index overflown) const {
    Verdict v = at(cause_of_spoilt(g_, overflown, true), overflown);
    v.also = {cause_of_spoilt(g_, op, false)};
    v.why = fmt::format("`{}` made {} of finite numbers; what is divided by it is 0, and at that 0 `{}`{} is not finite", name(overflown),
                        made_text(g_.ops[overflown].first_output), name(op), at_place(g_.ops[op].where));
    v.confidence = Confidence::kLikely;
    add_spot(v, overflown, kNone);
    return v;
  }

  static void put_first(Verdict& v, Cause cause) {
    v.also.insert(v.also.begin(), v.cause);
    v.cause = cause;
  }

  // The untaken side of a choice: the value is spoilt, and what was chosen is not.
  void judge_choice(Verdict& v, Index value) const {
    const Index choice = choice_behind(value);
    if (choice == kNone) return;
    put_first(v, Cause::kNanWhere);
    v.why = fmt::format(
        "`{}`{} does not take this value, but its gradient is multiplied all the same: 0 from the choice times what is not finite here is NaN",
        name(choice), at_place(g_.ops[choice].where));
    v.remedy = reason(Cause::kNanWhere).remedy;
  }
  // An op that chooses by a condition, to which the value leads, and whose result is finite; kNone if there is none.
  Index choice_behind(Index value) const {
    std::vector<std::uint8_t> bad(g_.values.size());
    bad[value] = 1;
    const Index maker = g_.values[value].op;
    for (Index op = maker != kNone ? maker + 1 : 0; op < g_.ops.size(); ++op) {
      const auto inputs = g_.inputs_of(op);
      if (std::none_of(inputs.begin(), inputs.end(), [&bad](Index in) { return bad[in] != 0; })) continue;
      const FlowGraph::Op& o = g_.ops[op];
      bool made_bad = false;
      for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) {
        bad[out] = g_.numbers_of(out) == nullptr || spoilt_value(out) ? 1 : 0;
        made_bad |= bad[out] != 0;
      }
      if (!made_bad && chooses(op)) return op;
    }
    return kNone;
  }
  bool chooses(Index op) const {
    for (std::size_t i = 0; i < g_.ops[op].inputs; ++i) {
      if (g_.answer(op, i).role == FlowGraph::Role::kCondition) return true;
    }
    return false;
  }

  // The value was not finite before any op of the graph touched it.
  Verdict from_data(const Culprit& c) const {
    const Numbers& n = *g_.numbers_of(c.value);
    const Index variable = g_.values[c.value].variable;
    const Numbers* target = g_.numbers_of(g_.targets[0]);
    const bool masked_later = target != nullptr && target->finite();
    const Index reader = masked_later ? c.hop.op : first_reader(c.value, c.hop.op);
    Verdict v = at(variable != kNone ? Cause::kExploding : Cause::kNanData, reader);
    v.remedy = reason(v.cause).remedy;
    if (variable != kNone) {
      v.also = {Cause::kNanData};
      v.confidence = Confidence::kLikely;
      v.why =
          fmt::format("variable `{}` itself held {} before this step: an earlier update spoiled it", g_.variables[variable].name, made_text(c.value));
      v.remedy = "look at the gradients of the step before; lower the learning rate or clip them";
    } else {
      v.why =
          fmt::format("{} holds {}; a product with it is not finite even where it is left out later", value_text(g_, c.value), made_text(c.value));
    }
    v.evidence.push_back(fmt::format("{} of the {} elements of {} are not finite", n.nans + n.infs, n.count, value_text(g_, c.value)));
    judge_choice(v, c.value);
    return with_loss(std::move(v));
  }

  // The first op with a gradient that was given the value; at the latest `otherwise`.
  Index first_reader(Index value, Index otherwise) const {
    for (Index op = 0; op < otherwise; ++op) {
      if (!g_.recorded(op) || g_.kind_of(op) != FlowGraph::Kind::kCompute || g_.gradient_of(g_.ops[op].first_output) == nullptr) continue;
      const auto inputs = g_.inputs_of(op);
      if (std::find(inputs.begin(), inputs.end(), value) != inputs.end()) return op;
    }
    return otherwise;
  }

  // Nothing in the graph made it: the gradient came in like this.
  Verdict from_outside() const {
    Verdict v;
    v.where = g_.tape.asked_at;
    const auto target = std::find_if(g_.targets.begin(), g_.targets.end(), [this](Index t) { return spoilt(g_.gradient_of(t)); });
    if (target != g_.targets.end()) {
      v.cause = Cause::kNanData;
      v.why = "the output gradient that was given for the target is not finite";
      v.remedy = "give finite output gradients";
      return v;
    }
    v.confidence = Confidence::kUnknown;
    v.why = "the gradient is not finite, but the numbers on the way were not seen";
    v.remedy = "compute and differentiate inside of a Diagnosis with {.values = true}";
    return v;
  }

  Verdict at(Cause cause, Index op) const {
    Verdict v;
    v.cause = cause;
    v.op = op;
    v.where = g_.ops[op].where;
    const FlowGraph::Def& def = g_.def_of(op);
    v.remedy = *def.spoils_remedy != '\0' ? def.spoils_remedy : reason(cause).remedy;
    return v;
  }

  // ---- Words ----

  std::string name(Index op) const { return op_text(g_, op); }
  static const char* passed_text(const Numbers& n) { return n.nans != 0 ? "NaN" : "Inf"; }
  const char* made_text(Index value) const { return passed_text(*g_.numbers_of(value)); }

  void add_spot(Verdict& v, Index op, Index input) const {
    const auto spot = std::find_if(g_.spots.begin(), g_.spots.end(), [&](const FlowGraph::Spot& s) { return s.op == op && s.input == input; });
    if (spot == g_.spots.end()) return;
    std::string text = spot->at.empty() ? "there" : fmt::format("at [{}]", fmt::join(spot->at, ", "));
    for (const auto& [value, x] : spot->given) {
      text += value == kNone ? fmt::format(" the gradient {} arrived,", number_text(x))
                             : fmt::format(" {} is {},", operand_text(op, value), number_text(x));
    }
    v.evidence.push_back(fmt::format("{} and the {} is {}", text, input == kNone ? "result" : "gradient passed on", number_text(spot->made)));
  }
  std::string operand_text(Index op, Index value) const {
    const auto inputs = g_.inputs_of(op);
    const auto at = static_cast<std::size_t>(std::find(inputs.begin(), inputs.end(), value) - inputs.begin());
    return fmt::format("`{}`", g_.answer(op, at).input);
  }

  Verdict with_loss(Verdict v) const {
    const Numbers* n = g_.numbers_of(g_.targets[0]);
    if (n != nullptr) v.evidence.push_back(n->finite() ? "the target itself is finite" : "the target itself is not finite");
    return v;
  }

  const SourceQuestion& q_;
  const FlowGraph& g_;
  const PassedEdges& edges_;
  const std::vector<Index> roots_;
  Trail trail_;
  std::vector<Culprit> culprits_;
};

}  // namespace

Cause cause_of_spoilt(const FlowGraph& graph, FlowGraph::Index op, bool forward) {
  switch (graph.def_of(op).spoils) {
    case Spoils::kSqrt0: return Cause::kNanSqrt0;
    case Spoils::kLog0: return Cause::kNanLog0;
    case Spoils::kPow: return Cause::kNanPow;
    case Spoils::kTrig: return Cause::kNanTrig;
    case Spoils::kOverflow: return Cause::kNanOverflow;
    case Spoils::kSpecial: return Cause::kNanSpecial;
    case Spoils::kDiv0: {
      const Numbers* divisor = graph.numbers_of(graph.inputs_of(op).back());
      return divisor != nullptr && divisor->zeros == 0 && divisor->count != 0 ? Cause::kNanOverflow : Cause::kNanDiv0;
    }
    case Spoils::kNo: break;
  }
  const Numbers* made = graph.numbers_of(graph.ops[op].first_output);
  return forward && made != nullptr && made->nans != 0 ? Cause::kNanSpecial : Cause::kNanOverflow;
}

Found judge_not_finite(const SourceQuestion& question, const PassedEdges& edges) { return SpoiltSearch(question, edges).run(); }

}  // namespace whygrad::internal
