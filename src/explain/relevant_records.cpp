#include "explain/relevant_records.hpp"

#include "autodiff/control_flow.hpp"
#include "ops/core/events.hpp"

namespace whygrad::internal {

namespace {

constexpr std::uint64_t kShort = 16;  // bytes

}  // namespace

Fingerprint print_of(const Record& r) {
  if (r.op == &kConstantEvent) return attrs_of<ConstantAttrs>(r).print;
  if (r.op == &kHostReadEvent) return attrs_of<Fingerprint>(r);
  return {};
}

bool sets_variable(const Record& r) { return r.op == &kVariableEvent || r.op == &kAssignEvent; }

RelevantRecords::RelevantRecords(const TapeFacts& facts, std::span<const std::size_t> sources)
    : view_(facts.log, facts.asked), first_window_(facts.windows.empty() ? facts.asked : facts.windows.front().begin), marks_(view_.size()) {
  survey();
  for (const TapeFacts::Value& t : facts.targets) mark(t.id, kLeadsToTarget);
  for (const std::size_t s : sources) mark_source(facts, facts.sources[s]);
  view_.backwards([this](const Record& r) { pull(r); });
  view_.forwards([this](const Record& r) { push(r); });
}

// All that is made or noted on the way is wanted, and every choice since the tape was made, for nothing connects it to what other code would have
// used.
bool RelevantRecords::wanted(const Record& r) const {
  if (r.op == &kChoiceEvent && r.first >= first_window_) return true;
  if (r.outputs != 0) return (marks_of(r) & (kLeadsToTarget | kFollowsSource | kLeadsToSource)) != 0;
  return r.inputs != 0 && (mark_of(r.input_ids()[0]) & (kLeadsToTarget | kFollowsSource)) != 0;
}

// Reads that come back as constants, and what was made from gradients.
void RelevantRecords::survey() {
  std::unordered_map<std::uint64_t, ValueId> reads;
  view_.forwards([&](const Record& r) {
    bool from_gradient = r.cause != 0;
    for (int i = 0; i < r.inputs && !from_gradient; ++i) from_gradient = (mark_of(r.input_ids()[i]) & kFromGradient) != 0;
    if (from_gradient) {
      if (r.op != &kAssignEvent) {
        mark_outputs(r, kFromGradient);
      } else if (r.first < first_window_) {
        beginnings_.insert(r.first);
      }
    }
    const Fingerprint print = print_of(r);
    // A short value, such as a step's number, is equal to some older one too easily.
    if (print.bytes == 0 || (print.bytes <= kShort && r.first < first_window_)) return;
    if (r.op == &kHostReadEvent) {
      reads[print.hash ^ print.bytes] = r.input_ids()[0];
    } else if (const auto at = reads.find(print.hash ^ print.bytes); at != reads.end()) {
      read_back_.emplace(r.first, at->second);
    }
  });
}

void RelevantRecords::mark_source(const TapeFacts& facts, const TapeFacts::Value& source) {
  mark(source.id, kFollowsSource | kLeadsToSource);
  if (source.variable == nullptr) return;
  for (const ValueId old : source.variable->history) mark(old, kFollowsSource);
  for (const Watch& w : facts.watches) {
    if (w.variable == source.variable) mark(w.id, kFollowsSource);
  }
  view_.forwards([&](const Record& r) {
    if (sets_variable(r) && attrs_of<VariableAttrs>(r).number == source.variable->number) mark(r.first, kFollowsSource);
  });
}

void RelevantRecords::pull(const Record& r) {
  const std::uint8_t marks = marks_of(r) & (kLeadsToTarget | kLeadsToSource);
  if (marks == 0 || is_beginning(r)) return;
  for (int i = 0; i < r.inputs; ++i) mark(r.input_ids()[i], marks);
  if (const ValueId read = read_back(r); read != 0) mark(read, marks);
}

void RelevantRecords::push(const Record& r) {
  if (is_beginning(r)) return;
  std::uint8_t in = mark_of(read_back(r));
  for (int i = 0; i < r.inputs; ++i) in |= mark_of(r.input_ids()[i]);
  if ((in & kFollowsSource) != 0) mark_outputs(r, kFollowsSource);
}

void RelevantRecords::mark(ValueId id, std::uint8_t marks) {
  if (const std::size_t at = view_.find(id); at != LogView::kNowhere) marks_[at] |= marks;
}

void RelevantRecords::mark_outputs(const Record& r, std::uint8_t marks) {
  for (int k = 0; k < r.outputs; ++k) mark(r.first + static_cast<ValueId>(k), marks);
}

std::uint8_t RelevantRecords::mark_of(ValueId id) const {
  const std::size_t at = view_.find(id);
  return at != LogView::kNowhere ? marks_[at] : std::uint8_t{0};
}

std::uint8_t RelevantRecords::marks_of(const Record& r) const {
  std::uint8_t marks = 0;
  for (int k = 0; k < r.outputs; ++k) marks |= mark_of(r.first + static_cast<ValueId>(k));
  return marks;
}

}  // namespace whygrad::internal
