// The records of a LogSlice in order, and dense positions for their values.
#pragma once

#include "autodiff/tape_state.hpp"

#include <algorithm>
#include <cstddef>

namespace whygrad::internal {

class LogView {
 public:
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  // Only what was made before `end` is seen.
  LogView(const LogSlice& slice, ValueId end) : chunks_(slice.chunks()), end_(end & kSequenceMask) {
    if (!chunks_.empty()) serial_ = chunks_.front()->serial;
  }

  // Number of positions; they rise with the ids.
  std::size_t size() const { return chunks_.size() * kChunkIds; }
  bool owns(ValueId id) const { return !chunks_.empty() && (id & ~kSequenceMask) == serial_; }

  std::size_t find(ValueId id) const {
    const std::uint64_t sequence = id & kSequenceMask;
    if (!owns(id) || sequence >= end_) return kNowhere;
    const std::uint64_t number = sequence >> kChunkBits, first = chunks_.front()->number;
    if (number < first || number > chunks_.back()->number) return kNowhere;
    std::size_t at = static_cast<std::size_t>(number - first);
    if (at >= chunks_.size() || chunks_[at]->number != number) {
      at = static_cast<std::size_t>(
          std::lower_bound(chunks_.begin(), chunks_.end(), number, [](const ChunkRef& c, std::uint64_t n) { return c->number < n; }) -
          chunks_.begin());
      if (chunks_[at]->number != number) return kNowhere;
    }
    const std::size_t slot = sequence & (kChunkIds - 1);
    return chunks_[at]->records[slot] != nullptr ? at * kChunkIds + slot : kNowhere;
  }

  // Calls f(record) for every record, oldest first.
  template <class F>
  void forwards(F&& f) const {
    for (const ChunkRef& chunk : chunks_) {
      const std::uint64_t base = chunk->number << kChunkBits;
      const std::uint64_t count = base >= end_ ? 0 : std::min(kChunkIds, end_ - base);
      for (std::uint64_t slot = 0; slot < count; ++slot) visit(*chunk.get(), slot, f);
    }
  }
  // The same, youngest first.
  template <class F>
  void backwards(F&& f) const {
    for (std::size_t c = chunks_.size(); c-- > 0;) {
      const std::uint64_t base = chunks_[c]->number << kChunkBits;
      const std::uint64_t count = base >= end_ ? 0 : std::min(kChunkIds, end_ - base);
      for (std::uint64_t slot = count; slot-- > 0;) visit(*chunks_[c].get(), slot, f);
    }
  }

 private:
  // A record stands at the ids of all its outputs; it is visited at the first.
  template <class F>
  static void visit(const Chunk& chunk, std::uint64_t slot, F& f) {
    const Record* r = chunk.records[slot];
    if (r != nullptr && (r->first & (kChunkIds - 1)) == slot && (r->first & kSequenceMask) >> kChunkBits == chunk.number) f(*r);
  }

  const std::vector<ChunkRef>& chunks_;
  std::uint64_t end_;
  std::uint64_t serial_ = 0;
};

}  // namespace whygrad::internal
