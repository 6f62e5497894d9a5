// Reductions against scalar references: every axis set, strided inputs, all dtypes, long sums, threads.
#include "kernels/reduce.hpp"

#include "kernels/kernel_test.hpp"

#include <whygrad/device/device.hpp>

#include <complex>
#include <limits>
#include <numeric>

namespace whygrad::kernels {
namespace {

using testing::Array;
using testing::Dims;
using testing::random_values;

class Reductions : public testing::PerTarget {};
INSTANTIATE_TEST_SUITE_P(, Reductions, ::testing::ValuesIn(testing::available_targets()), testing::target_name);

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <class T>
long double to_wide(T x) {
  if constexpr (sizeof(T) == 2 && !std::is_integral_v<T>) return static_cast<float>(x);
  if constexpr (sizeof(T) != 2 || std::is_integral_v<T>) return static_cast<long double>(x);
}

// Folds with the plainest of loops: for each kept position (in order), the wide totals of all elements that share it.
template <class T>
std::vector<long double> reference(Reduce op, Array<T>& x, std::uint32_t mask, std::int64_t kept_size) {
  const long double start = op == Reduce::kProd  ? 1
                            : op == Reduce::kMax ? -std::numeric_limits<long double>::infinity()
                            : op == Reduce::kMin ? std::numeric_limits<long double>::infinity()
                                                 : 0;
  std::vector<long double> totals(static_cast<std::size_t>(kept_size), start);
  const Dims& shape = x.shape();
  for (std::int64_t i = 0; i < x.size(); ++i) {
    std::int64_t kept = 0, scale = 1, rest = i;
    for (std::size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) {
      if ((mask >> axis & 1u) != 0) continue;
      kept += rest % shape[axis] * scale;
      scale *= shape[axis];
    }
    long double& total = totals[static_cast<std::size_t>(kept)];
    const long double value = to_wide(x[i]);
    if (op == Reduce::kSum || op == Reduce::kMean) total += value;
    if (op == Reduce::kProd) total *= value;
    if (op == Reduce::kMax) total = std::max(total, value);
    if (op == Reduce::kMin) total = std::min(total, value);
  }
  if (op == Reduce::kMean) {
    for (long double& total : totals) total /= static_cast<long double>(x.size() / kept_size);
  }
  return totals;
}

template <class T>
void expect_reduction(Reduce op, Array<T>& x, std::uint32_t mask, double tolerance) {
  Dims kept;
  for (std::size_t axis = 0; axis < x.shape().size(); ++axis) {
    if ((mask >> axis & 1u) == 0) kept.push_back(x.shape()[axis]);
  }
  Array<T> out(kept);
  reduce(op, x.view(), mask, out.view());
  const auto expected = reference(op, x, mask, out.size());
  for (std::int64_t i = 0; i < out.size(); ++i) {
    const double wanted = static_cast<double>(expected[static_cast<std::size_t>(i)]);
    ASSERT_NEAR(static_cast<double>(to_wide(out[i])), wanted, tolerance * std::max(1.0, std::abs(wanted)))
        << "op " << int(op) << ", axes " << mask << " at " << i;
  }
}

constexpr Reduce kArithmetic[] = {Reduce::kSum, Reduce::kMean, Reduce::kProd, Reduce::kMax, Reduce::kMin};

template <class T>
void check_all_axes(double tolerance) {
  const Dims shapes[] = {{1}, {7}, {64}, {1000}, {3, 5}, {37, 53}, {5, 1, 70}, {4, 6, 33}, {2, 3, 4, 5}, {300, 3}, {3, 300}};
  for (const Dims& shape : shapes) {
    const std::int64_t n = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    for (const Reduce op : kArithmetic) {
      const bool is_product = op == Reduce::kProd;
      Array<T> x(shape, random_values<T>(n, is_product ? 0.99 : -2, is_product ? 1.01 : 3));
      for (std::uint32_t mask = 0; mask < 1u << shape.size(); ++mask) expect_reduction(op, x, mask, tolerance);
    }
  }
  // Transposed, broadcast, reversed and gapped views of [6, 4, 9].
  const std::vector<T> buffer = random_values<T>(1000, -2, 3);
  const Dims layouts[] = {{1, 6, 24}, {36, 0, 1}, {0, 0, 1}, {72, 18, 2}, {9, 54, 1}, {4, 1, 24}};
  for (const Dims& strides : layouts) {
    Array<T> x({6, 4, 9}, strides, buffer);
    for (std::uint32_t mask = 0; mask < 8; ++mask) expect_reduction(Reduce::kSum, x, mask, tolerance);
  }
  Array<T> reversed({6, 4, 9}, {-36, -9, -1}, buffer, 215);
  for (std::uint32_t mask = 0; mask < 8; ++mask) expect_reduction(Reduce::kMax, reversed, mask, tolerance);
}

TEST_P(Reductions, AllAxesF32) { check_all_axes<float>(1e-5); }
TEST_P(Reductions, AllAxesF64) { check_all_axes<double>(1e-12); }
TEST_P(Reductions, AllAxesF16) { check_all_axes<Half>(1e-3); }
TEST_P(Reductions, AllAxesBF16) { check_all_axes<BFloat16>(8e-3); }

TEST_P(Reductions, IntegersWrap) {
  Array<std::uint8_t> bytes({3}, {200, 100, 7});
  Array<std::uint8_t> byte({});
  reduce(Reduce::kSum, bytes.view(), 1, byte.view());
  EXPECT_EQ(byte[0], static_cast<std::uint8_t>(307));
  reduce(Reduce::kProd, bytes.view(), 1, byte.view());
  EXPECT_EQ(byte[0], static_cast<std::uint8_t>(200 * 100 * 7));
  reduce(Reduce::kMean, bytes.view(), 1, byte.view());
  EXPECT_EQ(byte[0], 102);
  constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
  Array<std::int64_t> longs({2}, {kHigh, 1});
  Array<std::int64_t> total({});
  reduce(Reduce::kSum, longs.view(), 1, total.view());
  EXPECT_EQ(total[0], std::numeric_limits<std::int64_t>::min());
  Array<std::int16_t> matrix({2, 3}, {1, -2, 3, -4, 5, -6});
  Array<std::int16_t> columns({3}), rows({2});
  reduce(Reduce::kMin, matrix.view(), 1, columns.view());
  reduce(Reduce::kMax, matrix.view(), 2, rows.view());
  EXPECT_EQ(columns[0], -4);
  EXPECT_EQ(columns[1], -2);
  EXPECT_EQ(columns[2], -6);
  EXPECT_EQ(rows[0], 3);
  EXPECT_EQ(rows[1], 5);
}

TEST_P(Reductions, BoolAndComplex) {
  Array<bool> flags({2, 3}, {true, false, true, true, true, true});
  Array<bool> rows({2});
  reduce(Reduce::kAll, flags.view(), 2, rows.view());
  EXPECT_FALSE(rows[0]);
  EXPECT_TRUE(rows[1]);
  reduce(Reduce::kAny, flags.view(), 2, rows.view());
  EXPECT_TRUE(rows[0]);
  using C = std::complex<float>;
  Array<C> z({3}, {C(1, 2), C(3, -1), C(0, 1)});
  Array<C> total({});
  reduce(Reduce::kSum, z.view(), 1, total.view());
  EXPECT_EQ(total[0], C(4, 2));
  reduce(Reduce::kProd, z.view(), 1, total.view());
  EXPECT_EQ(total[0], C(1, 2) * C(3, -1) * C(0, 1));
}

TEST_P(Reductions, NanAndInfinity) {
  for (std::int64_t n : {1, 5, 16, 17, 64, 200, 5000}) {
    for (std::int64_t at : {std::int64_t{0}, n / 2, n - 1}) {
      Array<float> x({n}, std::vector<float>(static_cast<std::size_t>(n), 1.0f)), out({});
      x[at] = kNan;
      for (const Reduce op : kArithmetic) {
        reduce(op, x.view(), 1, out.view());
        EXPECT_TRUE(std::isnan(out[0])) << int(op) << " of " << n << " with NaN at " << at;
      }
      x[at] = -kInf;
      reduce(Reduce::kMin, x.view(), 1, out.view());
      EXPECT_EQ(out[0], -kInf);
      reduce(Reduce::kMax, x.view(), 1, out.view());
      EXPECT_EQ(out[0], n == 1 ? -kInf : 1);
    }
  }
  Array<float> columns({40, 20}, std::vector<float>(800, 1.0f)), out({20});
  columns[17 * 20 + 3] = kNan;
  columns[21 * 20 + 19] = kNan;
  reduce(Reduce::kMax, columns.view(), 1, out.view());
  for (int c = 0; c < 20; ++c) EXPECT_EQ(std::isnan(out[c]), c == 3 || c == 19);
}

TEST_P(Reductions, NothingGivesTheNeutralElement) {
  Array<float> x({0, 3}), out({3});
  const float expected[] = {0, kNan, 1, -kInf, kInf};
  for (const Reduce op : kArithmetic) {
    reduce(op, x.view(), 1, out.view());
    for (int c = 0; c < 3; ++c) EXPECT_EQ(testing::ulps(out[c], expected[static_cast<int>(op)]), 0) << int(op);
  }
  Array<std::int32_t> none({0}), whole({});
  reduce(Reduce::kMean, none.view(), 1, whole.view());
  EXPECT_EQ(whole[0], 0);
}

TEST_P(Reductions, LongSumsStayAccurate) {
  const std::int64_t n = 10'000'001;
  Array<float> x({n}, random_values<float>(n, 0, 1)), out({});
  long double exact = 0;
  for (std::int64_t i = 0; i < n; ++i) exact += x[i];
  reduce(Reduce::kSum, x.view(), 1, out.view());
  EXPECT_NEAR(out[0], static_cast<double>(exact), 1e-6 * static_cast<double>(exact));
  Array<float> tall({n / 100, 100}, std::vector<float>(static_cast<std::size_t>(n / 100 * 100), 0.1f)), columns({100});
  reduce(Reduce::kSum, tall.view(), 1, columns.view());
  for (int c = 0; c < 100; ++c) EXPECT_NEAR(columns[c], 10000.0f, 1e-6 * 10000);
}

TEST_P(Reductions, SameForAnyNumberOfThreads) {
  const int threads = num_threads();
  const Dims shapes[] = {{400003}, {300, 1001}, {1001, 300}, {20000, 17}, {17, 20000}, {30, 100, 64}};
  for (const Dims& shape : shapes) {
    const std::int64_t n = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    Array<float> x(shape, random_values<float>(n, -1, 1));
    for (std::uint32_t mask = 1; mask < 1u << shape.size(); ++mask) {
      Dims kept;
      for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if ((mask >> axis & 1u) == 0) kept.push_back(shape[axis]);
      }
      Array<float> one(kept), many(kept);
      set_num_threads(1);
      reduce(Reduce::kSum, x.view(), mask, one.view());
      set_num_threads(5);
      reduce(Reduce::kSum, x.view(), mask, many.view());
      for (std::int64_t i = 0; i < one.size(); ++i) ASSERT_EQ(one[i], many[i]);
    }
  }
  set_num_threads(threads);
}

TEST(ArgReduce, FirstOfTiesAndNan) {
  Array<float> x({3, 4}, {1, 5, 5, 2, -1, kNan, 9, kNan, -3, -3, -7, -7});
  Array<std::int64_t> rows({3});
  arg_reduce(true, x.view(), 1, rows.view());
  EXPECT_EQ(rows[0], 1);
  EXPECT_EQ(rows[1], 2);  // a NaN never wins
  EXPECT_EQ(rows[2], 0);
  arg_reduce(false, x.view(), 1, rows.view());
  EXPECT_EQ(rows[0], 0);
  EXPECT_EQ(rows[1], 0);
  EXPECT_EQ(rows[2], 2);
  Array<std::int32_t> columns({4});
  arg_reduce(true, x.view(), 0, columns.view());
  const std::int32_t expected[] = {0, 0, 1, 0};
  for (int c = 0; c < 4; ++c) EXPECT_EQ(columns[c], expected[c]);
}

TEST(ArgReduce, MiddleAxisAndHalves) {
  Array<BFloat16> x({50, 9, 70}, random_values<BFloat16>(50 * 9 * 70, -5, 5));
  Array<std::int32_t> out({50, 70});
  arg_reduce(false, x.view(), 1, out.view());
  for (std::int64_t o = 0; o < 50; ++o) {
    for (std::int64_t i = 0; i < 70; ++i) {
      std::int32_t best = 0;
      for (std::int32_t k = 1; k < 9; ++k) {
        if (static_cast<float>(x[(o * 9 + k) * 70 + i]) < static_cast<float>(x[(o * 9 + best) * 70 + i])) best = k;
      }
      ASSERT_EQ(out[o * 70 + i], best);
    }
  }
}

template <class T>
void check_cumulative(Cumulative op, int axis, bool exclusive, bool reverse) {
  const Dims shape = {3, 5, 70};
  Array<T> x(shape, {1, 3, 15}, random_values<T>(3 * 5 * 70, -1.5, 1.5)), out(shape);
  cumulative(op, x.view(), axis, exclusive, reverse, out.view());
  const std::int64_t n = shape[static_cast<std::size_t>(axis)], inner = axis == 2 ? 1 : axis == 1 ? 70 : 350;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t k = i / inner % n, start = i - k * inner;
    double expected = op == Cumulative::kSum ? 0 : 1;
    for (std::int64_t j = 0; j < n; ++j) {
      if (reverse ? j < k + exclusive : j > k - exclusive) continue;
      const double value = static_cast<double>(x[start + j * inner]);
      expected = op == Cumulative::kSum ? expected + value : expected * value;
    }
    ASSERT_NEAR(static_cast<double>(out[i]), expected, 1e-4);
  }
}

TEST(CumulativeSums, EveryAxisAndDirection) {
  for (const Cumulative op : {Cumulative::kSum, Cumulative::kProd}) {
    for (int axis = 0; axis < 3; ++axis) {
      for (const bool exclusive : {false, true}) {
        for (const bool reverse : {false, true}) {
          check_cumulative<float>(op, axis, exclusive, reverse);
          check_cumulative<double>(op, axis, exclusive, reverse);
          check_cumulative<std::int32_t>(op, axis, exclusive, reverse);
        }
      }
    }
  }
}

}  // namespace
}  // namespace whygrad::kernels
