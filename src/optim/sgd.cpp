// Stochastic gradient descent.
#include "kernels/optimizer.hpp"

#include <whygrad/optim/sgd.hpp>

#include <fmt/format.h>

namespace whygrad::optim {

SGD::SGD(SgdOptions options)
    : Optimizer({"SGD",
                 std::move(options.learning_rate),
                 options.global_clipnorm,
                 std::move(options.on_missing),
                 {options.momentum != 0 ? "momentum" : nullptr, nullptr},
                 options.momentum == 0}),
      momentum_(options.momentum),
      nesterov_(options.nesterov) {
  if (!(momentum_ >= 0 && momentum_ <= 1)) throw ValueError("SGD", fmt::format("momentum is {}", momentum_), "it lies in [0, 1]");
}

void SGD::move(DType dtype, std::span<const Update> updates, double learning_rate, std::int64_t) {
  const auto run = [&]<class T>(T) {
    std::vector<kernels::SgdSlot<T>> slots;
    slots.reserve(updates.size());
    for (const Update& u : updates) {
      T* w = static_cast<T*>(u.value);
      slots.push_back({w, w, static_cast<T*>(u.slots[0]), static_cast<const T*>(u.gradient), u.size});
    }
    kernels::sgd(updates[0].device, std::span<const kernels::SgdSlot<T>>(slots), static_cast<T>(learning_rate), static_cast<T>(momentum_), nesterov_);
  };
  dtype == float64 ? run(double()) : run(float());
}

}  // namespace whygrad::optim
