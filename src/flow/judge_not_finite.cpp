// Judges a gradient that is NaN or infinite: finds the first op that made it so.
#include "flow/nonfinite_verdicts.hpp"
#include "flow/passed_edges.hpp"

#include <algorithm>
#include <cmath>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
constexpr Index kNone = FlowGraph::kNone;
constexpr std::size_t kMostJudged = 16;

class NonFiniteSearch {
 public:
  NonFiniteSearch(const SourceQuestion& q, const PassedEdges& edges) : facts_(q), g_(q.graph), edges_(edges), trail_(q.graph, edges) { collect(); }

  Found run() const {
    Found found;
    if (culprits_.empty()) {
      found.verdict = from_outside();
      return found;
    }
    found.path = path_over(culprits_[0].hop);
    found.verdict = judge_culprit(facts_, culprits_[0], found.path);
    found.path.stops[0].cause = found.verdict.cause;
    for (std::size_t k = 1; k < std::min(culprits_.size(), kMostJudged); ++k) {
      Verdict other = judge_culprit(facts_, culprits_[k], path_over(culprits_[k].hop));
      const auto same = [&other](const Verdict& v) { return v.op == other.op; };
      if (!same(found.verdict) && std::none_of(found.others.begin(), found.others.end(), same)) found.others.push_back(std::move(other));
    }
    return found;
  }

 private:
  static bool nonfinite(const Numbers* n) { return NonFiniteFacts::nonfinite(n); }

  void collect() {
    trail_.start(facts_.question.source);
    for (Index v = trail_.next(); v != kNone; v = trail_.next()) {
      for (const PassedEdges::Edge& e : edges_.to(v)) {
        if (nonfinite(g_.passed_to(e.op, e.input))) look_at({e.op, e.input, v, kNone});
      }
    }
    std::stable_sort(culprits_.begin(), culprits_.end(), [](const Culprit& a, const Culprit& b) { return a.before(b); });
  }

  void look_at(Hop hop) {
    const FlowGraph::Op& op = g_.ops[hop.op];
    Index sound = kNone;
    bool arrived_nonfinite = false;
    for (Index out = op.first_output; out < op.first_output + op.outputs; ++out) {
      if (g_.gradient_of(out) == nullptr) continue;
      hop.out = out;
      if (nonfinite(g_.gradient_of(out))) {
        arrived_nonfinite = true;
        trail_.follow(hop);
      } else {
        sound = out;
      }
    }
    if (arrived_nonfinite || sound == kNone) return;
    hop.out = sound;
    culprits_.push_back(trace(hop));
  }

  // The values that the op's rule may have read, and the ops that made them not finite.
  Culprit trace(const Hop& hop) const {
    Index value = facts_.nonfinite_input(hop.op);
    if ((value == kNone || facts_.is_mask(hop.op)) && facts_.nonfinite_value(hop.out)) value = hop.out;
    if (value == kNone || spoils_finite_elements(hop)) return {hop};
    const Index root = facts_.roots[value], maker = g_.values[root].op;
    const bool made = maker != kNone && g_.kind_of(maker) == OpKind::kCompute && g_.ops[maker].inputs != 0 && facts_.knows_inputs(maker);
    return {hop, root, made ? maker : kNone};
  }

  // Whether all elements from which the op computed its first NaN or Inf are finite. If so, other operands or results that are not finite are not
  // involved.
  bool spoils_finite_elements(const Hop& hop) const {
    const auto spot = std::find_if(g_.spots.begin(), g_.spots.end(),
                                   [&hop](const FlowGraph::Spot& s) { return s.op == hop.op && s.input == static_cast<Index>(hop.input); });
    if (spot == g_.spots.end() || spot->given.size() < g_.ops[hop.op].inputs + 2u) return false;  // the gradient, all operands and the result
    return std::all_of(spot->given.begin(), spot->given.end(), [](const auto& given) { return std::isfinite(given.second); });
  }

  FlowPath path_over(const Hop& hop) const {
    return trail_.path_over(hop, [](const Numbers&) { return true; });
  }

  // No op of the graph is at fault: the incoming gradient was not finite.
  Verdict from_outside() const {
    Verdict v;
    v.where = g_.tape.asked_at;
    const auto target = std::find_if(g_.targets.begin(), g_.targets.end(), [this](Index t) { return nonfinite(g_.gradient_of(t)); });
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

  const NonFiniteFacts facts_;
  const FlowGraph& g_;
  const PassedEdges& edges_;
  Trail trail_;
  std::vector<Culprit> culprits_;
};

}  // namespace

Found judge_not_finite(const SourceQuestion& question, const PassedEdges& edges) { return NonFiniteSearch(question, edges).run(); }

}  // namespace whygrad::internal
