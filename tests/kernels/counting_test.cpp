// Counting and looking up, against loops written out, of operands large enough for several threads.
#include "kernels/counting.hpp"

#include "kernels/kernel_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace whygrad::kernels {
namespace {

using testing::Array;
using testing::random_values;

constexpr std::int64_t kMany = 1 << 17;

TEST(Histogram, CountsEachElementOnce) {
  const std::vector<double> values = random_values<double>(kMany, -2, 3);
  Array<double> x({kMany / 2, 2}, {1, kMany / 2}, values);  // transposed
  Array<std::int32_t> counts({7});
  ASSERT_TRUE(histogram(x.view(), -1, 2.5, counts.view()));
  std::vector<std::int32_t> expected(7);
  const double width = 2.5 / 7 - -1.0 / 7;
  for (const double v : values) ++expected[static_cast<std::size_t>(std::clamp((v + 1) / width, 0.0, 6.0))];
  for (std::int64_t i = 0; i < 7; ++i) EXPECT_EQ(counts[i], expected[static_cast<std::size_t>(i)]) << i;
}

TEST(Histogram, RefusesNanWhereverItStands) {
  for (const std::int64_t n : {std::int64_t{3}, kMany}) {
    for (const std::int64_t at : {std::int64_t{0}, n - 1}) {
      Array<float> x({n});
      x[at] = NAN;
      Array<std::int32_t> counts({2});
      EXPECT_FALSE(histogram(x.view(), 0, 1, counts.view())) << n << " " << at;
    }
  }
}

TEST(Histogram, TellsLargeIntegersApart) {
  constexpr std::int64_t kBase = std::int64_t{1} << 60;
  Array<std::int64_t> x({3}, {kBase, kBase + 1, kBase + 3});
  Array<std::int32_t> counts({4});
  ASSERT_TRUE(histogram(x.view(), static_cast<double>(kBase), static_cast<double>(kBase) + 1024, counts.view()));
  EXPECT_EQ(counts[0], 3);
}

TEST(Bincount, AddsWeightsInTheirOrder) {
  const std::int64_t rows = 300, n = 50, bins = 4;
  Array<std::int32_t> x({rows, n});
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::int32_t>(i * 7 % 6);  // 4 and 5 are left out
  Array<float> weights({rows, n}, random_values<float>(rows * n, -1, 1)), sums({rows, bins}), all({bins});
  const View weight = weights.view();
  bincount(x.view(), &weight, false, sums.view());
  bincount(x.view(), &weight, false, all.view());
  std::vector<double> by_row(static_cast<std::size_t>(rows * bins)), total(static_cast<std::size_t>(bins));
  for (std::int64_t i = 0; i < x.size(); ++i) {
    if (x[i] >= bins) continue;
    by_row[static_cast<std::size_t>(i / n * bins + x[i])] += static_cast<double>(weights[i]);
    total[static_cast<std::size_t>(x[i])] += static_cast<double>(weights[i]);
  }
  for (std::int64_t i = 0; i < sums.size(); ++i) ASSERT_EQ(sums[i], static_cast<float>(by_row[static_cast<std::size_t>(i)])) << i;
  for (std::int64_t i = 0; i < bins; ++i) EXPECT_EQ(all[i], static_cast<float>(total[static_cast<std::size_t>(i)])) << i;
}

TEST(Bincount, TellsWhetherOrHowOften) {
  Array<std::int64_t> x({4}, {2, 0, 2, 9});
  Array<std::int32_t> counts({3});
  bincount(x.view(), nullptr, false, counts.view());
  EXPECT_EQ(counts[0], 1);
  EXPECT_EQ(counts[1], 0);
  EXPECT_EQ(counts[2], 2);
  bincount(x.view(), nullptr, true, counts.view());
  EXPECT_EQ(counts[2], 1);
}

TEST(Searchsorted, FindsThePlaceInEachRow) {
  const std::int64_t rows = 3, n = 100, m = 4000;
  std::vector<double> sequence = random_values<double>(rows * n, -1, 1), values = random_values<double>(rows * m, -1, 1, 2);
  for (std::int64_t row = 0; row < rows; ++row) std::sort(sequence.begin() + row * n, sequence.begin() + (row + 1) * n);
  values[5] = sequence[17];  // an equal element
  Array<double> a({rows, n}, sequence), b({rows, m}, values);
  for (const bool right : {false, true}) {
    Array<std::int32_t> places({rows, m});
    searchsorted(a.view(), b.view(), right, places.view());
    for (std::int64_t i = 0; i < b.size(); ++i) {
      std::int32_t smaller = 0;
      for (std::int64_t k = 0; k < n; ++k) smaller += a[i / m * n + k] < b[i] || (right && a[i / m * n + k] == b[i]) ? 1 : 0;
      ASSERT_EQ(places[i], smaller) << i;
    }
  }
}

TEST(InTopK, ComparesWithTheTarget) {
  const std::int64_t rows = 3000, classes = 9;
  Array<BFloat16> predictions({rows, classes}, random_values<BFloat16>(rows * classes, 0, 1));
  Array<std::int64_t> targets({rows});
  for (std::int64_t i = 0; i < rows; ++i) targets[i] = i % 11 - 1;
  Array<bool> out({rows});
  in_top_k(targets.view(), predictions.view(), 3, out.view());
  for (std::int64_t i = 0; i < rows; ++i) {
    const bool exists = targets[i] >= 0 && targets[i] < classes;
    int larger = 0;
    for (std::int64_t k = 0; exists && k < classes; ++k) {
      larger += static_cast<float>(predictions[i * classes + k]) > static_cast<float>(predictions[i * classes + targets[i]]) ? 1 : 0;
    }
    ASSERT_EQ(out[i], exists && larger < 3) << i;
  }
}

}  // namespace
}  // namespace whygrad::kernels
