// One tape per thread, over shared variables. Run under the thread sanitizer.
#include "autodiff/tape_test.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

namespace whygrad::testing {
namespace {

TEST(Threads, EachDifferentiatesOverSharedVariables) {
  const Variable w(constant({{1.f, 2.f}, {3.f, 4.f}}), "w");
  const Tensor x = constant({{1.f, 1.f}});
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        GradientTape outer;
        GradientTape tape;
        const Tensor y = reduce_sum(square(matmul(x, w)) * static_cast<float>(t + 1));
        const Gradient g = tape.gradient(y, w);
        const Gradient second = outer.gradient(reduce_sum(*g), w);
        if (fs(g)[0] == 8.f * static_cast<float>(t + 1) && second) ++right;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(right, 200);
}

TEST(Threads, ATapeBelongsToItsThread) {
  const Tensor x = c(3);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x;
  std::string message;
  std::thread([&] { message = message_of<TapeError>([&] { tape.gradient(y, x); }); }).join();
  EXPECT_THAT(message, HasSubstr("another thread"));
  EXPECT_EQ(f(tape.gradient(y, x)), 6);
}

TEST(Threads, AValueOfAnotherThreadIsALeaf) {
  const Variable w = variable(2);
  Tensor made;
  std::thread([&] {
    GradientTape tape;
    made = w * w;
  }).join();
  GradientTape tape;
  const Tensor y = made * w;
  EXPECT_EQ(f(tape.gradient(y, w)), 4);
}

// What a thread leaves behind outlives it: its tensors, the reason of a missing gradient, a tape that another thread destroys.
TEST(Threads, WhatAThreadMadeOutlivesIt) {
  const Variable w = variable(2);
  std::unique_ptr<GradientTape> tape;
  Gradient missing;
  Tensor y;
  std::thread([&] {
    tape = std::make_unique<GradientTape>();
    y = w * w;
    GradientTape other;
    missing = other.gradient(argmax(reshape(w, {1})), w);
  }).join();
  tape.reset();
  EXPECT_EQ(f(y), 4);
  EXPECT_FALSE(missing);
}

}  // namespace
}  // namespace whygrad::testing
