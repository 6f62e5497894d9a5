// The registered kinds of devices.
#include "device/memory.hpp"

#include <whygrad/base/error.hpp>

#include <array>
#include <atomic>
#include <mutex>

namespace whygrad::device {
namespace {

constexpr std::size_t kMostKinds = 8;  // the CPU's among them
std::array<std::atomic<const Memory*>, kMostKinds> kinds{};

}  // namespace

DeviceKind add_kind(const Memory& memory) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  for (std::size_t kind = 1; kind < kMostKinds; ++kind) {
    if (kinds[kind].load() != nullptr) continue;
    kinds[kind].store(&memory);
    kinds_were_added.store(true);
    return static_cast<DeviceKind>(kind);
  }
  throw ValueError("Device", "no further kind of device can be added", "a process has room for 7 beside the CPU");
}

const Memory& memory_of(Device device) {
  const auto kind = static_cast<std::size_t>(device.kind);
  const Memory* memory = kind < kMostKinds ? kinds[kind].load(std::memory_order_acquire) : nullptr;
  if (memory == nullptr) throw InternalError("Device", "a tensor is on a device that was never added");
  return *memory;
}

const char* name_of(Device device) { return device.kind == DeviceKind::kCpu ? "cpu" : memory_of(device).name; }

}  // namespace whygrad::device
