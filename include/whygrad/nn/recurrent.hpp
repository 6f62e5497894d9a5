// Recurrent layers: SimpleRNN, GRU, LSTM, and one step of each. Gates are ordered as in Keras, so that weights can be exchanged.
#pragma once

#include <whygrad/nn/activation.hpp>
#include <whygrad/nn/layer.hpp>

#include <cstdint>
#include <functional>

namespace whygrad::nn {

// ---- One step ----

// A function of one tensor within a step, such as an ActivationFunction.
using StepFunction = std::function<Tensor(const Tensor& x, const Where& where)>;

// h' = activation(z + h U). z [n, units]: what the input contributes, x W + b; h [n, units]: the state; U [units, units].
WG_API Tensor simple_rnn_step(const Tensor& z, const Tensor& h, const Tensor& recurrent_kernel, const StepFunction& activation,
                              Where where = Where::here());

struct LstmState {
  Tensor h, c;  // [n, units] each: the result and the cell
};
// With the four parts [i f g o] = z + h U, s the recurrent activation and a the activation:
//   c' = s(f) c + s(i) a(g),  h' = s(o) a(c')
// Hochreiter, Schmidhuber 1997, with the forget gate of Gers et al. 2000. z [n, 4 units]: x W + b; U [units, 4 units].
WG_API LstmState lstm_step(const Tensor& z, const LstmState& state, const Tensor& recurrent_kernel, const StepFunction& activation,
                           const StepFunction& recurrent_activation, Where where = Where::here());

struct GruStepOptions {
  // [3 units], added to h U; may be empty. Only if reset_after.
  Tensor recurrent_bias = {};
  // Whether r multiplies the product with U (as cuDNN does it) or the state before (Cho et al. 2014).
  bool reset_after = true;
};
// With three parts of x W + b, z, and of h U + recurrent_bias, u:
//   g = s(z_0 + u_0),  r = s(z_1 + u_1),  h' = g h + (1 - g) a(z_2 + r u_2)
// and without reset_after a(z_2 + (r h) U_2) in the place of the last term. Cho et al. 2014. z [n, 3 units]; h [n, units]; U [units, 3 units].
WG_API Tensor gru_step(const Tensor& z, const Tensor& h, const Tensor& recurrent_kernel, const StepFunction& activation,
                       const StepFunction& recurrent_activation, const GruStepOptions& options = {}, Where where = Where::here());

// ---- Layers: [n, steps, k] -> [n, units], the last step, or with return_sequences [n, steps, units] ----

struct SimpleRnnOptions {
  ActivationFunction activation = nn::tanh;
  bool use_bias = true;
  bool return_sequences = false;
  bool go_backwards = false;  // from the last step to the first; sequences are returned in that order
  Initializer kernel_initializer = initializers::glorot_uniform();
  Initializer recurrent_initializer = initializers::orthogonal();
  Initializer bias_initializer = initializers::zeros();
};

// simple_rnn_step for each step, from a state of zeros. Parameters: kernel [k, units], recurrent_kernel [units, units], bias [units].
class WG_API SimpleRNN : public Layer {
 public:
  explicit SimpleRNN(std::int64_t units, SimpleRnnOptions options = {});
  std::string_view kind() const override { return "simple_rnn"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  std::int64_t units_;
  SimpleRnnOptions options_;
  Variable kernel_, recurrent_kernel_, bias_;
};

struct LstmOptions {
  ActivationFunction activation = nn::tanh;
  ActivationFunction recurrent_activation = nn::sigmoid;
  bool use_bias = true;
  bool unit_forget_bias = true;  // the bias of the forget gate begins with ones. Jozefowicz et al. 2015
  bool return_sequences = false;
  bool go_backwards = false;
  Initializer kernel_initializer = initializers::glorot_uniform();
  Initializer recurrent_initializer = initializers::orthogonal();
  Initializer bias_initializer = initializers::zeros();
};

// lstm_step for each step, from a state of zeros. Parameters: kernel [k, 4 units], recurrent_kernel [units, 4 units], bias [4 units].
class WG_API LSTM : public Layer {
 public:
  explicit LSTM(std::int64_t units, LstmOptions options = {});
  std::string_view kind() const override { return "lstm"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  std::int64_t units_;
  LstmOptions options_;
  Variable kernel_, recurrent_kernel_, bias_;
};

struct GruOptions {
  ActivationFunction activation = nn::tanh;
  ActivationFunction recurrent_activation = nn::sigmoid;
  bool use_bias = true;
  bool reset_after = true;
  bool return_sequences = false;
  bool go_backwards = false;
  Initializer kernel_initializer = initializers::glorot_uniform();
  Initializer recurrent_initializer = initializers::orthogonal();
  Initializer bias_initializer = initializers::zeros();
};

// gru_step for each step, from a state of zeros. Parameters: kernel [k, 3 units], recurrent_kernel [units, 3 units], bias [2, 3 units] (of the input
// and of the state), without reset_after [3 units].
class WG_API GRU : public Layer {
 public:
  explicit GRU(std::int64_t units, GruOptions options = {});
  std::string_view kind() const override { return "gru"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  std::int64_t units_;
  GruOptions options_;
  Variable kernel_, recurrent_kernel_, bias_;
};

}  // namespace whygrad::nn
