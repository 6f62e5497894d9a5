#include <whygrad/base/dtype.hpp>
#include <whygrad/base/environment.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/base/where.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

namespace whygrad {
namespace {

TEST(Half, EveryValueComesBack) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const Half h = Half::from_bits(static_cast<std::uint16_t>(bits));
    const float value = static_cast<float>(h);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(Half(value))));
    } else {
      EXPECT_EQ(Half(value).bits, bits) << value;
    }
  }
}

// Between two neighbours the nearer wins, and half way the one with the even mantissa.
TEST(Half, RoundsToNearestEven) {
  for (std::uint32_t bits = 0; bits < 0x7bff; ++bits) {
    const float low = static_cast<float>(Half::from_bits(static_cast<std::uint16_t>(bits)));
    const float high = static_cast<float>(Half::from_bits(static_cast<std::uint16_t>(bits + 1)));
    const float middle = low + (high - low) / 2;
    EXPECT_EQ(Half(middle).bits, (bits & 1) == 0 ? bits : bits + 1) << middle;
    EXPECT_EQ(Half(std::nextafter(middle, 0.f)).bits, bits);
    EXPECT_EQ(Half(std::nextafter(middle, 1e9f)).bits, bits + 1);
  }
  EXPECT_EQ(Half(65504).bits, 0x7bff);
  EXPECT_EQ(Half(65519).bits, 0x7bff);
  EXPECT_EQ(Half(65520).bits, 0x7c00);
  EXPECT_EQ(Half(-std::numeric_limits<float>::infinity()).bits, 0xfc00);
}

TEST(BFloat16, RoundsToNearestEven) {
  EXPECT_EQ(BFloat16(1.0f).bits, 0x3f80);
  EXPECT_EQ(BFloat16(std::bit_cast<float>(0x3f808000u)).bits, 0x3f80);
  EXPECT_EQ(BFloat16(std::bit_cast<float>(0x3f818000u)).bits, 0x3f82);
  EXPECT_EQ(BFloat16(std::bit_cast<float>(0x3f808001u)).bits, 0x3f81);
  EXPECT_EQ(BFloat16(std::numeric_limits<float>::max()).bits, 0x7f80);
  EXPECT_TRUE(std::isnan(static_cast<float>(BFloat16(std::bit_cast<float>(0x7f800001u)))));
}

TEST(DType, NamesAndSizes) {
  EXPECT_EQ(name_of(DType::kBF16), "bf16");
  EXPECT_EQ(size_of(DType::kC128), 16u);
  EXPECT_TRUE(is_differentiable(DType::kC64));
  EXPECT_FALSE(is_differentiable(DType::kI64));
  EXPECT_FALSE(is_integer(DType::kBool));
  EXPECT_TRUE(is_unsigned(DType::kU64) && !is_unsigned(DType::kI64) && !is_unsigned(DType::kBool));
  EXPECT_EQ(signed_of(DType::kU16), DType::kI16);
  EXPECT_EQ(signed_of(DType::kI16), DType::kI16);
  EXPECT_EQ(lowest_integer(DType::kI8), -128);
  EXPECT_EQ(lowest_integer(DType::kU32), 0);
  EXPECT_EQ(highest_integer(DType::kI64), std::uint64_t{INT64_MAX});
  EXPECT_EQ(highest_integer(DType::kU64), UINT64_MAX);
  EXPECT_EQ(highest_integer(DType::kU16), 65535u);
  EXPECT_EQ(dtype_of<float>, float32);
}

TEST(Error, ReadsOpWhatAndHelp) {
  const ShapeError error("matmul", "a is f32[2, 3]", "transpose b");
  EXPECT_STREQ(error.what(), "[matmul] a is f32[2, 3]\nhelp: transpose b");
  EXPECT_EQ(error.op(), "matmul");
  EXPECT_STREQ(Error("op", "wrong").what(), "[op] wrong");
}

TEST(Environment, SwitchesAreRead) {
  const auto flag = [](const char* text) {
    setenv("WHYGRAD_TEST_SWITCH", text, 1);
    return environment_flag("WHYGRAD_TEST_SWITCH", true);
  };
  for (const char* no : {"0", "off", "False", "NO"}) EXPECT_FALSE(flag(no)) << no;
  for (const char* yes : {"1", "on", "True", "YES", ""}) EXPECT_TRUE(flag(yes)) << yes;
  try {
    flag("maybe");
    ADD_FAILURE();
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("WHYGRAD_TEST_SWITCH=maybe"));
  }
  unsetenv("WHYGRAD_TEST_SWITCH");
  EXPECT_TRUE(environment_flag("WHYGRAD_TEST_SWITCH", true));
}

Where place(Where where = Where::here()) { return where; }

TEST(Where, IsThePlaceOfTheCall) {
  const Where where = place();
  EXPECT_EQ(where.line, static_cast<std::uint32_t>(__LINE__ - 1));
  EXPECT_THAT(std::string(where.file), ::testing::EndsWith("base_test.cpp"));
  EXPECT_STREQ(where.function, "TestBody");
}

}  // namespace
}  // namespace whygrad
