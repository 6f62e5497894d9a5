// Optimizer steps against the formulas written out, over slots of odd sizes.
#include "kernels/optimizer.hpp"

#include "kernels/kernel_test.hpp"

#include <cmath>

namespace whygrad::kernels {
namespace {

using testing::random_values;

class Optimizers : public testing::PerTarget {};
INSTANTIATE_TEST_SUITE_P(, Optimizers, ::testing::ValuesIn(testing::available_targets()), testing::target_name);

constexpr std::int64_t kSizes[] = {1, 7, 0, 64, 33, 50000, 3, 17};

template <class T>
struct Parameter {
  explicit Parameter(std::int64_t n)
      : w(random_values<T>(n, -1, 1, 1)),
        w_out(w.size()),
        m(random_values<T>(n, -0.1, 0.1, 2)),
        v(random_values<T>(n, 0, 0.1, 3)),
        g(random_values<T>(n, -1, 1, 4)) {}
  std::vector<T> w, w_out, m, v, g;
};

template <class T>
void check_adam() {
  const T lr = T(0.01), beta1 = T(0.9), beta2 = T(0.999), epsilon = T(1e-7);
  std::vector<Parameter<T>> parameters;
  for (const std::int64_t n : kSizes) parameters.emplace_back(n);
  const std::vector<Parameter<T>> before = parameters;
  std::vector<AdamSlot<T>> slots;
  for (auto& p : parameters) slots.push_back({p.w.data(), p.w_out.data(), p.m.data(), p.v.data(), p.g.data(), static_cast<std::int64_t>(p.w.size())});
  adam({}, std::span<const AdamSlot<T>>(slots), lr, beta1, beta2, epsilon);
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    for (std::size_t i = 0; i < parameters[k].w.size(); ++i) {
      const double g = before[k].g[i], m = before[k].m[i] + (g - before[k].m[i]) * (1 - beta1),
                   v = before[k].v[i] + (g * g - before[k].v[i]) * (1 - beta2);
      const double close = sizeof(T) == 8 ? 1e-14 : 1e-6;
      ASSERT_EQ(parameters[k].w[i], before[k].w[i]);
      ASSERT_NEAR(parameters[k].m[i], m, close);
      ASSERT_NEAR(parameters[k].v[i], v, close);
      ASSERT_NEAR(parameters[k].w_out[i], before[k].w[i] - lr * m / (std::sqrt(v) + epsilon), close);
    }
  }
}
TEST_P(Optimizers, Adam) {
  check_adam<float>();
  check_adam<double>();
}

template <class T>
void check_sgd(T momentum, bool nesterov) {
  const T lr = T(0.05);
  std::vector<Parameter<T>> parameters;
  for (const std::int64_t n : kSizes) parameters.emplace_back(n);
  const std::vector<Parameter<T>> before = parameters;
  std::vector<SgdSlot<T>> slots;
  for (auto& p : parameters) {
    slots.push_back({p.w.data(), p.w.data(), momentum == 0 ? nullptr : p.m.data(), p.g.data(), static_cast<std::int64_t>(p.w.size())});
  }
  sgd({}, std::span<const SgdSlot<T>>(slots), lr, momentum, nesterov);
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    for (std::size_t i = 0; i < parameters[k].w.size(); ++i) {
      const double descent = -static_cast<double>(lr) * before[k].g[i], a = momentum * before[k].m[i] + descent;
      const double step = momentum == 0 ? descent : nesterov ? momentum * a + descent : a;
      const double close = sizeof(T) == 8 ? 1e-15 : 2e-7;
      ASSERT_NEAR(parameters[k].w[i], before[k].w[i] + step, close);
      ASSERT_NEAR(parameters[k].m[i], momentum == 0 ? before[k].m[i] : a, close);
    }
  }
}
TEST_P(Optimizers, Sgd) {
  for (const bool nesterov : {false, true}) {
    for (const double momentum : {0.0, 0.9}) {
      check_sgd<float>(static_cast<float>(momentum), nesterov);
      check_sgd<double>(momentum, nesterov);
    }
  }
}

template <class T>
void check_rmsprop(double momentum, bool centered) {
  constexpr double kRate = 0.05, kRho = 0.9, kEpsilon = 0.02;  // so large that v - average^2 + epsilon stays positive whatever the numbers are
  std::vector<Parameter<T>> parameters;
  for (const std::int64_t n : kSizes) parameters.emplace_back(n);
  std::vector<std::vector<T>> averages;
  for (const std::int64_t n : kSizes) averages.push_back(random_values<T>(n, -0.1, 0.1, 5));
  const std::vector<Parameter<T>> before = parameters;
  const std::vector<std::vector<T>> averages_before = averages;
  std::vector<RmspropSlot<T>> slots;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    auto& p = parameters[k];
    slots.push_back({p.w.data(), p.w_out.data(), p.v.data(), centered ? averages[k].data() : nullptr, momentum == 0 ? nullptr : p.m.data(),
                     p.g.data(), static_cast<std::int64_t>(p.w.size())});
  }
  rmsprop({}, std::span<const RmspropSlot<T>>(slots), {.lr = kRate, .rho = kRho, .momentum = momentum, .epsilon = kEpsilon, .centered = centered});
  const double close = sizeof(T) == 8 ? 1e-14 : 1e-6;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    for (std::size_t i = 0; i < parameters[k].w.size(); ++i) {
      const double g = before[k].g[i], v = kRho * before[k].v[i] + (1 - kRho) * g * g;
      const double average = centered ? kRho * averages_before[k][i] + (1 - kRho) * g : averages_before[k][i];
      const double step = kRate * g / std::sqrt(v - (centered ? average * average : 0) + kEpsilon) + momentum * before[k].m[i];
      ASSERT_NEAR(parameters[k].v[i], v, close);
      ASSERT_NEAR(averages[k][i], average, close);
      ASSERT_NEAR(parameters[k].m[i], momentum == 0 ? before[k].m[i] : step, close);
      ASSERT_NEAR(parameters[k].w_out[i], before[k].w[i] - step, close);
    }
  }
}
TEST_P(Optimizers, Rmsprop) {
  for (const bool centered : {false, true}) {
    for (const double momentum : {0.0, 0.9}) {
      check_rmsprop<float>(momentum, centered);
      check_rmsprop<double>(momentum, centered);
    }
  }
}

}  // namespace
}  // namespace whygrad::kernels
