// Bessel functions of order 0 and 1. The rules use that those of one kind are each other's derivatives.
#include "ops/families.hpp"
#include "ops/special/special.hpp"

#include <whygrad/ops/special.hpp>

namespace whygrad {
namespace internal {
namespace {

constexpr ZeroGradient kEven{ZeroGradient::kFlat, "start away from 0, where this function has its top or bottom and no slope"};
constexpr ZeroGradient kTooSmall{ZeroGradient::kUnderflows,
                                 "keep x below 85 in float32 (700 in float64), or use the function that is scaled by e^x, which stays in range"};
constexpr NonFinite kTooLarge{
    NonFinite::kOverflow,
    "keep the magnitude of x below 85 in float32 (700 in float64), or use the function that is scaled by e^-|x|, which stays in range"};
constexpr NonFinite kPoleAtZero{.kind = NonFinite::kSpecialFunction,
                                .remedy = "keep x above 0, where this function has its pole: write x + 1e-6",
                                .low = 0,
                                .out_of_domain = "x is negative, where this function has no real value: take abs(x), or look why it got there"};

// y / x for y = I1(x) (sign 1) or J1(x) (sign -1). Near 0 by its power series, so that derivatives of every order that programs ask for are right
// there.
Tensor divided_by(const Tensor& y, const Tensor& x, double sign) {
  const Tensor near = less(abs(x), 0.05), small = where(near, x, 0), t = square(small) * (sign / 4);
  const Tensor series = 0.5 * (1 + t / 2 * (1 + t / 6 * (1 + t / 12 * (1 + t / 20))));
  return where(near, series, y / where(near, 1, x));
}
// The same for y = I1(x) e^-|x|.
Tensor scaled_divided_by(const Tensor& y, const Tensor& x) {
  const Tensor near = less(abs(x), 0.05), small = where(near, x, 0);
  return where(near, divided_by(small, small, 1) * exp(negative(abs(small))), y / where(near, 1, x));
}

constexpr OpDef kBesselI0 = special_op<kernels::Special::kBesselI0>(
    "bessel_i0", "The modified Bessel function of the first kind of order 0, I0(x), elementwise. dx = dy * bessel_i1(x).", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, g.dy() * bessel_i1(g.input(0))); }, {.zero = kEven, .nonfinite = kTooLarge});

constexpr OpDef kBesselI0e = special_op<kernels::Special::kBesselI0e>(
    "bessel_i0e", "I0(x) * e^-|x|, elementwise. dx = dy * (bessel_i1e(x) - sign(x) * y).", Differentiable{input(0) | output(0)},
    [](VjpContext& g) { g.give(0, g.dy() * (bessel_i1e(g.input(0)) - sign(g.input(0)) * g.output())); }, {.zero = kEven});

constexpr OpDef kBesselI1 = special_op<kernels::Special::kBesselI1>(
    "bessel_i1", "The modified Bessel function of the first kind of order 1, I1(x), elementwise. dx = dy * (bessel_i0(x) - y / x).",
    Differentiable{input(0) | output(0)}, [](VjpContext& g) { g.give(0, g.dy() * (bessel_i0(g.input(0)) - divided_by(g.output(), g.input(0), 1))); },
    {.nonfinite = kTooLarge});

constexpr OpDef kBesselI1e = special_op<kernels::Special::kBesselI1e>(
    "bessel_i1e", "I1(x) * e^-|x|, elementwise. dx = dy * (bessel_i0e(x) - y * (sign(x) + 1 / x)).", Differentiable{input(0) | output(0)},
    [](VjpContext& g) { g.give(0, g.dy() * (bessel_i0e(g.input(0)) - sign(g.input(0)) * g.output() - scaled_divided_by(g.output(), g.input(0)))); });

constexpr OpDef kBesselJ0 = special_op<kernels::Special::kBesselJ0>(
    "bessel_j0", "The Bessel function of the first kind of order 0, J0(x), elementwise. dx = -dy * bessel_j1(x).", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, negative(g.dy() * bessel_j1(g.input(0)))); }, {.zero = kEven});

constexpr OpDef kBesselJ1 = special_op<kernels::Special::kBesselJ1>(
    "bessel_j1", "The Bessel function of the first kind of order 1, J1(x), elementwise. dx = dy * (bessel_j0(x) - y / x).",
    Differentiable{input(0) | output(0)},
    [](VjpContext& g) { g.give(0, g.dy() * (bessel_j0(g.input(0)) - divided_by(g.output(), g.input(0), -1))); });

constexpr OpDef kBesselK0 = special_op<kernels::Special::kBesselK0>(
    "bessel_k0", "The modified Bessel function of the second kind of order 0, K0(x), elementwise; x > 0. dx = -dy * bessel_k1(x).",
    Differentiable{input(0)}, [](VjpContext& g) { g.give(0, negative(g.dy() * bessel_k1(g.input(0)))); },
    {.zero = kTooSmall, .nonfinite = kPoleAtZero});

constexpr OpDef kBesselK0e = special_op<kernels::Special::kBesselK0e>(
    "bessel_k0e", "K0(x) * e^x, elementwise; x > 0. dx = dy * (y - bessel_k1e(x)).", Differentiable{input(0) | output(0)},
    [](VjpContext& g) { g.give(0, g.dy() * (g.output() - bessel_k1e(g.input(0)))); }, {.nonfinite = kPoleAtZero});

constexpr OpDef kBesselK1 = special_op<kernels::Special::kBesselK1>(
    "bessel_k1", "The modified Bessel function of the second kind of order 1, K1(x), elementwise; x > 0. dx = -dy * (bessel_k0(x) + y / x).",
    Differentiable{input(0) | output(0)}, [](VjpContext& g) { g.give(0, negative(g.dy() * (bessel_k0(g.input(0)) + g.output() / g.input(0)))); },
    {.zero = kTooSmall, .nonfinite = kPoleAtZero});

constexpr OpDef kBesselK1e = special_op<kernels::Special::kBesselK1e>(
    "bessel_k1e", "K1(x) * e^x, elementwise; x > 0. dx = dy * (y * (1 - 1 / x) - bessel_k0e(x)).", Differentiable{input(0) | output(0)},
    [](VjpContext& g) { g.give(0, g.dy() * (g.output() * (1 - reciprocal(g.input(0))) - bessel_k0e(g.input(0)))); }, {.nonfinite = kPoleAtZero});

constexpr OpDef kBesselY0 = special_op<kernels::Special::kBesselY0>(
    "bessel_y0", "The Bessel function of the second kind of order 0, Y0(x), elementwise; x > 0. dx = -dy * bessel_y1(x).", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, negative(g.dy() * bessel_y1(g.input(0)))); }, {.nonfinite = kPoleAtZero});

constexpr OpDef kBesselY1 = special_op<kernels::Special::kBesselY1>(
    "bessel_y1", "The Bessel function of the second kind of order 1, Y1(x), elementwise; x > 0. dx = dy * (bessel_y0(x) - y / x).",
    Differentiable{input(0) | output(0)}, [](VjpContext& g) { g.give(0, g.dy() * (bessel_y0(g.input(0)) - g.output() / g.input(0))); },
    {.nonfinite = kPoleAtZero});

constexpr const OpDef* kOps[] = {&kBesselI0, &kBesselI0e, &kBesselI1, &kBesselI1e, &kBesselJ0, &kBesselJ1,
                                 &kBesselK0, &kBesselK0e, &kBesselK1, &kBesselK1e, &kBesselY0, &kBesselY1};

}  // namespace

OpFamily bessel_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor bessel_i0(const Tensor& x, Where where) { return apply(kBesselI0, {&x}, where); }
Tensor bessel_i0e(const Tensor& x, Where where) { return apply(kBesselI0e, {&x}, where); }
Tensor bessel_i1(const Tensor& x, Where where) { return apply(kBesselI1, {&x}, where); }
Tensor bessel_i1e(const Tensor& x, Where where) { return apply(kBesselI1e, {&x}, where); }
Tensor bessel_j0(const Tensor& x, Where where) { return apply(kBesselJ0, {&x}, where); }
Tensor bessel_j1(const Tensor& x, Where where) { return apply(kBesselJ1, {&x}, where); }
Tensor bessel_k0(const Tensor& x, Where where) { return apply(kBesselK0, {&x}, where); }
Tensor bessel_k0e(const Tensor& x, Where where) { return apply(kBesselK0e, {&x}, where); }
Tensor bessel_k1(const Tensor& x, Where where) { return apply(kBesselK1, {&x}, where); }
Tensor bessel_k1e(const Tensor& x, Where where) { return apply(kBesselK1e, {&x}, where); }
Tensor bessel_y0(const Tensor& x, Where where) { return apply(kBesselY0, {&x}, where); }
Tensor bessel_y1(const Tensor& x, Where where) { return apply(kBesselY1, {&x}, where); }

}  // namespace whygrad
