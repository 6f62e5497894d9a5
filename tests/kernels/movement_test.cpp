// cast, copy, fill, range, select and clip.
#include "kernels/movement.hpp"

#include "kernels/elementwise.hpp"
#include "kernels/kernel_test.hpp"

#include <complex>
#include <cstring>
#include <limits>
#include <numeric>

namespace whygrad::kernels {
namespace {

using testing::Array;
using testing::Dims;
using testing::random_values;

class Movement : public testing::PerTarget {};
INSTANTIATE_TEST_SUITE_P(, Movement, ::testing::ValuesIn(testing::available_targets()), testing::target_name);

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <class To, class From>
std::vector<To> cast_all(const std::vector<From>& values) {
  const std::int64_t n = static_cast<std::int64_t>(values.size());
  Array<From> x({n}, values);
  Array<To> out({n});
  cast(x.view(), out.view());
  std::vector<To> result;
  for (std::int64_t i = 0; i < n; ++i) result.push_back(out[i]);
  return result;
}

template <class To, class From>
void check_small_numbers() {
  const std::vector<From> values = {From(0), From(1), From(2), From(3), From(100)};
  const std::vector<To> got = cast_all<To>(values);
  const std::vector<To> expected = {To(0), To(1), To(2), To(3), To(100)};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t n = 1;
    Array<To> left({n}, {got[i]}), right({n}, {expected[i]});
    EXPECT_EQ(std::memcmp(left.view().data, right.view().data, sizeof(To)), 0) << name_of(dtype_of<From>) << " to " << name_of(dtype_of<To>);
  }
}
template <class From>
void check_from() {
  check_small_numbers<std::uint8_t, From>();
  check_small_numbers<std::int8_t, From>();
  check_small_numbers<std::int16_t, From>();
  check_small_numbers<std::int32_t, From>();
  check_small_numbers<std::int64_t, From>();
  check_small_numbers<Half, From>();
  check_small_numbers<BFloat16, From>();
  check_small_numbers<float, From>();
  check_small_numbers<double, From>();
  check_small_numbers<std::complex<float>, From>();
  check_small_numbers<std::complex<double>, From>();
}

TEST_P(Movement, CastAnyToAny) {
  check_from<std::uint8_t>();
  check_from<std::int8_t>();
  check_from<std::int16_t>();
  check_from<std::int32_t>();
  check_from<std::int64_t>();
  check_from<Half>();
  check_from<BFloat16>();
  check_from<float>();
  check_from<double>();
  check_from<std::complex<float>>();
  check_from<std::complex<double>>();
}

TEST_P(Movement, CastEdges) {
  using I8 = std::vector<std::int8_t>;
  EXPECT_EQ((cast_all<std::int8_t, float>({1.9f, -1.9f, 127.9f, 128, 1e30f, kInf, -129, -kInf, kNan})),
            (I8{1, -1, 127, 127, 127, 127, -128, -128, 0}));
  EXPECT_EQ((cast_all<std::uint8_t, float>({-0.9f, -1, 255, 256, kNan})), (std::vector<std::uint8_t>{0, 0, 255, 255, 0}));
  constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max(), kLow = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ((cast_all<std::int64_t, float>({0x1p63f, -0x1p63f, 0x1.fffffep62f})), (std::vector<std::int64_t>{kHigh, kLow, 0x7fffff8000000000}));
  EXPECT_EQ((cast_all<std::int32_t, double>({2147483647.5, -2147483648.5, 0.99})), (std::vector<std::int32_t>{2147483647, -2147483648, 0}));
  EXPECT_EQ((cast_all<std::int8_t, std::int32_t>({300, -129})), (I8{44, 127}));
  EXPECT_EQ((cast_all<bool, float>({0, -0.0f, 0.1f, kNan})), (std::vector<bool>{false, false, true, true}));
  EXPECT_EQ((cast_all<float, std::complex<double>>({{1.5, 2}})), (std::vector<float>{1.5f}));
  EXPECT_EQ((cast_all<bool, std::complex<float>>({{0, 2}, {0, 0}})), (std::vector<bool>{true, false}));
  EXPECT_EQ((cast_all<float, bool>({true, false})), (std::vector<float>{1, 0}));
}

// Just above the middle of two halves: rounding to f32 first would hit the middle and then fall to the even side.
TEST_P(Movement, CastToHalfRoundsOnce) {
  const double middle = 1 + 0x1p-11, above = middle + 0x1p-40, below = 1 + 3 * 0x1p-11 - 0x1p-40;
  const auto halves = cast_all<Half, double>({middle, above, -above, below});
  EXPECT_EQ(halves[0].bits, 0x3c00);
  EXPECT_EQ(halves[1].bits, 0x3c01);
  EXPECT_EQ(halves[2].bits, 0xbc01);
  EXPECT_EQ(halves[3].bits, 0x3c01);
  const auto brains = cast_all<BFloat16, double>({1 + 0x1p-8, 1 + 0x1p-8 + 0x1p-40, 1e300});
  EXPECT_EQ(brains[0].bits, 0x3f80);
  EXPECT_EQ(brains[1].bits, 0x3f81);
  EXPECT_EQ(brains[2].bits, 0x7f80);
}

// All 65,536 halves there and back, in the vector part of the loop and in its rest.
TEST_P(Movement, EveryHalfSurvivesFloat) {
  std::vector<Half> all;
  for (int bits = 0; bits < 65536; ++bits) all.push_back(Half::from_bits(static_cast<std::uint16_t>(bits)));
  all.push_back(Half::from_bits(0x0001));
  const auto back = cast_all<Half>(cast_all<float>(all));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool is_nan = (all[i].bits & 0x7fff) > 0x7c00;
    if (is_nan) {
      EXPECT_GT(back[i].bits & 0x7fff, 0x7c00);
    } else {
      EXPECT_EQ(back[i].bits, all[i].bits);
    }
  }
}

template <class T>
void check_copy(const Dims& shape, const Dims& from, const Dims& to, std::int64_t start_from = 0) {
  const std::int64_t room = 40000;
  Array<T> x(shape, from, random_values<T>(room, 0, 100), start_from), out(shape, to, std::vector<T>(static_cast<std::size_t>(room)));
  copy(x.view(), out.view());
  for (std::int64_t i = 0; i < x.size(); ++i) ASSERT_EQ(static_cast<float>(out[i]), static_cast<float>(x[i])) << i;
}
template <class T>
void check_copies() {
  check_copy<T>({7}, {1}, {1});
  check_copy<T>({7}, {3}, {2});
  check_copy<T>({70, 50}, {1, 70}, {50, 1});
  check_copy<T>({70, 50}, {50, 1}, {1, 70});
  check_copy<T>({3, 70, 50}, {1, 3, 210}, {3500, 50, 1});
  check_copy<T>({5, 6, 7, 8}, {1, 5, 30, 210}, {336, 56, 8, 1});
  check_copy<T>({5, 6, 7, 8}, {336, 8, 48, 1}, {336, 56, 8, 1});
  check_copy<T>({40, 30}, {0, 1}, {30, 1});
  check_copy<T>({40, 30}, {1, 0}, {30, 1});
  check_copy<T>({40, 30}, {0, 0}, {1, 40});
  check_copy<T>({40, 30}, {-30, -1}, {30, 1}, 1199);
  check_copy<T>({40, 30}, {60, 2}, {30, 1});
  check_copy<T>({1, 1, 1}, {5, 5, 5}, {1, 1, 1});
}
TEST(Copy, AnyStrides) {
  check_copies<std::uint8_t>();
  check_copies<std::int16_t>();
  check_copies<float>();
  check_copies<double>();
}
TEST(Copy, LargeTransposeOverThreads) {
  const std::int64_t rows = 517, columns = 403;
  Array<float> x({rows, columns}, {1, rows}, random_values<float>(rows * columns, 0, 1)), out({rows, columns});
  copy(x.view(), out.view());
  for (std::int64_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], x[i]);
}

TEST(Fill, EverySize) {
  Array<std::uint8_t> bytes({5});
  const std::uint8_t seven = 7;
  fill(bytes.view(), &seven);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(bytes[i], 7);
  Array<std::complex<double>> complexes({300});
  const std::complex<double> z(1, -2);
  fill(complexes.view(), &z);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(complexes[i], z);
}

TEST(Range, EveryDtype) {
  Array<std::int8_t> bytes({5});
  const std::int8_t from = 120, by = 3;
  range(bytes.view(), &from, &by);
  EXPECT_EQ(bytes[2], 126);
  EXPECT_EQ(bytes[3], static_cast<std::int8_t>(129));
  Array<double> doubles({1000});
  const double start = -1, step = 0.1;
  range(doubles.view(), &start, &step);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(doubles[i], -1 + i * 0.1);
  Array<Half> halves({4});
  const Half zero(0.0f), quarter(0.25f);
  range(halves.view(), &zero, &quarter);
  EXPECT_EQ(static_cast<float>(halves[3]), 0.75f);
}

template <class T>
void check_select() {
  const std::int64_t rows = 9, columns = 71;
  std::vector<bool> bits(static_cast<std::size_t>(rows));
  Array<bool> cond({rows, columns}, {1, 0}, {true, false, true, true, false, false, true, false, true});
  Array<T> a({rows, columns}, random_values<T>(rows * columns, 1, 50)), b({rows, columns}, {0, 0}, {T(60)}), out({rows, columns});
  select(cond.view(), a.view(), b.view(), out.view());
  for (std::int64_t i = 0; i < out.size(); ++i) ASSERT_EQ(static_cast<float>(out[i]), static_cast<float>(cond[i] ? a[i] : b[i]));
}
TEST_P(Movement, Select) {
  check_select<std::uint8_t>();
  check_select<Half>();
  check_select<float>();
  check_select<double>();
  using C = std::complex<double>;
  Array<bool> cond({2}, {true, false});
  Array<C> a({2}, {C(1, 2), C(3, 4)}), b({2}, {C(5, 6), C(7, 8)}), out({2});
  select(cond.view(), a.view(), b.view(), out.view());
  EXPECT_EQ(out[0], C(1, 2));
  EXPECT_EQ(out[1], C(7, 8));
}

TEST_P(Movement, Clip) {
  Array<float> x({6}, {-kInf, -1, 0.5f, 2, kInf, kNan}), lo({6}, {0}, {0}), hi({6}, {0}, {1}), out({6});
  clip(x.view(), lo.view(), hi.view(), out.view());
  const float expected[] = {0, 0, 0.5f, 1, 1, kNan};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(testing::ulps(out[i], expected[i]), 0);
  Array<std::int16_t> integers({3}, {-5, 5, 50}), low({3}, {0}, {0}), high({3}, {0}, {10}), clipped({3});
  clip(integers.view(), low.view(), high.view(), clipped.view());
  EXPECT_EQ(clipped[0], 0);
  EXPECT_EQ(clipped[1], 5);
  EXPECT_EQ(clipped[2], 10);
}

TEST(ContainsZero, LooksEverywhere) {
  Array<std::int32_t> x({1000}, std::vector<std::int32_t>(1000, 3));
  EXPECT_FALSE(contains_zero(x.view()));
  x[999] = 0;
  EXPECT_TRUE(contains_zero(x.view()));
}

TEST(BandPart, KeepsWhatLiesNearTheDiagonal) {
  for (const auto& [lower, upper] : {std::pair<std::int64_t, std::int64_t>{0, 1}, {1, 0}, {3, 0}, {std::numeric_limits<std::int64_t>::max(), 0}}) {
    testing::Array<float> x({2, 3, 4}, {12, 1, 3}, testing::random_values<float>(24, 1, 2)), out({2, 3, 4});
    band_part(x.view(), lower, upper, out.view());
    for (std::int64_t i = 0; i < 24; ++i) {
      const std::int64_t row = i / 4 % 3, column = i % 4;
      EXPECT_EQ(out[i], row - column > lower || column - row > upper ? 0 : x[i]) << lower << " " << upper << " " << i;
    }
  }
}

}  // namespace
}  // namespace whygrad::kernels
