// The pool of threads that kernels share: each piece once, by whom does not matter.
#include "device/float_mode.hpp"
#include "device/parallel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace whygrad::device {
namespace {

using Range = std::pair<std::int64_t, std::int64_t>;

// The calling thread's loops are cut for so many threads while it lives.
class ThreadCount {
 public:
  explicit ThreadCount(int count) : before_(thread_count()) { set_thread_count(count); }
  ~ThreadCount() { set_thread_count(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

TEST(Pool, RunsEachPieceOnce) {
  for (const int pieces : {1, 2, 3, 8, 100, 256}) {
    for (int round = 0; round < 300; ++round) {
      std::vector<int> hits(static_cast<std::size_t>(pieces));  // plain numbers: what pieces write is seen behind the loop
      parallel_pieces(pieces, [&](int piece) { ++hits[static_cast<std::size_t>(piece)]; });
      ASSERT_THAT(hits, ::testing::Each(1)) << pieces;
    }
  }
}

TEST(Pool, ServesSeveralThreadsAtOnce) {
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&wrong, caller] {
      set_thread_count(2 + caller);
      for (std::int64_t round = 1; round < 1500; ++round) {
        std::atomic<std::int64_t> sum{0};
        parallel_for(round, 1, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) sum += i;
        });
        if (sum != round * (round - 1) / 2) ++wrong;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

// Where a loop is cut decides the last bits of sums, so neither other callers nor busy processors may move it.
TEST(Pool, CutsTheSameWhoeverRuns) {
  const ThreadCount four(4);
  const auto ranges = [] {
    std::mutex mutex;
    std::set<Range> found;
    parallel_for(1003, 1, [&](std::int64_t begin, std::int64_t end) {
      const std::lock_guard lock(mutex);
      found.emplace(begin, end);
    });
    return found;
  };
  const std::set<Range> expected = {{0, 250}, {250, 501}, {501, 752}, {752, 1003}};
  EXPECT_EQ(ranges(), expected);
  std::atomic<bool> stop{false};
  std::thread other([&stop] {
    set_thread_count(3);
    while (!stop) parallel_pieces(3, [](int) {});
  });
  for (int round = 0; round < 500; ++round) EXPECT_EQ(ranges(), expected);
  stop = true;
  other.join();
}

TEST(Pool, ALoopInsideOfAPieceIsNotCut) {
  const ThreadCount four(4);
  std::atomic<int> calls{0};
  parallel_pieces(4, [&](int) {
    EXPECT_TRUE(in_parallel());
    parallel_for(1000, 1, [&](std::int64_t begin, std::int64_t end) {
      EXPECT_EQ(Range(begin, end), Range(0, 1000));
      ++calls;
    });
    parallel_pieces(3, [&](int) { ++calls; });
    EXPECT_TRUE(in_parallel());
  });
  EXPECT_EQ(calls, 4 * (1 + 3));
  EXPECT_FALSE(in_parallel());
}

TEST(Pool, AnExceptionComesOutOfTheLoopAndTheOtherPiecesRun) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> ran{0};
    try {
      parallel_pieces(4, [&](int piece) {
        ++ran;
        if (piece >= 2) throw std::runtime_error("piece " + std::to_string(piece));
      });
      ADD_FAILURE() << "no exception";
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), ::testing::AnyOf(::testing::StrEq("piece 2"), ::testing::StrEq("piece 3")));
    }
    EXPECT_EQ(ran, 4);
  }
}

TEST(Pool, PiecesComputeInTheCallersFloatMode) {
  const FloatMode before = FloatMode::mine();
  for (const FloatMode mode : {before.flushing(), before}) {
    const FloatModeScope scope(mode);
    for (int round = 0; round < 200; ++round) {
      std::atomic<int> other{0};
      parallel_pieces(4, [&](int) { other += FloatMode::mine() == mode ? 0 : 1; });
      ASSERT_EQ(other, 0);
    }
  }
}

// Waits until `seen` is true of what loops do; how soon that is depends on the machine.
template <class Seen>
bool comes(const Seen& seen) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < end) {
    if (seen()) return true;
  }
  return false;
}

std::set<std::thread::id> threads_of_a_loop(std::chrono::milliseconds each) {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  parallel_pieces(2, [&](int) {
    std::this_thread::sleep_for(each);
    const std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  return ids;
}

TEST(Pool, SharesTheWork) {
  EXPECT_TRUE(comes([] { return threads_of_a_loop(std::chrono::milliseconds(1)).size() == 2; }));
}

// A thread of the pool that takes long over a piece counts as one that lost its processor: the caller goes on alone, and shares again later.
TEST(Pool, RestsWhenAThreadLostItsProcessor) {
  const std::thread::id caller = std::this_thread::get_id();
  EXPECT_TRUE(comes([&] {
    parallel_pieces(2, [&](int) {
      if (std::this_thread::get_id() != caller) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    });
    for (int loop = 0; loop < 2; ++loop) {  // shorter than the trial; without one a thread of the pool would have a piece of one of these
      if (threads_of_a_loop(std::chrono::milliseconds(1)) != std::set{caller}) return false;
    }
    return true;
  }));
  EXPECT_TRUE(comes([] { return threads_of_a_loop(std::chrono::milliseconds(1)).size() == 2; }));
}

#if !defined(__SANITIZE_THREAD__)  // which starts no threads in a forked process
TEST(Pool, AForkedProcessHasOneOfItsOwn) {
  parallel_pieces(2, [](int) {});
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::atomic<int> ran{0};
    parallel_pieces(4, [&](int) { ++ran; });
    ::_exit(ran == 4 && comes([] { return threads_of_a_loop(std::chrono::milliseconds(1)).size() == 2; }) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
#endif

}  // namespace
}  // namespace whygrad::device
