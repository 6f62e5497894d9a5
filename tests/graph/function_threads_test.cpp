// Traced functions that several threads call at once.
#include <whygrad/whygrad.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace whygrad {
namespace {

TEST(FunctionThreads, CallAndDifferentiateOneFunction) {
  const Variable w(3.f);
  std::atomic<int> traced{0};
  const auto f = function([&](const Tensor& x) {
    ++traced;
    return cond(
        x > 0.f, [&] { return w * x * x; }, [&] { return w * x; });
  });
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const float at = static_cast<float>((t + i) % 5) - 2.f;
        const Tensor x = constant(at);
        GradientTape tape({.persistent = true});
        tape.watch(x);
        const Tensor y = f(x);
        const float slope = at > 0 ? 6.f * at : 3.f, of_w = at > 0 ? at * at : at;
        if (tape.gradient(y, x)->item<float>() != slope || tape.gradient(y, w)->item<float>() != of_w) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(traced, 1);
}

TEST(FunctionThreads, AGradientMayBeTakenWhereTheFunctionWasNotTraced) {
  const auto f = function([](const Tensor& x) { return x * x * x; });
  const Tensor x = constant(2.f);
  f(x);
  float slope = 0;
  std::thread([&] {
    GradientTape tape;
    tape.watch(x);
    slope = tape.gradient(f(x), x)->item<float>();
  }).join();
  EXPECT_EQ(slope, 12.f);
}

}  // namespace
}  // namespace whygrad
