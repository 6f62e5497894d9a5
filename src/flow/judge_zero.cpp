// Judges a gradient that is zero although paths lead from the source to the target: finds the op that made it so.
#include "flow/passed_edges.hpp"
#include "flow/reach.hpp"
#include "flow/shrinking.hpp"
#include "flow/zero_verdicts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
constexpr Index kNone = FlowGraph::kNone;
constexpr std::size_t kMostWays = 64;

// An op with a nonzero incoming gradient that passed on only zeros, or one of several ops whose contributions to a value cancel.
struct Kill {
  Hop hop;
  bool cancels = false;
};

class ZeroSearch {
 public:
  ZeroSearch(const SourceQuestion& q, const PassedEdges& edges) : facts_{q, q.graph, edges}, g_(q.graph), edges_(edges), trail_(q.graph, edges) {
    collect();
  }

  Found run() const {
    Found found;
    if (kills_.empty()) {
      found.verdict = unknown();
      return found;
    }
    const std::size_t blamed = first_to_blame();
    found.verdict = judge(kills_[blamed]);
    found.path = path_over(kills_[blamed].hop);
    found.path.stops[0].cause = found.verdict.cause;
    return found;
  }

 private:
  void collect() {
    trail_.start(facts_.question.source);
    for (Index v = trail_.next(); v != kNone; v = trail_.next()) look_at(v);
    // A backward pass begins at the end of the program, and so does the search for the fault.
    std::stable_sort(kills_.begin(), kills_.end(), [](const Kill& a, const Kill& b) { return a.hop.op > b.hop.op; });
  }

  void look_at(Index v) {
    const PassedEdges::Edge* contributor = nullptr;
    for (const PassedEdges::Edge& e : edges_.to(v)) {
      if (!g_.passed_to(e.op, e.input)->all_zero()) contributor = &e;
    }
    if (contributor != nullptr) {
      kills_.push_back({{contributor->op, contributor->input, v, facts_.living_output(contributor->op)}, true});
      return;
    }
    for (const PassedEdges::Edge& e : edges_.to(v)) {
      const Index living = facts_.living_output(e.op);
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

  FlowPath path_over(const Hop& hop) const {
    return trail_.path_over(hop, [](const Numbers& n) { return !n.all_zero(); });
  }

  // If another operand of the op depends on the source as well, the op that stopped that path explains why the target does not change.
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
    std::vector<std::uint8_t> follows;  // computed only if needed
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!taken(i)) continue;
      if (follows.empty()) follows = descendants(g_, {value});
      if (follows[inputs[i]] != 0) return true;
    }
    return false;
  }

  Verdict judge(const Kill& kill) const {
    if (kill.cancels) return cancelled(facts_, kill.hop);
    const bool users = is_users_rule(g_.answer(kill.hop.op, kill.hop.input).flow);  // which only did what it does
    if (!users && shrank_to_nothing(g_, kill.hop)) return vanished(facts_.question, path_over(kill.hop));
    if (g_.gradient_of(kill.hop.out)->count == 0) return without_elements(kill.hop);
    // A step of a gradient that multiplies by 0 is judged like any product with 0.
    const bool of_gradient = g_.ops[kill.hop.op].rule_of_def != kNone && !multiplies_by_zero(g_, kill.hop);
    Verdict v = of_gradient ? constant_slope(facts_, kill.hop.op) : judge_zeroing(facts_, kill.hop);
    if (is_complex(g_.values[kill.hop.in].dtype)) put_first(v, Cause::kComplex);
    return v;
  }

  // There is nothing to learn from no elements.
  Verdict without_elements(const Hop& hop) const {
    Verdict v = facts_.at(Cause::kZeroMasked, hop.op);
    v.why = fmt::format("`{}` made {}, which has no elements, so nothing in the target depends on the source", facts_.name(hop.op),
                        g_.signature(hop.out));
    v.remedy = "look why nothing is left here: an empty batch, a slice beyond the end, a mask that keeps nothing; skip it then";
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

  const ZeroFacts facts_;
  const FlowGraph& g_;
  const PassedEdges& edges_;
  Trail trail_;
  std::vector<Kill> kills_;
};

}  // namespace

Found judge_zero(const SourceQuestion& question, const PassedEdges& edges) { return ZeroSearch(question, edges).run(); }

}  // namespace whygrad::internal
