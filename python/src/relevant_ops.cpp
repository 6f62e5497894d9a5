// Finds the ops of a log that are relevant to a question. It runs the search of flow/relevance over the log.
#include "flow_builder.hpp"

#include "flow/relevance.hpp"

#include <algorithm>

namespace whygrad::python {
namespace {

using internal::Relevance;
using Position = Relevance::Index;

// A value of so few bytes, such as the number of a step, is too likely to equal an older one by chance.
constexpr std::uint64_t kShort = 16;

class Search {
 public:
  Search(const FlowBuilder& log, const FlowQuestion& question)
      : log_(log),
        order_(log.in_order()),
        positions_(static_cast<std::size_t>(log.value_count()), Relevance::kNone),
        relevance_(static_cast<std::size_t>(log.value_count()) + count_outputs()) {
    first_window_ = question.tape->windows.empty() ? log.moment() + 1 : question.tape->windows.front().begin;
    for (const FlowQuestion::Source& s : question.sources) {
      if (s.variable != kNowhere) asked_.insert(s.variable);
    }
    for (const LogId op : order_) enter(op);
    for (const LogId t : question.targets) relevance_.mark_target(position_of(t));
    for (const FlowQuestion::Source& s : question.sources) mark_source(s);
    relevance_.search();
    if (all_lead_to_target(question)) relevance_.forget_side_ways();
  }

  RelevantOps take() {
    RelevantOps relevant;
    for (std::size_t n = 0; n < order_.size(); ++n) {
      if (!relevance_.is_relevant(n)) continue;
      relevant.ops.push_back(order_[n]);
      if (const auto at = read_back_.find(order_[n]); at != read_back_.end()) relevant.read_back.insert(*at);
    }
    return relevant;
  }

 private:
  using Op = FlowBuilder::Op;

  std::size_t count_outputs() const {
    std::size_t count = 0;
    for (const LogId op : order_) count += log_.op(op).outputs;
    return count;
  }

  // The position of a value. A value that no op computed gets its position when it is first seen.
  Position position_of(LogId value) {
    if (!log_.has_value(value)) return Relevance::kNone;
    Position& at = positions_[static_cast<std::size_t>(value - log_.first_value())];
    if (at == Relevance::kNone) at = next_++;
    return at;
  }

  void enter(LogId id) {
    const Op& op = log_.op(id);
    std::vector<Position> inputs;
    inputs.reserve(op.inputs);
    for (std::size_t i = 0; i < op.inputs; ++i) inputs.push_back(position_of(log_.input(op, i)));
    const Position first = next_;
    for (std::size_t k = 0; k < op.outputs; ++k) {
      if (const LogId out = log_.output(op, k); log_.has_value(out)) positions_[static_cast<std::size_t>(out - log_.first_value())] = next_;
      ++next_;
    }
    relevance_.enter(first, op.outputs, inputs,
                     {.writes = op.kind == OpKind::kAssign,
                      .backward_pass = op.rule_of != kNowhere || op.backward_pass,
                      .old = op.moment < first_window_,
                      .chooses = op.kind == OpKind::kChoice || op.kind == OpKind::kLoopEnd});
    const bool sets_variable = op.kind == OpKind::kAssign || op.kind == OpKind::kVariable;
    if (sets_variable && op.outputs != 0 && asked_.contains(log_.value(log_.output(op, 0)).variable)) relevance_.mark_old_source(first);
    compare_print(id, op);
  }

  void compare_print(LogId id, const Op& op) {
    if (op.bytes == 0 || (op.bytes <= kShort && op.moment < first_window_)) return;
    const std::uint64_t print = op.print ^ op.bytes;
    if (op.kind == OpKind::kHostRead) {
      if (op.inputs != 0) reads_[print] = log_.input(op, 0);
    } else if (const auto at = reads_.find(print); at != reads_.end()) {
      relevance_.add_input(position_of(at->second));
      read_back_[id] = at->second;
    }
  }

  void mark_source(const FlowQuestion::Source& source) {
    relevance_.mark_source(position_of(source.value));
    if (source.variable == kNowhere) return;
    for (const LogId old : log_.variable(source.variable).values) relevance_.mark_old_source(position_of(old));
  }

  bool all_lead_to_target(const FlowQuestion& question) const {
    std::unordered_set<LogId> unseen;
    for (const FlowQuestion::Source& s : question.sources) unseen.insert(s.value);
    for (std::size_t n = order_.size(); n-- > 0 && !unseen.empty();) {
      if (!relevance_.leads_to_target(n)) continue;
      const Op& op = log_.op(order_[n]);
      for (std::size_t i = 0; i < op.inputs; ++i) unseen.erase(log_.input(op, i));
    }
    return unseen.empty();
  }

  const FlowBuilder& log_;
  LogId first_window_ = 0;
  const std::vector<LogId> order_;
  std::vector<Position> positions_;  // by value in the log
  Position next_ = 0;
  Relevance relevance_;
  std::unordered_set<LogId> asked_;  // the variables among the sources
  std::unordered_map<std::uint64_t, LogId> reads_;
  std::unordered_map<LogId, LogId> read_back_;
};

}  // namespace

RelevantOps relevant_ops(const FlowBuilder& log, const FlowQuestion& question) { return Search(log, question).take(); }

}  // namespace whygrad::python
