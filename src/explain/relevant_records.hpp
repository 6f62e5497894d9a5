// Which records of the log matter to a question.
#pragma once

#include "autodiff/tape_state.hpp"
#include "explain/log_view.hpp"

#include <cstring>
#include <span>
#include <unordered_map>
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

// Found in a few passes over the log.
class RelevantRecords {
 public:
  RelevantRecords(const TapeFacts& facts, std::span<const std::size_t> sources);

  const LogView& view() const { return view_; }
  bool wanted(const Record& r) const;
  // The value that a constant seems to be, read to the host before; 0 for none.
  ValueId read_back(const Record& r) const {
    const auto at = read_back_.find(r.first);
    return at != read_back_.end() ? at->second : 0;
  }
  // NOTE [steps of training are no path]
  // A variable that was moved along a gradient before the tape began depends on everything that the gradient depended on, yet nobody expects a
  // gradient through that. So an assignment of something made from gradients, older than the tape, is a beginning.
  bool is_beginning(const Record& r) const { return beginnings_.contains(r.first); }

 private:
  enum Mark : std::uint8_t { kLeadsToTarget = 1, kFollowsSource = 2, kLeadsToSource = 4, kFromGradient = 8 };

  void survey();
  void mark_source(const TapeFacts& facts, const TapeFacts::Value& source);
  void pull(const Record& r);
  void push(const Record& r);
  void mark(ValueId id, std::uint8_t marks);
  void mark_outputs(const Record& r, std::uint8_t marks);
  std::uint8_t mark_of(ValueId id) const;
  std::uint8_t marks_of(const Record& r) const;

  LogView view_;
  ValueId first_window_;
  std::vector<std::uint8_t> marks_;  // by position
  std::unordered_map<ValueId, ValueId> read_back_;
  std::unordered_set<ValueId> beginnings_;
};

}  // namespace whygrad::internal
