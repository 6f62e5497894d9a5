// Finds the records that are relevant to a question, by sweeps over the log.
#include "explain/relevant_records.hpp"

#include "autodiff/control_flow.hpp"
#include "autodiff/gradient_event.hpp"
#include "ops/core/events.hpp"

#include <unordered_map>
#include <unordered_set>

namespace whygrad::internal {
namespace {

// Values of so few bytes, such as a step number, match older values by coincidence.
constexpr std::uint64_t kShort = 16;

}  // namespace

Fingerprint print_of(const Record& r) {
  if (r.op == &kConstantEvent) return attrs_of<ConstantAttrs>(r).print;
  if (r.op == &kHostReadEvent) return attrs_of<Fingerprint>(r);
  return {};
}

bool sets_variable(const Record& r) { return r.op == &kVariableEvent || r.op->kind == OpKind::kAssign; }

RelevantRecords::RelevantRecords(const TapeFacts& facts, std::span<const std::size_t> sources)
    : view_(facts.log, facts.asked), first_window_(facts.windows.empty() ? facts.asked : facts.windows.front().begin), relevance_(view_.size()) {
  survey(facts, sources);
  for (const TapeFacts::Value& t : facts.targets) relevance_.mark_target(view_.find(t.id));
  for (const std::size_t s : sources) mark_source(facts, facts.sources[s]);
  relevance_.search();
  if (all_lead_to_target(facts, sources)) relevance_.forget_side_ways();
}

bool RelevantRecords::all_lead_to_target(const TapeFacts& facts, std::span<const std::size_t> sources) const {
  std::unordered_set<ValueId> unseen;
  for (const std::size_t s : sources) unseen.insert(facts.sources[s].id);
  for (std::size_t n = entries_.size(); n-- > 0 && !unseen.empty();) {
    if (!relevance_.leads_to_target(n)) continue;
    const Record& r = *entries_[n].record;
    for (int i = 0; i < r.inputs; ++i) unseen.erase(r.input_ids()[i]);
  }
  return unseen.empty();
}

void RelevantRecords::survey(const TapeFacts& facts, std::span<const std::size_t> sources) {
  std::unordered_set<std::uint64_t> asked;  // variables
  for (const std::size_t s : sources) {
    if (facts.sources[s].variable != nullptr) asked.insert(facts.sources[s].variable->number);
  }
  std::unordered_map<std::uint64_t, Position> reads;
  view_.each([&](const Record& r, Position position) {
    enter(r, position);
    if (sets_variable(r) && asked.contains(attrs_of<VariableAttrs>(r).number)) relevance_.mark_old_source(position);
    const Fingerprint print = print_of(r);
    if (print.bytes == 0 || (print.bytes <= kShort && r.first < first_window_)) return;
    if (r.op == &kHostReadEvent) {
      if (inputs_.back() != LogView::kNowhere) reads[print.hash ^ print.bytes] = inputs_.back();
    } else if (const auto at = reads.find(print.hash ^ print.bytes); at != reads.end()) {
      relevance_.add_input(at->second);
    }
  });
}

void RelevantRecords::enter(const Record& r, Position position) {
  inputs_.clear();
  for (int i = 0; i < r.inputs; ++i) inputs_.push_back(view_.find(r.input_ids()[i]));
  entries_.push_back({&r, position});
  relevance_.enter(position, r.outputs, inputs_,
                   {.writes = r.op->kind == OpKind::kAssign,
                    .backward_pass = r.cause != 0 || r.op == &kGradientEvent,
                    .old = r.first < first_window_,
                    .chooses = r.op == &kChoiceEvent});
}

void RelevantRecords::mark_source(const TapeFacts& facts, const TapeFacts::Value& source) {
  relevance_.mark_source(view_.find(source.id));
  if (source.variable == nullptr) return;
  for (const ValueId old : source.variable->history) relevance_.mark_old_source(view_.find(facts.id_in_log(old)));
  for (const Watch& w : facts.watches) {
    if (w.variable == source.variable) relevance_.mark_old_source(view_.find(w.id));
  }
}

}  // namespace whygrad::internal
