// A hash map from value ids to small numbers, with open addressing, for the few ids that a tape watches.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <cstdint>
#include <vector>

namespace whygrad::internal {

class IdMap {
 public:
  static constexpr std::int32_t kNone = -1;

  std::int32_t find(ValueId id) const noexcept {
    if (slots_.empty()) return kNone;
    for (std::size_t i = hash(id) & mask();; i = (i + 1) & mask()) {
      if (slots_[i].id == id) return slots_[i].value;
      if (slots_[i].id == 0) return kNone;
    }
  }
  void set(ValueId id, std::int32_t value) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    for (std::size_t i = hash(id) & mask();; i = (i + 1) & mask()) {
      if (slots_[i].id != 0 && slots_[i].id != id) continue;
      if (slots_[i].id == 0) ++count_;
      slots_[i] = {id, value};
      return;
    }
  }
  void clear() noexcept {
    slots_.clear();
    count_ = 0;
  }

 private:
  struct Slot {
    ValueId id = 0;
    std::int32_t value = kNone;
  };
  static std::size_t hash(ValueId id) noexcept { return static_cast<std::size_t>((id * 0x9e3779b97f4a7c15u) >> 32); }
  std::size_t mask() const noexcept { return slots_.size() - 1; }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : 2 * slots_.size());
    old.swap(slots_);
    count_ = 0;
    for (const Slot& s : old) {
      if (s.id != 0) set(s.id, s.value);
    }
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace whygrad::internal
