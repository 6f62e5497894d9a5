// Which records of the log matter to a question.
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

// What a constant or a host read remembers of its elements; no bytes for any other record.
Fingerprint print_of(const Record& r);
// Whether the record gave a variable a value.
bool sets_variable(const Record& r);

// One pass over the log writes down who was made from whom; all else works on that.
class RelevantRecords {
 public:
  using Position = LogView::Position;

  RelevantRecords(const TapeFacts& facts, std::span<const std::size_t> sources);

  const LogView& view() const { return view_; }

  // A record and the positions of what it was made from: its inputs, of which one may lie nowhere, or for a constant the value that it seems to be,
  // read to the host before.
  struct Node {
    const Record* record;
    Position position;
    std::span<const Position> inputs;
  };
  // Calls f(node) for each record that matters, oldest first.
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
  // Whether something that leads to a target was made from each of the sources as they are now.
  bool all_lead_to_target(const TapeFacts& facts, std::span<const std::size_t> sources) const;

  LogView view_;
  ValueId first_window_;
  std::vector<Entry> entries_;
  Relevance relevance_;           // its ops are the entries, its values the positions
  std::vector<Position> inputs_;  // of the record that is being entered
};

}  // namespace whygrad::internal
