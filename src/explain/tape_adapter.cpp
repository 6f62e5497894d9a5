// Converts a tape, its log and a question to a FlowGraph.
#include "explain/tape_adapter.hpp"

#include "autodiff/control_flow.hpp"
#include "autodiff/custom_gradient.hpp"
#include "autodiff/gradient_event.hpp"
#include "autodiff/watch_event.hpp"
#include "explain/op_definition.hpp"
#include "explain/opened_calls.hpp"
#include "explain/relevant_records.hpp"
#include "flow/reach.hpp"
#include "flow/source_names.hpp"
#include "graph/call_event.hpp"
#include "ops/core/events.hpp"

#include <whygrad/tensor/name_scope.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

class Drawing {
 public:
  Drawing(const TapeFacts& facts, std::span<const std::size_t> sources, std::vector<const Record*>* drawn)
      : facts_(facts), drawn_(drawn), records_(facts, sources), value_at_(records_.view().size(), kNone) {
    graph_.tape = {facts.tape_made_at, facts.asked_at, facts.options.watch_accessed_variables};
    for (const TapeFacts::Value& source : facts.sources) ++(source.variable != nullptr ? graph_.tape.asked_variables : graph_.tape.asked_tensors);
    for (const std::size_t s : sources) oldest_source_ = std::min(oldest_source_, oldest_value(facts, facts.sources[s]));
    register_variables();
    graph_.ops.reserve(records_.size());
    graph_.values.reserve(records_.size());
    records_.each([this](const RelevantRecords::Node& node) { draw(node); });
    for (const TapeFacts::Value& t : facts.targets) graph_.targets.push_back(asked_value(t));
    for (const std::size_t s : sources) draw_source(facts.sources[s]);
    draw_watches();
    name_variables();
    settle_rules();
  }

  FlowGraph take() { return std::move(graph_); }

 private:
  // The first id that the source ever had; older values do not depend on it. 0 if unknown.
  static ValueId oldest_value(const TapeFacts& facts, const TapeFacts::Value& source) {
    if (source.variable == nullptr || source.variable->assignments == 0) return source.id;
    return source.variable->assignments <= VariableImpl::kHistory ? facts.id_in_log(source.variable->history[0]) : 0;
  }

  // ---- Variables ----

  void register_variables() {
    for (const auto* values : {&facts_.targets, &facts_.sources}) {
      for (const TapeFacts::Value& v : *values) register_variable(v.variable.get());
    }
    for (const Watch& w : facts_.watches) register_variable(w.variable.get());
  }
  void register_variable(const VariableImpl* v) {
    if (v == nullptr || !variables_.try_emplace(v->number, static_cast<Index>(graph_.variables.size())).second) return;
    add_variable(v->name, v->named, v->where, v->trainable);
  }
  Index variable_of(const Record& r) {
    const auto attrs = attrs_of<VariableAttrs>(r);
    const auto [at, added] = variables_.try_emplace(attrs.number, static_cast<Index>(graph_.variables.size()));
    if (added) add_variable(attrs.name.data(), attrs.named, attrs.where, true);
    return at->second;
  }
  void add_variable(std::string name, bool named, const Where& where, bool trainable) {
    graph_.variables.push_back({graph_.keep(std::move(name)), where, trainable});
    named_.push_back(named ? 1 : 0);
  }
  // In the order of construction.
  void name_variables() {
    std::vector<std::pair<std::uint64_t, Index>> order(variables_.begin(), variables_.end());
    std::sort(order.begin(), order.end());
    std::vector<VariableToName> variables;
    variables.reserve(order.size());
    for (const auto& [number, v] : order) variables.push_back({v, named_[v] != 0});
    tell_variables_apart(graph_, variables);
  }

  // ---- Values ----

  Index new_value(const Record& r, int i) {
    const Shape shape = r.shape(i);
    FlowGraph::Value v;
    v.first_extent = static_cast<Index>(graph_.extents.size());
    v.dtype = flow_dtype(r.dtype(i));
    v.rank = static_cast<std::uint8_t>(shape.rank());
    graph_.extents.insert(graph_.extents.end(), shape.begin(), shape.end());
    graph_.values.push_back(v);
    return static_cast<Index>(graph_.values.size() - 1);
  }

  FlowGraph::Origin origin_of(ValueId id) const {
    if (!records_.view().owns(id)) return FlowGraph::Origin::kForeign;
    return id < oldest_source_ ? FlowGraph::Origin::kOld : FlowGraph::Origin::kForgotten;
  }

  // The value of an id that no op of the graph computed; kNone if it is not in the graph yet.
  Index known_value(ValueId id) const {
    const LogView::Position at = records_.view().find(id);
    if (at != LogView::kNowhere) return value_at_[at];
    const auto leaf = leaves_.find(id);
    return leaf != leaves_.end() ? leaf->second : kNone;
  }
  void remember(ValueId id, Index value) {
    const LogView::Position at = records_.view().find(id);
    if (at != LogView::kNowhere) {
      value_at_[at] = value;
    } else {
      graph_.values[value].origin = origin_of(id);
      leaves_[id] = value;
    }
  }
  Index input_value(const Record& r, int i, LogView::Position at) {
    const ValueId id = r.input_ids()[i];
    Index v = at != LogView::kNowhere ? value_at_[at] : known_value(id);
    if (v == kNone) remember(id, v = new_value(r, i));
    return v;
  }
  Index asked_value(const TapeFacts::Value& asked) {
    Index v = known_value(asked.id);
    if (v == kNone) {
      v = static_cast<Index>(graph_.values.size());
      graph_.values.push_back({.first_extent = static_cast<Index>(graph_.extents.size()),
                               .dtype = flow_dtype(asked.dtype),
                               .rank = static_cast<std::uint8_t>(asked.shape.rank())});
      graph_.extents.insert(graph_.extents.end(), asked.shape.begin(), asked.shape.end());
      remember(asked.id, v);
    }
    if (asked.variable != nullptr) graph_.values[v].variable = variables_.at(asked.variable->number);
    return v;
  }

  // ---- Ops ----

  void draw(const RelevantRecords::Node& node) {
    const Record& r = *node.record;
    if (r.op == &kWatchEvent) return note_watch(node);
    FlowGraph::Op op;
    op.where = r.where;
    op.def = def_of(r);
    place(r.first, op);
    op.scope = scope_of(r);
    if (r.cause != 0) draw_cause(r.cause, op);
    const Fingerprint print = print_of(r);
    if (print.bytes != 0) op.print = (print.hash ^ print.bytes) | 1;
    if (r.op == &kConstantEvent) op.written = attrs_of<ConstantAttrs>(r).written;
    if (r.op == &kChoiceEvent) op.choice = attrs_of<ChoiceAttrs>(r).choice;
    if (r.op == &kCustomGradientEvent) draw_rule(attrs_of<CustomAttrs>(r), index_of_next(), op);
    draw_inputs(node, op);
    op.first_output = static_cast<Index>(graph_.values.size());
    op.outputs = r.outputs;
    const auto index = static_cast<Index>(graph_.ops.size());
    for (int k = 0; k < r.outputs; ++k) {
      const Index v = new_value(r, r.inputs + k);
      graph_.values[v].op = index;
      if (sets_variable(r)) graph_.values[v].variable = variable_of(r);
      if (r.op == &kCallResultEvent) graph_.values[v].path = attrs_of<ResultAttrs>(r).path;
      value_at_[node.position + static_cast<LogView::Position>(k)] = v;
    }
    graph_.ops.push_back(op);
    ids_.push_back(r.first);
    if (drawn_ != nullptr) drawn_->push_back(&r);
  }

  // Notes a watch by another tape if this tape recorded at that time, or if the other one still records.
  void note_watch(const RelevantRecords::Node& node) {
    const Record& r = *node.record;
    const auto attrs = attrs_of<WatchAttrs>(r);
    const bool since = !facts_.windows.empty() && r.first >= facts_.windows.front().begin;
    const bool still = std::find(facts_.recording.begin(), facts_.recording.end(), attrs.tape) != facts_.recording.end();
    if (attrs.tape == facts_.tape || (!since && !still)) return;
    const Index v = input_value(r, 0, node.inputs[0]);
    graph_.values[v].watched_elsewhere = boundary_of(attrs.made_at);
  }

  void draw_inputs(const RelevantRecords::Node& node, FlowGraph::Op& op) {
    op.first_input = static_cast<Index>(graph_.inputs.size());
    const bool read_back = node.record->op == &kConstantEvent, fed = node.record->op->kind == OpKind::kFeed;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      // The contents of a data set may be forgotten by the log; they count as data. A result of a function on another thread is unknown.
      if (fed && node.inputs[i] == LogView::kNowhere && records_.view().owns(node.record->input_ids()[i])) continue;
      const Index v = read_back ? value_at_[node.inputs[i]] : input_value(*node.record, static_cast<int>(i), node.inputs[i]);
      if (v == kNone) continue;  // a read that leads nowhere in this graph
      graph_.inputs.push_back(v);
      ++op.inputs;
    }
  }

  Index scope_of(const Record& r) {
    if (r.scope == 0) return kNone;
    const auto [at, added] = scopes_.try_emplace(r.scope, static_cast<Index>(graph_.scopes.size()));
    if (added) graph_.scopes.push_back(scope_path(r.scope));
    return at->second;
  }

  // The op whose gradient rule called this one.
  void draw_cause(ValueId cause, FlowGraph::Op& op) {
    const Record* user_op = facts_.log.find(cause);
    if (user_op == nullptr) return;
    op.rule_of_def = def_of(*user_op);
    op.scope = scope_of(*user_op);
    const auto at = std::lower_bound(ids_.begin(), ids_.end(), cause);
    if (at != ids_.end() && *at == cause) op.rule_of = static_cast<Index>(at - ids_.begin());
  }

  Index def_of(const Record& r) {
    if (r.op == &kChoiceEvent) return choice_def(attrs_of<ChoiceAttrs>(r));
    if (r.op == last_op_) return last_def_;
    const auto [at, added] = defs_.try_emplace(r.op, static_cast<Index>(graph_.defs.size()));
    if (added) {
      FlowGraph::Def def = definition_of(*r.op);
      def.type = graph_.keep(type_of(*r.op));
      graph_.defs.push_back(std::move(def));
    }
    last_op_ = r.op;
    return last_def_ = at->second;
  }

  Index choice_def(const ChoiceAttrs& attrs) {
    const int which = 2 * static_cast<int>(attrs.construct) + (attrs.loop_end ? 1 : 0);
    if (choice_defs_[which] == kNone) {
      choice_defs_[which] = static_cast<Index>(graph_.defs.size());
      const OpKind kind = attrs.loop_end ? OpKind::kLoopEnd : OpKind::kChoice;
      graph_.defs.push_back({.name = name_of(attrs.construct), .kind = kind, .answers = {answer_of(kChoiceEvent, 0)}, .construct = attrs.construct});
    }
    return choice_defs_[which];
  }

  // ---- Custom gradients ----

  Index index_of_next() const { return static_cast<Index>(graph_.ops.size()); }
  void draw_rule(const CustomAttrs& attrs, Index index, FlowGraph::Op& op) {
    if (attrs.returns_at.function != nullptr) op.returns_at = boundary_of(attrs.returns_at);
    ruled_.emplace_back(index, attrs.unanswered);
  }
  // Whether such a rule applies depends on what the tape knew of its inputs (OpDef::users_rule).
  void settle_rules() {
    if (ruled_.empty()) return;
    std::vector<std::uint8_t> carries(graph_.values.size());
    auto next = ruled_.begin();
    for (Index op = 0; op < graph_.ops.size() && next != ruled_.end(); ++op) {
      if (op == next->first) {
        const std::size_t own = static_cast<std::size_t>(graph_.ops[op].inputs - graph_.ops[op].outputs);
        graph_.ops[op].def = rule_def(graph_.ops[op].def, {own, carries_into(graph_, op, 0, own, carries), next->second});
        ++next;
      }
      carry_over(graph_, op, carries);
    }
  }
  // The key of a rule's definition: the number of inputs before the results, whether the rule applies, and the inputs for which it returned nothing.
  struct RuleKind {
    std::size_t own;
    bool applies;
    std::uint64_t unanswered;
    auto operator<=>(const RuleKind&) const = default;
  };
  Index rule_def(Index like, const RuleKind& kind) {
    const auto [at, added] = rule_defs_.try_emplace({like, kind}, static_cast<Index>(graph_.defs.size()));
    if (!added) return at->second;
    FlowGraph::Def def = graph_.defs[like];
    def.answers.resize(kind.own, def.answers[0]);
    for (std::size_t i = 0; i < std::min<std::size_t>(kind.own, 64); ++i) {
      if ((kind.unanswered >> i & 1) == 0) continue;
      def.answers[i].flow = GradientFlow::kUnanswered;
      def.answers[i].why = "the backward function returned no gradient for it";
    }
    def.answers.push_back({"results", GradientFlow::kFlows});
    if (kind.applies) {
      def.answers.back().flow = GradientFlow::kReplaced;
      def.answers.back().why = "the backward function stands for what the function did";
    }
    graph_.defs.push_back(std::move(def));
    return at->second;
  }

  // ---- The tape ----

  // The relation of the op with this id to the tape's windows.
  void place(ValueId id, FlowGraph::Op& op) {
    const std::vector<Window>& windows = facts_.windows;
    const auto next = std::upper_bound(windows.begin(), windows.end(), id, [](ValueId i, const Window& w) { return i < w.begin; });
    if (next != windows.begin() && (std::prev(next)->end == 0 || id < std::prev(next)->end)) return;
    for (const Window& w : facts_.forgotten) {
      if (id >= w.begin && id < w.end) return stand(op, FlowGraph::Standing::kReset, w.ended_at);
    }
    if (next == windows.begin()) return stand(op, FlowGraph::Standing::kBefore, facts_.tape_made_at);
    const Window& last = *std::prev(next);
    if (last.ended == Window::End::kPaused) return stand(op, FlowGraph::Standing::kPaused, last.ended_at);
    stand(op, next == windows.end() ? FlowGraph::Standing::kAfter : FlowGraph::Standing::kBetween, last.ended_at);
  }
  void stand(FlowGraph::Op& op, FlowGraph::Standing standing, const Where& boundary) {
    op.standing = standing;
    op.boundary = boundary_of(boundary);
  }
  Index boundary_of(const Where& boundary) {
    const auto same = [&boundary](const Where& w) { return w.file == boundary.file && w.line == boundary.line && w.function == boundary.function; };
    if (graph_.boundaries.empty() || !same(graph_.boundaries.back())) graph_.boundaries.push_back(boundary);
    return static_cast<Index>(graph_.boundaries.size() - 1);
  }

  void draw_source(const TapeFacts::Value& asked) {
    FlowGraph::Source source;
    source.values.push_back(asked_value(asked));
    if (asked.variable != nullptr) {
      source.variable = variables_.at(asked.variable->number);
      std::vector<ValueId> old;
      for (const ValueId id : asked.variable->history) old.push_back(facts_.id_in_log(id));
      for (const Watch& w : facts_.watches) {
        if (w.variable == asked.variable) old.push_back(w.id);
      }
      for (const ValueId id : old) {
        if (const Index v = id != 0 ? known_value(id) : kNone; v != kNone) graph_.values[v].variable = source.variable;
      }
      for (Index v = 0; v < graph_.values.size(); ++v) {
        if (graph_.values[v].variable == source.variable && v != source.values[0]) source.values.push_back(v);
      }
    }
    graph_.sources.push_back(std::move(source));
  }

  void draw_watches() {
    for (const Watch& w : facts_.watches) {
      const Index v = known_value(w.id);
      if (v == kNone) continue;
      graph_.values[v].watched_from = static_cast<Index>(std::lower_bound(ids_.begin(), ids_.end(), w.since) - ids_.begin());
      graph_.values[v].looks_back = w.looks_back;
      if (w.variable != nullptr) graph_.values[v].variable = variables_.at(w.variable->number);
    }
    for (const ValueId id : facts_.forgotten_watches) {
      if (const Index v = known_value(id); v != kNone && !facts_.forgotten.empty())
        graph_.values[v].unwatched_at = boundary_of(facts_.forgotten.back().ended_at);
    }
  }

  const TapeFacts& facts_;
  std::vector<const Record*>* drawn_;
  RelevantRecords records_;
  ValueId oldest_source_ = ~ValueId{0};
  FlowGraph graph_;
  std::vector<ValueId> ids_;     // of the ops in the graph
  std::vector<Index> value_at_;  // by position
  std::unordered_map<ValueId, Index> leaves_;
  std::unordered_map<std::uint64_t, Index> variables_;  // by number
  std::vector<std::uint8_t> named_;                     // by variable: whether the program did
  std::unordered_map<std::uint32_t, Index> scopes_;     // by Record::scope
  std::unordered_map<const OpDef*, Index> defs_;
  std::vector<std::pair<Index, std::uint64_t>> ruled_;  // ops with a custom gradient, and CustomAttrs::unanswered
  std::map<std::pair<Index, RuleKind>, Index> rule_defs_;
  const OpDef* last_op_ = nullptr;
  Index last_def_ = kNone;
  Index choice_defs_[8] = {kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone};
};

}  // namespace

FlowGraph flow_graph_of(const TapeFacts& facts, std::span<const std::size_t> sources, std::vector<const Record*>* drawn) {
  // Numbers are known of the calls themselves, so whoever wants the records sees those.
  if (drawn == nullptr) {
    if (const auto opened = with_calls_opened(facts); opened != nullptr) return Drawing(*opened, sources, drawn).take();
  }
  return Drawing(facts, sources, drawn).take();
}

}  // namespace whygrad::internal
