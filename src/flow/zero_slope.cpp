// Verdicts about zeros from functions whose slope at their input is 0.
#include "flow/zero_verdicts.hpp"

#include <fmt/format.h>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
constexpr Index kNone = FlowGraph::kNone;

Verdict switched_off(const ZeroFacts& facts, Index op) {
  const FlowGraph& g = facts.graph;
  Verdict v = facts.at(Cause::kZeroDeadUnit, op);
  const Numbers* made = g.numbers_of(g.ops[op].first_output);
  v.why = made != nullptr && made->all_zero()
              ? fmt::format("every unit of `{}` is off: its input is at or below 0 everywhere, where its slope is 0", facts.name(op))
              : fmt::format("every unit of `{}` to which a gradient came is where its slope is 0: at or below 0, or at its cap", facts.name(op));
  v.evidence.push_back(facts.range_of_inputs(op));
  if (made != nullptr) v.evidence.push_back(fmt::format("{} of its {} results are 0", made->zeros, made->count));
  return v;
}

// The axis along which the op works has one element.
bool has_single_element(const FlowGraph& g, const Hop& hop) {
  const auto shape = g.shape_of(hop.in);
  return *g.def_of(hop.op).zero.single_element != '\0' && !shape.empty() && shape.back() == 1;
}
Verdict single_element(const ZeroFacts& facts, const Hop& hop) {
  Verdict v = facts.at(Cause::kZeroSaturated, hop.op);
  v.also = {Cause::kZeroCancel};
  v.why = fmt::format("the axis that `{}` works along has one element, and the share of the only one is 1, whatever it is", facts.name(hop.op));
  v.remedy = facts.graph.def_of(hop.op).zero.single_element;
  v.evidence.push_back(fmt::format("`{}` was given {}", facts.name(hop.op), facts.graph.signature(hop.in)));
  return v;
}

// A mask of -Inf leaves one element of each row.
bool leaves_one(const FlowGraph& g, const Hop& hop) {
  const Numbers* given = g.numbers_of(hop.in);
  const auto shape = g.shape_of(hop.in);
  if (given == nullptr || !g.def_of(hop.op).nonfinite.inf_is_mask || given->infs == 0 || given->nans != 0 || shape.empty()) return false;
  const Numbers* made = g.numbers_of(hop.out);
  const auto rows = given->count / static_cast<std::uint64_t>(std::max<std::int64_t>(shape.back(), 1));
  return given->count - given->infs == rows && made != nullptr && made->finite() && made->ones == rows && made->zeros == made->count - rows;
}
Verdict one_left(const ZeroFacts& facts, const Hop& hop) {
  Verdict v = facts.at(Cause::kZeroSaturated, hop.op);
  v.also = {Cause::kZeroMasked};
  v.why = fmt::format(
      "of each row of what `{}` was given all but one element is infinite, as a mask makes it, and the share of the only one left is 1, "
      "whatever it is",
      facts.name(hop.op));
  v.remedy = "leave out rows of which the mask leaves a single element: there is nothing to choose from";
  v.evidence.push_back(facts.range_of_inputs(hop.op));
  return v;
}

// All shares of a whole: they sum to 1 whatever the input is.
bool pulled_alike(const FlowGraph& g, const Hop& hop) {
  const Numbers* made = g.numbers_of(hop.out);
  const Numbers* arrived = g.gradient_of(hop.out);
  return made != nullptr && made->zeros + made->ones < made->count && arrived->min == arrived->max && arrived->count > 1;
}
Verdict same_for_all(const ZeroFacts& facts, const Hop& hop) {
  Verdict v = facts.at(Cause::kZeroCancel, hop.op);
  v.also = {Cause::kZeroSaturated};
  const bool is_target = facts.edges.to(hop.out).empty();
  if (!facts.is_only_added_up(hop.out)) {
    v.why = fmt::format(
        "the same gradient came to all results of `{}`, and these sum to the same whatever its input is, so that it does not move them at "
        "these values",
        facts.name(hop.op));
    v.remedy = "start from values at which its results differ, or use a loss that wants another of each of them, such as a cross-entropy";
  } else {
    v.why = fmt::format("{} `{}`, and these sum to the same whatever its input is",
                        is_target ? "the target has several elements, which are added up: here all results of" : "the target adds up all results of",
                        facts.name(hop.op));
    v.remedy =
        "take the element that should grow, such as p[0, 1], or a loss of single elements, such as a cross-entropy; for a derivative of each "
        "element ask for a jacobian";
  }
  v.evidence.push_back(fmt::format("the same gradient, {:.4g}, arrived at all its {} results", facts.graph.gradient_of(hop.out)->min,
                                   facts.graph.gradient_of(hop.out)->count));
  return v;
}

// A relu written as maximum: all elements are at or below a bound of 0.
bool is_zero_bound(const ZeroFacts& facts, Index value) {
  const Numbers* bound = facts.graph.numbers_of(value);
  return bound != nullptr && bound->count == 1 && bound->zeros == 1 && facts.is_given(value);
}

// "`subtract` at train.py:6": an op whose operands are equal everywhere, but not 0.
std::string equal_operands(const FlowGraph& g, Index value) {
  const Numbers* made = g.numbers_of(value);
  const Index maker = g.values[value].op;
  if (made == nullptr || !made->all_zero() || maker == kNone || g.ops[maker].inputs != 2 || g.def_of(maker).zero.kind != ZeroGradient::kNever)
    return {};
  const Numbers *a = g.numbers_of(g.inputs_of(maker)[0]), *b = g.numbers_of(g.inputs_of(maker)[1]);
  if (a == nullptr || b == nullptr || a->min != b->min || a->max != b->max) return {};  // a remainder, or a sum of opposites
  for (const Index in : g.inputs_of(maker)) {
    const Numbers* n = g.numbers_of(in);
    if (n == nullptr || n->all_zero()) return {};
  }
  return fmt::format("`{}`{}", op_text(g, maker), at_place(g.ops[maker].where));
}

bool none_finite(const Numbers* n) { return n != nullptr && n->count != 0 && n->infs + n->nans == n->count; }

// The first operand that is not finite; kNone if there is none.
Index nonfinite_operand(const FlowGraph& g, Index op) {
  for (std::size_t i = 0; i < g.ops[op].inputs; ++i) {
    const Numbers* n = g.numbers_of(g.inputs_of(op)[i]);
    if (n != nullptr && !n->finite() && g.answer(op, i).role == Role::kData) return g.inputs_of(op)[i];
  }
  return kNone;
}

// The origin of numbers that are not finite, starting from a value that has no others.
struct NonFiniteOrigin {
  Index value = kNone;     // the first of them
  Index taker = kNone;     // the op that used it, if it was given
  Index spreader = kNone;  // the op that computed a finite result from some of them, such as the largest of a row
};
NonFiniteOrigin nonfinite_origin(const FlowGraph& g, Index value) {
  NonFiniteOrigin origin;
  for (Index next = value; next != kNone;) {
    origin.value = next;
    const Index maker = g.values[next].op;
    next = maker != kNone && g.kind_of(maker) == OpKind::kCompute ? nonfinite_operand(g, maker) : kNone;
    if (next == kNone) break;
    origin.taker = maker;
    if (origin.spreader == kNone && !none_finite(g.numbers_of(next))) origin.spreader = maker;
  }
  return origin;
}

}  // namespace

// A capped unit is flat above as well.
Verdict off_or_full(const ZeroFacts& facts, const Hop& hop) {
  const Numbers* made = facts.graph.numbers_of(hop.out);
  return made != nullptr && made->zeros == 0 && made->count != 0 ? saturated(facts, hop) : switched_off(facts, hop.op);
}

Verdict saturated(const ZeroFacts& facts, const Hop& hop) {
  if (has_single_element(facts.graph, hop)) return single_element(facts, hop);
  const Numbers* made = facts.graph.numbers_of(hop.out);
  Verdict v = facts.at(Cause::kZeroSaturated, hop.op);
  v.why = fmt::format("`{}` is saturated: wherever a gradient came to it, its slope is 0 in {}", facts.name(hop.op),
                      name_of(facts.graph.values[hop.in].dtype));
  v.evidence.push_back(facts.range_of_inputs(hop.op));
  if (made == nullptr) return v;
  if (made->min == made->max) {
    v.evidence.push_back(fmt::format("all its results are {:.6g}", made->min));
  } else {
    v.evidence.push_back(fmt::format("its results lie between {:.4g} and {:.4g}", made->min, made->max));
  }
  return v;
}

// For instance the shift of a normalization, which many results share.
Verdict shared_by_many(const ZeroFacts& facts, const Hop& hop) {
  Verdict v = facts.at(Cause::kZeroCancel, hop.op);
  v.remedy = reason(Cause::kZeroCancel).remedy;
  v.why = fmt::format("`{}` adds up what all its results pass to this input, and the contributions cancel each other", facts.name(hop.op));
  v.evidence.push_back(facts.arrived_text(hop));
  v.confidence = Confidence::kLikely;  // each of them may be 0
  return v;
}

Verdict shared_out(const ZeroFacts& facts, const Hop& hop) {
  const FlowGraph& g = facts.graph;
  if (hop.input != 0 && g.passed_to(hop.op, hop.input)->count < g.gradient_of(hop.out)->count) return shared_by_many(facts, hop);
  if (leaves_one(facts.graph, hop)) return one_left(facts, hop);
  if (has_single_element(facts.graph, hop)) return single_element(facts, hop);
  return pulled_alike(facts.graph, hop) ? same_for_all(facts, hop) : saturated(facts, hop);
}

Verdict clipped(const ZeroFacts& facts, const Hop& hop) {
  const auto inputs = facts.graph.inputs_of(hop.op);
  for (std::size_t i = 0; inputs.size() == 2 && i < 2; ++i) {
    if (i == hop.input) continue;
    if (is_zero_bound(facts, inputs[i])) {
      Verdict v = switched_off(facts, hop.op);
      v.also = {Cause::kZeroClip};
      const Numbers* made = facts.graph.numbers_of(facts.graph.ops[hop.op].first_output);
      v.why = fmt::format("`{}` with 0 is at its bound {}, and there its slope is 0", facts.name(hop.op),
                          made != nullptr && made->all_zero() ? "everywhere" : "wherever a gradient came to it");
      return v;
    }
    if (!facts.is_given(inputs[i])) {
      Verdict v = facts.at(Cause::kZeroFlat, hop.op);
      v.also = {Cause::kZeroClip, Cause::kZeroMasked};
      v.why = fmt::format("`{}` took the other operand wherever a gradient came to it, so this one does not matter", facts.name(hop.op));
      v.evidence.push_back(facts.range_of_inputs(hop.op));
      return v;
    }
  }
  Verdict v = facts.at(Cause::kZeroClip, hop.op);
  v.why = fmt::format("every value of `{}` to which a gradient came lies outside of the bounds, where the slope is 0", facts.name(hop.op));
  v.evidence.push_back(facts.range_of_inputs(hop.op));
  return v;
}

Verdict flat(const ZeroFacts& facts, const Hop& hop) {
  const Numbers* given = facts.graph.numbers_of(hop.in);
  // A step function is flat at infinity as everywhere; a power is not.
  if (given != nullptr && (given->nans != 0 || facts.graph.def_of(hop.op).nonfinite.kind != NonFinite::kNever)) {
    if (std::optional<Verdict> v = not_finite_there(facts, hop)) return *std::move(v);
  }
  const FlowGraph& graph = facts.graph;
  const Numbers* base = graph.numbers_of(graph.inputs_of(hop.op)[0]);
  if (graph.def_of(hop.op).nonfinite.kind == NonFinite::kPower && hop.input == 1 && base != nullptr && base->max <= 0) {
    Verdict v = facts.at(Cause::kZeroFlat, hop.op);
    v.why = fmt::format(
        "the derivative of `{}` by its exponent is the result times the logarithm of the base, and is taken as 0 where the base is not "
        "above 0, as everywhere here",
        facts.name(hop.op));
    v.remedy = "make the base positive, as in pow(abs(a) + 1e-6, b), or compute exp(b * log(a)) of a positive a";
    v.evidence.push_back(facts.range_of_inputs(hop.op));
    return v;
  }
  // At the zeros of a unit that is off, such as the square of a hinge, or of a mask.
  const bool has_zeros = given == nullptr || given->zeros != 0;
  if (std::optional<Verdict> origin = has_zeros ? origin_of_zeros(facts, hop.in) : std::nullopt) {
    origin->evidence.push_back(
        fmt::format("`{}`{} was given the zeros that are left, where its slope is 0", facts.name(hop.op), at_place(facts.graph.ops[hop.op].where)));
    return *std::move(origin);
  }
  Verdict v = facts.at(Cause::kZeroFlat, hop.op);
  if (const std::string equal = equal_operands(facts.graph, hop.in); !equal.empty()) {
    v.why = fmt::format("`{}` is at its lowest point, where its slope is 0: the operands of {} are equal everywhere", facts.name(hop.op), equal);
    v.remedy = "nothing is left to learn where both sides are equal; if they should differ, look at what they are made of, or begin elsewhere";
  } else if (const FlowGraph::Answer& answer = graph.answer(hop.op, hop.input); *answer.why != '\0') {  // flat everywhere, as a draw is
    v.why = answer.why;
    v.remedy = answer.remedy;
  } else {
    v.why = fmt::format("`{}` is flat at the values to which a gradient came: its derivative there is 0", facts.name(hop.op));
  }
  v.evidence.push_back(facts.range_of_inputs(hop.op));
  return v;
}

// Eigenvectors of equal eigenvalues are not unique.
Verdict tied(const ZeroFacts& facts, const Hop& hop) {
  const FlowGraph& g = facts.graph;
  const Index first = g.ops[hop.op].first_output;
  const Numbers* values = g.numbers_of(first);
  if (hop.out == first) return flat(facts, hop);  // the eigenvalues themselves have a derivative
  Verdict v = facts.at(Cause::kZeroFlat, hop.op);
  v.also = {Cause::kNanDiv0};
  if (values != nullptr && g.shape_of(first).back() > 1 && values->min == values->max) {
    v.why = fmt::format(
        "all values that `{}` found are equal, so their vectors are not unique; the derivative divides by the differences, which are 0, and is taken "
        "as 0 there",
        facts.name(hop.op));
    v.evidence.push_back(fmt::format("it found {} values, all {:.6g}", values->count, values->min));
    return v;
  }
  v.why = fmt::format(
      "`{}` passes nothing on where the values of the vectors in use are equal, or where the target only uses what never changes, "
      "such as a vector's length",
      facts.name(hop.op));
  v.confidence = Confidence::kLikely;
  return v;
}

Verdict constant_slope(const ZeroFacts& facts, Index op) {
  const FlowGraph& g = facts.graph;
  Verdict v = facts.at(Cause::kSecondOrder, op);
  v.also = {Cause::kZeroFlat};
  v.confidence = Confidence::kLikely;  // the steps of the rule are not distinguished
  const ZeroGradient::Kind kind = g.defs[g.ops[op].rule_of_def].zero.kind;
  const bool of_pieces = kind == ZeroGradient::kDies || kind == ZeroGradient::kClips || kind == ZeroGradient::kFlat;
  if (of_pieces) {
    v.why =
        fmt::format("`{}` is made of straight pieces here: its derivative does not change, so that differentiating it again gives 0", g.name_of(op));
    v.remedy = "use a function with a second derivative in its place, such as tanh, softplus or silu";
  } else {
    v.why = fmt::format("the derivative of `{}` does not change at these values, so that differentiating it again gives 0", g.name_of(op));
    v.remedy = "differentiate less often, or use a function whose derivative changes here";
  }
  return v;
}

std::optional<Verdict> not_finite_there(const ZeroFacts& facts, const Hop& hop) {
  const FlowGraph& g = facts.graph;
  const Index given = none_finite(g.numbers_of(hop.in)) ? hop.in : nonfinite_operand(g, hop.op);
  if (given == kNone || !none_finite(g.numbers_of(given))) return std::nullopt;
  const NonFiniteOrigin origin = nonfinite_origin(g, given);
  const Index maker = g.values[origin.value].op;
  const Numbers& first = *g.numbers_of(origin.value);
  const char* what = first.nans != 0 ? "NaN" : "an infinity";
  const std::string here = fmt::format("`{}`{}", facts.name(hop.op), at_place(g.ops[hop.op].where));
  if (maker != kNone && g.kind_of(maker) == OpKind::kCompute) {
    Verdict v = facts.at(cause_of_nonfinite(g, maker, true), maker);
    v.also = {Cause::kZeroSaturated};
    const char* remedy = g.def_of(maker).nonfinite.remedy;
    v.remedy = *remedy != '\0' ? remedy : reason(v.cause).remedy;
    v.why = fmt::format("`{}` made {} of finite numbers, and there {} has no slope left", facts.name(maker), what, here);
    v.evidence.push_back(facts.range_of_inputs(maker));
    return v;
  }
  const Index taker = origin.taker != kNone ? origin.taker : hop.op;
  Verdict v = facts.at(Cause::kNanData, taker);
  v.also = {Cause::kZeroSaturated, Cause::kZeroDeadUnit};
  v.remedy = fmt::format("write a finite number in its place, or leave those elements out before `{}`", facts.name(hop.op));
  v.why = fmt::format("{} holds {}", value_text(g, origin.value), what);
  if (taker != hop.op) v.why += fmt::format(", which `{}` takes in", facts.name(taker));
  if (origin.spreader != kNone) {
    v.why += fmt::format("; `{}`{} makes all its results of it", facts.name(origin.spreader), at_place(g.ops[origin.spreader].where));
    v.remedy = fmt::format(
        "let `{0}` not take it: give what is to be left out the other sign, or put it in behind the ops that turn it round; or leave "
        "those elements out before `{0}`",
        facts.name(origin.spreader));
  }
  v.why += fmt::format("; {} was given nothing else, and there it has no slope", here);
  if (first.nans != 0) v.remedy = reason(Cause::kNanData).remedy;
  v.evidence.push_back(facts.range_of_inputs(hop.op));
  return v;
}

}  // namespace whygrad::internal
