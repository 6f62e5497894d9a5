#include "device/allocator.hpp"
#include "device/parallel.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/device/device.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

namespace whygrad::device {
namespace {

TEST(Allocator, BlocksAreAlignedWritableAndApart) {
  struct Block {
    unsigned char* data;
    std::size_t bytes;
    unsigned char mark;
  };
  std::mt19937 random(1);
  std::vector<Block> blocks;
  const auto check_and_free = [](const Block& b) {
    for (const std::size_t i : {std::size_t{0}, b.bytes / 2, b.bytes - 1}) ASSERT_EQ(b.data[i], b.mark);
    deallocate(b.data, b.bytes);
  };
  for (int i = 0; i < 3000; ++i) {
    const std::size_t bytes = 1 + random() % (std::size_t{1} << (random() % 21));
    auto* data = static_cast<unsigned char*>(allocate(bytes));
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(data) % 64, 0u);
    const auto mark = static_cast<unsigned char>(i);
    std::memset(data, mark, bytes);
    blocks.push_back({data, bytes, mark});
    if (blocks.size() > 50) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      check_and_free(blocks.back());
      blocks.pop_back();
    }
  }
  for (const Block& b : blocks) check_and_free(b);
}

TEST(Allocator, AFreedBlockIsHandedOutAgain) {
  for (const std::size_t bytes : {std::size_t{100}, std::size_t{5000}, std::size_t{1} << 20, std::size_t{8} << 20}) {
    trim_allocator();  // with nothing else kept there is room for any size
    void* first = allocate(bytes);
    deallocate(first, bytes);
    void* second = allocate(bytes);
    EXPECT_EQ(first, second) << bytes;
    deallocate(second, bytes);
  }
}

TEST(Allocator, CountsLargeBlocksAndGivesThemBack) {
  trim_allocator();
  const AllocatorStats before = allocator_stats();
  EXPECT_EQ(before.cached_bytes, 0u);
  void* block = allocate(std::size_t{3} << 20);
  EXPECT_GE(allocator_stats().live_bytes, before.live_bytes + (std::size_t{3} << 20));
  deallocate(block, std::size_t{3} << 20);
  EXPECT_EQ(allocator_stats().live_bytes, before.live_bytes);
  EXPECT_GT(allocator_stats().cached_bytes, 0u);
  trim_allocator();
  EXPECT_EQ(allocator_stats().cached_bytes, 0u);
}

TEST(Allocator, AnImpossibleRequestLosesNothing) {
  const std::size_t live = allocator_stats().live_bytes;
  EXPECT_THROW(allocate(std::size_t{1} << 60), MemoryError);
  EXPECT_EQ(allocator_stats().live_bytes, live);
}

TEST(Allocator, BlocksMayBeFreedByAnotherThread) {
  std::vector<void*> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(allocate(1000));
  std::thread([&blocks] {
    for (void* b : blocks) deallocate(b, 1000);
  }).join();
  void* block = allocate(1000);
  std::memset(block, 1, 1000);
  deallocate(block, 1000);
}

TEST(ParallelFor, CoversEveryStepOnce) {
  for (const std::int64_t n : {0, 1, 7, 1000, 100'003}) {
    std::vector<std::atomic<int>> hits(static_cast<std::size_t>(n));
    parallel_for(n, 64, [&hits](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) ++hits[static_cast<std::size_t>(i)];
    });
    for (const auto& h : hits) ASSERT_EQ(h, 1);
  }
}

TEST(Threads, CountMustBePositive) {
  EXPECT_THROW(set_num_threads(0), ValueError);
  const int before = num_threads();
  set_num_threads(3);
  EXPECT_EQ(num_threads(), 3);
  set_num_threads(before);
}

}  // namespace
}  // namespace whygrad::device
