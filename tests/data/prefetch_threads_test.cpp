#include "files.hpp"
#include "tensor/data_events.hpp"

#include <whygrad/data/dataset.hpp>
#include <whygrad/device/device.hpp>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <thread>

namespace whygrad::data {
namespace {

using namespace whygrad::testing;
using ::testing::ElementsAre;

using Numbers = std::vector<std::int32_t>;

Dataset<1> numbers_to(std::int32_t count) {
  Numbers numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return from_tensor_slices(tensor_of<std::int32_t>({count}, numbers));
}

template <class Range>
Numbers all_of(Range&& range) {
  Numbers result;
  for (auto [numbers] : range) {
    for (const std::int32_t n : numbers.template to_vector<std::int32_t>()) result.push_back(n);
  }
  return result;
}

TEST(Prefetch, ChangesNothingAboutWhatComes) {
  auto plain = numbers_to(200).shuffle(50).batch(7);
  for (const std::int64_t ahead : {1, 2, 100}) {
    auto prefetched = plain.prefetch(ahead);
    for (int epoch = 0; epoch < 3; ++epoch) EXPECT_EQ(all_of(prefetched), all_of(plain.iterate({.epoch = epoch})));
  }
  EXPECT_EQ(all_of(plain.prefetch(2).prefetch(1)), all_of(plain.iterate({})));
}

TEST(Prefetch, GivesValuesOfTheLoopsThread) {
  const internal::Log& log = internal::Log::mine();
  for (auto [numbers] :
       numbers_to(9).batch(2).map([](const Tensor& t) { return tensor_of<std::int32_t>(t.shape(), t.to_vector<std::int32_t>()); }).prefetch(1)) {
    const internal::Record* record = log.find(numbers.id());
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->op, &internal::element_op());
  }
}

TEST(Prefetch, KeepsKernelsOnItsOneThread) {
  std::atomic<int> threads = 0;
  std::atomic<bool> another = false;
  const auto main_thread = std::this_thread::get_id();
  all_of(numbers_to(2)
             .map([&](const Tensor& t) {
               threads = num_threads();
               another = std::this_thread::get_id() != main_thread;
               return t;
             })
             .prefetch(1));
  EXPECT_TRUE(another);
  EXPECT_EQ(threads, 1);
}

TEST(Prefetch, AnExceptionReachesTheLoopInItsPlace) {
  auto dataset = numbers_to(10)
                     .map([](const Tensor& t) {
                       if (t.item<std::int32_t>() == 4) throw std::out_of_range("four");
                       return t;
                     })
                     .prefetch(8);
  for (int epoch = 0; epoch < 3; ++epoch) {
    Numbers seen;
    try {
      for (auto [number] : dataset) seen.push_back(number.item<std::int32_t>());
      FAIL() << "no exception";
    } catch (const std::out_of_range& error) {
      EXPECT_STREQ(error.what(), "four");
    }
    EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3));
  }
}

// The thread may wait for room, be at work or be through; destroying the loop must end it in each state.
TEST(Prefetch, LeavingTheLoopStopsTheThread) {
  std::atomic<int> running = 0;
  struct Running {
    explicit Running(std::atomic<int>& r) : count(r) { ++count; }
    ~Running() { --count; }
    std::atomic<int>& count;
  };
  for (int taken = 1; taken <= 6; ++taken) {
    for (const std::int64_t ahead : {1, 3, 100}) {
      int left = taken;
      for (auto [number] : numbers_to(6)
                               .map([&running](const Tensor& t) {
                                 const Running here(running);
                                 return t;
                               })
                               .prefetch(ahead)) {
        if (--left == 0) break;
      }
      EXPECT_EQ(running, 0);
    }
  }
}

TEST(Prefetch, AnEndlessDataSetStopsToo) {
  int left = 20;
  for (auto [numbers] : numbers_to(5).shuffle().repeat().batch(2).prefetch(3)) {
    if (--left == 0) break;
  }
  EXPECT_EQ(left, 0);
}

// Several loops over one data set at a time, as training and evaluation threads do.
TEST(Prefetch, OneDataSetServesManyThreads) {
  const auto dataset = numbers_to(100).shuffle().batch(8).prefetch(2);
  const Numbers expected = all_of(dataset.iterate({.epoch = 5}));
  std::vector<std::thread> threads;
  std::atomic<int> equal = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { equal += all_of(dataset.iterate({.epoch = 5})) == expected ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(equal, 4);
}

}  // namespace
}  // namespace whygrad::data
