// A pool of threads that start on demand and sleep soon after they run out of work.
#include "device/thread_pool.hpp"

#include "device/float_mode.hpp"

#include <omp.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace whygrad::device {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostThreads = 256;
constexpr std::chrono::microseconds kSpin{50};
constexpr std::chrono::milliseconds kStall{1}, kTrial{8}, kFirstRest{10}, kLongestRest{640};

thread_local int count_of_thread = 0;  // 0: not determined yet
thread_local bool in_piece = false;

void relax() {
#if defined(__SSE2__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Returns true as soon as `done` is true; false if that takes longer than kSpin.
template <class Done>
bool comes_soon(const Done& done) {
  constexpr int kLooks = 64;
  for (Clock::time_point end{};;) {
    for (int look = 0; look < kLooks; ++look) {
      if (done()) return true;
      relax();
    }
    const Clock::time_point now = Clock::now();
    if (end == Clock::time_point{}) end = now + kSpin;
    if (now >= end) return false;
  }
}

struct Job {
  void (*run)(void* body, int piece);
  void* body;
  FloatMode mode;
  Clock::time_point start = Clock::now();
  std::atomic<Clock::rep> waiting{0};  // how long the caller worked before it had to wait; 0 while it does not wait
  std::exception_ptr error = nullptr;
  std::atomic_flag failed = ATOMIC_FLAG_INIT;
};

void run_piece(Job& job, int piece) {
  const FloatModeScope scope(job.mode);
  const bool nested = std::exchange(in_piece, true);
  try {
    job.run(job.body, piece);
  } catch (...) {
    if (!job.failed.test_and_set()) job.error = std::current_exception();
  }
  in_piece = nested;
}

std::chrono::nanoseconds processor_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Measures whether the calling thread has a processor to itself, by being busy for a while.
bool has_processor() {
  const Clock::time_point start = Clock::now();
  const std::chrono::nanoseconds before = processor_time();
  Clock::duration took{};
  for (; took < kTrial; took = Clock::now() - start) relax();
  return processor_time() - before > took - took / 8;
}

// Keeps a thread of the pool away from work while it would share its processor.
class Rest {
 public:
  void take() {
    if (has_processor()) return;
    const Clock::time_point now = Clock::now();
    if (now > end_ + 4 * length_) length_ = kFirstRest;
    do {
      std::this_thread::sleep_for(length_);
      length_ = std::min<Clock::duration>(2 * length_, kLongestRest);
    } while (!has_processor());
    end_ = Clock::now();
  }

 private:
  Clock::time_point end_{};
  Clock::duration length_ = kFirstRest;
};

class Pool {
 public:
  // Runs pieces from `first` on. Returns false without doing anything if the pool is in use.
  bool run(Job& job, int first, int pieces) {
    const std::unique_lock lock(in_use_, std::try_to_lock);
    if (!lock) return false;
    if (!start_threads(pieces - 1)) return false;
    publish(job, first, pieces);
    work(generation_.load(std::memory_order_relaxed), first);
    wait(job);
    return true;
  }

 private:
  struct alignas(64) Claim {
    std::atomic<std::uint64_t> state{0};  // 2 * generation: the piece is free; 2 * generation + 1: it is taken
  };

  bool start_threads(int wanted) {
    while (threads_ < wanted && !refused_) {
      // Signals are for the threads of the program.
      sigset_t all, before;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before);
      try {
        std::thread([this, me = threads_ + 1] { serve(me); }).detach();
        ++threads_;
      } catch (const std::system_error&) {
        refused_ = true;
      }
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    return threads_ > 0;
  }

  void publish(Job& job, int first, int pieces) {
    const std::uint64_t generation = generation_.load(std::memory_order_relaxed) + 1;
    job_ = &job;
    pieces_.store(pieces, std::memory_order_relaxed);
    left_.store(pieces - first, std::memory_order_relaxed);
    for (int piece = first; piece < pieces; ++piece) claims_[piece].state.store(2 * generation, std::memory_order_release);
    generation_.store(generation, std::memory_order_release);
    call_.fetch_add(1, std::memory_order_release);
    if (pieces > threads_) {
      call_.notify_all();
    } else {
      for (int piece = first + 1; piece < pieces; ++piece) call_.notify_one();
    }
  }

  // Runs the free pieces of a generation, `mine` first. Returns whether the caller had to wait for one of them. Only a thread that has taken a piece
  // may access the job.
  bool work(std::uint64_t generation, int mine) {
    const int pieces = pieces_.load(std::memory_order_relaxed);
    bool slow = false;
    for (int i = 0; i < pieces; ++i) {
      const int piece = (mine + i) % pieces;
      std::uint64_t open = 2 * generation;
      std::atomic<std::uint64_t>& state = claims_[piece].state;
      if (state.load(std::memory_order_relaxed) != open || !state.compare_exchange_strong(open, open + 1, std::memory_order_acquire)) continue;
      const Clock::time_point start = Clock::now();
      run_piece(*job_, piece);
      const Clock::duration took = Clock::now() - start, callers(job_->waiting.load(std::memory_order_relaxed));
      slow = slow || (took > kStall && callers > Clock::duration::zero() && took > 2 * callers);
      if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) left_.notify_one();
    }
    return slow;
  }

  // Returns when all pieces have ended.
  void wait(Job& job) {
    const auto ended = [this] { return left_.load(std::memory_order_acquire) == 0; };
    if (ended()) return;
    job.waiting.store((Clock::now() - job.start).count(), std::memory_order_relaxed);
    if (comes_soon(ended)) return;
    for (int left; (left = left_.load(std::memory_order_acquire)) != 0;) left_.wait(left, std::memory_order_acquire);
  }

  // The loop of a pool thread.
  [[noreturn]] void serve(int me) {
    omp_set_num_threads(1);
    Rest rest;
    for (std::uint64_t seen = 0;;) {
      const std::uint32_t call = call_.load(std::memory_order_acquire);
      const auto called = [&] { return generation_.load(std::memory_order_acquire) != seen; };
      if (!called() && !comes_soon(called)) call_.wait(call, std::memory_order_acquire);
      if (!called()) continue;
      seen = generation_.load(std::memory_order_acquire);
      if (work(seen, me)) rest.take();
    }
  }

  std::mutex in_use_;
  int threads_ = 0;
  bool refused_ = false;  // the system granted no more threads
  Job* job_ = nullptr;
  std::atomic<int> pieces_{0}, left_{0};
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<std::uint32_t> call_{0};  // incremented with each job; threads sleep on it
  Claim claims_[kMostThreads];
};

// Never destroyed: its threads may outlive everything else. A forked process has none of them, and starts a pool of its own.
std::atomic<Pool*> the_pool{nullptr};

Pool& pool() {
  if (Pool* existing = the_pool.load(std::memory_order_acquire)) return *existing;
  static std::once_flag once;
  std::call_once(once, [] {
    the_pool.store(new Pool, std::memory_order_release);
    pthread_atfork(nullptr, nullptr, [] { the_pool.store(new Pool, std::memory_order_release); });
  });
  return *the_pool.load(std::memory_order_acquire);
}

}  // namespace

int thread_count() {
  if (count_of_thread == 0) set_thread_count(omp_get_max_threads());
  return count_of_thread;
}

void set_thread_count(int count) { count_of_thread = std::clamp(count, 1, kMostThreads); }

bool in_parallel() { return in_piece || omp_in_parallel() != 0; }

void run_pieces(int pieces, void (*run)(void* body, int piece), void* body) {
  Job job{run, body, FloatMode::mine()};
  const bool alone = in_parallel();
  // If the pool is in use now, it may be free before the next piece.
  for (int piece = 0; piece < pieces; ++piece) {
    if (!alone && piece + 1 < pieces && pool().run(job, piece, pieces)) break;
    run_piece(job, piece);
  }
  if (job.error != nullptr) std::rethrow_exception(job.error);
}

}  // namespace whygrad::device
