// The activation of a layer.
#pragma once

#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/matmul.hpp>

#include <concepts>

namespace whygrad::nn {

// A function of one tensor, such as nn::relu or nn::tanh, or a lambda without captures:
//   [](const Tensor& x, Where where) { return nn::gelu(x, true, where); }
class ActivationFunction {
 public:
  using Function = Tensor (*)(const Tensor& x, Where where);

  // The identity.
  ActivationFunction() = default;
  template <class F>
  requires std::convertible_to<F, Function> ActivationFunction(F function)
      : function_(function), is_relu_(function_ == static_cast<Function>(relu)) {}

  // The activation that a fused op can apply itself; apply() applies the rest.
  Activation fused() const { return is_relu_ ? Activation::kRelu : Activation::kNone; }
  // The part that fused() does not cover.
  Tensor after_fused(const Tensor& x, const Where& where) const { return function_ == nullptr || is_relu_ ? x : function_(x, where); }
  Tensor operator()(const Tensor& x, const Where& where) const { return function_ == nullptr ? x : function_(x, where); }

 private:
  Function function_ = nullptr;
  bool is_relu_ = false;  // determined in the user's program: a shared library may see another address of relu
};

}  // namespace whygrad::nn
