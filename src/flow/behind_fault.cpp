// Finds further faults behind the one to blame for a gradient that is zero or not finite.
#include "flow/behind_fault.hpp"

#include "flow/nonfinite_verdicts.hpp"
#include "flow/reach.hpp"
#include "flow/zero_verdicts.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
constexpr Index kNone = FlowGraph::kNone;
constexpr std::size_t kMostBehind = 15;

bool is_known(const Numbers* n) { return n != nullptr && n->count != 0 && n->finite(); }

// What an op was given on the path, and what it made.
struct Passage {
  const FlowGraph& g;
  const Hop& hop;
  const Numbers& given;
  const Numbers& made;

  // The other operand of an op that has two.
  const Numbers* other() const {
    const auto inputs = g.inputs_of(hop.op);
    return inputs.size() == 2 ? g.numbers_of(inputs[1 - hop.input]) : nullptr;
  }
  bool elementwise() const { return g.same_shape(hop.in, hop.out); }
  // All results are 0 or 1 in magnitude, and none was computed from such a number, as tanh(0) is.
  bool ends_at_0_or_1() const { return given.zeros == 0 && given.ones == 0 && made.zeros + made.ones == made.count; }
  bool differs_and_makes_the_same() const { return given.min != given.max && made.min == made.max; }
  bool is_outside() const { return given.max < made.min || given.min > made.max; }
};

bool is_flat(const Passage& p) {
  const Numbers* other = p.other();
  if (p.g.def_of(p.hop.op).nonfinite.kind == NonFinite::kPower)  // flat at 0 for exponents above 1
    return p.hop.input == 0 && p.given.all_zero() && is_known(other) && other->min > 1;
  if (!p.elementwise()) return false;
  return other != nullptr ? p.made.all_zero() : p.given.all_zero() || p.ends_at_0_or_1();
}

// A condition that chooses the other value everywhere.
bool is_left_out(const Passage& p) {
  const auto inputs = p.g.inputs_of(p.hop.op);
  bool before = false;  // whether the value that a true condition chooses stands before this one
  const Numbers* condition = nullptr;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Role role = p.g.answer(p.hop.op, i).role;
    if (role == Role::kCondition) condition = p.g.numbers_of(inputs[i]);
    if (role == Role::kData && i < p.hop.input) before = true;
  }
  return is_known(condition) && (before ? condition->zeros == 0 : condition->all_zero());
}

bool passes_nothing(const Passage& p) {
  switch (p.g.def_of(p.hop.op).zero.kind) {
    case ZeroGradient::kDies: return p.made.all_zero() || (p.made.min == p.made.max && p.given.min > p.made.max);  // off, or at its cap
    case ZeroGradient::kSaturates:
    case ZeroGradient::kUnderflows: return p.elementwise() && (p.ends_at_0_or_1() || p.differs_and_makes_the_same());
    case ZeroGradient::kNormalizes: return p.elementwise() && p.made.ones != 0 && p.made.zeros + p.made.ones == p.made.count;
    case ZeroGradient::kClips: return p.is_outside();
    case ZeroGradient::kFlat: return is_flat(p);
    case ZeroGradient::kZeroFactor: return multiplies_by_zero(p.g, p.hop);
    case ZeroGradient::kMasks: return is_left_out(p);
    case ZeroGradient::kTies:
    case ZeroGradient::kNever: break;
  }
  return false;
}

Cause cause_of(ZeroGradient::Kind kind) {
  switch (kind) {
    case ZeroGradient::kDies: return Cause::kZeroDeadUnit;
    case ZeroGradient::kClips: return Cause::kZeroClip;
    case ZeroGradient::kFlat:
    case ZeroGradient::kTies: return Cause::kZeroFlat;
    case ZeroGradient::kMasks:
    case ZeroGradient::kZeroFactor: return Cause::kZeroMasked;
    default: return Cause::kZeroSaturated;
  }
}

bool has_infinite_slope(const Passage& p) {
  const NonFinite& nonfinite = p.g.def_of(p.hop.op).nonfinite;
  const Numbers* other = p.other();
  switch (nonfinite.kind) {
    case NonFinite::kRootOfZero: return p.elementwise() && p.given.zeros != 0;
    case NonFinite::kPower: return p.hop.input == 0 && p.given.zeros != 0 && is_known(other) && other->max < 1 && other->min > 0;
    case NonFinite::kDomainEdge: return p.given.min <= nonfinite.low || p.given.max >= nonfinite.high;
    default: return false;
  }
}

// Calls `judge` for the ops on the path between the source and the fault, the last one first. What it gives is added to the finding.
template <class F>
void add_behind(const FlowGraph& g, Found& found, F&& judge) {
  if (found.path.stops.empty()) return;
  for (std::size_t h = std::min(found.path.stops[0].first_hop, found.path.hops.size()); h-- > 0 && found.others.size() < kMostBehind;) {
    const Hop& hop = found.path.hops[h];
    const FlowGraph::Op& op = g.ops[hop.op];
    const bool judged = g.kind_of(hop.op) == OpKind::kCompute && op.rule_of_def == kNone && !is_users_rule(g.answer(hop.op, hop.input).flow);
    const auto known = [&hop](const Verdict& v) { return v.op == hop.op; };
    if (!judged || g.gradient_of(hop.out) == nullptr || g.passed_to(hop.op, hop.input) == nullptr || known(found.verdict)) continue;
    if (std::any_of(found.others.begin(), found.others.end(), known)) continue;
    std::optional<Verdict> v = judge(hop);
    if (!v || v->op != hop.op) continue;
    found.path.stops.push_back({v->cause, hop.op, h, h});
    found.others.push_back(*std::move(v));
  }
}

// The ops in front of a hop of the path that are no clips: what a function clips is often bounded below and above by one op each.
std::size_t before_clips(const FlowGraph& g, const FlowPath& path, std::size_t hop) {
  while (hop-- > 0) {
    if (g.def_of(path.hops[hop].op).zero.kind != ZeroGradient::kClips) return hop;
  }
  return path.hops.size();
}

// Whether a bound of one number cut everything off, one that the program wrote or one that it computed (1 - epsilon).
bool cuts_off(const FlowGraph& g, const Verdict& v, const Hop& hop) {
  if (v.cause == Cause::kZeroClip) return true;
  if (v.cause != Cause::kZeroFlat || v.op != hop.op || g.def_of(hop.op).zero.kind != ZeroGradient::kClips) return false;
  const auto inputs = g.inputs_of(hop.op);
  const Numbers* bound = inputs.size() == 2 ? g.numbers_of(inputs[1 - hop.input]) : nullptr;
  return bound != nullptr && bound->count == 1;
}

// The results of a saturated op lie outside of a clip's bounds only because it is saturated, such as probabilities of exactly 1 in a loss that clips
// them. It is to blame, and its remedy mends the clip too.
void blame_saturation(const FlowGraph& g, Found& found) {
  if (found.path.stops.empty() || !cuts_off(g, found.verdict, found.path.hops[found.path.stops[0].first_hop])) return;
  const std::size_t hop = before_clips(g, found.path, found.path.stops[0].first_hop);
  if (hop == found.path.hops.size()) return;
  const Index maker = found.path.hops[hop].op;
  const auto other = std::find_if(found.others.begin(), found.others.end(), [maker](const Verdict& v) { return v.op == maker; });
  if (other == found.others.end() || other->cause != Cause::kZeroSaturated) return;
  const auto stop = std::find_if(found.path.stops.begin(), found.path.stops.end(), [maker](const Stop& s) { return s.op == maker; });
  std::swap(found.verdict, *other);
  std::swap(found.path.stops[0], *stop);
  found.verdict.also.push_back(other->cause);
  other->remedy.clear();
}

}  // namespace

void add_zeros_behind(const SourceQuestion& question, const PassedEdges& edges, Found& found) {
  const ZeroFacts facts{question, question.graph, edges};
  const FlowGraph& g = question.graph;
  add_behind(g, found, [&](const Hop& hop) -> std::optional<Verdict> {
    const Numbers *given = g.numbers_of(hop.in), *made = g.numbers_of(hop.out);
    if (!is_known(given) || !is_known(made) || !passes_nothing({g, hop, *given, *made})) return std::nullopt;
    return judge_zeroing(facts, hop);
  });
  blame_saturation(g, found);
}

void add_nonfinite_behind(const SourceQuestion& question, const PassedEdges& edges, Found& found) {
  const NonFiniteFacts facts(question);
  const ZeroFacts zeros{question, question.graph, edges};
  const FlowGraph& g = question.graph;
  add_behind(g, found, [&](const Hop& hop) -> std::optional<Verdict> {
    const Numbers *given = g.numbers_of(hop.in), *made = g.numbers_of(hop.out);
    if (!is_known(given) || made == nullptr || facts.nonfinite_input(hop.op) != kNone) return std::nullopt;
    if (!made->finite()) return judge_culprit(facts, {hop, hop.out, hop.op}, found.path);
    const Passage passage{g, hop, *given, *made};
    if (has_infinite_slope(passage)) return judge_culprit(facts, {hop}, found.path);
    // NaN times a slope of 0 is NaN; once the NaN is mended, 0 is left.
    if (passes_nothing(passage)) return zeros.at(cause_of(g.def_of(hop.op).zero.kind), hop.op);
    return std::nullopt;
  });
}

}  // namespace whygrad::internal
