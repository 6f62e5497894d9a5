// The census of elements against a plain count, on every SIMD target, for sizes below, at and above a vector and a chunk.
#include "kernels/census.hpp"

#include "kernels/kernel_test.hpp"

#include <gmock/gmock.h>

#include <complex>

namespace whygrad::kernels {
namespace {

using testing::Array;

class CensusOf : public testing::PerTarget {};
INSTANTIATE_TEST_SUITE_P(, CensusOf, ::testing::ValuesIn(testing::available_targets()), testing::target_name);

template <class T>
double as_double(T x) {
  constexpr bool kHalf = sizeof(T) == 2 && !std::is_integral_v<T>;
  if constexpr (kHalf) return static_cast<float>(x);
  if constexpr (!kHalf) return static_cast<double>(x);
}

template <class T>
Census plain(Array<T>& x) {
  Census c;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const double v = as_double(x[i]);
    c.zeros += v == 0 ? 1 : 0;
    c.ones += std::abs(v) == 1 ? 1 : 0;
    c.nans += std::isnan(v) ? 1 : 0;
    c.infs += std::isinf(v) ? 1 : 0;
    if (!std::isfinite(v)) continue;
    c.low = std::min(c.low, v);
    c.high = std::max(c.high, v);
    c.squares += v * v;
  }
  return c;
}

void expect_equal(const Census& got, const Census& expected, std::int64_t n) {
  SCOPED_TRACE(n);
  EXPECT_EQ(got.zeros, expected.zeros);
  EXPECT_EQ(got.ones, expected.ones);
  EXPECT_EQ(got.nans, expected.nans);
  EXPECT_EQ(got.infs, expected.infs);
  EXPECT_EQ(got.low, expected.low);
  EXPECT_EQ(got.high, expected.high);
  EXPECT_NEAR(got.squares, expected.squares, 1e-12 * expected.squares);
}

const std::int64_t kSizes[] = {0, 1, 3, 7, 16, 17, 33, 511, 512, 1000, (1 << 16) - 1, (1 << 16) + 1, 3 * (1 << 16) + 5};

template <class T>
void check_floats() {
  using Limits = std::numeric_limits<float>;
  for (const std::int64_t n : kSizes) {
    std::vector<T> values = testing::random_values<T>(std::max<std::int64_t>(n, 1), -3, 3, 1);
    values.resize(static_cast<std::size_t>(n));
    const float odd[] = {0.0f, -0.0f, 1.0f, -1.0f, Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), 100.0f};
    for (std::size_t i = 0; i < values.size(); i += 3) values[i] = static_cast<T>(odd[i / 3 % 8]);
    Array<T> x({n}, values);
    expect_equal(census(x.view()), plain(x), n);
  }
}

TEST_P(CensusOf, F32) { check_floats<float>(); }
TEST_P(CensusOf, F64) { check_floats<double>(); }
TEST_P(CensusOf, F16) { check_floats<Half>(); }
TEST_P(CensusOf, BF16) { check_floats<BFloat16>(); }

template <class T>
void check_integers() {
  for (const std::int64_t n : kSizes) {
    std::vector<T> values;
    for (std::int64_t i = 0; i < n; ++i) values.push_back(static_cast<T>(i % 5));
    Array<T> x({n}, values);
    expect_equal(census(x.view()), plain(x), n);
  }
}

TEST_P(CensusOf, Integers) {
  check_integers<bool>();
  check_integers<std::uint8_t>();
  check_integers<std::int8_t>();
  check_integers<std::int16_t>();
  check_integers<std::int32_t>();
  check_integers<std::int64_t>();
}

TEST_P(CensusOf, ComplexNumbersCountByTheirMagnitude) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  Array<std::complex<float>> x({6}, {{3, 4}, {0, 0}, {0, -1}, {nan, 2}, {nan, inf}, {inf, 1}});
  expect_equal(census(x.view()), {.zeros = 1, .ones = 1, .nans = 2, .infs = 1, .low = 0, .high = 5, .squares = 26}, 6);
  Array<std::complex<double>> y({2}, {{3, 4}, {0, -1}});
  expect_equal(census(y.view()), {.ones = 1, .low = 1, .high = 5, .squares = 26}, 2);
}

TEST_P(CensusOf, SubnormalAndHugeElements) {
  Array<float> x({3}, {1e-44f, -3e38f, 3e38f});
  const Census c = census(x.view());
  EXPECT_EQ(c.zeros, 0u);
  EXPECT_EQ(c.high, 3e38f);
  EXPECT_NEAR(c.squares, 1.8e77, 1e71);
}

TEST(SampleBins, CountsFiniteElementsByMagnitude) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  Array<double> x({7}, {0, 1, nan, 3.9, 4, -inf, 2});
  std::uint64_t bins[4] = {};
  sample_bins(x.view(), 0, 4, bins);
  EXPECT_THAT(bins, ::testing::ElementsAre(1, 1, 1, 2));
  const double huge = std::numeric_limits<double>::max();
  Array<double> wide({3}, {-huge, 0, huge});
  std::uint64_t halves[2] = {};
  sample_bins(wide.view(), -huge, huge, halves);
  EXPECT_EQ(halves[0] + halves[1], 3u);
  Array<float> many({1 << 20});
  std::uint64_t all[1] = {};
  sample_bins(many.view(), 0, 1, all);
  EXPECT_EQ(all[0], 1024u);
}

TEST(FindNotFinite, PrefersNan) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  Array<float> x({2, 3}, {0, 1, -inf, 2, nan, inf}), y({3}, {1, inf, -inf});
  EXPECT_EQ(find_not_finite(x.view()), 4);
  EXPECT_EQ(find_not_finite(y.view()), 1);
  Array<std::int32_t> whole({2});
  EXPECT_EQ(find_not_finite(whole.view()), -1);
  Array<std::complex<float>> pairs({2}, {{inf, 1}, {1, nan}});
  EXPECT_EQ(find_not_finite(pairs.view()), 1);
}

TEST(NumberAt, OfAnyType) {
  Array<Half> halves({2}, {Half(1.5f), Half(-2.0f)});
  EXPECT_EQ(number_at(halves.view(), 1), -2);
  Array<bool> truths({2}, {false, true});
  EXPECT_EQ(number_at(truths.view(), 1), 1);
  Array<std::complex<double>> pairs({1}, {{3, -4}});
  EXPECT_EQ(number_at(pairs.view(), 0), 5);
}

}  // namespace
}  // namespace whygrad::kernels
