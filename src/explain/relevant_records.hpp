// Selects the records of the log that are relevant to a question.
#pragma once

#include "autodiff/tape_state.hpp"
#include "explain/log_view.hpp"
#include "flow/relevance.hpp"

#include <cstring>
#include <span>
#include <vector>

namespace whygrad::internal {

template <class Attrs>
Attrs attrs_of(const Record& r) {
  Attrs attrs;
  std::memcpy(&attrs, r.attrs(), sizeof(attrs));
  return attrs;
}

// The fingerprint of a constant's or a host read's elements; zero bytes for other records.
Fingerprint print_of(const Record& r);
// Whether the record gave a value to a variable.
bool sets_variable(const Record& r);

// One pass over the log notes which values each record depends on; everything else uses these notes.
class RelevantRecords {
 public:
  using Position = LogView::Position;

  RelevantRecords(const TapeFacts& facts, std::span<const std::size_t> sources);

  const LogView& view() const { return view_; }

  // A record and the positions of its operands: the inputs, of which some may be unknown, or, for a constant, the value that was read to the host
  // before and has the same elements.
  struct Node {
    const Record* record;
    Position position;
    std::span<const Position> inputs;
  };
  // Calls f(node) for each relevant record, oldest first.
  template <class F>
  void each(F&& f) const {
    for (std::size_t n = 0; n < entries_.size(); ++n) {
      if (relevance_.is_relevant(n)) f(Node{entries_[n].record, entries_[n].position, relevance_.inputs_of(n)});
    }
  }
  std::size_t size() const { return entries_.size(); }

 private:
  static_assert(LogView::kNowhere == Relevance::kNone);
  struct Entry {
    const Record* record;
    Position position;
  };

  void survey(const TapeFacts& facts, std::span<const std::size_t> sources);
  void enter(const Record& r, Position position);
  void mark_source(const TapeFacts& facts, const TapeFacts::Value& source);
  // Whether each source in its current state has a descendant that leads to a target.
  bool all_lead_to_target(const TapeFacts& facts, std::span<const std::size_t> sources) const;

  LogView view_;
  ValueId first_window_;
  std::vector<Entry> entries_;
  Relevance relevance_;           // its ops are the entries, its values the positions
  std::vector<Position> inputs_;  // of the record that is being entered
};

}  // namespace whygrad::internal
