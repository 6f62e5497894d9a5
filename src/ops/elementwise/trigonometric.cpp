// Trigonometric and hyperbolic functions and their inverses.
#include "ops/elementwise/elementwise.hpp"
#include "ops/elementwise/gradients.hpp"
#include "ops/families.hpp"

namespace whygrad {
namespace internal {
namespace {

using kernels::Binary;
using kernels::Unary;

constexpr OpDef kSin = unary_op<Unary::kSin>("sin", "The sine, elementwise. dx = dy * cos(x).", Differentiable{input(0)},
                                             [](VjpContext& g) { g.give(0, g.dy() * cos(conj_if_complex(g.input(0)))); });

constexpr OpDef kCos = unary_op<Unary::kCos>("cos", "The cosine, elementwise. dx = -dy * sin(x).", Differentiable{input(0)},
                                             [](VjpContext& g) { g.give(0, negative(g.dy()) * sin(conj_if_complex(g.input(0)))); },
                                             {.zero = {ZeroGradient::kFlat, "start away from 0: the cosine has no slope there"}});

// 1 / cos(x)^2 = 1 + y^2 avoids the cosine.
constexpr OpDef kTan = unary_op<Unary::kTan>("tan", "The tangent, elementwise. dx = dy / cos(x)^2.", Differentiable{output(0)},
                                             [](VjpContext& g) { g.give(0, g.dy() * (square(conj_if_complex(g.output())) + 1)); },
                                             {.nonfinite = {NonFinite::kDomainEdge, "keep x away from the poles at pi / 2 + k pi"}});

constexpr OpDef kAsin = unary_op<Unary::kAsin>(
    "asin", "The inverse sine, elementwise, NaN outside [-1, 1]. dx = dy / sqrt(1 - x^2).", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, g.dy() * rsqrt(1 - square(conj_if_complex(g.input(0))))); },
    {.nonfinite = {NonFinite::kDomainEdge, "keep x inside (-1, 1): write asin(x * (1 - 1e-6)), or take the angle with atan2", -1, 1}});

constexpr OpDef kAcos = unary_op<Unary::kAcos>(
    "acos", "The inverse cosine, elementwise, NaN outside [-1, 1]. dx = -dy / sqrt(1 - x^2).", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, negative(g.dy()) * rsqrt(1 - square(conj_if_complex(g.input(0))))); },
    {.nonfinite = {NonFinite::kDomainEdge, "keep x inside (-1, 1): write acos(x * (1 - 1e-6)), or take the angle with atan2", -1, 1}});

constexpr OpDef kAtan =
    unary_op<Unary::kAtan>("atan", "The inverse tangent, elementwise. dx = dy / (1 + x^2).", Differentiable{input(0)},
                           [](VjpContext& g) { g.give(0, g.dy() / (square(conj_if_complex(g.input(0))) + 1)); }, {.zero = kSaturates});

constexpr NonFinite kLargeExponent{NonFinite::kOverflow, "scale x down, so that it stays within (-88, 88) in float32"};

constexpr OpDef kSinh =
    unary_op<Unary::kSinh>("sinh", "The hyperbolic sine, elementwise. dx = dy * cosh(x).", Differentiable{input(0)},
                           [](VjpContext& g) { g.give(0, g.dy() * cosh(conj_if_complex(g.input(0)))); }, {.nonfinite = kLargeExponent});

constexpr OpDef kCosh = unary_op<Unary::kCosh>(
    "cosh", "The hyperbolic cosine, elementwise. dx = dy * sinh(x).", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, g.dy() * sinh(conj_if_complex(g.input(0)))); },
    {.zero = {ZeroGradient::kFlat, "start away from 0: the hyperbolic cosine has no slope there"}, .nonfinite = kLargeExponent});

void tanh_vjp(VjpContext& g) {
  const Tensor y = g.output();
  g.give(0, is_complex(y.dtype()) ? g.dy() * (1 - square(conj(y))) : tanh_grad(g.dy(), y));
}
constexpr OpDef kTanh = unary_op<Unary::kTanh>("tanh", "The hyperbolic tangent, elementwise. dx = dy * (1 - y^2).", Differentiable{output(0)},
                                               tanh_vjp, {.zero = kSaturates});

constexpr OpDef kAsinh = unary_op<Unary::kAsinh>("asinh", "The inverse hyperbolic sine, elementwise. dx = dy / cosh(y).", Differentiable{output(0)},
                                                 [](VjpContext& g) { g.give(0, g.dy() / cosh(conj_if_complex(g.output()))); });

constexpr OpDef kAcosh =
    unary_op<Unary::kAcosh>("acosh", "The inverse hyperbolic cosine, elementwise, NaN below 1. dx = dy / sinh(y).", Differentiable{output(0)},
                            [](VjpContext& g) { g.give(0, g.dy() / sinh(conj_if_complex(g.output()))); },
                            {.nonfinite = {NonFinite::kDomainEdge, "keep x above 1: write acosh(x + 1e-6)", 1}});

constexpr OpDef kAtanh =
    unary_op<Unary::kAtanh>("atanh", "The inverse hyperbolic tangent, elementwise, NaN outside [-1, 1]. dx = dy / (1 - x^2).",
                            Differentiable{input(0)}, [](VjpContext& g) { g.give(0, g.dy() / (1 - square(conj_if_complex(g.input(0))))); },
                            {.nonfinite = {NonFinite::kDomainEdge, "keep x inside (-1, 1): write atanh(x * (1 - 1e-6))", -1, 1}});

constexpr Differentiable kFromBoth{input(0) | input(1)};

constexpr OpDef kAtan2 = define_op({
    .name = "atan2",
    .doc = "The angle of the point (x, y), elementwise with broadcasting. For the incoming gradient u: dy = u * x / (x^2 + y^2), dx = -u * y / (x^2 "
           "+ y^2).",
    .inputs = {{"y", kFromBoth}, {"x", kFromBoth}},
    .infer = infer_binary<Binary::kAtan2>,
    .kernel = run_binary<Binary::kAtan2>,
    .vjp =
        [](VjpContext& g) {
          const Tensor y = g.input(0), x = g.input(1), scaled = g.dy() / (square(x) + square(y));
          if (g.needs(0)) give_summed(g, 0, x * scaled);
          if (g.needs(1)) give_summed(g, 1, negative(y) * scaled);
        },
    .batch = batch_elementwise,
    .nonfinite =
        {NonFinite::kDomainEdge,
         "keep (x, y) away from the origin: write atan2(y, x + 1e-6), or give it other operands there with where(), not its result another value"},
});

constexpr const OpDef* kOps[] = {&kSin, &kCos, &kTan, &kAsin, &kAcos, &kAtan, &kSinh, &kCosh, &kTanh, &kAsinh, &kAcosh, &kAtanh, &kAtan2};

}  // namespace

OpFamily trigonometric_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor sin(const Tensor& x, Where where) { return apply(kSin, {&x}, where); }
Tensor cos(const Tensor& x, Where where) { return apply(kCos, {&x}, where); }
Tensor tan(const Tensor& x, Where where) { return apply(kTan, {&x}, where); }
Tensor asin(const Tensor& x, Where where) { return apply(kAsin, {&x}, where); }
Tensor acos(const Tensor& x, Where where) { return apply(kAcos, {&x}, where); }
Tensor atan(const Tensor& x, Where where) { return apply(kAtan, {&x}, where); }
Tensor sinh(const Tensor& x, Where where) { return apply(kSinh, {&x}, where); }
Tensor cosh(const Tensor& x, Where where) { return apply(kCosh, {&x}, where); }
Tensor tanh(const Tensor& x, Where where) { return apply(kTanh, {&x}, where); }
Tensor asinh(const Tensor& x, Where where) { return apply(kAsinh, {&x}, where); }
Tensor acosh(const Tensor& x, Where where) { return apply(kAcosh, {&x}, where); }
Tensor atanh(const Tensor& x, Where where) { return apply(kAtanh, {&x}, where); }
Tensor atan2(const Operand& y, const Operand& x, Where where) { return apply_binary(kAtan2, y, x, where); }

}  // namespace whygrad
