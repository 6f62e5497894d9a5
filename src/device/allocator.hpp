// The caching allocator: reuses memory with its pages still mapped.
//
// A buffer of some MiB that is allocated from the system at every step is faulted in page by page, which halves the speed of elementwise ops.
#pragma once

#include <cstddef>
#include <cstdint>

namespace whygrad::device {

// Allocates at least `bytes` of 64-byte aligned memory; its contents are undefined. Throws MemoryError of kSomebody with nothing lost; the caller
// adds the name of the op. Any thread may release it, with the same `bytes`.
void* allocate(std::size_t bytes);
void deallocate(void* block, std::size_t bytes) noexcept;

// Placeholder in a MemoryError for the op, and for what needs the memory.
inline constexpr const char* kSomebody = "memory";
inline constexpr const char* kWorkspace = "a workspace";

struct AllocatorStats {
  std::size_t live_bytes;    // in use
  std::size_t cached_bytes;  // cached for later requests
  std::size_t peak_bytes;    // the largest live_bytes so far; blocks under 64 KiB are not counted in any of the three
};
AllocatorStats allocator_stats() noexcept;

// Releases the cached blocks of the calling thread and all large cached blocks to the system.
void trim_allocator() noexcept;

// For tests: the next `requests` requests to the system succeed, the following one fails, and all later ones succeed. A negative number, the default:
// none fails.
void refuse_memory_after(std::int64_t requests) noexcept;

}  // namespace whygrad::device
