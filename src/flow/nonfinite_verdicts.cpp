// Verdicts about NaN and Inf, by cause.
#include "flow/nonfinite_verdicts.hpp"

#include "flow/reach.hpp"
#include "flow/shrinking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
constexpr Index kNone = FlowGraph::kNone;

// An Inf in the program itself. Some engines do not show the number of a constant that they make of one, only that it is one infinite number.
bool is_written_infinity(const FlowGraph& g, Index value) {
  const Index maker = g.values[value].op;
  if (maker == kNone) return false;
  if (!std::isnan(g.ops[maker].written)) return std::isinf(g.ops[maker].written);
  const Numbers* n = g.numbers_of(value);
  return g.kind_of(maker) == OpKind::kConstant && n != nullptr && n->count == 1 && n->infs == 1;
}

const FlowGraph::Spot* spot_of(const FlowGraph& g, Index op, Index input) {
  const auto spot = std::find_if(g.spots.begin(), g.spots.end(), [&](const FlowGraph::Spot& s) { return s.op == op && s.input == input; });
  return spot == g.spots.end() ? nullptr : &*spot;
}

class CulpritJudge {
 public:
  CulpritJudge(const NonFiniteFacts& facts, const Culprit& culprit, const FlowPath& path) : f_(facts), g_(facts.graph), c_(culprit), path_(path) {}

  Verdict judge() const {
    if (is_users_rule(g_.answer(c_.hop.op, c_.hop.input).flow)) return with_loss(by_users_rule());
    if (c_.value != kNone && c_.origin == kNone) return with_loss(from_data());
    if (c_.value == kNone && grew_out_of_range(g_, c_.hop)) {
      if (Verdict v = exploded(f_.question, path_); v.op != kNone) return with_loss(std::move(v));
    }
    if (c_.origin != kNone && f_.is_mask(c_.origin)) return with_loss(of_mask());
    if (c_.origin != kNone && f_.nonfinite_input(c_.origin) != kNone && is_written_infinity(g_, f_.roots[f_.nonfinite_input(c_.origin)]))
      return with_loss(of_written_infinity());
    const Index op = c_.origin != kNone ? c_.origin : c_.hop.op;
    if (const Index overflown = overflow_behind(f_, op); overflown != kNone) return with_loss(left_of_infinity(op, overflown));
    Verdict v = c_.origin != kNone ? forward() : backward();
    if (g_.ops[op].rule_of_def != kNone) put_first(v, Cause::kSecondOrder);
    const auto inputs = g_.inputs_of(op);
    if (std::any_of(inputs.begin(), inputs.end(), [this](Index in) { return is_complex(g_.values[in].dtype); })) put_first(v, Cause::kComplex);
    return with_loss(std::move(v));
  }

 private:
  // The user's rule computed it from a finite gradient. It may or may not have used values of the function.
  Verdict by_users_rule() const {
    const Hop& hop = c_.hop;
    const FlowGraph::Op& op = g_.ops[hop.op];
    Verdict v = at(Cause::kCustomGradient, hop.op);
    v.also = {cause_of_nonfinite(g_, c_.origin != kNone ? c_.origin : hop.op, c_.origin != kNone)};
    if (op.returns_at != kNone) v.where = g_.boundaries[op.returns_at];
    v.why = fmt::format("the backward function of `{}` made {} of a gradient that is finite", f_.name(hop.op),
                        NonFiniteFacts::passed_text(*g_.passed_to(hop.op, hop.input)));
    v.remedy =
        "write the backward function so that no step of it overflows, divides by 0 or takes 0 times infinity, as in 1 / (1 + exp(-x)) for exp(x) / "
        "(1 + exp(x))";
    v.evidence.push_back(fmt::format("it stands{}", at_place(op.where)));
    add_spot(v, hop.op, static_cast<Index>(hop.input));
    if (c_.origin != kNone) {
      v.evidence.push_back(
          fmt::format("`{}`{} made {}, which it may have used", f_.name(c_.origin), at_place(g_.ops[c_.origin].where), f_.made_text(c_.value)));
    }
    return v;
  }

  // The op's result is not finite, and the backward pass read it.
  Verdict forward() const {
    const Index op = c_.origin;
    Verdict v = at(cause_of_nonfinite(g_, op, true), op);
    const bool of_infinity = f_.nonfinite_input(op) != kNone;
    if (of_infinity) v.confidence = Confidence::kLikely;
    v.why = fmt::format("`{}` made {} of {}, and the backward pass needs that value", f_.name(op), f_.made_text(c_.value),
                        of_infinity ? "an infinity" : "finite numbers");
    add_spot(v, op, kNone);
    judge_domain(v, op);
    note_underflow(f_, op, v);
    judge_lost_number(f_, op, v);
    judge_hiding(v, c_.value);
    return v;
  }

  // The op's result is finite, and its derivative is not.
  Verdict backward() const {
    const Hop& hop = c_.hop;
    Verdict v = at(cause_of_nonfinite(g_, hop.op, false), hop.op);
    const char* passed = NonFiniteFacts::passed_text(*g_.passed_to(hop.op, hop.input));
    const FlowGraph::Spot* spot = spot_of(g_, hop.op, static_cast<Index>(hop.input));
    const bool zero_arrived = spot != nullptr && !spot->given.empty() && spot->given[0].first == kNone && spot->given[0].second == 0;
    if (g_.numbers_of(hop.out) == nullptr) {
      v.why = fmt::format("what arrived at `{}` is finite, but {} left it backwards", f_.name(hop.op), passed);
    } else if (v.cause == Cause::kNanOverflow && g_.passed_to(hop.op, hop.input)->nans == 0) {
      v.why = fmt::format("what arrived at `{}` is finite, but the gradient that it passes on is more than {} can hold", f_.name(hop.op),
                          name_of(g_.values[hop.in].dtype));
    } else if (f_.nonfinite_value(hop.out)) {
      v.why =
          fmt::format("the derivative of `{}` is not finite where all that it was given and made is: {} left it backwards", f_.name(hop.op), passed);
    } else if (zero_arrived) {
      v.why =
          fmt::format("the result of `{}` is finite, but its slope is not: 0 arrived here, and 0 times an infinite slope is NaN", f_.name(hop.op));
    } else {
      v.why = fmt::format("the result of `{}` is finite, but its derivative is not: {} left it backwards", f_.name(hop.op), passed);
    }
    if (!f_.knows_inputs(hop.op)) v.confidence = Confidence::kLikely;
    add_spot(v, hop.op, static_cast<Index>(hop.input));
    judge_domain(v, hop.op);
    note_underflow(f_, hop.op, v);
    judge_lost_number(f_, hop.op, v);
    return v;
  }

  // A mask of -Inf: a row of nothing else, or an element whose 0 is multiplied with it.
  Verdict of_mask() const {
    const Index op = c_.origin;
    const Numbers& made = *g_.numbers_of(c_.value);
    const bool whole_row = made.nans != 0 || made.count < g_.elements_of(g_.inputs_of(op).back()).value_or(0);
    Verdict v = at(cause_of_nonfinite(g_, op, true), op);
    v.also = {Cause::kNanData};
    if (whole_row) {
      v.why = fmt::format("a whole row of what `{}` was given is -Inf: everything in it is masked, nothing is left, and its result there is {}",
                          f_.name(op), f_.made_text(c_.value));
    } else {
      v.why = fmt::format("the -Inf of a mask is -Inf in the result of `{}` too, and 0 times that is NaN", f_.name(op));
      v.remedy = "mask with a large finite number in place of -Inf, such as -1e9 (-1e4 in float16)";
    }
    const Index value = f_.nonfinite_input(op), root = f_.roots[value];
    const Numbers& n = *g_.numbers_of(value);
    if (g_.values[root].op == kNone || std::isnan(g_.ops[g_.values[root].op].written)) v.confidence = Confidence::kLikely;  // the sign is unknown
    v.evidence.push_back(fmt::format("{} of the {} elements of {} are infinite", n.infs, n.count, value_text(g_, value)));
    if (root != value) v.evidence.push_back(fmt::format("they come from {}", value_text(g_, root)));
    if (const Hidden hidden = hidden_behind(f_, c_.value); hidden.op != kNone) {
      v.also.push_back(Cause::kNanWhere);
      v.evidence.push_back(
          fmt::format("`{}`{} hides the value, not its gradient: 0 times NaN is NaN", f_.name(hidden.op), at_place(g_.ops[hidden.op].where)));
    }
    return v;
  }

  Verdict of_written_infinity() const {
    const Index op = c_.origin, root = f_.roots[f_.nonfinite_input(op)];
    const double written = g_.ops[g_.values[root].op].written;
    Verdict v = at(Cause::kNanData, op);
    v.also = {Cause::kNanOverflow, Cause::kNanSpecial};
    v.why = fmt::format("`{}` made NaN of the {} that was written{}: 0 times it, or it minus itself, is NaN", f_.name(op),
                        std::isnan(written) ? "Inf" : number_text(written), at_place(g_.ops[g_.values[root].op].where));
    v.remedy = "choose between the values with where(), and write a large finite number, such as 1e9 (1e4 in float16), in the place of an infinity";
    judge_hiding(v, c_.value);
    return v;
  }

  Verdict left_of_infinity(Index op, Index overflown) const {
    Verdict v = at(cause_of_nonfinite(g_, overflown, true), overflown);
    v.also = {cause_of_nonfinite(g_, op, false)};
    v.why = fmt::format("`{}` made {} of finite numbers; what is divided by it is 0, and at that 0 `{}`{} is not finite", f_.name(overflown),
                        f_.made_text(g_.ops[overflown].first_output), f_.name(op), at_place(g_.ops[op].where));
    v.confidence = Confidence::kLikely;
    add_spot(v, overflown, kNone);
    return v;
  }

  // The branch of a choice that was not taken: its value is not finite, but the chosen one is.
  void judge_hiding(Verdict& v, Index value) const {
    const Hidden hidden = hidden_behind(f_, value);
    if (hidden.op == kNone) return;
    const std::string hider = fmt::format("`{}`{}", f_.name(hidden.op), at_place(g_.ops[hidden.op].where));
    const std::string made = v.op != kNone && v.op == g_.values[value].op
                                 ? fmt::format("`{}` made {}", f_.name(v.op), f_.made_text(value))
                                 : fmt::format("{} holds {}, which `{}` uses", value_text(g_, value), f_.made_text(value), f_.name(v.op));
    if (hidden.by_condition) {
      put_first(v, Cause::kNanWhere);
      v.why = fmt::format(
          "{}; {} does not take this value, but its gradient is multiplied all the same: 0 from the choice times what is not finite here "
          "is NaN",
          made, hider);
      v.remedy = reason(Cause::kNanWhere).remedy;
    } else if (v.op != kNone) {
      v.also.push_back(Cause::kNanWhere);
      v.why =
          fmt::format("{} where {} leaves the elements out later; the gradient 0 that arrives for them times an infinite slope is NaN", made, hider);
      v.remedy = fmt::format("leave those elements out first, and apply `{}` to what `{}` keeps", f_.name(v.op), f_.name(hidden.op));
    }
  }

  // The value was not finite before any op of the graph used it.
  Verdict from_data() const {
    const Numbers& n = *g_.numbers_of(c_.value);
    const Index variable = g_.values[c_.value].variable;
    const Numbers* target = g_.numbers_of(g_.targets[0]);
    const bool masked_later = target != nullptr && target->finite();
    const Index reader = masked_later ? c_.hop.op : first_reader(c_.value, c_.hop.op);
    Verdict v = at(variable != kNone ? Cause::kExploding : Cause::kNanData, reader);
    v.remedy = reason(v.cause).remedy;
    if (variable != kNone) {
      v.also = {Cause::kNanData};
      v.confidence = Confidence::kLikely;
      v.why = fmt::format("{} {} itself held {} before this step, and `{}` uses it: an earlier update spoiled it", g_.variables[variable].noun,
                          variable_text(g_, variable), f_.made_text(c_.value), f_.name(reader));
      v.remedy = "look at the gradients of the step before; lower the learning rate or clip them";
    } else {
      v.why = fmt::format("{} holds {}; what `{}` makes of it is not finite even where it is left out later", value_text(g_, c_.value),
                          f_.made_text(c_.value), f_.name(reader));
    }
    v.evidence.push_back(fmt::format("{} of the {} elements of {} are not finite", n.nans + n.infs, n.count, value_text(g_, c_.value)));
    judge_hiding(v, c_.value);
    judge_lost_number(f_, reader, v);
    return v;
  }

  // The first op with a gradient that received the value; at the latest `otherwise`.
  Index first_reader(Index value, Index otherwise) const {
    for (Index op = 0; op < otherwise; ++op) {
      if (!g_.recorded(op) || g_.kind_of(op) != OpKind::kCompute || g_.gradient_of(g_.ops[op].first_output) == nullptr) continue;
      const auto inputs = g_.inputs_of(op);
      if (std::find(inputs.begin(), inputs.end(), value) != inputs.end()) return op;
    }
    return otherwise;
  }

  // Keeping away from the bound does not help a value beyond it; nor does a small number help a divisor that does not depend on the source.
  void judge_domain(Verdict& v, Index op) const {
    const FlowGraph::Def& def = g_.def_of(op);
    const auto inputs = g_.inputs_of(op);
    const Numbers* first = inputs.empty() ? nullptr : g_.numbers_of(inputs[0]);
    if (*def.nonfinite.out_of_domain != '\0' && first != nullptr && (first->min < def.nonfinite.low || first->max > def.nonfinite.high)) {
      v.remedy = def.nonfinite.out_of_domain;
      const std::string range = first->min == first->max ? number_text(first->min)
                                                         : fmt::format("numbers between {} and {}", number_text(first->min), number_text(first->max));
      v.evidence.push_back(fmt::format("`{}` was given {}", f_.name(op), range));
    }
    if (v.cause != Cause::kNanDiv0 || def.nonfinite.kind != NonFinite::kDivisionByZero || inputs.size() != 2) return;
    const Numbers* divisor = g_.numbers_of(inputs[1]);
    if (divisor == nullptr || !divisor->all_zero() || descendants(g_, f_.question.source.values)[inputs[1]] != 0) return;
    v.evidence.push_back(fmt::format("the divisor, {}, is 0 whatever {} is", value_text(g_, inputs[1]), source_text(g_, f_.question.source)));
    v.remedy = "leave out the batches and rows for which this divisor is 0, such as those of an empty mask: there is nothing to average";
  }

  Verdict at(Cause cause, Index op) const {
    Verdict v;
    v.cause = cause;
    v.op = op;
    v.where = g_.ops[op].where;
    const FlowGraph::Def& def = g_.def_of(op);
    v.remedy = *def.nonfinite.remedy != '\0' ? def.nonfinite.remedy : reason(cause).remedy;
    return v;
  }

  void add_spot(Verdict& v, Index op, Index input) const {
    const FlowGraph::Spot* spot = spot_of(g_, op, input);
    if (spot == nullptr) return;
    std::string text = spot->at.empty() ? "there" : fmt::format("at [{}]", fmt::join(spot->at, ", "));
    for (const auto& [value, x] : spot->given) {
      if (value != kNone && g_.values[value].op == op) continue;  // the result, which the text describes already
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

  const NonFiniteFacts& f_;
  const FlowGraph& g_;
  const Culprit& c_;
  const FlowPath& path_;
};

}  // namespace

bool Culprit::before(const Culprit& other) const {
  if ((value == kNone) != (other.value == kNone)) return value != kNone;
  if (value == kNone) return hop.op > other.hop.op;
  return (origin != kNone ? origin : 0) < (other.origin != kNone ? other.origin : 0);
}

namespace {

// The program contains an Inf, from which the op computed NaN, as 0 times Inf does.
bool turns_written_infinity_to_nan(const FlowGraph& g, Index op, Index in, Index root) {
  const Numbers* made = g.ops[op].outputs != 0 ? g.numbers_of(g.ops[op].first_output) : nullptr;
  return is_written_infinity(g, root) && g.numbers_of(in)->nans == 0 && made != nullptr && made->nans != 0;
}

}  // namespace

// An infinity in a mask is intended. The op that uses the mask to leave out elements is at fault.
std::vector<Index> NonFiniteFacts::roots_of(const FlowGraph& g) {
  std::vector<Index> roots(g.values.size());
  std::iota(roots.begin(), roots.end(), Index{0});
  for (Index op = 0; op < g.ops.size(); ++op) {
    const Index in = g.kind_of(op) == OpKind::kCompute ? nonfinite_input(g, op) : kNone;
    if (in == kNone || is_mask(g, op, roots[in]) || turns_written_infinity_to_nan(g, op, in, roots[in])) continue;
    const FlowGraph::Op& o = g.ops[op];
    for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) roots[out] = roots[in];
  }
  return roots;
}

Index NonFiniteFacts::nonfinite_input(const FlowGraph& g, Index op) {
  Index infinite = kNone;
  for (const Index in : g.inputs_of(op)) {
    const Numbers* n = g.numbers_of(in);
    if (n != nullptr && n->nans != 0) return in;
    if (nonfinite(n) && infinite == kNone) infinite = in;
  }
  return infinite;
}

bool NonFiniteFacts::is_mask(Index op) const {
  const Index in = nonfinite_input(op);
  return in != kNone && is_mask(graph, op, roots[in]);
}

bool NonFiniteFacts::is_mask(const FlowGraph& g, Index op, Index root) {
  if (!g.def_of(op).nonfinite.inf_is_mask || g.numbers_of(root)->nans != 0 || g.numbers_of(nonfinite_input(g, op))->nans != 0) return false;
  const Index maker = g.values[root].op;
  if (maker == kNone) return true;
  const double written = g.ops[maker].written;
  return (g.gives_data(maker) || std::isinf(written)) && !(written > 0);
}

bool NonFiniteFacts::knows_inputs(Index op) const {
  const auto inputs = graph.inputs_of(op);
  return std::all_of(inputs.begin(), inputs.end(), [this](Index v) { return graph.numbers_of(v) != nullptr; });
}

Verdict judge_culprit(const NonFiniteFacts& facts, const Culprit& culprit, const FlowPath& path) {
  return CulpritJudge(facts, culprit, path).judge();
}

Cause cause_of_nonfinite(const FlowGraph& graph, FlowGraph::Index op, bool forward) {
  const FlowGraph::Def& def = graph.def_of(op);
  if (def.nonfinite.kind == NonFinite::kDivisionByZero) {
    const Numbers* divisor = graph.numbers_of(graph.inputs_of(op).back());
    return divisor != nullptr && divisor->zeros == 0 && divisor->count != 0 ? Cause::kNanOverflow : Cause::kNanDiv0;
  }
  if (def.nonfinite.kind == NonFinite::kEmptyMean) {
    const Numbers* averaged = graph.numbers_of(graph.inputs_of(op)[0]);
    return averaged != nullptr && averaged->count != 0 ? Cause::kNanOverflow : Cause::kNanDiv0;
  }
  if (def.nonfinite.kind != NonFinite::kNever) return cause_of(def.nonfinite.kind);
  const Numbers* made = graph.numbers_of(graph.ops[op].first_output);
  return forward && made != nullptr && made->nans != 0 ? Cause::kNanSpecial : Cause::kNanOverflow;
}

Cause cause_of(NonFinite::Kind kind) {
  switch (kind) {
    case NonFinite::kRootOfZero: return Cause::kNanSqrt0;
    case NonFinite::kLogOfZero: return Cause::kNanLog0;
    case NonFinite::kDivisionByZero:
    case NonFinite::kSingularMatrix:
    case NonFinite::kEmptyRow:
    case NonFinite::kEmptyMean: return Cause::kNanDiv0;
    case NonFinite::kPower: return Cause::kNanPow;
    case NonFinite::kDomainEdge: return Cause::kNanTrig;
    case NonFinite::kSpecialFunction: return Cause::kNanSpecial;
    case NonFinite::kOverflow:
    case NonFinite::kNever: break;
  }
  return Cause::kNanOverflow;
}

}  // namespace whygrad::internal
