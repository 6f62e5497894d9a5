// Activations of layers.
#include "ops/core/events.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/elementwise/gradients.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/activation.hpp>

#include <numbers>

namespace whygrad {
namespace internal {
namespace {

using kernels::Binary;
using kernels::Unary;

constexpr OpDef kRelu = unary_op<Unary::kRelu>("relu", "max(x, 0), elementwise. dx = dy where x > 0, else 0.", Differentiable{output(0)},
                                               [](VjpContext& g) { g.give(0, relu_grad(g.dy(), g.output())); }, {.zero = kDies});

constexpr OpDef kRelu6 = unary_op<Unary::kRelu6>(
    "relu6", "min(max(x, 0), 6), elementwise. dx = dy where 0 < x < 6, else 0.", Differentiable{output(0)},
    [](VjpContext& g) { g.give(0, relu6_grad(g.dy(), g.output())); },
    {.zero = {ZeroGradient::kDies, "lower the learning rate, start from other biases, or use leaky_relu, which is never off"}});

constexpr OpDef kElu =
    unary_op<Unary::kElu>("elu", "x where x > 0, else e^x - 1, elementwise. dx = dy where x >= 0, else dy * e^x.", Differentiable{output(0)},
                          [](VjpContext& g) { g.give(0, elu_grad(g.dy(), g.output())); }, {.zero = kSaturates});

constexpr OpDef kSelu =
    unary_op<Unary::kSelu>("selu", "scale * (x where x > 0, else alpha * (e^x - 1)), elementwise; Klambauer et al. 2017.", Differentiable{output(0)},
                           [](VjpContext& g) { g.give(0, selu_grad(g.dy(), g.output())); }, {.zero = kSaturates});

constexpr OpDef kSoftplus =
    unary_op<Unary::kSoftplus>("softplus", "log(1 + e^x), elementwise, without overflow. dx = dy * sigmoid(x).", Differentiable{input(0)},
                               [](VjpContext& g) { g.give(0, softplus_grad(g.dy(), g.input(0))); }, {.zero = kSaturates});

constexpr OpDef kSoftsign = unary_op<Unary::kSoftsign>("softsign", "x / (1 + |x|), elementwise. dx = dy / (1 + |x|)^2.", Differentiable{input(0)},
                                                       [](VjpContext& g) { g.give(0, softsign_grad(g.dy(), g.input(0))); }, {.zero = kSaturates});

void silu_vjp(VjpContext& g) {
  const Tensor x = g.input(0), s = sigmoid(x);
  g.give(0, g.dy() * s * (x * (1 - s) + 1));
}
constexpr OpDef kSilu = unary_op<Unary::kSilu>("silu", "x * s with s = sigmoid(x), elementwise. dx = dy * s * (1 + x * (1 - s)).",
                                               Differentiable{input(0)}, silu_vjp, {.zero = kSaturates});

// Distribution function and density of the normal distribution at x.
void gelu_vjp(VjpContext& g) {
  const Tensor x = g.input(0);
  const Tensor distribution = erfc(x * -std::numbers::sqrt2 / 2) * 0.5;
  const Tensor density = exp(square(x) * -0.5) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
  g.give(0, g.dy() * (distribution + x * density));
}
constexpr OpDef kGelu = unary_op<Unary::kGelu>(
    "gelu", "x * P(x), elementwise, where P is the standard normal distribution function with density p. dx = dy * (P(x) + x * p(x)).",
    Differentiable{input(0)}, gelu_vjp, {.zero = kSaturates});

// ---- leaky_relu and its gradient are one loop: v > 0 ? x : alpha x; v = x in the forward op ----

struct LeakyAttrs {
  float alpha = 0.2F;
};
constexpr AttrDef kAlpha = attr<&LeakyAttrs::alpha>("alpha", "slope where x <= 0");

constexpr ZeroGradient kZeroAlpha{ZeroGradient::kDies, "give alpha a number above 0"};

void infer_leaky(InferContext& c) {
  const InputSpec x = c.input(0);
  if (c.input_count() == 2) {
    c.same_dtype(0, 1);
    if (x.shape() != c.input(1).shape()) c.shape_error("dy and x differ in shape", "the gradient of a value has its shape");
  }
  if (!is_floating(x.dtype())) refuse_dtype(c, "floating numbers");
  c.output(x.dtype(), x.shape());
}

void run_leaky(const KernelContext& g, const Tensor& x, const Tensor& v) {
  const Shape& shape = x.shape();
  const Tensor alpha = internal::filled_scalar(x.dtype(), static_cast<double>(g.attrs<LeakyAttrs>().alpha));
  const Tensor zero = internal::filled_scalar(x.dtype(), 0), positive = make_tensor(DType::kBool, shape);
  kernels::binary(Binary::kGreater, view_of(v), broadcast(zero, shape), view_of(positive));
  kernels::binary(Binary::kMultiply, view_of(x), broadcast(alpha, shape), g.out());
  kernels::select(view_of(positive), view_of(x), g.out(), g.out());
}

Tensor leaky_relu_grad(const Tensor& dy, const Tensor& x, const LeakyAttrs& attrs);

constexpr OpDef kLeakyReluGrad = define_op({
    .name = "leaky_relu_grad",
    .doc = "dy where x > 0, else alpha * dy: the gradient of leaky_relu from its input x.",
    .inputs = {{"dy", Differentiable{input(1)}}, {"x", Differentiable{}}},
    .attrs = {kAlpha},
    .infer = infer_leaky,
    .kernel = [](KernelContext& g) { run_leaky(g, g.input(0), g.input(1)); },
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) g.give(0, leaky_relu_grad(g.dy(), g.input(1), g.attrs<LeakyAttrs>()));
          if (g.needs(1)) g.give(1, zeros_for_gradient(g.input_dtype(1), g.input_shape(1)));
        },
    .batch = batch_last_axes,
    .zero = kNoCurvature,
});

Tensor leaky_relu_grad(const Tensor& dy, const Tensor& x, const LeakyAttrs& attrs) { return apply(kLeakyReluGrad, {&dy, &x}, Where::here(), attrs); }

constexpr OpDef kLeakyRelu = define_op({
    .name = "leaky_relu",
    .doc = "x where x > 0, else alpha * x, elementwise. dx = dy where x > 0, else alpha * dy.",
    .inputs = {{"x", Differentiable{input(0)}}},
    .attrs = {kAlpha},
    .infer = infer_leaky,
    .kernel = [](KernelContext& g) { run_leaky(g, g.input(0), g.input(0)); },
    .vjp = [](VjpContext& g) { g.give(0, leaky_relu_grad(g.dy(), g.input(0), g.attrs<LeakyAttrs>())); },
    .batch = batch_last_axes,
    .zero = kZeroAlpha,
});

constexpr const OpDef* kOps[] = {&kRelu, &kRelu6, &kElu, &kSelu, &kSoftplus, &kSoftsign, &kSilu, &kGelu, &kLeakyRelu, &kLeakyReluGrad};

}  // namespace

OpFamily activation_ops() { return kOps; }

}  // namespace internal

namespace nn {

using namespace internal;

Tensor relu(const Tensor& x, Where where) { return apply(kRelu, {&x}, where); }
Tensor relu6(const Tensor& x, Where where) { return apply(kRelu6, {&x}, where); }
Tensor leaky_relu(const Tensor& x, double alpha, Where where) { return apply(kLeakyRelu, {&x}, where, LeakyAttrs{static_cast<float>(alpha)}); }
Tensor elu(const Tensor& x, Where where) { return apply(kElu, {&x}, where); }
Tensor selu(const Tensor& x, Where where) { return apply(kSelu, {&x}, where); }
Tensor silu(const Tensor& x, Where where) { return apply(kSilu, {&x}, where); }
Tensor softplus(const Tensor& x, Where where) { return apply(kSoftplus, {&x}, where); }
Tensor softsign(const Tensor& x, Where where) { return apply(kSoftsign, {&x}, where); }

Tensor gelu(const Tensor& x, bool approximate, Where where) {
  if (!approximate) return apply(kGelu, {&x}, where);
  const Tensor inner = multiply(add(multiply(pow(x, 3, where), 0.044715, where), x, where), std::numbers::sqrt2 * std::numbers::inv_sqrtpi, where);
  return multiply(multiply(x, 0.5, where), add(tanh(inner, where), 1, where), where);
}

}  // namespace nn
}  // namespace whygrad
