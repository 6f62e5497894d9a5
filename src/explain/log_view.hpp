// The records of a LogSlice in order, with consecutive positions for their values.
#pragma once

#include "autodiff/tape_state.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace whygrad::internal {

class LogView {
 public:
  using Position = std::uint32_t;
  static constexpr Position kNowhere = ~Position{0};

  // Contains only records before `end`.
  LogView(const LogSlice& slice, ValueId end) : chunks_(slice.chunks()), end_(end & kSequenceMask) {
    if (chunks_.empty()) return;
    serial_ = chunks_.front()->serial;
    first_ = chunks_.front()->number;
    gapless_ = chunks_.back()->number - first_ + 1 == chunks_.size();
  }

  // The number of positions. They ascend with the ids.
  std::size_t size() const { return chunks_.size() * kChunkIds; }
  bool owns(ValueId id) const { return !chunks_.empty() && (id & ~kSequenceMask) == serial_; }

  Position find(ValueId id) const {
    const std::uint64_t sequence = id & kSequenceMask, number = sequence >> kChunkBits;
    if (!owns(id) || sequence >= end_ || number < first_) return kNowhere;
    std::size_t chunk = static_cast<std::size_t>(number - first_);
    if (!gapless_) {
      const auto at = std::lower_bound(chunks_.begin(), chunks_.end(), number, [](const ChunkRef& c, std::uint64_t n) { return c->number < n; });
      chunk = static_cast<std::size_t>(at - chunks_.begin());
    }
    if (chunk >= chunks_.size() || chunks_[chunk]->number != number) return kNowhere;
    const std::size_t slot = sequence & (kChunkIds - 1);
    return chunks_[chunk]->records[slot] != nullptr ? static_cast<Position>(chunk * kChunkIds + slot) : kNowhere;
  }

  // Calls f(record, position of its first output) for every record, oldest first.
  template <class F>
  void each(F&& f) const {
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      const Chunk& chunk = *chunks_[c].get();
      const std::uint64_t base = chunk.number << kChunkBits;
      const std::uint64_t count = base >= end_ ? 0 : std::min(kChunkIds, end_ - base);
      for (std::uint64_t slot = 0; slot < count; ++slot) {
        const Record* r = chunk.records[slot];
        // A record is entered under the ids of all its outputs; the first is its own.
        if (r != nullptr && (r->first & kSequenceMask) == base + slot) f(*r, static_cast<Position>(c * kChunkIds + slot));
      }
    }
  }

 private:
  const std::vector<ChunkRef>& chunks_;
  std::uint64_t end_;
  std::uint64_t serial_ = 0;
  std::uint64_t first_ = 0;  // number of the first chunk
  bool gapless_ = true;
};

}  // namespace whygrad::internal
