// Memory: a cache of blocks by size, aligned for vectors.
#include "device/allocator.hpp"

#include <whygrad/device/memory_use.hpp>

#include "device/memory_info.hpp"

#include <whygrad/base/error.hpp>

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <mutex>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define WG_ASAN_POISON 1
#endif
#endif

namespace whygrad::device {
namespace {

// NOTE [size classes] Requests are rounded up to 64-byte multiples below 1 KiB and to four steps per doubling above, so at most a quarter of a block
// is unused. Blocks below kLarge live in per-thread lists that need no lock; larger ones are shared by all threads behind one mutex, whose cost
// vanishes beside the work done on 64 KiB. A class is a pure function of the size, so blocks carry no header.
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kLarge = std::size_t{1} << 16;
constexpr std::size_t kMost = std::size_t{1} << 46;  // more than any machine has; refused before the size is rounded up
constexpr std::size_t kHuge = std::size_t{4} << 20;  // from here on blocks ask for 2 MiB pages
constexpr std::size_t kChecked = std::size_t{256} << 20;
constexpr std::size_t kReserve = std::size_t{64} << 20;     // kept for everything that is not a large block
constexpr std::size_t kThreadCache = std::size_t{8} << 20;  // bytes of small blocks that one thread keeps
constexpr int kClasses = 16 + 4 * 54;

struct SizeClass {
  int index;
  std::size_t bytes;
};

SizeClass class_of(std::size_t bytes) {
  if (bytes <= 1024) {
    const std::size_t units = bytes == 0 ? 1 : (bytes + kAlignment - 1) / kAlignment;
    return {static_cast<int>(units - 1), units * kAlignment};
  }
  const int log = std::bit_width(bytes - 1) - 1;  // 2^log < bytes <= 2^(log+1)
  const std::size_t step = std::size_t{1} << (log - 2);
  const std::size_t quarter = (bytes - 1 - (std::size_t{1} << log)) >> (log - 2);
  return {16 + 4 * (log - 10) + static_cast<int>(quarter), (std::size_t{1} << log) + (quarter + 1) * step};
}

struct FreeBlock {
  FreeBlock* next;
};

// Poisons a cached block for the address sanitizer. Its link stays readable, because the leak sanitizer does not follow poisoned pointers and would
// report the rest of the list as leaked.
void poison([[maybe_unused]] FreeBlock* block, [[maybe_unused]] std::size_t bytes) {
#if defined(__SANITIZE_ADDRESS__) || defined(WG_ASAN_POISON)
  ASAN_POISON_MEMORY_REGION(block + 1, bytes - sizeof(FreeBlock));
#endif
}
void unpoison([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) {
#if defined(__SANITIZE_ADDRESS__) || defined(WG_ASAN_POISON)
  ASAN_UNPOISON_MEMORY_REGION(block, bytes);
#endif
}

std::atomic<std::int64_t> requests_until_refusal{-1};
bool is_refused() {
  if (requests_until_refusal.load(std::memory_order_relaxed) < 0) return false;
  return requests_until_refusal.fetch_sub(1, std::memory_order_relaxed) == 0;
}

// Linux grants far more memory than there is, and ends the process when it writes to it. So requests are compared with the available memory after
// every 256 MiB (which takes a hundredth of the time in which their pages are mapped), and at each request if little is left.
bool is_there(std::size_t bytes) {
  static std::atomic<std::size_t> unchecked{0};
  if (unchecked.fetch_add(bytes, std::memory_order_relaxed) + bytes < kChecked) return true;
  const std::uint64_t available = available_memory();
  unchecked.store(available < 2 * kChecked ? kChecked : 0, std::memory_order_relaxed);
  return bytes < kLarge || bytes + kReserve <= available;
}

void* from_system(std::size_t bytes) {
  if (!is_there(bytes)) return nullptr;
  const std::size_t alignment = bytes >= kHuge ? std::size_t{2} << 20 : kAlignment;
  void* block = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (block == nullptr) return nullptr;
  if (bytes >= kHuge) madvise(block, bytes, MADV_HUGEPAGE);
  return block;
}

[[noreturn, gnu::noinline]] void refuse(std::size_t bytes) { throw MemoryError(kSomebody, kWorkspace, bytes, available_memory()); }

// As above; if memory is short, releases the cached blocks and tries again. Not inline, because most requests find a block that was used before.
[[gnu::noinline]] void* fresh(std::size_t bytes) {
  if (!is_refused()) {
    if (void* block = from_system(bytes)) return block;
    trim_allocator();
    if (void* block = from_system(bytes)) return block;
  }
  refuse(bytes);
}

// Never destroyed: tensors with static lifetime are released after everything else is gone.
struct LargeBlocks {
  std::mutex mutex;
  std::array<FreeBlock*, kClasses> lists{};
  std::size_t live = 0, cached = 0, peak = 0;

  void* take(SizeClass c) {
    {
      const std::lock_guard lock(mutex);
      if (FreeBlock* block = lists[c.index]) {
        unpoison(block, c.bytes);
        lists[c.index] = block->next;
        cached -= c.bytes;
        count(c.bytes);
        return block;
      }
    }
    void* block = fresh(c.bytes);
    const std::lock_guard lock(mutex);
    count(c.bytes);
    return block;
  }
  void count(std::size_t bytes) noexcept {
    live += bytes;
    if (live > peak) peak = live;
  }

  // Keeps as much memory as was ever in use at once: a training step repeats its requests, so it never needs more.
  void put(void* p, SizeClass c) noexcept {
    {
      const std::lock_guard lock(mutex);
      live -= c.bytes;
      if (cached + c.bytes <= peak) {
        auto* block = static_cast<FreeBlock*>(p);
        block->next = lists[c.index];
        lists[c.index] = block;
        cached += c.bytes;
        poison(block, c.bytes);
        return;
      }
    }
    std::free(p);
  }

  void trim() noexcept {
    const std::lock_guard lock(mutex);
    for (int i = 0; i < kClasses; ++i) {
      while (FreeBlock* block = lists[i]) {
        unpoison(block, sizeof(FreeBlock));
        lists[i] = block->next;
        std::free(block);
      }
    }
    cached = 0;
  }
};

LargeBlocks& large_blocks() {
  static auto* blocks = new LargeBlocks;
  return *blocks;
}

struct ThreadCache {
  std::array<FreeBlock*, 16 + 4 * 6> lists{};  // the classes below kLarge
  std::size_t cached = 0;

  void trim() noexcept {
    for (FreeBlock*& list : lists) {
      while (FreeBlock* block = list) {
        unpoison(block, sizeof(FreeBlock));
        list = block->next;
        std::free(block);
      }
    }
    cached = 0;
  }
};

// A plain pointer comes first, so that the hot path needs neither a guard nor a call; its owner clears it when the thread ends. Blocks that later
// destructors of the thread release go straight back to the system.
constinit thread_local ThreadCache* tls_cache __attribute__((tls_model("initial-exec"))) = nullptr;
constinit thread_local bool tls_ended __attribute__((tls_model("initial-exec"))) = false;

struct ThreadCacheOwner {
  ThreadCache cache;
  ThreadCacheOwner() { tls_cache = &cache; }
  ~ThreadCacheOwner() {
    tls_cache = nullptr;
    tls_ended = true;
    cache.trim();
  }
};

ThreadCache* start_thread_cache() {
  if (tls_ended) return nullptr;
  thread_local ThreadCacheOwner owner;
  return &owner.cache;
}

inline ThreadCache* thread_cache() { return tls_cache != nullptr ? tls_cache : start_thread_cache(); }

}  // namespace

void* allocate(std::size_t bytes) {
  if (bytes > kMost) [[unlikely]]
    refuse(bytes);
  const SizeClass c = class_of(bytes);
  if (c.bytes >= kLarge) return large_blocks().take(c);
  ThreadCache* cache = thread_cache();
  if (cache == nullptr) return fresh(c.bytes);
  if (FreeBlock* block = cache->lists[c.index]) {
    unpoison(block, c.bytes);
    cache->lists[c.index] = block->next;
    cache->cached -= c.bytes;
    return block;
  }
  return fresh(c.bytes);
}

void deallocate(void* p, std::size_t bytes) noexcept {
  const SizeClass c = class_of(bytes);
  if (c.bytes >= kLarge) return large_blocks().put(p, c);
  ThreadCache* cache = thread_cache();
  if (cache == nullptr || cache->cached + c.bytes > kThreadCache) return std::free(p);
  auto* block = static_cast<FreeBlock*>(p);
  block->next = cache->lists[c.index];
  cache->lists[c.index] = block;
  cache->cached += c.bytes;
  poison(block, c.bytes);
}

AllocatorStats allocator_stats() noexcept {
  LargeBlocks& blocks = large_blocks();
  const std::lock_guard lock(blocks.mutex);
  return {blocks.live, blocks.cached, blocks.peak};
}

void refuse_memory_after(std::int64_t requests) noexcept { requests_until_refusal.store(requests, std::memory_order_relaxed); }

void trim_allocator() noexcept {
  if (tls_cache != nullptr) tls_cache->trim();
  large_blocks().trim();
}

}  // namespace whygrad::device

namespace whygrad {

MemoryUse memory_use() noexcept {
  const device::AllocatorStats stats = device::allocator_stats();
  return {.now = stats.live_bytes, .most = stats.peak_bytes};
}

}  // namespace whygrad
