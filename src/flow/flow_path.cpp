// Finds the path from a source to a target with the fewest breaks.
#include "flow/flow_path.hpp"

#include "flow/reach.hpp"

#include <algorithm>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

// Crossings where no gradient is expected weigh more than all breaks together, and most of all those that pass on only a shape. An intentional break
// weighs slightly more than another one, so that of two paths with as many breaks the unintentional ones are shown.
using Cost = std::uint64_t;
constexpr Cost kFar = ~Cost{0};
constexpr Cost kShapeOnly = Cost{1} << 52, kCrossing = Cost{1} << 40, kBreak = 256, kMeant = 1;

bool is_event(OpKind kind) { return kind != OpKind::kCompute; }

// Whether an op makes floating numbers of integers or truth values. That it passes no gradient to these is a consequence of what made them.
bool leaves_integers(const FlowGraph& graph, const Hop& hop) {
  const FlowDType in = graph.values[hop.in].dtype;
  const bool numbers = !is_differentiable(in) && in != FlowDType::kString && in != FlowDType::kOther && in != FlowDType::kU8;  // bytes may be text
  return numbers && is_differentiable(graph.values[hop.out].dtype) && graph.answer(hop.op, hop.input).role == Role::kData;
}

// Whether the input holds no numbers, as the iterator of a data set does not. A gradient has been lost before that.
bool holds_no_numbers(const FlowGraph& graph, const Hop& hop) {
  const GradientFlow flow = graph.answer(hop.op, hop.input).flow;
  return graph.values[hop.in].dtype == FlowDType::kOther && (flow == GradientFlow::kNoDerivative || flow == GradientFlow::kNoRule);
}

// What the op itself does to a gradient between this input and this output.
std::optional<Cause> stopped_by_op(const FlowGraph& graph, const Hop& hop) {
  if (graph.answer(hop.op, hop.input).flow == GradientFlow::kNoDerivative && leaves_integers(graph, hop)) return std::nullopt;
  if (holds_no_numbers(graph, hop)) return std::nullopt;
  switch (graph.answer(hop.op, hop.input).flow) {
    case GradientFlow::kNoDerivative: return Cause::kNondiffOp;
    case GradientFlow::kNoRule: return Cause::kNoGradientRegistered;
    case GradientFlow::kStopGradient: return Cause::kStopGradient;
    case GradientFlow::kState: return Cause::kStateful;
    case GradientFlow::kCopy: return Cause::kWrongSource;
    case GradientFlow::kHostRead: return Cause::kLeftFramework;
    case GradientFlow::kReplaced:
    case GradientFlow::kUnanswered: return Cause::kCustomGradient;
    case GradientFlow::kFlows:
    case GradientFlow::kUserRule: break;
  }
  // Only the step from floating numbers to others is a break. The missing gradient of later values is a consequence.
  if (is_differentiable(graph.values[hop.in].dtype) && !is_differentiable(graph.values[hop.out].dtype)) return Cause::kIntDtype;
  return std::nullopt;
}

// Events compute nothing, so no tape would have recorded them.
std::optional<Cause> stopped_by_tape(const FlowGraph& graph, Index op) {
  if (is_event(graph.kind_of(op))) return std::nullopt;
  switch (graph.ops[op].standing) {
    case FlowGraph::Standing::kRecorded: return std::nullopt;
    case FlowGraph::Standing::kPaused: return Cause::kTapePaused;
    case FlowGraph::Standing::kReset: return Cause::kTapeReset;
    case FlowGraph::Standing::kBefore:
    case FlowGraph::Standing::kBetween:
    case FlowGraph::Standing::kAfter: break;
  }
  return Cause::kOutsideTape;
}

bool is_crossing(const FlowGraph& graph, const Hop& hop) {
  const FlowGraph::Answer& answer = graph.answer(hop.op, hop.input);
  if (answer.role != Role::kData || answer.flow == GradientFlow::kHostRead) return true;
  return (answer.flow == GradientFlow::kState || answer.flow == GradientFlow::kCopy) && !graph.recorded(hop.op);
}

class Search {
 public:
  Search(const FlowGraph& graph, const std::vector<std::uint8_t>& carries, const FlowGraph::Source& source)
      : graph_(graph), carries_(carries), source_(source), nodes_(graph.values.size()) {}

  FlowPath run(const std::vector<Index>& targets) {
    for (const Index v : source_.values) nodes_[v] = {0, kSourceMark};
    for (Index op = 0; op < graph_.ops.size(); ++op) relax(op);
    FlowPath path;
    Cost best = kFar;
    for (const Index t : targets) {
      if (nodes_[t].cost >= best) continue;
      best = nodes_[t].cost;
      path.target = t;
    }
    if (best == kFar) return path;
    path.connected = true;
    trace(path);
    collect_stops(path);
    return path;
  }

 private:
  static constexpr std::uint32_t kSourceMark = 0xffffffffu;
  struct Node {
    Cost cost = kFar;
    std::uint32_t input = 0;  // the input of the value's op on the path; kSourceMark for the source
  };

  bool is_source(Index value) const { return nodes_[value].input == kSourceMark; }

  void relax(Index op) {
    const auto inputs = graph_.inputs_of(op);
    const FlowGraph::Op& o = graph_.ops[op];
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (nodes_[inputs[i]].cost == kFar) continue;
      for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) {
        const Cost cost = nodes_[inputs[i]].cost + cost_of({op, i, inputs[i], out});
        if (cost < nodes_[out].cost) nodes_[out] = {cost, static_cast<std::uint32_t>(i)};
      }
    }
  }

  Cost cost_of(const Hop& hop) const {
    Cost cost = !reads_values(graph_, hop.op, hop.input) ? kShapeOnly : is_crossing(graph_, hop) ? kCrossing : 0;
    const std::optional<Cause> own = stopped_by_op(graph_, hop);
    if (own && !continues_state(hop)) cost += is_meant(hop) ? kBreak + kMeant : kBreak;
    if (stopped_by_tape(graph_, hop.op) && begins_run(hop)) cost += kBreak;
    if (is_source(hop.in) && stopped_by_source(hop)) cost += kBreak;
    return cost;
  }

  // Whether the program stops or redirects the gradient intentionally.
  bool is_meant(const Hop& hop) const {
    const GradientFlow flow = graph_.answer(hop.op, hop.input).flow;
    return flow == GradientFlow::kStopGradient || flow == GradientFlow::kReplaced;
  }

  // Consecutive ops outside of the tape for the same reason are one break.
  bool begins_run(const Hop& hop) const {
    return is_source(hop.in) || stopped_by_tape(graph_, graph_.values[hop.in].op) != stopped_by_tape(graph_, hop.op);
  }

  // The value was assembled for this assignment, as for a write to a part of a variable: both steps are one break.
  bool continues_state(const Hop& hop) const {
    if (is_source(hop.in) || graph_.answer(hop.op, hop.input).flow != GradientFlow::kState) return false;
    return graph_.answer(graph_.values[hop.in].op, nodes_[hop.in].input).flow == GradientFlow::kState;
  }

  bool stopped_by_source(const Hop& hop) const {
    if (!is_differentiable(graph_.values[hop.in].dtype)) return true;
    if (!graph_.recorded(hop.op) || is_event(graph_.kind_of(hop.op))) return false;
    if (watched_by(graph_, hop.in, hop.op) || carries_[hop.in] != 0) return false;
    return !graph_.values[hop.in].looks_back || !makes_any(graph_, hop.op, carries_);
  }

  void trace(FlowPath& path) const {
    Index v = path.target;
    while (!is_source(v)) {
      const Index op = graph_.values[v].op;
      const std::size_t input = nodes_[v].input;
      const Index in = graph_.inputs_of(op)[input];
      path.hops.push_back({op, input, in, v});
      v = in;
    }
    path.source = v;
    std::reverse(path.hops.begin(), path.hops.end());
  }

  void collect_stops(FlowPath& path) const {
    std::optional<Cause> run;
    std::size_t run_stop = 0;
    for (std::size_t h = 0; h < path.hops.size(); ++h) {
      const Hop& hop = path.hops[h];
      if (h == 0 && stopped_by_source(hop)) path.stops.push_back({Cause::kNotWatched, kNone, 0, 0});
      const std::optional<Cause> missed = stopped_by_tape(graph_, hop.op);
      if (missed && run == missed) {
        path.stops[run_stop].op = hop.op;  // the tape's side used the last one of them
        path.stops[run_stop].last_hop = h;
      } else if (missed) {
        run_stop = path.stops.size();
        path.stops.push_back({*missed, hop.op, h, h});
      }
      run = missed;
      const std::optional<Cause> own = stopped_by_op(graph_, hop);
      if (!own || continues_state(hop)) continue;
      // Under the tape a copy or a write would be a break too, so its earlier computation is not the cause.
      const bool copied = (own == Cause::kWrongSource || own == Cause::kStateful) && !path.stops.empty() &&
                          path.stops.back().cause == Cause::kOutsideTape && path.stops.back().last_hop + 1 == h;
      if (copied) {
        path.stops.back() = {*own, hop.op, path.stops.back().first_hop, h};
      } else {
        path.stops.push_back({*own, hop.op, h, h});
      }
    }
    const bool itself = path.hops.empty() && carries_[path.target] == 0 && graph_.values[path.target].watched_from == kNone;
    if (itself) path.stops.push_back({Cause::kNotWatched, kNone, 0, 0});
  }

  const FlowGraph& graph_;
  const std::vector<std::uint8_t>& carries_;
  const FlowGraph::Source& source_;
  std::vector<Node> nodes_;
};

}  // namespace

std::optional<Cause> stop_at(const FlowGraph& graph, const Hop& hop) {
  const std::optional<Cause> own = stopped_by_op(graph, hop);
  return own ? own : stopped_by_tape(graph, hop.op);
}

FlowPath cheapest_path(const FlowGraph& graph, const std::vector<std::uint8_t>& carries, const FlowGraph::Source& source,
                       const std::vector<Index>& targets) {
  return Search(graph, carries, source).run(targets);
}

}  // namespace whygrad::internal
