// Recurrent layers. What the input contributes to all steps is one product; each step adds the product with the state.
#include <whygrad/nn/recurrent.hpp>

#include "nn/built.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace whygrad::nn {

// ---- One step ----

namespace {

// Throws ShapeError unless z is [n, parts * units] for a state [n, units] and U is [units, parts * units].
void check_step(const char* op, const Tensor& z, const Tensor& h, const Tensor& u, std::int64_t parts) {
  const bool fits = z.rank() == 2 && h.rank() == 2 && u.rank() == 2 && z.shape()[0] == h.shape()[0] && z.shape()[1] == parts * h.shape()[1] &&
                    u.shape()[0] == h.shape()[1] && u.shape()[1] == parts * h.shape()[1];
  if (fits) return;
  throw ShapeError(op, fmt::format("z is {}, the state {} and the recurrent kernel {}", z.signature(), h.signature(), u.signature()),
                   fmt::format("they are [n, {0} units], [n, units] and [units, {0} units]", parts));
}

}  // namespace

Tensor simple_rnn_step(const Tensor& z, const Tensor& h, const Tensor& recurrent_kernel, const StepFunction& activation, Where where) {
  check_step("simple_rnn_step", z, h, recurrent_kernel, 1);
  return activation(add(z, matmul(h, recurrent_kernel, {}, where), where), where);
}

LstmState lstm_step(const Tensor& z, const LstmState& state, const Tensor& recurrent_kernel, const StepFunction& activation,
                    const StepFunction& recurrent_activation, Where where) {
  check_step("lstm_step", z, state.h, recurrent_kernel, 4);
  const std::vector<Tensor> gates = split(add(z, matmul(state.h, recurrent_kernel, {}, where), where), 4, -1, where);
  const Tensor forgotten = multiply(recurrent_activation(gates[1], where), state.c, where);
  const Tensor learnt = multiply(recurrent_activation(gates[0], where), activation(gates[2], where), where);
  LstmState next;
  next.c = add(forgotten, learnt, where);
  next.h = multiply(recurrent_activation(gates[3], where), activation(next.c, where), where);
  return next;
}

Tensor gru_step(const Tensor& z, const Tensor& h, const Tensor& recurrent_kernel, const StepFunction& activation,
                const StepFunction& recurrent_activation, const GruStepOptions& options, Where where) {
  check_step("gru_step", z, h, recurrent_kernel, 3);
  const std::int64_t units = h.shape()[1];
  const std::vector<Tensor> x = split(z, 3, -1, where);
  Tensor update, candidate;
  if (options.reset_after) {
    Tensor product = matmul(h, recurrent_kernel, {}, where);
    if (options.recurrent_bias.defined()) product = bias_add(product, options.recurrent_bias, where);
    const std::vector<Tensor> u = split(product, 3, -1, where);
    update = recurrent_activation(add(x[0], u[0], where), where);
    const Tensor reset = recurrent_activation(add(x[1], u[1], where), where);
    candidate = activation(add(x[2], multiply(reset, u[2], where), where), where);
  } else {
    const std::vector<Tensor> kernels = split(recurrent_kernel, std::vector<std::int64_t>{2 * units, units}, -1, where);
    const std::vector<Tensor> u = split(matmul(h, kernels[0], {}, where), 2, -1, where);
    update = recurrent_activation(add(x[0], u[0], where), where);
    const Tensor reset = recurrent_activation(add(x[1], u[1], where), where);
    candidate = activation(add(x[2], matmul(multiply(reset, h, where), kernels[1], {}, where), where), where);
  }
  return add(multiply(update, h, where), multiply(subtract(1, update, where), candidate, where), where);
}

// ---- Layers ----

namespace {

void check_units(const char* layer, std::int64_t units) {
  if (units < 1) throw ValueError(layer, fmt::format("{} units", units), "a layer has at least one");
}

// Returns k.
std::int64_t check_input(const Shape& input, const Builder& builder) {
  if (input.rank() == 2) return input[1];
  throw ShapeError(builder.path(), fmt::format("its input has the shape {} beside the batch", input.to_string()),
                   "a recurrent layer takes [batch, steps, features]; add an axis with expand_dims, or return_sequences in the layer before");
}

Shape shape_of_result(const Shape& input, std::int64_t units, bool sequences) { return sequences ? Shape{input[0], units} : Shape{units}; }

// Calls step(z) for what the input contributes to each step, in order, and returns the last result or all of them.
template <class Step>
Tensor run_steps(const Tensor& x, const Tensor& kernel, const Tensor& bias, const auto& options, const Where& where, const Step& step) {
  const Tensor z = bias.defined() ? dense(x, kernel, bias, Activation::kNone, where) : matmul(x, kernel, {}, where);
  std::vector<Tensor> steps = unstack(z, 1, where);
  if (options.go_backwards) std::reverse(steps.begin(), steps.end());
  std::vector<Tensor> results;
  for (const Tensor& at : steps) {
    if (!options.return_sequences) results.clear();
    results.push_back(step(at));
  }
  if (options.return_sequences) return stack(results, 1, where);
  if (results.empty()) throw ShapeError("recurrent layer", fmt::format("the input {} has no steps", x.signature()), "give at least one step");
  return results.back();
}

Tensor zero_state(const Tensor& x, std::int64_t units, const Where& where) { return zeros({x.shape()[0], units}, x.dtype(), where); }

}  // namespace

SimpleRNN::SimpleRNN(std::int64_t units, SimpleRnnOptions options) : units_(units), options_(std::move(options)) { check_units("SimpleRNN", units); }

Shape SimpleRNN::build(const Shape& input, const Builder& builder) {
  kernel_ = builder.parameter("kernel", {check_input(input, builder), units_}, options_.kernel_initializer);
  recurrent_kernel_ = builder.parameter("recurrent_kernel", {units_, units_}, options_.recurrent_initializer);
  if (options_.use_bias) bias_ = builder.parameter("bias", {units_}, options_.bias_initializer);
  return shape_of_result(input, units_, options_.return_sequences);
}

Tensor SimpleRNN::call(const Tensor& x, const CallOptions&, const Where& where) const {
  check_built(kernel_.defined(), kind());
  const Tensor u = recurrent_kernel_.value();
  Tensor h = zero_state(x, units_, where);
  return run_steps(x, kernel_.value(), options_.use_bias ? bias_.value() : Tensor(), options_, where,
                   [&](const Tensor& z) { return h = simple_rnn_step(z, h, u, options_.activation, where); });
}

LSTM::LSTM(std::int64_t units, LstmOptions options) : units_(units), options_(std::move(options)) { check_units("LSTM", units); }

Shape LSTM::build(const Shape& input, const Builder& builder) {
  kernel_ = builder.parameter("kernel", {check_input(input, builder), 4 * units_}, options_.kernel_initializer);
  recurrent_kernel_ = builder.parameter("recurrent_kernel", {units_, 4 * units_}, options_.recurrent_initializer);
  const auto with_forget_bias = [this](const Shape& shape, DType dtype, std::uint64_t seed) {
    Tensor all = options_.bias_initializer(shape, dtype, seed);
    if (!options_.unit_forget_bias) return all;
    const std::vector<Tensor> parts = split(all, 4);
    return concat({parts[0], ones({units_}, dtype), parts[2], parts[3]}, 0);
  };
  if (options_.use_bias) bias_ = builder.parameter("bias", {4 * units_}, with_forget_bias);
  return shape_of_result(input, units_, options_.return_sequences);
}

Tensor LSTM::call(const Tensor& x, const CallOptions&, const Where& where) const {
  check_built(kernel_.defined(), kind());
  const Tensor u = recurrent_kernel_.value(), zero = zero_state(x, units_, where);
  LstmState state{zero, zero};
  return run_steps(x, kernel_.value(), options_.use_bias ? bias_.value() : Tensor(), options_, where, [&](const Tensor& z) {
    state = lstm_step(z, state, u, options_.activation, options_.recurrent_activation, where);
    return state.h;
  });
}

GRU::GRU(std::int64_t units, GruOptions options) : units_(units), options_(std::move(options)) { check_units("GRU", units); }

Shape GRU::build(const Shape& input, const Builder& builder) {
  kernel_ = builder.parameter("kernel", {check_input(input, builder), 3 * units_}, options_.kernel_initializer);
  recurrent_kernel_ = builder.parameter("recurrent_kernel", {units_, 3 * units_}, options_.recurrent_initializer);
  const Shape bias = options_.reset_after ? Shape{2, 3 * units_} : Shape{3 * units_};
  if (options_.use_bias) bias_ = builder.parameter("bias", bias, options_.bias_initializer);
  return shape_of_result(input, units_, options_.return_sequences);
}

Tensor GRU::call(const Tensor& x, const CallOptions&, const Where& where) const {
  check_built(kernel_.defined(), kind());
  const Tensor u = recurrent_kernel_.value();
  Tensor bias, h = zero_state(x, units_, where);
  GruStepOptions step{.reset_after = options_.reset_after};
  if (options_.use_bias && options_.reset_after) {
    const std::vector<Tensor> both = unstack(bias_.value(), 0, where);
    bias = both[0];
    step.recurrent_bias = both[1];
  } else if (options_.use_bias) {
    bias = bias_.value();
  }
  return run_steps(x, kernel_.value(), bias, options_, where,
                   [&](const Tensor& z) { return h = gru_step(z, h, u, options_.activation, options_.recurrent_activation, step, where); });
}

}  // namespace whygrad::nn
