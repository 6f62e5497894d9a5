// The code objects of places, and their owners.
//
// NOTE [code objects]
// A place must name its code object long after the frame is gone, and code objects are destroyed (a notebook's cell, an exec). So each code object
// gets a slot of a ring, which holds a reference; a place holds the slot's number and generation. When the ring is full the oldest slot is reused,
// and places with its old generation become unknown. So memory is bounded, and no pointer is followed that is not held.
#pragma once

#include "module.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace whygrad::python {

// kOwn: of this package or of NumPy; never shown. kPackage: of an installed package or of the standard library.
enum class Owner : std::uint8_t { kUser, kPackage, kOwn };

class CodeObjects {
 public:
  struct Known {
    PyCodeObject* code = nullptr;
    std::uintptr_t handle = 0;
    Owner owner = Owner::kUser;
    // Whether it is the body of a statement, which became a function of its own when its function was rewritten for a trace (whygrad/_autograph).
    bool part = false;
  };

  // Never destroyed: frames are inspected until the process ends.
  static CodeObjects& instance() {
    static auto* all = new CodeObjects;
    return *all;
  }

  const Known& find(PyCodeObject* code) {
    Known& recent = recent_[(reinterpret_cast<std::uintptr_t>(code) >> 5) % kRecent];
    if (recent.code != code) recent = lookup(code);
    return recent;
  }
  // Null if it is no longer held.
  PyCodeObject* code_of(std::uintptr_t handle) const {
    const Known& slot = slots_[handle % kSlots];
    return slot.handle == handle ? slot.code : nullptr;
  }
  // Declares `owner` for the code in files below this folder.
  void add_folder(std::string folder, Owner owner);
  // Who owns code that need not be held.
  Owner owner_of(PyCodeObject* code);
  // Changes whenever a code object was released or may have another owner, so that cached conclusions become invalid.
  std::uint64_t epoch() const { return epoch_; }

 private:
  static constexpr std::size_t kSlots = 1 << 14, kRecent = 1 << 8;

  Known lookup(PyCodeObject* code);
  void note_numpy();

  std::vector<Known> slots_ = std::vector<Known>(kSlots);
  std::array<Known, kRecent> recent_{};
  std::unordered_map<PyCodeObject*, std::size_t> index_;
  std::vector<std::pair<std::string, Owner>> folders_;
  bool has_numpy_ = false;
  std::uint64_t met_ = 0, epoch_ = 0;
};

}  // namespace whygrad::python
