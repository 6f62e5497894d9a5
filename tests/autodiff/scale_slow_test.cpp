// Long programs: nothing recurses over the graph, and nothing off the tape grows.
#include "autodiff/tape_test.hpp"

#include <fstream>
#include <optional>
#include <string>

namespace whygrad::testing {
namespace {

TEST(Scale, AChainOfAMillionOpsIsDifferentiatedAndDestroyed) {
  const Tensor x = c(1);
  for (const bool asked : {true, false}) {
    GradientTape tape;
    tape.watch(x);
    Tensor y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y * 1.0f;
    if (asked) {
      EXPECT_EQ(f(tape.gradient(y, x)), 1);
    }
  }
}

TEST(Scale, ADiamondChainIsLinear) {
  const Tensor x = c(1);
  GradientTape tape;
  tape.watch(x);
  Tensor y = x;
  for (int i = 0; i < 100'000; ++i) y = (y + y) * 0.5f;  // 2^100000 paths
  EXPECT_EQ(f(tape.gradient(y, x)), 1);
}

// Their records reach over the chunks of the log, which come and go.
TEST(Scale, OpsOfManyOutputsOutliveTheLogsRing) {
  const Tensor x = zeros({3000});
  const Tensor few = zeros({3});
  for (const bool taped : {false, true}) {
    for (int i = 0; i < 200; ++i) {
      std::optional<GradientTape> tape;
      if (taped) tape.emplace().watch({x, few});
      const std::vector<Tensor> many = unstack(x);
      for (int k = 0; k < 300; ++k) (void)unstack(few);
      if (taped) {
        EXPECT_EQ(fs(tape->gradient(many[2999] * 2, x))[2999], 2);
      }
    }
  }
}

std::int64_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  return -1;
}

TEST(Scale, TenMillionOpsOffTheTapeStayInBoundedMemory) {
  Tensor y = c(1);
  const Tensor one = c(1);
  const auto run = [&](int ops) {
    for (int i = 0; i < ops; ++i) y = y * one;
  };
  run(200'000);  // the log has filled its ring
  const std::int64_t before = resident_kib();
  ASSERT_GT(before, 0);
  run(10'000'000);
  EXPECT_LT(resident_kib() - before, 4 * 1024);
  EXPECT_EQ(f(y), 1);
}

TEST(Scale, ALoopOfTapesStaysInBoundedMemory) {
  const Variable w = variable(1);
  const auto run = [&](int steps) {
    for (int i = 0; i < steps; ++i) {
      GradientTape tape;
      const Tensor loss = w * w;
      w.assign_sub(*tape.gradient(loss, w) * 0.0f);
    }
  };
  run(50'000);
  const std::int64_t before = resident_kib();
  run(500'000);
  EXPECT_LT(resident_kib() - before, 4 * 1024);
}

}  // namespace
}  // namespace whygrad::testing
