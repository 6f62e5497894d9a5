// RMSprop.
#include "kernels/optimizer.hpp"

#include <whygrad/optim/rmsprop.hpp>

#include <fmt/format.h>

namespace whygrad::optim {

// The momentum is the second slot where there is no average.
RMSprop::RMSprop(RMSpropOptions options)
    : Optimizer({"RMSprop",
                 std::move(options.learning_rate),
                 options.global_clipnorm,
                 std::move(options.on_missing),
                 {"velocity",
                  options.centered        ? "average_gradient"
                  : options.momentum != 0 ? "momentum"
                                          : nullptr,
                  options.centered && options.momentum != 0 ? "momentum" : nullptr}}),
      rho_(options.rho),
      momentum_(options.momentum),
      epsilon_(options.epsilon),
      centered_(options.centered) {
  if (!(rho_ >= 0 && rho_ < 1)) throw ValueError("RMSprop", fmt::format("rho is {}", rho_), "it lies in [0, 1)");
  if (!(momentum_ >= 0 && momentum_ <= 1)) throw ValueError("RMSprop", fmt::format("momentum is {}", momentum_), "it lies in [0, 1]");
  if (!(epsilon_ > 0)) throw ValueError("RMSprop", fmt::format("epsilon is {}", epsilon_), "it must be positive; the default is 1e-7");
}

void RMSprop::move(DType dtype, std::span<const Update> updates, double learning_rate, std::int64_t) {
  const auto run = [&]<class T>(T) {
    std::vector<kernels::RmspropSlot<T>> slots;
    slots.reserve(updates.size());
    for (const Update& u : updates) {
      T* w = static_cast<T*>(u.value);
      const auto slot = [&u](int i) { return static_cast<T*>(u.slots[i]); };
      slots.push_back({w, w, slot(0), centered_ ? slot(1) : nullptr, slot(centered_ ? 2 : 1), static_cast<const T*>(u.gradient), u.size});
    }
    kernels::rmsprop(updates[0].device, std::span<const kernels::RmspropSlot<T>>(slots), {learning_rate, rho_, momentum_, epsilon_, centered_});
  };
  dtype == float64 ? run(double()) : run(float());
}

}  // namespace whygrad::optim
