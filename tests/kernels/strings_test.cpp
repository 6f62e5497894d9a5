// Numbers written as text and read again.
#include "kernels/strings.hpp"

#include "kernels/kernel_test.hpp"

#include <gmock/gmock.h>

namespace whygrad::kernels {
namespace {

using testing::Array;

template <class T>
std::string text(T value, const TextFormat& format = {}) {
  return text_of(format, dtype_of<T>, &value);
}

TEST(Text, OfOneElement) {
  EXPECT_EQ(text(1.5), "1.500000");
  EXPECT_EQ(text(1.5f, {TextFormat::kScientific, 2}), "1.50e+00");
  EXPECT_EQ(text(BFloat16(1.5f), {TextFormat::kShortest, 6}), "1.5");
  EXPECT_EQ(text(true), "true");
  EXPECT_EQ(text(std::uint8_t{65}), "65");
  EXPECT_EQ(text(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
}

TEST(Text, ComesBackAsTheSameNumbers) {
  Array<std::int32_t> x({2, 2}, {1, 2}, {7, -12, 345, 0});  // transposed
  Array<std::uint8_t> characters({2, 2, 8}, std::vector<std::uint8_t>(32, 'x'));
  ASSERT_EQ(write_numbers(x.view(), {}, characters.view()), -1);
  EXPECT_EQ(characters[8], '3');
  EXPECT_EQ(characters[11], '\0');
  Array<std::int64_t> back({2, 2});
  ASSERT_EQ(read_numbers(characters.view(), back.view()), -1);
  for (std::int64_t i = 0; i < 4; ++i) EXPECT_EQ(back[i], x[i]);
}

TEST(Text, NamesTheFirstThatIsTooLong) {
  Array<double> x({3}, {1, 1e9, 1e10});
  Array<std::uint8_t> characters({3, 16});
  EXPECT_EQ(write_numbers(x.view(), {}, characters.view()), 1);
}

TEST(Text, NamesTheFirstThatIsNoNumber) {
  Array<std::uint8_t> characters({4, 2}, {'1', '2', '-', '3', '4', 'x', 0, 0});
  Array<float> out({4});
  EXPECT_EQ(read_numbers(characters.view(), out.view()), 2);
  EXPECT_EQ(out[1], -3);
  Array<std::uint8_t> large({1, 11}, {'3', '0', '0', '0', '0', '0', '0', '0', '0', '0', 0});
  Array<std::int32_t> narrow({1});
  Array<std::int64_t> wide({1});
  EXPECT_EQ(read_numbers(large.view(), narrow.view()), 0);
  EXPECT_EQ(read_numbers(large.view(), wide.view()), -1);
}

}  // namespace
}  // namespace whygrad::kernels
