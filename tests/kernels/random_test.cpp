// Random numbers: Philox's published vectors, the same bits everywhere, and distributions.
#include "kernels/random.hpp"

#include "kernels/kernel_test.hpp"

#include <whygrad/device/device.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace whygrad::kernels {
namespace {

using testing::Array;

// kat_vectors of Random123, the authors' own implementation.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}), (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, StreamsAreTheCipher) {
  const RandomStream stream{0x123456789abcdef0, 0xfedcba9876543210};
  Array<std::int64_t> out({6});
  random_integers(stream, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), out.view());
  Array<float> uniform({8});
  random_uniform(stream, 0, 1, uniform.view());
  for (std::uint32_t block = 0; block < 2; ++block) {
    const PhiloxBlock words = philox4x32({block, 0, 0x76543210, 0xfedcba98}, {0x9abcdef0, 0x12345678});
    for (int w = 0; w < 4; ++w) EXPECT_EQ(uniform[4 * block + w], static_cast<float>(words[w] >> 8) * 0x1p-24f);
  }
}

constexpr RandomStream kStream{42, 7};

template <class T>
std::vector<double> draw(void (*kernel)(RandomStream, double, double, const View&), double a, double b, std::int64_t n) {
  Array<T> out({n});
  kernel(kStream, a, b, out.view());
  std::vector<double> values;
  for (std::int64_t i = 0; i < n; ++i) {
    if constexpr (sizeof(T) == 2) values.push_back(static_cast<float>(out[i]));
    if constexpr (sizeof(T) != 2) values.push_back(out[i]);
  }
  return values;
}

template <class T>
void check_everywhere_the_same() {
  const auto kernels = {random_uniform, random_normal, random_truncated_normal};
  for (const auto kernel : kernels) {
    const auto expected = draw<T>(kernel, -0.3, 1.7, 30011);
    for (const std::int64_t target : testing::available_targets()) {
      const testing::OnTarget on_target(target);
      for (const int threads : {1, 3}) {
        const int before = num_threads();
        set_num_threads(threads);
        EXPECT_EQ(draw<T>(kernel, -0.3, 1.7, 30011), expected) << hwy::TargetName(target) << ", threads " << threads;
        set_num_threads(before);
      }
    }
    // A shorter array holds the beginning of a longer one.
    const auto prefix = draw<T>(kernel, -0.3, 1.7, 77);
    EXPECT_EQ(prefix, std::vector<double>(expected.begin(), expected.begin() + 77));
  }
}
TEST(Random, SameBitsOnEveryTargetAndThreadCount) {
  check_everywhere_the_same<float>();
  check_everywhere_the_same<double>();
  check_everywhere_the_same<Half>();
  check_everywhere_the_same<BFloat16>();
}

// Mean, variance, skewness and kurtosis of n values, with the limits of five standard errors that a normal distribution has.
void expect_normal(const std::vector<double>& values, double mean, double stddev) {
  double sums[5] = {};
  for (const double value : values) {
    double power = 1;
    for (double& sum : sums) {
      sum += power;
      power *= (value - mean) / stddev;
    }
  }
  const double n = static_cast<double>(values.size()), error = 5 / std::sqrt(n);
  EXPECT_NEAR(sums[1] / n, 0, error);
  EXPECT_NEAR(sums[2] / n, 1, error * std::sqrt(2.0));
  EXPECT_NEAR(sums[3] / n, 0, error * std::sqrt(15.0));
  EXPECT_NEAR(sums[4] / n, 3, error * std::sqrt(96.0));
}

TEST(Random, NormalMoments) {
  expect_normal(draw<float>(random_normal, 3, 2, 400000), 3, 2);
  expect_normal(draw<double>(random_normal, -1, 0.5, 400000), -1, 0.5);
}

// Kolmogorov and Smirnov: the largest distance between the counted and the true distribution, scaled, stays below 2 with probability 0.9993.
void expect_distribution(std::vector<double> values, const std::function<double(double)>& distribution) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    distance = std::max(distance, std::abs(distribution(values[i]) - (static_cast<double>(i) + 0.5) / n));
  EXPECT_LT(distance * std::sqrt(n), 2);
}
double normal_below(double x) { return 0.5 * std::erfc(-x * std::sqrt(0.5)); }

TEST(Random, Distributions) {
  expect_distribution(draw<float>(random_uniform, -2, 5, 100000), [](double x) { return (x + 2) / 7; });
  expect_distribution(draw<double>(random_uniform, 0, 1, 100000), [](double x) { return x; });
  expect_distribution(draw<float>(random_normal, 0, 1, 100000), normal_below);
  expect_distribution(draw<double>(random_normal, 0, 1, 100000), normal_below);
  const double cut = normal_below(-2);
  const auto truncated = [&](double x) { return (normal_below(x) - cut) / (1 - 2 * cut); };
  expect_distribution(draw<float>(random_truncated_normal, 0, 1, 100000), truncated);
  expect_distribution(draw<double>(random_truncated_normal, 0, 1, 100000), truncated);
}

TEST(Random, StaysInRange) {
  for (const double value : draw<float>(random_uniform, 1, 2, 3000000)) ASSERT_TRUE(value >= 1 && value < 2);
  for (const double value : draw<BFloat16>(random_uniform, 1, 2, 100000)) ASSERT_TRUE(value >= 1 && value < 2);
  for (const double value : draw<Half>(random_uniform, -2, -1, 100000)) ASSERT_TRUE(value >= -2 && value < -1);
  for (const double value : draw<float>(random_truncated_normal, 10, 3, 100000)) ASSERT_TRUE(value >= 4 && value <= 16);
  for (const double value : draw<float>(random_normal, 0, 1, 100000)) ASSERT_TRUE(std::isfinite(value));
  Array<std::uint8_t> bytes({100000});
  random_integers(kStream, 3, 7, bytes.view());
  int counts[8] = {};
  for (std::int64_t i = 0; i < bytes.size(); ++i) ++counts[bytes[i]];
  for (int value = 3; value < 7; ++value) EXPECT_NEAR(counts[value], 25000, 700);
}

TEST(Random, StreamsDiffer) {
  Array<std::int64_t> a({1000}), b({1000}), c({1000});
  random_integers({1, 0}, 0, 1000000, a.view());
  random_integers({1, 1}, 0, 1000000, b.view());
  random_integers({2, 0}, 0, 1000000, c.view());
  int same = 0;
  for (std::int64_t i = 0; i < 1000; ++i) same += (a[i] == b[i]) + (a[i] == c[i]) + (b[i] == c[i]);
  EXPECT_LE(same, 3);
}

TEST(Sampling, PermutationHoldsEachNumberOnce) {
  testing::Array<std::int64_t> out({1000});
  random_permutation(kStream, out.view());
  std::vector<std::int64_t> seen(1000);
  std::int64_t still = 0;
  for (std::int64_t i = 0; i < 1000; ++i) {
    ++seen[static_cast<std::size_t>(out[i])];
    still += out[i] == i ? 1 : 0;
  }
  EXPECT_EQ(seen, std::vector<std::int64_t>(1000, 1));
  EXPECT_LT(still, 10);
}

TEST(Sampling, CategoriesComeAsOftenAsTheyAreLikely) {
  const float inf = std::numeric_limits<float>::infinity();
  testing::Array<float> logits({2, 3}, {1, 2}, {0, -inf, std::log(3.0f), std::log(2.0f), -inf, 0});  // rows {1, 3, 0} / 4 and {0, 2, 1} / 3
  testing::Array<std::int32_t> out({2, 20000});
  random_categorical(kStream, logits.view(), out.view());
  double counts[2][3] = {};
  for (std::int64_t i = 0; i < out.size(); ++i) counts[i / 20000][out[i]] += 1;
  const double expected[2][3] = {{0.25, 0.75, 0}, {0, 2.0 / 3, 1.0 / 3}};
  for (int row = 0; row < 2; ++row) {
    for (int k = 0; k < 3; ++k) EXPECT_NEAR(counts[row][k] / 20000, expected[row][k], expected[row][k] == 0 ? 0 : 0.02) << row << " " << k;
  }
}

TEST(Sampling, PoissonCountsHaveTheirMean) {
  testing::Array<double> means({4}, {0.5, 20, 900, -1});  // one below and one beyond the search, and no mean at all
  testing::Array<float> out({20000, 4});
  random_poisson(kStream, means.view(), out.view());
  for (std::int64_t k = 0; k < 3; ++k) {
    double sum = 0, squares = 0;
    for (std::int64_t i = k; i < out.size(); i += 4) {
      sum += static_cast<double>(out[i]);
      squares += static_cast<double>(out[i]) * static_cast<double>(out[i]);
    }
    const double mean = sum / 20000;
    EXPECT_NEAR(mean, means[k], 0.05 * std::sqrt(means[k]));
    EXPECT_NEAR((squares / 20000 - mean * mean) / means[k], 1, 0.05);
  }
  EXPECT_TRUE(std::isnan(out[3]));
}

}  // namespace
}  // namespace whygrad::kernels
