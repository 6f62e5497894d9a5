// Softmax and its losses against plain references, on every SIMD target, for rows shorter and longer than a vector.
#include "kernels/softmax.hpp"

#include "kernels/kernel_test.hpp"

#include <cmath>
#include <limits>

namespace whygrad::kernels {
namespace {

using testing::Array;
using testing::random_values;

class Softmax : public testing::PerTarget {};
INSTANTIATE_TEST_SUITE_P(, Softmax, ::testing::ValuesIn(testing::available_targets()), testing::target_name);

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <class T>
double as_double(T x) {
  if constexpr (sizeof(T) == 2) return static_cast<float>(x);
  if constexpr (sizeof(T) != 2) return static_cast<double>(x);
}
template <class T>
constexpr double tolerance() {
  return sizeof(T) == 8 ? 1e-13 : sizeof(T) == 4 ? 2e-6 : dtype_of<T> == DType::kF16 ? 4e-3 : 4e-2;
}

// softmax of row r in doubles, and log(sum(exp(x))) as its last entry.
template <class T>
std::vector<double> reference(Array<T>& x, std::int64_t r, std::int64_t n) {
  double max = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::int64_t i = 0; i < n; ++i) max = std::max(max, as_double(x[r * n + i]));
  for (std::int64_t i = 0; i < n; ++i) sum += std::exp(as_double(x[r * n + i]) - max);
  std::vector<double> y;
  for (std::int64_t i = 0; i < n; ++i) y.push_back(std::exp(as_double(x[r * n + i]) - max) / sum);
  y.push_back(max + std::log(sum));
  return y;
}

template <class T>
void check(std::int64_t rows, std::int64_t n) {
  Array<T> x({rows, n}, random_values<T>(rows * n, -8, 8, 1)), dy({rows, n}, random_values<T>(rows * n, -1, 1, 2));
  Array<T> labels({rows, n}, random_values<T>(rows * n, 0, 1, 3));
  Array<T> y({rows, n}), log_y({rows, n}), dx({rows, n}), log_dx({rows, n}), loss({rows}), backprop({rows, n}), dense_loss({rows}), dense({rows, n});
  Array<std::int32_t> classes({rows});
  for (std::int64_t r = 0; r < rows; ++r) classes[r] = static_cast<std::int32_t>(r * 7 % n);
  softmax(x.view(), y.view());
  log_softmax(x.view(), log_y.view());
  softmax_grad(y.view(), dy.view(), dx.view());
  log_softmax_grad(log_y.view(), dy.view(), log_dx.view());
  ASSERT_EQ(sparse_softmax_cross_entropy(x.view(), classes.view(), loss.view(), backprop.view()), -1);
  softmax_cross_entropy(x.view(), labels.view(), dense_loss.view(), dense.view());
  const double close = tolerance<T>();
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::vector<double> expected = reference(x, r, n);
    const double log_sum = expected.back();
    double dot = 0, total = 0, cross = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      dot += expected[i] * as_double(dy[r * n + i]);
      total += as_double(dy[r * n + i]);
      cross += as_double(labels[r * n + i]) * (log_sum - as_double(x[r * n + i]));
    }
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t at = r * n + i;
      const double slope = as_double(dy[at]);
      ASSERT_NEAR(as_double(y[at]), expected[i], close);
      ASSERT_NEAR(as_double(log_y[at]), as_double(x[at]) - log_sum, close * 20);
      ASSERT_NEAR(as_double(dx[at]), (slope - dot) * expected[i], close);
      ASSERT_NEAR(as_double(log_dx[at]), slope - expected[i] * total, close * (1 + std::abs(total)) * 8);
      ASSERT_NEAR(as_double(backprop[at]), expected[i] - (i == classes[r]), close);
      ASSERT_NEAR(as_double(dense[at]), expected[i] - as_double(labels[at]), close);
    }
    ASSERT_NEAR(as_double(loss[r]), log_sum - as_double(x[r * n + classes[r]]), close * 20);
    ASSERT_NEAR(as_double(dense_loss[r]), cross, close * (20 + cross));
  }
}

TEST_P(Softmax, MatchesReference) {
  for (std::int64_t n = 1; n <= 70; n += n < 34 ? 1 : 9) {
    check<float>(3, n);
    check<double>(3, n);
    check<Half>(3, n);
    check<BFloat16>(3, n);
  }
  check<float>(700, 100);  // over several threads
  check<float>(2, 1000);
}

TEST_P(Softmax, EdgesFollowTensorFlow) {
  Array<float> x({5, 3}, {kInf, 1, 2, -kInf, 1, 2, -kInf, -kInf, -kInf, kNan, 1, 2, 1000, 1000, 0}), y({5, 3}), log_y({5, 3});
  softmax(x.view(), y.view());
  log_softmax(x.view(), log_y.view());
  const float expected[] = {kNan, kNan, kNan, 0, 0.26894142f, 0.7310586f, kNan, kNan, kNan, kNan, kNan, kNan, 0.5f, 0.5f, 0};
  const float logs[] = {kNan, kNan, kNan, -kInf, -1.3132616f, -0.31326166f, kNan,       kNan,
                        kNan, kNan, kNan, kNan,  -0.6931472f, -0.6931472f,  -1000.6931f};
  for (int i = 0; i < 15; ++i) {
    EXPECT_LE(testing::ulps(y[i], expected[i]), 4) << i;
    EXPECT_LE(testing::ulps(log_y[i], logs[i]), 4) << i;
  }
}

TEST_P(Softmax, InPlace) {
  Array<float> x({2, 37}, random_values<float>(74, -3, 3)), same = x, y({2, 37}), loss({2});
  Array<std::int64_t> labels({2}, {36, 0});
  softmax(x.view(), y.view());
  softmax(same.view(), same.view());
  for (int i = 0; i < 74; ++i) EXPECT_EQ(same[i], y[i]);
  same = x;
  Array<float> loss_apart({2}), backprop({2, 37});
  sparse_softmax_cross_entropy(x.view(), labels.view(), loss_apart.view(), backprop.view());
  sparse_softmax_cross_entropy(same.view(), labels.view(), loss.view(), same.view());
  for (int i = 0; i < 74; ++i) EXPECT_EQ(same[i], backprop[i]);
  for (int r = 0; r < 2; ++r) EXPECT_EQ(loss[r], loss_apart[r]);
}

TEST_P(Softmax, NamesTheFirstBadLabel) {
  Array<float> x({4, 3}), loss({4}, {9, 9, 9, 9}), backprop({4, 3});
  Array<std::int64_t> labels({4}, {0, 2, 3, -1});
  EXPECT_EQ(sparse_softmax_cross_entropy(x.view(), labels.view(), loss.view(), backprop.view()), 2);
  EXPECT_EQ(loss[0], 9);
  labels[2] = -1;
  EXPECT_EQ(sparse_softmax_cross_entropy(x.view(), labels.view(), loss.view(), backprop.view()), 2);
}

TEST_P(Softmax, LabelOfZeroAtAnInfiniteLogitSpoilsTheLossOnly) {
  Array<float> x({1, 2}, {-kInf, 1}), labels({1, 2}, {0, 1}), loss({1}), backprop({1, 2});
  softmax_cross_entropy(x.view(), labels.view(), loss.view(), backprop.view());
  EXPECT_TRUE(std::isnan(loss[0]));
  EXPECT_EQ(backprop[0], 0);
  EXPECT_EQ(backprop[1], 0);
}

}  // namespace
}  // namespace whygrad::kernels
