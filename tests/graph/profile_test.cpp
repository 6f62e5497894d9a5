// Profiles see ops that are called one by one, backward passes and the steps of traced functions.
#include <whygrad/whygrad.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <thread>

namespace whygrad {
namespace {

std::uint64_t calls_of(const Profile& profile, std::string_view op) {
  std::uint64_t calls = 0;
  for (const Profile::Row& row : profile.rows()) calls += row.op == op ? row.calls : 0;
  return calls;
}

TEST(Profile, CountsOpsAndBackwardPasses) {
  const Tensor x = ones({8, 4});
  const Variable w(ones({4, 3}));
  Profile profile;
  for (int i = 0; i < 3; ++i) {
    GradientTape tape;
    const Tensor y = reduce_sum(matmul(x, w));
    EXPECT_TRUE(tape.gradient(y, w));
  }
  profile.stop();
  (void)matmul(x, w);
  EXPECT_EQ(calls_of(profile, "matmul"), 6u);
  const std::vector<Profile::Row> rows = profile.rows();
  const auto product = std::find_if(rows.begin(), rows.end(), [](const Profile::Row& row) { return row.op == "matmul"; });
  ASSERT_NE(product, rows.end());
  EXPECT_EQ(product->flops / static_cast<double>(product->calls), 2 * 8 * 4 * 3);
  EXPECT_EQ(product->place.substr(0, 17), "profile_test.cpp:");
}

TEST(Profile, CountsTheStepsOfFunctions) {
  const auto f = function([](const Tensor& x) { return tanh(x * 2 + 1); });
  const Tensor x = ones({8, 8});
  (void)f(x);
  const Profile profile;
  (void)f(x);
  ASSERT_EQ(profile.rows().size(), 1u);
  EXPECT_EQ(profile.rows()[0].op, "fused: multiply, add, tanh");
  EXPECT_EQ(profile.rows()[0].bytes, 4 * (64 + 1 + 1 + 64));
}

TEST(Profile, IsNested) {
  const Tensor x = ones({4});
  Profile outer;
  (void)exp(x);
  {
    const Profile inner;
    (void)sin(x);
    EXPECT_EQ(calls_of(inner, "exp"), 0u);
    EXPECT_EQ(calls_of(inner, "sin"), 1u);
  }
  (void)sin(x);
  EXPECT_EQ(calls_of(outer, "exp"), 1u);
  EXPECT_EQ(calls_of(outer, "sin"), 2u);
  EXPECT_NE(outer.table().find("outside of ops"), std::string::npos);
  EXPECT_NE(outer.trace().find("\"name\":\"sin\""), std::string::npos);
}

TEST(Profile, MayEndBeforeTheOneInside) {
  const Tensor x = ones({4});
  auto outer = std::make_unique<Profile>();
  const Profile inner;
  outer.reset();
  (void)exp(x);
  EXPECT_EQ(calls_of(inner, "exp"), 1u);
}

TEST(Profile, MayEndOnAnotherThread) {
  const Tensor x = ones({4});
  auto ended = std::make_unique<Profile>();
  std::thread([&] { ended.reset(); }).join();
  const Profile later;
  (void)exp(x);
  EXPECT_EQ(calls_of(later, "exp"), 1u);
}

}  // namespace
}  // namespace whygrad
