// Learning rates: a number, or a function of the step.
#pragma once

#include <whygrad/base/export.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace whygrad::optim {

// The learning rate of step 0, 1, 2, ...
class LearningRate {
 public:
  using Schedule = std::function<double(std::int64_t step)>;

  template <class T>
  requires std::is_arithmetic_v<T> LearningRate(T constant) : constant_(static_cast<double>(constant)) {}
  template <class F>
  requires std::convertible_to<F, Schedule> LearningRate(F schedule) : schedule_(std::move(schedule)) {}

  double at(std::int64_t step) const { return schedule_ ? schedule_(step) : constant_; }

 private:
  double constant_ = 0;
  Schedule schedule_;
};

// initial * rate^(step / decay_steps); with `staircase` the exponent is rounded down. Throws ValueError unless decay_steps > 0.
WG_API LearningRate exponential_decay(double initial, std::int64_t decay_steps, double rate, bool staircase = false);

// From `initial` down to alpha * initial along half a cosine wave over decay_steps, and constant after that (Loshchilov, Hutter 2017): initial *
// (alpha + (1 - alpha) * (1 + cos(pi * min(step / decay_steps, 1))) / 2). Throws ValueError unless decay_steps > 0.
WG_API LearningRate cosine_decay(double initial, std::int64_t decay_steps, double alpha = 0);

// values[i] up to and including step boundaries[i], the last value after all boundaries. Throws ValueError unless there is one value more than
// there are boundaries and these ascend.
WG_API LearningRate piecewise_constant(std::vector<std::int64_t> boundaries, std::vector<double> values);

// target.at(step) * min((step + 1) / steps, 1): grows in equal parts over the first `steps` steps. Throws ValueError unless steps > 0.
WG_API LearningRate linear_warmup(LearningRate target, std::int64_t steps);

}  // namespace whygrad::optim
