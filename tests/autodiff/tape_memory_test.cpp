// What a tape keeps, by op and line.
#include <whygrad/whygrad.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whygrad {
namespace {

using ::testing::HasSubstr;

TEST(KeptValues, ByOpAndLine) {
  const Variable w(ones({64, 64}), "w");
  const Tensor x = ones({32, 64});
  GradientTape tape;
  Tensor h = x;
  for (int i = 0; i < 3; ++i) h = tanh(matmul(h, w));
  const Tensor loss = reduce_sum(h);
  const std::vector<KeptValues> kept = kept_values(tape);
  constexpr std::uint64_t kRows = 32 * 64 * 4;
  // tanh keeps its three results, of which two are operands of matmul as well; matmul keeps x, and w is the variable's.
  std::uint64_t bytes = 0, values = 0;
  for (const KeptValues& row : kept) {
    bytes += row.bytes;
    values += row.values;
    EXPECT_THAT(row.place, HasSubstr("tape_memory_test.cpp:"));
  }
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].op, "tanh");
  EXPECT_EQ(kept[0].bytes, 3 * kRows);
  EXPECT_EQ(kept[1].op, "matmul");
  EXPECT_EQ(kept[1].bytes, kRows);
  EXPECT_EQ(values, 4u);
  EXPECT_EQ(bytes, 4 * kRows);
}

TEST(KeptValues, NothingOnceTheGradientIsThere) {
  const Variable w(ones({8}), "w");
  GradientTape tape;
  const Tensor loss = reduce_sum(tanh(w));
  EXPECT_FALSE(kept_values(tape).empty());
  tape.gradient(loss, w);
  EXPECT_TRUE(kept_values(tape).empty());
}

TEST(MemoryUse, CountsWhatTensorsTake) {
  const MemoryUse before = memory_use();
  const Tensor big = ones({1024, 1024});
  const MemoryUse after = memory_use();
  EXPECT_GE(after.now, before.now + 1024 * 1024 * 4);
  EXPECT_GE(after.most, after.now);
}

}  // namespace
}  // namespace whygrad
