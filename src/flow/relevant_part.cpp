// Extracts the part of a flow graph that is relevant to its question.
#include "flow/relevance.hpp"

#include <algorithm>
#include <unordered_set>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

bool all_sources_lead_to_target(const FlowGraph& g, const Relevance& relevance) {
  std::unordered_set<Index> unseen;
  for (const FlowGraph::Source& source : g.sources) unseen.insert(source.values.front());
  for (std::size_t op = g.ops.size(); op-- > 0 && !unseen.empty();) {
    if (!relevance.leads_to_target(op)) continue;
    for (const Index in : g.inputs_of(static_cast<Index>(op))) unseen.erase(in);
  }
  return unseen.empty();
}

Relevance relevance_of(const FlowGraph& g) {
  Relevance relevance(g.values.size());
  std::vector<std::uint8_t> asked(g.variables.size());
  for (const FlowGraph::Source& source : g.sources) {
    if (source.variable != kNone) asked[source.variable] = 1;
  }
  for (Index op = 0; op < g.ops.size(); ++op) {
    const FlowGraph::Op& o = g.ops[op];
    const OpKind kind = g.kind_of(op);
    relevance.enter(o.first_output, o.outputs, g.inputs_of(op),
                    {.writes = kind == OpKind::kAssign,
                     .backward_pass = g.def_of(op).backward_pass || o.rule_of_def != kNone,
                     .old = o.standing == FlowGraph::Standing::kBefore,
                     .chooses = kind == OpKind::kChoice || kind == OpKind::kLoopEnd});
  }
  for (Index v = 0; v < g.values.size(); ++v) {
    if (g.values[v].variable != kNone && asked[g.values[v].variable] != 0) relevance.mark_old_source(v);
  }
  for (const Index target : g.targets) relevance.mark_target(target);
  for (const FlowGraph::Source& source : g.sources) {
    relevance.mark_source(source.values.front());
    for (const Index old : source.values) relevance.mark_old_source(old);
  }
  relevance.search();
  if (all_sources_lead_to_target(g, relevance)) relevance.forget_side_ways();
  return relevance;
}

// Copies the relevant ops and values, with new indices.
class Part {
 public:
  Part(const FlowGraph& whole, const Relevance& relevance)
      : whole_(whole), relevance_(relevance), part_(whole), new_op_(whole.ops.size() + 1), new_value_(whole.values.size(), kNone) {
    part_.ops.clear();
    part_.inputs.clear();
    part_.passed.clear();
    part_.values.clear();
    part_.extents.clear();
    part_.spots.clear();
  }

  FlowGraph take() {
    for (Index op = 0; op < whole_.ops.size(); ++op) {
      new_op_[op] = static_cast<Index>(part_.ops.size());
      if (relevance_.is_relevant(op)) copy_op(op);
    }
    new_op_.back() = static_cast<Index>(part_.ops.size());
    for (Index& target : part_.targets) target = value(target);
    for (FlowGraph::Source& source : part_.sources) take_source(source);
    for (FlowGraph::Value& v : part_.values) {
      if (v.watched_from != kNone) v.watched_from = new_op_[v.watched_from];
    }
    copy_spots();
    return std::move(part_);
  }

 private:
  // The current values, and those earlier ones that are included.
  void take_source(FlowGraph::Source& source) {
    const std::vector<Index> before = std::move(source.values);
    source.values = {value(before.front())};
    for (std::size_t i = 1; i < before.size(); ++i) {
      if (new_value_[before[i]] != kNone) source.values.push_back(new_value_[before[i]]);
    }
  }

  void copy_op(Index op) {
    FlowGraph::Op o = whole_.ops[op];
    if (o.rule_of != kNone) o.rule_of = relevance_.is_relevant(o.rule_of) ? new_op_[o.rule_of] : kNone;
    const auto kept = relevance_.inputs_of(op);  // fewer than the op has if a training step was cut off
    const Index first_input = o.first_input;
    o.first_input = static_cast<Index>(part_.inputs.size());
    o.inputs = static_cast<std::uint16_t>(kept.size());
    for (std::size_t i = 0; i < kept.size(); ++i) {
      part_.inputs.push_back(value(kept[i]));
      if (!whole_.passed.empty()) part_.passed.push_back(whole_.passed[first_input + i]);
    }
    const Index first_output = o.first_output;
    o.first_output = static_cast<Index>(part_.values.size());
    for (Index v = first_output; v < first_output + o.outputs; ++v) {
      new_value_[v] = copy_value(v);
      part_.values.back().op = static_cast<Index>(part_.ops.size());
    }
    part_.ops.push_back(o);
  }

  // A value whose op is left out descends from no source; otherwise the op would be included.
  Index value(Index old) {
    if (new_value_[old] != kNone) return new_value_[old];
    new_value_[old] = copy_value(old);
    FlowGraph::Value& v = part_.values.back();
    if (v.op != kNone) {
      v.op = kNone;
      v.origin = FlowGraph::Origin::kOld;
    }
    return new_value_[old];
  }
  Index copy_value(Index old) {
    FlowGraph::Value v = whole_.values[old];
    const auto shape = whole_.shape_of(old);
    v.first_extent = static_cast<Index>(part_.extents.size());
    part_.extents.insert(part_.extents.end(), shape.begin(), shape.end());
    part_.values.push_back(v);
    return static_cast<Index>(part_.values.size() - 1);
  }

  void copy_spots() {
    for (FlowGraph::Spot spot : whole_.spots) {
      if (spot.op != kNone) {
        if (!relevance_.is_relevant(spot.op)) continue;
        spot.op = new_op_[spot.op];
      }
      for (auto& [v, number] : spot.given) {
        if (v != kNone) v = value(v);
      }
      part_.spots.push_back(std::move(spot));
    }
  }

  const FlowGraph& whole_;
  const Relevance& relevance_;
  FlowGraph part_;
  std::vector<Index> new_op_;  // for an op that is left out: that of the next one
  std::vector<Index> new_value_;
};

bool leaves_out(const FlowGraph& g, const Relevance& relevance) {
  for (Index op = 0; op < g.ops.size(); ++op) {
    if (!relevance.is_relevant(op) || relevance.inputs_of(op).size() != g.ops[op].inputs) return true;
  }
  return false;
}

}  // namespace

std::optional<FlowGraph> relevant_part(const FlowGraph& graph) {
  const Relevance relevance = relevance_of(graph);
  if (!leaves_out(graph, relevance)) return std::nullopt;
  return Part(graph, relevance).take();
}

}  // namespace whygrad::internal
