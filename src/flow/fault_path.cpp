// The path that a zero or a NaN took from its origin to the source.
#include "flow/fault_path.hpp"

#include <algorithm>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

// A forward search over data: for each value the hop over which it was reached.
class Ways {
 public:
  Ways(const FlowGraph& graph, const std::vector<Index>& from, Index first_op)
      : graph_(graph), by_(graph.values.size()), reached_(graph.values.size()) {
    for (const Index v : from) reached_[v] = 1;
    for (Index op = first_op; op < graph.ops.size(); ++op) enter(op);
  }

  bool reaches(Index value) const { return reached_[value] != 0; }
  // The input through which the op is reached; the number of inputs if it is not.
  std::size_t entry(Index op) const {
    const auto inputs = graph_.inputs_of(op);
    std::size_t i = 0;
    while (i < inputs.size() && (!reaches(inputs[i]) || graph_.answer(op, i).role != Role::kData)) ++i;
    return i;
  }
  void append_way_to(Index value, std::vector<Hop>& hops) const {
    const auto begin = static_cast<std::ptrdiff_t>(hops.size());
    for (; by_[value].op != kNone; value = by_[value].in) hops.push_back(by_[value]);
    std::reverse(hops.begin() + begin, hops.end());
  }

 private:
  void enter(Index op) {
    const FlowGraph::Op& o = graph_.ops[op];
    const std::size_t i = entry(op);
    if (i == o.inputs || graph_.kind_of(op) != OpKind::kCompute) return;
    for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) {
      if (reached_[out] != 0) continue;
      reached_[out] = 1;
      by_[out] = {op, i, graph_.inputs_of(op)[i], out};
    }
  }

  const FlowGraph& graph_;
  std::vector<Hop> by_;
  std::vector<std::uint8_t> reached_;
};

std::vector<Index> outputs_of(const FlowGraph& graph, Index op) {
  std::vector<Index> outputs;
  for (Index out = graph.ops[op].first_output; out < graph.ops[op].first_output + graph.ops[op].outputs; ++out) outputs.push_back(out);
  return outputs;
}

// The values from which data lead to the op.
std::vector<std::uint8_t> leading_to(const FlowGraph& graph, Index blamed) {
  std::vector<std::uint8_t> leads(graph.values.size());
  for (Index op = blamed + 1; op-- > 0;) {
    const FlowGraph::Op& o = graph.ops[op];
    const auto first = leads.begin() + o.first_output;
    const bool wanted = op == blamed || std::any_of(first, first + o.outputs, [](std::uint8_t l) { return l != 0; });
    if (!wanted || graph.kind_of(op) != OpKind::kCompute) continue;
    for (std::size_t i = 0; i < o.inputs; ++i) {
      if (graph.answer(op, i).role == Role::kData) leads[graph.inputs_of(op)[i]] = 1;
    }
  }
  return leads;
}

// The number of hops of the path to keep, so that data lead from there to the op; one more than the path has if none do.
std::size_t kept_hops(const FlowGraph& graph, const FlowPath& path, Index blamed) {
  const std::vector<std::uint8_t> leads = leading_to(graph, blamed);
  for (std::size_t kept = path.hops.size(); kept > 0; --kept) {
    if (path.hops[kept - 1].op < blamed && leads[path.hops[kept - 1].out] != 0) return kept;
  }
  return leads[path.source] != 0 ? 0 : path.hops.size() + 1;
}

// From the last value of the path that leads to the op, through the op, and on to the rest of the path or to the target.
bool detour(const FlowGraph& graph, FlowPath& path, Index blamed) {
  const std::size_t kept = kept_hops(graph, path, blamed);
  if (kept > path.hops.size()) return false;
  const Ways there(graph, {kept == 0 ? path.source : path.hops[kept - 1].out}, kept == 0 ? 0 : path.hops[kept - 1].op + 1);
  const Ways back(graph, outputs_of(graph, blamed), blamed + 1);
  const std::size_t input = there.entry(blamed);
  if (input == graph.ops[blamed].inputs) return false;
  const auto joins = [&](const Hop& hop) { return hop.op > blamed && back.entry(hop.op) != graph.ops[hop.op].inputs; };
  const auto joined = std::find_if(path.hops.begin() + static_cast<std::ptrdiff_t>(kept), path.hops.end(), joins);
  if (joined == path.hops.end() && !back.reaches(path.target)) return false;

  std::vector<Hop> hops(path.hops.begin(), path.hops.begin() + static_cast<std::ptrdiff_t>(kept)), rest(joined, path.hops.end()), way;
  const Index last = graph.inputs_of(blamed)[input];
  there.append_way_to(last, hops);
  Index goal = path.target;
  if (!rest.empty()) {
    rest.front().input = back.entry(rest.front().op);
    rest.front().in = goal = graph.inputs_of(rest.front().op)[rest.front().input];
  }
  back.append_way_to(goal, way);
  path.stops[0].first_hop = path.stops[0].last_hop = hops.size();
  hops.push_back({blamed, input, last, way.empty() ? goal : way.front().in});
  hops.insert(hops.end(), way.begin(), way.end());
  hops.insert(hops.end(), rest.begin(), rest.end());
  path.hops = std::move(hops);
  return true;
}

}  // namespace

void lead_over(const FlowGraph& graph, FlowPath& path, Index blamed) {
  if (blamed == kNone || path.stops.empty()) return;
  Stop& stop = path.stops[0];
  stop.op = blamed;
  const auto on_path = std::find_if(path.hops.begin(), path.hops.end(), [blamed](const Hop& h) { return h.op == blamed; });
  if (on_path != path.hops.end()) {
    stop.first_hop = stop.last_hop = static_cast<std::size_t>(on_path - path.hops.begin());
    return;
  }
  if (detour(graph, path, blamed)) return;
  const Ways from(graph, outputs_of(graph, blamed), blamed + 1);
  for (std::size_t h = 0; h < path.hops.size(); ++h) {
    if (path.hops[h].op <= blamed || from.entry(path.hops[h].op) == graph.ops[path.hops[h].op].inputs) continue;
    path.beside = blamed;
    stop.first_hop = stop.last_hop = h;
    return;
  }
}

}  // namespace whygrad::internal
