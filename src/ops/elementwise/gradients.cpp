// Gradients of elementwise functions as ops with one fused loop each.
#include "ops/elementwise/gradients.hpp"

#include "ops/core/events.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

namespace whygrad::internal {
namespace {

using kernels::Binary;

// The rules for second derivatives, and with them the values at 0 and Inf, are TensorFlow's. In the formulas u is the incoming gradient, which is
// g.dy(); dy is the op's first input.

// As any op of two operands they broadcast: a gradient of many rows meets an output that all of them share.

void sqrt_grad_vjp(VjpContext& g) {  // u / (2 y), -u output / y
  const Tensor ratio = g.dy() / g.input(1);
  if (g.needs(0)) give_summed(g, 0, ratio * 0.5);
  if (g.needs(1)) give_summed(g, 1, negative(ratio) * g.output());
}
constexpr OpDef kSqrtGrad = binary_op<Binary::kSqrtGrad>("sqrt_grad", "dy / (2 y), 0 where dy is 0: the gradient of sqrt from its output y.",
                                                         {"dy", Differentiable{input(1)}}, {"y", Differentiable{input(1) | output(0)}}, sqrt_grad_vjp,
                                                         {.nonfinite = {NonFinite::kRootOfZero, "keep the root away from 0: write sqrt(x + 1e-12)"}});

void rsqrt_grad_vjp(VjpContext& g) {  // -u y^3 / 2, -3/2 u dy y^2
  if (g.needs(0)) give_summed(g, 0, rsqrt_grad(g.dy(), g.input(1)));
  if (g.needs(1)) give_summed(g, 1, g.dy() * -1.5 * g.input(0) * square(g.input(1)));
}
constexpr OpDef kRsqrtGrad =
    binary_op<Binary::kRsqrtGrad>("rsqrt_grad", "-dy y^3 / 2, 0 where dy is 0: the gradient of rsqrt from its output y.",
                                  {"dy", Differentiable{input(1)}}, {"y", Differentiable{input(0) | input(1)}}, rsqrt_grad_vjp,
                                  {.nonfinite = {NonFinite::kRootOfZero, "keep the root away from 0: write rsqrt(x + 1e-12)"}});

void reciprocal_grad_vjp(VjpContext& g) {  // -u y^2, -2 u dy y
  if (g.needs(0)) give_summed(g, 0, reciprocal_grad(g.dy(), g.input(1)));
  if (g.needs(1)) give_summed(g, 1, g.dy() * -2.0 * g.input(0) * g.input(1));
}
constexpr OpDef kReciprocalGrad =
    binary_op<Binary::kReciprocalGrad>("reciprocal_grad", "-dy y^2, 0 where dy is 0: the gradient of reciprocal from its output y.",
                                       {"dy", Differentiable{input(1)}}, {"y", Differentiable{input(0) | input(1)}}, reciprocal_grad_vjp,
                                       {.nonfinite = {NonFinite::kDivisionByZero, "keep x away from 0: write reciprocal(x + 1e-7)"}});

void sigmoid_grad_vjp(VjpContext& g) {  // u y (1 - y), u dy - 2 u dy y
  if (g.needs(0)) give_summed(g, 0, sigmoid_grad(g.dy(), g.input(1)));
  if (g.needs(1)) {
    const Tensor both = g.dy() * g.input(0);
    give_summed(g, 1, both - both * 2.0 * g.input(1));
  }
}
constexpr OpDef kSigmoidGrad =
    binary_op<Binary::kSigmoidGrad>("sigmoid_grad", "dy y (1 - y): the gradient of sigmoid from its output y.", {"dy", Differentiable{input(1)}},
                                    {"y", Differentiable{input(0) | input(1)}}, sigmoid_grad_vjp, {.zero = kSaturates});

void tanh_grad_vjp(VjpContext& g) {  // u (1 - y^2), -2 u dy y
  if (g.needs(0)) give_summed(g, 0, tanh_grad(g.dy(), g.input(1)));
  if (g.needs(1)) give_summed(g, 1, g.dy() * -2.0 * g.input(0) * g.input(1));
}
constexpr OpDef kTanhGrad =
    binary_op<Binary::kTanhGrad>("tanh_grad", "dy (1 - y^2): the gradient of tanh from its output y.", {"dy", Differentiable{input(1)}},
                                 {"y", Differentiable{input(0) | input(1)}}, tanh_grad_vjp, {.zero = kSaturates});

void give_zeros(VjpContext& g, int i) { g.give(i, zeros_for_gradient(g.input_dtype(i), g.input_shape(i))); }

void relu_grad_vjp(VjpContext& g) {  // u where v > 0, 0
  if (g.needs(0)) give_summed(g, 0, relu_grad(g.dy(), g.input(1)));
  if (g.needs(1)) give_zeros(g, 1);
}
constexpr OpDef kReluGrad =
    binary_op<Binary::kReluGrad>("relu_grad", "dy where v > 0, else 0: the gradient of relu from its input or output v.",
                                 {"dy", Differentiable{input(1)}}, {"v", Differentiable{}}, relu_grad_vjp, {.zero = kNoCurvature});

void relu6_grad_vjp(VjpContext& g) {  // u where 0 < v < 6, 0
  if (g.needs(0)) give_summed(g, 0, relu6_grad(g.dy(), g.input(1)));
  if (g.needs(1)) give_zeros(g, 1);
}
constexpr OpDef kRelu6Grad =
    binary_op<Binary::kRelu6Grad>("relu6_grad", "dy where 0 < v < 6, else 0: the gradient of relu6 from its input or output v.",
                                  {"dy", Differentiable{input(1)}}, {"v", Differentiable{}}, relu6_grad_vjp, {.zero = kNoCurvature});

void softplus_grad_vjp(VjpContext& g) {  // u sigmoid(x), u dy s (1 - s) with s = sigmoid(x)
  if (g.needs(0)) give_summed(g, 0, softplus_grad(g.dy(), g.input(1)));
  if (g.needs(1)) give_summed(g, 1, sigmoid_grad(g.dy() * g.input(0), sigmoid(g.input(1))));
}
constexpr OpDef kSoftplusGrad =
    binary_op<Binary::kSoftplusGrad>("softplus_grad", "dy sigmoid(x): the gradient of softplus from its input x.", {"dy", Differentiable{input(1)}},
                                     {"x", Differentiable{input(0) | input(1)}}, softplus_grad_vjp, {.zero = kSaturates});

void elu_grad_vjp(VjpContext& g) {  // u (y + 1) where y < 0, else u; u dy where y < 0, else 0
  if (g.needs(0)) give_summed(g, 0, elu_grad(g.dy(), g.input(1)));
  if (g.needs(1)) give_summed(g, 1, where(g.input(1) < 0, g.dy() * g.input(0), 0.0));
}
constexpr OpDef kEluGrad =
    binary_op<Binary::kEluGrad>("elu_grad", "dy (y + 1) where y < 0, else dy: the gradient of elu from its output y.",
                                {"dy", Differentiable{input(1)}}, {"y", Differentiable{input(0) | input(1)}}, elu_grad_vjp, {.zero = kSaturates});

void selu_grad_vjp(VjpContext& g) {  // as for elu
  if (g.needs(0)) give_summed(g, 0, selu_grad(g.dy(), g.input(1)));
  if (g.needs(1)) give_summed(g, 1, where(g.input(1) < 0, g.dy() * g.input(0), 0.0));
}
constexpr OpDef kSeluGrad =
    binary_op<Binary::kSeluGrad>("selu_grad", "dy (y + scale alpha) where y < 0, else dy scale: the gradient of selu from its output y.",
                                 {"dy", Differentiable{input(1)}}, {"y", Differentiable{input(0) | input(1)}}, selu_grad_vjp, {.zero = kSaturates});

void softsign_grad_vjp(VjpContext& g) {  // u / (1 + |x|)^2, -2 u dy sign(x) / (1 + |x|)^3
  if (g.needs(0)) give_summed(g, 0, softsign_grad(g.dy(), g.input(1)));
  if (g.needs(1)) {
    const Tensor x = g.input(1), r = reciprocal(abs(x) + 1.0);
    give_summed(g, 1, g.dy() * -2.0 * g.input(0) * sign(x) * r * square(r));
  }
}
constexpr OpDef kSoftsignGrad = binary_op<Binary::kSoftsignGrad>("softsign_grad", "dy / (1 + |x|)^2: the gradient of softsign from its input x.",
                                                                 {"dy", Differentiable{input(1)}}, {"x", Differentiable{input(0) | input(1)}},
                                                                 softsign_grad_vjp, {.zero = kSaturates});

constexpr const OpDef* kOps[] = {&kSqrtGrad,  &kRsqrtGrad,    &kReciprocalGrad, &kSigmoidGrad, &kTanhGrad,    &kReluGrad,
                                 &kRelu6Grad, &kSoftplusGrad, &kEluGrad,        &kSeluGrad,    &kSoftsignGrad};

}  // namespace

OpFamily gradient_ops() { return kOps; }

Tensor sqrt_grad(const Tensor& dy, const Tensor& y, Where where) { return apply(kSqrtGrad, {&dy, &y}, where); }
Tensor rsqrt_grad(const Tensor& dy, const Tensor& y, Where where) { return apply(kRsqrtGrad, {&dy, &y}, where); }
Tensor reciprocal_grad(const Tensor& dy, const Tensor& y, Where where) { return apply(kReciprocalGrad, {&dy, &y}, where); }
Tensor sigmoid_grad(const Tensor& dy, const Tensor& y, Where where) { return apply(kSigmoidGrad, {&dy, &y}, where); }
Tensor tanh_grad(const Tensor& dy, const Tensor& y, Where where) { return apply(kTanhGrad, {&dy, &y}, where); }
Tensor relu_grad(const Tensor& dy, const Tensor& v, Where where) { return apply(kReluGrad, {&dy, &v}, where); }
Tensor relu6_grad(const Tensor& dy, const Tensor& v, Where where) { return apply(kRelu6Grad, {&dy, &v}, where); }
Tensor softplus_grad(const Tensor& dy, const Tensor& x, Where where) { return apply(kSoftplusGrad, {&dy, &x}, where); }
Tensor elu_grad(const Tensor& dy, const Tensor& y, Where where) { return apply(kEluGrad, {&dy, &y}, where); }
Tensor selu_grad(const Tensor& dy, const Tensor& y, Where where) { return apply(kSeluGrad, {&dy, &y}, where); }
Tensor softsign_grad(const Tensor& dy, const Tensor& x, Where where) { return apply(kSoftsignGrad, {&dy, &x}, where); }

}  // namespace whygrad::internal
