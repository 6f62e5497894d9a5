// Adam.
#include "kernels/optimizer.hpp"

#include <whygrad/optim/adam.hpp>

#include <fmt/format.h>

#include <cmath>

namespace whygrad::optim {

Adam::Adam(AdamOptions options)
    : Optimizer({"Adam", std::move(options.learning_rate), options.global_clipnorm, std::move(options.on_missing), {"m", "v"}}),
      beta_1_(options.beta_1),
      beta_2_(options.beta_2),
      epsilon_(options.epsilon) {
  const auto is_beta = [](double beta) { return beta >= 0 && beta < 1; };
  if (!is_beta(beta_1_) || !is_beta(beta_2_)) {
    throw ValueError("Adam", fmt::format("beta_1 is {} and beta_2 {}", beta_1_, beta_2_), "both lie in [0, 1)");
  }
  if (!(epsilon_ > 0)) throw ValueError("Adam", fmt::format("epsilon is {}", epsilon_), "it must be positive; the default is 1e-7");
}

void Adam::move(DType dtype, std::span<const Update> updates, double learning_rate, std::int64_t step) {
  const double t = static_cast<double>(step);
  const double lr_t = learning_rate * std::sqrt(1 - std::pow(beta_2_, t)) / (1 - std::pow(beta_1_, t));
  const auto run = [&]<class T>(T) {
    std::vector<kernels::AdamSlot<T>> slots;
    slots.reserve(updates.size());
    for (const Update& u : updates) {
      T* w = static_cast<T*>(u.value);
      slots.push_back({w, w, static_cast<T*>(u.slots[0]), static_cast<T*>(u.slots[1]), static_cast<const T*>(u.gradient), u.size});
    }
    kernels::adam(updates[0].device, std::span<const kernels::AdamSlot<T>>(slots), lr_t, beta_1_, beta_2_, epsilon_);
  };
  dtype == float64 ? run(double()) : run(float());
}

}  // namespace whygrad::optim
