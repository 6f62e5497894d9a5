// The caching allocator: memory that was used once is handed out again with its pages still mapped.
//
// Why: a buffer of some MiB taken fresh from the system at every step is faulted in page by page, which halves the speed of elementwise ops.
#pragma once

#include <cstddef>
#include <cstdint>

namespace whygrad::device {

// 64-byte aligned memory of at least `bytes`; its contents are undefined. Throws MemoryError of kSomebody with nothing lost; whoever knows for which
// op it was asked for says so. Any thread may release it, with the same `bytes`.
void* allocate(std::size_t bytes);
void deallocate(void* block, std::size_t bytes) noexcept;

// Stands for the op in a MemoryError, and for what needs the memory.
inline constexpr const char* kSomebody = "memory";
inline constexpr const char* kWorkspace = "a workspace";

struct AllocatorStats {
  std::size_t live_bytes;    // handed out now
  std::size_t cached_bytes;  // kept for the next request
  std::size_t peak_bytes;    // the largest live_bytes so far; blocks under 64 KiB are not counted in any of the three
};
AllocatorStats allocator_stats() noexcept;

// Gives the cached blocks of the calling thread and all large cached blocks back to the system.
void trim_allocator() noexcept;

// For tests: the next `requests` requests to the system are granted, the one after them is refused, and all after that are granted again. A negative
// number, which is the default: none is refused.
void refuse_memory_after(std::int64_t requests) noexcept;

}  // namespace whygrad::device
