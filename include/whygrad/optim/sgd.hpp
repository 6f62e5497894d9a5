// Stochastic gradient descent.
#pragma once

#include <whygrad/optim/optimizer.hpp>

namespace whygrad::optim {

struct SgdOptions {
  LearningRate learning_rate = 1e-2;
  double momentum = 0;
  bool nesterov = false;
  double global_clipnorm = 0;  // scales all gradients down so that their global norm is at most this; 0: no clipping
  OnMissing on_missing = {};
};

// Gradient descent, w = w - learning_rate g, or with momentum in Keras' form:
//   a = momentum a - learning_rate g
//   w = w + a, or with nesterov w = w + momentum a - learning_rate g
// Slot, where momentum is not 0: momentum. The constructor throws ValueError unless 0 <= momentum <= 1 and global_clipnorm >= 0.
class WG_API SGD : public Optimizer {
 public:
  explicit SGD(SgdOptions options = {});

 private:
  void move(DType dtype, std::span<const Update> updates, double learning_rate, std::int64_t step) override;

  double momentum_;
  bool nesterov_;
};

}  // namespace whygrad::optim
