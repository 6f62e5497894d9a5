// The records that bear on a question, found by sweeps over the log.
#include "explain/relevant_records.hpp"

#include "autodiff/control_flow.hpp"
#include "autodiff/gradient_event.hpp"
#include "ops/core/events.hpp"

#include <algorithm>
#include <unordered_map>

namespace whygrad::internal {
namespace {

// Bytes of a value, such as a step's number, that is equal to some older one too easily.
constexpr std::uint64_t kShort = 16;

}  // namespace

Fingerprint print_of(const Record& r) {
  if (r.op == &kConstantEvent) return attrs_of<ConstantAttrs>(r).print;
  if (r.op == &kHostReadEvent) return attrs_of<Fingerprint>(r);
  return {};
}

bool sets_variable(const Record& r) { return r.op == &kVariableEvent || r.op->event == EventKind::kWrites; }

RelevantRecords::RelevantRecords(const TapeFacts& facts, std::span<const std::size_t> sources)
    : view_(facts.log, facts.asked), first_window_(facts.windows.empty() ? facts.asked : facts.windows.front().begin), marks_(view_.size()) {
  survey(facts, sources);
  for (const TapeFacts::Value& t : facts.targets) mark(t.id, kLeadsToTarget);
  for (const std::size_t s : sources) mark_source(facts, facts.sources[s]);
  for (std::size_t n = entries_.size(); n-- > 0;) pull(n);
  for (std::size_t n = 0; n < entries_.size(); ++n) push(n);
  if (all_lead_to_target(facts, sources)) on_the_way_ = kLeadsToTarget;
}

bool RelevantRecords::all_lead_to_target(const TapeFacts& facts, std::span<const std::size_t> sources) const {
  std::unordered_set<ValueId> unseen;
  for (const std::size_t s : sources) unseen.insert(facts.sources[s].id);
  for (std::size_t n = entries_.size(); n-- > 0 && !unseen.empty();) {
    if ((marks_of_outputs(entries_[n]) & kLeadsToTarget) == 0) continue;
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
    if (sets_variable(r) && asked.contains(attrs_of<VariableAttrs>(r).number)) marks_[position] |= kFollowsSource;
    const Fingerprint print = print_of(r);
    if (print.bytes == 0 || (print.bytes <= kShort && r.first < first_window_)) return;
    if (r.op == &kHostReadEvent) {
      if (inputs_.back() != LogView::kNowhere) reads[print.hash ^ print.bytes] = inputs_.back();
    } else if (const auto at = reads.find(print.hash ^ print.bytes); at != reads.end()) {
      inputs_.push_back(at->second);
    }
  });
}

// NOTE [steps of training are no path]
// A variable that was moved along a gradient before the tape began depends on everything that the gradient depended on, yet nobody expects a gradient
// through that. So an assignment of something made from gradients, older than the tape, is entered without inputs, as a beginning.
void RelevantRecords::enter(const Record& r, Position position) {
  const auto first = static_cast<std::uint32_t>(inputs_.size());
  bool from_gradient = r.cause != 0 || r.op == &kGradientEvent;
  for (int i = 0; i < r.inputs; ++i) {
    const Position in = view_.find(r.input_ids()[i]);
    inputs_.push_back(in);
    from_gradient |= in != LogView::kNowhere && (marks_[in] & kFromGradient) != 0;
  }
  entries_.push_back({&r, position, first});
  if (!from_gradient) return;
  if (r.op->event != EventKind::kWrites) {
    mark_outputs(entries_.back(), kFromGradient);
  } else if (r.first < first_window_) {
    inputs_.resize(first);
  }
}

void RelevantRecords::mark_source(const TapeFacts& facts, const TapeFacts::Value& source) {
  mark(source.id, kFollowsSource | kLeadsToSource);
  if (source.variable == nullptr) return;
  for (const ValueId old : source.variable->history) mark(old, kFollowsSource);
  for (const Watch& w : facts.watches) {
    if (w.variable == source.variable) mark(w.id, kFollowsSource);
  }
}

void RelevantRecords::pull(std::size_t n) {
  const std::uint8_t marks = marks_of_outputs(entries_[n]) & (kLeadsToTarget | kLeadsToSource);
  if (marks == 0) return;
  for (const Position in : inputs_of(n)) {
    if (in != LogView::kNowhere) marks_[in] |= marks;
  }
}

void RelevantRecords::push(std::size_t n) {
  std::uint8_t in = 0;
  for (const Position p : inputs_of(n)) in |= p != LogView::kNowhere ? marks_[p] : std::uint8_t{0};
  if ((in & kFollowsSource) != 0) mark_outputs(entries_[n], kFollowsSource);
}

// All that is made or noted on the way is wanted, and every choice since the tape was made, for nothing connects it to what other code would have
// used. What only follows from a source, as all earlier steps of a loop do from its variables, tells where the way went wrong; where every source
// leads to a target, it did not.
bool RelevantRecords::wanted(std::size_t n) const {
  const Record& r = *entries_[n].record;
  if (r.op == &kChoiceEvent && r.first >= first_window_) return true;
  if (r.outputs != 0) return (marks_of_outputs(entries_[n]) & (on_the_way_ | kLeadsToSource)) != 0;
  const auto inputs = inputs_of(n);
  return std::any_of(inputs.begin(), inputs.end(), [this](Position p) { return p != LogView::kNowhere && (marks_[p] & on_the_way_) != 0; });
}

// Ids of a record's outputs follow each other, and so do their positions.
std::uint8_t RelevantRecords::marks_of_outputs(const Entry& e) const {
  std::uint8_t marks = 0;
  for (Position p = e.position; p < e.position + e.record->outputs; ++p) marks |= marks_[p];
  return marks;
}

void RelevantRecords::mark_outputs(const Entry& e, std::uint8_t marks) {
  for (Position p = e.position; p < e.position + e.record->outputs; ++p) marks_[p] |= marks;
}

void RelevantRecords::mark(ValueId id, std::uint8_t marks) {
  if (const Position at = view_.find(id); at != LogView::kNowhere) marks_[at] |= marks;
}

}  // namespace whygrad::internal
