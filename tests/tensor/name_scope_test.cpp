#include "tensor/log.hpp"

#include <whygrad/tensor/name_scope.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace whygrad {
namespace {

std::uint32_t present() { return internal::Log::mine().scope; }

TEST(NameScope, NestsAndEnds) {
  EXPECT_EQ(current_name_scope(), "");
  {
    const NameScope encoder("encoder");
    {
      const NameScope block("block_3/attention");
      EXPECT_EQ(current_name_scope(), "encoder/block_3/attention");
    }
    EXPECT_EQ(current_name_scope(), "encoder");
  }
  EXPECT_EQ(current_name_scope(), "");
  EXPECT_EQ(present(), 0u);
}

TEST(NameScope, EmptyNameAndTrailingSlashBeginAtTheTop) {
  const NameScope encoder("encoder");
  {
    const NameScope top("");
    EXPECT_EQ(current_name_scope(), "");
    const NameScope decoder("decoder");
    EXPECT_EQ(current_name_scope(), "decoder");
  }
  {
    const NameScope again("decoder/block/");
    EXPECT_EQ(current_name_scope(), "decoder/block");
  }
  EXPECT_EQ(current_name_scope(), "encoder");
}

TEST(NameScope, OnePathIsOneNumber) {
  std::uint32_t first = 0;
  for (int i = 0; i < 3; ++i) {
    const NameScope outer("repeated");
    const NameScope inner("part");
    if (i == 0) first = present();
    EXPECT_EQ(present(), first);
    EXPECT_STREQ(internal::scope_path(present()), "repeated/part");
  }
  EXPECT_NE(first, 0u);
}

TEST(NameScope, BelongsToItsThread) {
  const NameScope scope("here");
  std::string other = "not asked";
  std::thread([&other] { other = current_name_scope(); }).join();
  EXPECT_EQ(other, "");
}

TEST(NameScope, TheTableIsBounded) {
  for (int i = 0; i < 70000; ++i) const NameScope scope("step_" + std::to_string(i));
  const NameScope known("step_0");
  EXPECT_EQ(current_name_scope(), "step_0");
  const NameScope forgotten("step_69999");
  EXPECT_EQ(current_name_scope(), "step_0");
}

}  // namespace
}  // namespace whygrad
