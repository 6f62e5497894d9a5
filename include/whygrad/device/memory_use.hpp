// How much memory tensors take.
#pragma once

#include <whygrad/base/export.hpp>

#include <cstdint>

namespace whygrad {

// Bytes of this process, without blocks under 64 KiB.
struct MemoryUse {
  std::uint64_t now = 0;   // in use
  std::uint64_t most = 0;  // the most that was in use at once so far
};
WG_API MemoryUse memory_use() noexcept;

}  // namespace whygrad
