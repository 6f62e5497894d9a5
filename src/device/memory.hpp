// The memory of devices other than the CPU: allocation and copies. The CPU's is the allocator's.
#pragma once

#include <whygrad/device/device.hpp>

#include <atomic>
#include <cstddef>

namespace whygrad::device {

struct Memory {
  const char* name;  // the kind of device in messages: "gpu"
  // Memory of at least `bytes`, aligned to 64. Throws MemoryError of kSomebody.
  void* (*allocate)(std::size_t bytes);
  void (*deallocate)(void* block, std::size_t bytes) noexcept;
  // Both return after the copy is complete.
  void (*from_host)(const void* host, void* block, std::size_t bytes);
  void (*to_host)(const void* block, void* host, std::size_t bytes);
};

// Registers a further kind of device for the rest of the process; `memory` is borrowed. Call it before any tensor is made on such a device. Throws
// ValueError for too many kinds.
DeviceKind add_kind(const Memory& memory);
// Whether a further kind was registered. If not, ops need not check where a tensor is.
inline constinit std::atomic<bool> kinds_were_added{false};
inline bool has_further_kinds() { return kinds_were_added.load(std::memory_order_relaxed); }
// For a device other than the CPU.
const Memory& memory_of(Device device);
const char* name_of(Device device);

// Where this thread makes tensors: on the CPU unless a scope is open; while an op is executed, on the device of its inputs.
inline constinit thread_local Device tls_current __attribute__((tls_model("initial-exec"))) = {};
inline Device current() { return tls_current; }

class Scope {
 public:
  explicit Scope(Device device) : before_(tls_current) { tls_current = device; }
  ~Scope() { tls_current = before_; }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Device before_;
};

}  // namespace whygrad::device
