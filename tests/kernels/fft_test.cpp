// One row of each length against the sum that defines the transform, in both precisions.
#include "kernels/cpu/fft_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

namespace whygrad::kernels::cpu {
namespace {

template <class T>
double worst_error(std::int64_t n) {
  std::vector<std::complex<T>> x;
  for (std::int64_t i = 0; i < n; ++i) x.emplace_back(T(std::sin(3.1 * i * i + 0.2)), T(std::cos(1.7 * i * i)));
  const auto plan = FftPlan<T>::of(n);
  std::vector<std::complex<T>> y = x, work(static_cast<std::size_t>(plan->workspace()));
  plan->run(y.data(), work.data());
  double error = 0;
  for (std::int64_t k = 0; k < n; k += std::max<std::int64_t>(1, n / 40)) {
    std::complex<double> sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += std::complex<double>(x[static_cast<std::size_t>(i)]) * root_of_unity(i * k % n, n);
    error = std::max(error, std::abs(sum - std::complex<double>(y[static_cast<std::size_t>(k)])));
  }
  return error / std::sqrt(static_cast<double>(n));
}

TEST(Fft, OfEveryLength) {
  for (std::int64_t n = 1; n <= 130; ++n) {
    EXPECT_LT(worst_error<double>(n), 2e-14) << n;
    EXPECT_LT(worst_error<float>(n), 4e-6) << n;
  }
  for (const std::int64_t n : {1000, 1024, 1155, 1369, 2003, 4096}) {
    EXPECT_LT(worst_error<double>(n), 2e-13) << n;
    EXPECT_LT(worst_error<float>(n), 1e-5) << n;
  }
}

TEST(Fft, RootsOfUnityAreExactAtTheQuarters) {
  const std::complex<double> quarters[] = {{1, -0.0}, {0, -1}, {-1, 0}, {0, 1}};
  for (std::int64_t k = 0; k < 4; ++k) EXPECT_EQ(root_of_unity(k * 25, 100), quarters[k]);
}

}  // namespace
}  // namespace whygrad::kernels::cpu
