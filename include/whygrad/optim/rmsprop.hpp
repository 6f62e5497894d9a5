// RMSprop.
#pragma once

#include <whygrad/optim/optimizer.hpp>

namespace whygrad::optim {

// The defaults are those of Keras.
struct RMSpropOptions {
  LearningRate learning_rate = 1e-3;
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  bool centered = false;
  double global_clipnorm = 0;  // scales all gradients down so that their global norm is at most this; 0: no clipping
  OnMissing on_missing = {};
};

// RMSprop (Tieleman, Hinton 2012) in the form of Keras, where epsilon stands under the root:
//   v = rho v + (1 - rho) g^2
//   s = learning_rate g / sqrt(v + epsilon), or where centered / sqrt(v - a^2 + epsilon) with a = rho a + (1 - rho) g
//   w = w - s, or with momentum w = w - m, m = momentum m + s
// Slots: velocity, and where used average_gradient and momentum. The constructor throws ValueError unless 0 <= rho < 1, 0 <= momentum <= 1, epsilon >
// 0 and global_clipnorm >= 0.
class WG_API RMSprop : public Optimizer {
 public:
  explicit RMSprop(RMSpropOptions options = {});

 private:
  void move(DType dtype, std::span<const Update> updates, double learning_rate, std::int64_t step) override;

  double rho_, momentum_, epsilon_;
  bool centered_;
};

}  // namespace whygrad::optim
