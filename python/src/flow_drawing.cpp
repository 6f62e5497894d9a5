// Draws the part of a log that is relevant to a question as a FlowGraph.
#include "flow_drawing.hpp"

#include "flow/reach.hpp"
#include "flow/source_names.hpp"

#include <algorithm>
#include <utility>

namespace whygrad::python {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

}  // namespace

FlowDrawing::FlowDrawing(const FlowBuilder& log, const FlowQuestion& question) : log_(log), tape_(question.tape) {
  graph_.tape.made_at = tape_->made_at;
  graph_.tape.asked_at = tape_->asked_at;
  graph_.tape.watches_variables = tape_->watches_variables;
  graph_.tape.asked_variables = question.asked_variables;
  graph_.tape.asked_tensors = question.asked_tensors;
  graph_.tape.question = question.question;
  for (const FlowQuestion::Source& s : question.sources) {
    if (s.variable != kNowhere) variable_of(s.variable);
  }
  const RelevantOps relevant = relevant_ops(log, question);
  for (const LogId op : relevant.ops) draw(op, relevant);
  for (const LogId t : question.targets) graph_.targets.push_back(value_of(t));
  for (const FlowQuestion::Source& s : question.sources) draw_source(s);
  draw_watches();
  name_variables();
}

void FlowDrawing::draw(LogId id, const RelevantOps& relevant) {
  const FlowBuilder::Op& from = log_.op(id);
  FlowGraph::Op op;
  op.where = from.where;
  op.def = def_of(id);
  place(from, op);
  if (from.rule_of != kNowhere && log_.has_op(from.rule_of)) {
    op.rule_of_def = def_of(from.rule_of);
    if (const auto at = op_at_.find(from.rule_of); at != op_at_.end()) op.rule_of = at->second;
  }
  if (from.bytes != 0) op.print = (from.print ^ from.bytes) | 1;
  op.choice = from.choice;
  op.written = from.written;
  if (from.returns_at.function != nullptr) op.returns_at = boundary_of(from.returns_at);
  op.first_input = static_cast<Index>(graph_.inputs.size());
  std::vector<LogId> inputs;
  inputs.reserve(from.inputs + std::size_t{1});
  for (std::size_t i = 0; i < from.inputs; ++i) inputs.push_back(log_.input(from, i));
  if (const auto at = relevant.read_back.find(id); at != relevant.read_back.end() && value_at_.contains(at->second)) inputs.push_back(at->second);
  std::vector<Index> drawn;
  drawn.reserve(inputs.size());
  for (const LogId in : inputs) drawn.push_back(value_of(in));
  graph_.inputs.insert(graph_.inputs.end(), drawn.begin(), drawn.end());
  op.inputs = static_cast<std::uint16_t>(drawn.size());
  op.outputs = from.outputs;
  op.first_output = static_cast<Index>(graph_.values.size());
  const auto index = static_cast<Index>(graph_.ops.size());
  for (std::size_t k = 0; k < from.outputs; ++k) {
    const LogId out = log_.output(from, k);
    const Index v = new_value(out);
    graph_.values[v].op = index;
    value_at_[out] = v;
  }
  op_at_[id] = index;
  graph_.ops.push_back(op);
  ops_.push_back(id);
  moments_.push_back(from.moment);
}

Index FlowDrawing::new_value(LogId id) {
  FlowGraph::Value v;
  v.first_extent = static_cast<Index>(graph_.extents.size());
  v.rank = FlowGraph::kUnknownRank;
  if (log_.has_value(id)) {
    const FlowBuilder::Value& from = log_.value(id);
    v.dtype = from.dtype;
    v.path = from.path;
    draw_shape(from.shape, v);
    if (from.variable != kNowhere) v.variable = variable_of(from.variable);
  }
  graph_.values.push_back(v);
  logged_.push_back(id);
  return static_cast<Index>(graph_.values.size() - 1);
}

void FlowDrawing::draw_shape(std::uint32_t shape, FlowGraph::Value& v) {
  v.rank = FlowGraph::kUnknownRank;
  if (shape == FlowBuilder::unknown_shape()) return;
  const std::vector<std::int64_t>& extents = log_.shape_at(shape);
  if (extents.size() >= FlowGraph::kUnknownRank) return;
  v.rank = static_cast<std::uint8_t>(extents.size());
  graph_.extents.insert(graph_.extents.end(), extents.begin(), extents.end());
}

// Adds a value that no drawn op computed: its op was dropped from the log, or the log saw the value first as an input.
Index FlowDrawing::value_of(LogId id) {
  if (const auto at = value_at_.find(id); at != value_at_.end()) return at->second;
  const Index v = new_value(id);
  const bool made = log_.has_value(id) && log_.value(id).op != kNowhere;
  if (graph_.values[v].variable == kNone) {
    graph_.values[v].origin = made || !log_.has_value(id) ? FlowGraph::Origin::kForgotten : FlowGraph::Origin::kForeign;
  }
  value_at_[id] = v;
  return v;
}

Index FlowDrawing::variable_of(LogId id) {
  const auto [at, added] = variable_at_.try_emplace(id, static_cast<Index>(graph_.variables.size()));
  if (added) {
    const FlowBuilder::Variable& v = log_.variable(id);
    graph_.variables.push_back({graph_.keep(v.name), v.where, v.trainable});
    graph_.variables.back().noun = v.noun;
  }
  return at->second;
}

// Names the variables in the order in which they were made, which is their order in the log.
void FlowDrawing::name_variables() {
  std::vector<std::pair<LogId, Index>> order(variable_at_.begin(), variable_at_.end());
  std::sort(order.begin(), order.end());
  std::vector<internal::VariableToName> variables;
  variables.reserve(order.size());
  for (const auto& [id, index] : order) variables.push_back({index, log_.variable(id).named});
  internal::tell_variables_apart(graph_, variables);
}

Index FlowDrawing::def_of(LogId id) {
  const LogId definition = log_.op(id).definition;
  const LogId key = definition != kNowhere ? definition : -2 - static_cast<LogId>(log_.op(id).type);
  const auto [at, added] = def_at_.try_emplace(key, static_cast<Index>(graph_.defs.size()));
  if (added) {
    if (definition != kNowhere) {
      graph_.defs.push_back(log_.definition(definition));
    } else {  // only its type is known
      const char* name = interned(log_.type_name(log_.op(id).type));
      graph_.defs.push_back({name, name, log_.op(id).kind, {{"input", GradientFlow::kFlows}}});
    }
  }
  return at->second;
}

// ---- The tape ----

void FlowDrawing::place(const FlowBuilder::Op& from, FlowGraph::Op& op) {
  using Standing = FlowGraph::Standing;
  const auto stand = [this, &op](Standing standing, const Where& boundary) {
    op.standing = standing;
    op.boundary = boundary_of(boundary);
  };
  const LogId moment = from.moment;
  const FlowTape::Window *within = nullptr, *last = nullptr;
  for (const FlowTape::Window& w : tape_->windows) {
    if (moment < w.begin) break;
    if (w.end == kNowhere || moment < w.end) within = &w;
    last = &w;
  }
  if (within != nullptr) return from.stopped ? stand(Standing::kPaused, from.stopped_at) : void();
  for (const FlowTape::Window& w : tape_->forgotten) {
    if (moment >= w.begin && moment < w.end) return stand(Standing::kReset, w.ended_at);
  }
  if (last == nullptr) return stand(Standing::kBefore, tape_->made_at);
  if (last->after == Standing::kPaused) return stand(Standing::kPaused, last->ended_at);
  stand(last == &tape_->windows.back() ? Standing::kAfter : Standing::kBetween, last->ended_at);
}

Index FlowDrawing::boundary_of(const Where& boundary) {
  const auto same = [&boundary](const Where& w) { return w.file == boundary.file && w.line == boundary.line && w.function == boundary.function; };
  if (graph_.boundaries.empty() || !same(graph_.boundaries.back())) graph_.boundaries.push_back(boundary);
  return static_cast<Index>(graph_.boundaries.size() - 1);
}

void FlowDrawing::draw_source(const FlowQuestion::Source& asked) {
  FlowGraph::Source source;
  source.values.push_back(value_of(asked.value));
  source.replaced = asked.replaced;
  if (asked.variable != kNowhere) {
    source.variable = variable_of(asked.variable);
    graph_.values[source.values[0]].variable = source.variable;
    for (Index v = 0; v < graph_.values.size(); ++v) {
      if (graph_.values[v].variable == source.variable && v != source.values[0]) source.values.push_back(v);
    }
  }
  graph_.sources.push_back(std::move(source));
}

std::vector<LogId> FlowDrawing::backward_steps() const {
  const std::vector<std::uint8_t> carries = internal::carrying_values(graph_);
  std::vector<LogId> steps;
  for (auto op = static_cast<Index>(graph_.ops.size()); op-- > 0;) {
    if (graph_.kind_of(op) == OpKind::kCompute && graph_.recorded(op) && internal::makes_any(graph_, op, carries)) steps.push_back(ops_[op]);
  }
  return steps;
}

void FlowDrawing::draw_watches() {
  for (const auto& [id, since] : tape_->watched) {
    const auto at = value_at_.find(id);
    if (at == value_at_.end()) continue;
    const auto first = std::lower_bound(moments_.begin(), moments_.end(), since);
    graph_.values[at->second].watched_from = static_cast<Index>(first - moments_.begin());
  }
}

}  // namespace whygrad::python
