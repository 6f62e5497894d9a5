// Learning rates that change by step.
#include <whygrad/base/error.hpp>
#include <whygrad/optim/learning_rate.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace whygrad::optim {
namespace {

void check_steps(const char* op, std::int64_t steps) {
  if (steps <= 0) throw ValueError(op, fmt::format("the rate is to change over {} steps", steps), "give a number of steps of at least 1");
}

}  // namespace

LearningRate exponential_decay(double initial, std::int64_t decay_steps, double rate, bool staircase) {
  check_steps("exponential_decay", decay_steps);
  return [=](std::int64_t step) {
    const double exponent = static_cast<double>(step) / static_cast<double>(decay_steps);
    return initial * std::pow(rate, staircase ? std::floor(exponent) : exponent);
  };
}

LearningRate cosine_decay(double initial, std::int64_t decay_steps, double alpha) {
  check_steps("cosine_decay", decay_steps);
  return [=](std::int64_t step) {
    const double part = std::min(static_cast<double>(step) / static_cast<double>(decay_steps), 1.0);
    return initial * (alpha + (1 - alpha) * (1 + std::cos(std::numbers::pi * part)) / 2);
  };
}

LearningRate piecewise_constant(std::vector<std::int64_t> boundaries, std::vector<double> values) {
  if (values.size() != boundaries.size() + 1) {
    throw ValueError("piecewise_constant", fmt::format("{} values for {} boundaries", values.size(), boundaries.size()),
                     "give one value more than boundaries: the last is for all steps after them");
  }
  if (std::adjacent_find(boundaries.begin(), boundaries.end(), std::greater_equal<>()) != boundaries.end()) {
    throw ValueError("piecewise_constant", fmt::format("the boundaries {} do not ascend", fmt::join(boundaries, ", ")), "sort them");
  }
  return [boundaries = std::move(boundaries), values = std::move(values)](std::int64_t step) {
    const auto passed = std::lower_bound(boundaries.begin(), boundaries.end(), step) - boundaries.begin();
    return values[static_cast<std::size_t>(passed)];
  };
}

LearningRate linear_warmup(LearningRate target, std::int64_t steps) {
  check_steps("linear_warmup", steps);
  return [target = std::move(target), steps](std::int64_t step) {
    return target.at(step) * std::min(static_cast<double>(step + 1) / static_cast<double>(steps), 1.0);
  };
}

}  // namespace whygrad::optim
