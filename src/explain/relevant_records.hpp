// Which records of the log matter to a question.
#pragma once

#include "autodiff/tape_state.hpp"
#include "explain/log_view.hpp"

#include <cstring>
#include <span>
#include <unordered_set>
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
      if (wanted(n)) f(Node{entries_[n].record, entries_[n].position, inputs_of(n)});
    }
  }
  std::size_t size() const { return entries_.size(); }

 private:
  enum Mark : std::uint8_t { kLeadsToTarget = 1, kFollowsSource = 2, kLeadsToSource = 4, kFromGradient = 8 };
  struct Entry {
    const Record* record;
    Position position;
    std::uint32_t first_input;  // in inputs_
  };

  void survey(const TapeFacts& facts, std::span<const std::size_t> sources);
  void enter(const Record& r, Position position);
  void mark_source(const TapeFacts& facts, const TapeFacts::Value& source);
  void pull(std::size_t n);
  void push(std::size_t n);
  // Whether something that leads to a target was made from each of the sources as they are now.
  bool all_lead_to_target(const TapeFacts& facts, std::span<const std::size_t> sources) const;
  bool wanted(std::size_t n) const;

  std::span<const Position> inputs_of(std::size_t n) const {
    const std::uint32_t end = n + 1 < entries_.size() ? entries_[n + 1].first_input : static_cast<std::uint32_t>(inputs_.size());
    return {inputs_.data() + entries_[n].first_input, end - entries_[n].first_input};
  }
  std::uint8_t marks_of_outputs(const Entry& e) const;
  void mark_outputs(const Entry& e, std::uint8_t marks);
  void mark(ValueId id, std::uint8_t marks);

  LogView view_;
  ValueId first_window_;
  std::vector<Entry> entries_;
  std::vector<Position> inputs_;
  std::vector<std::uint8_t> marks_;  // by position
  std::uint8_t on_the_way_ = kLeadsToTarget | kFollowsSource;
};

}  // namespace whygrad::internal
