// Adam.
#pragma once

#include <whygrad/optim/optimizer.hpp>

namespace whygrad::optim {

// The defaults are those of Keras. PyTorch's epsilon is 1e-8, at another place of the formula.
struct AdamOptions {
  LearningRate learning_rate = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  double global_clipnorm = 0;  // scales all gradients down so that their global norm is at most this; 0: no clipping
  OnMissing on_missing = {};
};

// Adam (Kingma, Ba 2015) in TensorFlow's form, which is the one before section 2.1 of the paper, "epsilon hat": with t = 1, 2, ...
//   m = beta_1 m + (1 - beta_1) g
//   v = beta_2 v + (1 - beta_2) g^2
//   w = w - learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon)
// Slots: m, v. The constructor throws ValueError unless 0 <= beta < 1, epsilon > 0 and global_clipnorm >= 0.
class WG_API Adam : public Optimizer {
 public:
  explicit Adam(AdamOptions options = {});

 private:
  void move(DType dtype, std::span<const Update> updates, double learning_rate, std::int64_t step) override;

  double beta_1_, beta_2_, epsilon_;
};

}  // namespace whygrad::optim
