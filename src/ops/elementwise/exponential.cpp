// Exponentials, logarithms and related functions.
#include "ops/elementwise/elementwise.hpp"
#include "ops/elementwise/gradients.hpp"
#include "ops/families.hpp"

#include <numbers>

namespace whygrad {
namespace internal {
namespace {

using kernels::Unary;

constexpr OpDef kExp = unary_op<Unary::kExp>(
    "exp", "e^x, elementwise. dx = dy * y.", Differentiable{output(0)}, [](VjpContext& g) { g.give(0, g.dy() * conj_if_complex(g.output())); },
    {.zero = {ZeroGradient::kUnderflows,
              "keep x above -87 in float32 (-745 in float64), or work with the exponents themselves: log_softmax, reduce_logsumexp"},
     .nonfinite = {NonFinite::kOverflow,
                   "take the largest exponent away before: exp(x - stop_gradient(reduce_max(x))); or use softmax, reduce_logsumexp, softplus or a "
                   "cross-entropy "
                   "on logits, which do"}});

constexpr OpDef kExpm1 =
    unary_op<Unary::kExpm1>("expm1", "e^x - 1, elementwise, exact near 0. dx = dy * e^x.", Differentiable{input(0)},
                            [](VjpContext& g) { g.give(0, g.dy() * exp(conj_if_complex(g.input(0)))); },
                            {.zero = {ZeroGradient::kSaturates, "keep x above -87 in float32 (-745 in float64)"},
                             .nonfinite = {NonFinite::kOverflow, "scale x down, so that it stays below 88 in float32 (709 in float64)"}});

constexpr OpDef kLog = unary_op<Unary::kLog>(
    "log", "The natural logarithm, elementwise. dx = dy / x.", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, g.dy() / conj_if_complex(g.input(0))); },
    {.nonfinite = {.kind = NonFinite::kLogOfZero,
                   .remedy = "keep x away from 0: write log(x + 1e-7), or compute the logarithm itself with "
                             "log_softmax, log_sigmoid, log1p or a cross-entropy on logits",
                   .low = 0,
                   .out_of_domain = "a negative number has no logarithm: make it positive before, with softplus(x), exp(x) or square(x)"}});

constexpr OpDef kLog1p = unary_op<Unary::kLog1p>(
    "log1p", "log(1 + x), elementwise, exact near 0. dx = dy / (1 + x).", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, g.dy() / (conj_if_complex(g.input(0)) + 1)); },
    {.nonfinite = {.kind = NonFinite::kLogOfZero,
                   .remedy = "keep x away from -1: write log1p(x + 1e-6)",
                   .low = -1,
                   .out_of_domain = "x must lie above -1: write log1p(softplus(x)) or log1p(square(x)), or look why it is so small"}});

void sigmoid_vjp(VjpContext& g) {
  const Tensor y = conj_if_complex(g.output());
  g.give(0, is_complex(y.dtype()) ? g.dy() * y * (1 - y) : sigmoid_grad(g.dy(), y));
}
constexpr OpDef kSigmoid = unary_op<Unary::kSigmoid>(
    "sigmoid", "1 / (1 + e^-x), elementwise. dx = dy * y * (1 - y).", Differentiable{output(0)}, sigmoid_vjp,
    {.zero = {ZeroGradient::kSaturates,
              "keep what goes in near 0: normalise it, start from smaller weights, or let a cross-entropy take the logits themselves"}});

constexpr OpDef kLogSigmoid = unary_op<Unary::kLogSigmoid>(
    "log_sigmoid", "log(sigmoid(x)), elementwise, without overflow. dx = dy * sigmoid(-x).", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, softplus_grad(g.dy(), negative(g.input(0)))); },
    {.zero = {ZeroGradient::kSaturates, "for large x there is nothing left to learn; keep logits small by normalising them or by smaller weights"}});

constexpr double kTwoOverRootPi = 2 * std::numbers::inv_sqrtpi;

constexpr OpDef kErf =
    unary_op<Unary::kErf>("erf", "The error function, elementwise. dx = dy * 2 / sqrt(pi) * e^(-x^2).", Differentiable{input(0)},
                          [](VjpContext& g) { g.give(0, g.dy() * kTwoOverRootPi * exp(negative(square(g.input(0))))); }, {.zero = kSaturates});

constexpr OpDef kErfc =
    unary_op<Unary::kErfc>("erfc", "1 - erf(x), elementwise, exact for large x. dx = -dy * 2 / sqrt(pi) * e^(-x^2).", Differentiable{input(0)},
                           [](VjpContext& g) { g.give(0, g.dy() * -kTwoOverRootPi * exp(negative(square(g.input(0))))); }, {.zero = kSaturates});

constexpr const OpDef* kOps[] = {&kExp, &kExpm1, &kLog, &kLog1p, &kSigmoid, &kLogSigmoid, &kErf, &kErfc};

}  // namespace

OpFamily exponential_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor exp(const Tensor& x, Where where) { return apply(kExp, {&x}, where); }
Tensor expm1(const Tensor& x, Where where) { return apply(kExpm1, {&x}, where); }
Tensor log(const Tensor& x, Where where) { return apply(kLog, {&x}, where); }
Tensor log1p(const Tensor& x, Where where) { return apply(kLog1p, {&x}, where); }
Tensor sigmoid(const Tensor& x, Where where) { return apply(kSigmoid, {&x}, where); }
Tensor log_sigmoid(const Tensor& x, Where where) { return apply(kLogSigmoid, {&x}, where); }
Tensor erf(const Tensor& x, Where where) { return apply(kErf, {&x}, where); }
Tensor erfc(const Tensor& x, Where where) { return apply(kErfc, {&x}, where); }

}  // namespace whygrad
