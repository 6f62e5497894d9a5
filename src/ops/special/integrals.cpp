// Integrals without a closed form.
#include "ops/families.hpp"
#include "ops/special/special.hpp"

#include <whygrad/ops/special.hpp>

#include <numbers>

namespace whygrad {
namespace internal {
namespace {

constexpr OpDef kDawson = special_op<kernels::Special::kDawson>(
    "dawsn", "Dawson's integral, e^(-x^2) times the integral of e^(t^2) from 0 to x, elementwise. dx = dy * (1 - 2 * x * y).",
    Differentiable{input(0) | output(0)}, [](VjpContext& g) { g.give(0, g.dy() * (1 - 2 * g.input(0) * g.output())); });

constexpr OpDef kExpint = special_op<kernels::Special::kExpint>(
    "expint", "The exponential integral, that of e^t / t from -Inf to x, elementwise; x > 0. dx = dy * e^x / x.", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, g.dy() * exp(g.input(0)) / g.input(0)); },
    {.nonfinite = {.kind = NonFinite::kSpecialFunction,
                   .remedy = "keep x above 0, where the exponential integral has its pole: write x + 1e-6",
                   .low = 0,
                   .out_of_domain = "x is negative, where this function is not defined: take abs(x), or look why it got there"}});

Tensor quarter_turns(const Tensor& x) { return square(x) * (std::numbers::pi / 2); }

constexpr OpDef kFresnelCos = special_op<kernels::Special::kFresnelCos>(
    "fresnel_cos", "Fresnel's cosine integral, that of cos(pi * t^2 / 2) from 0 to x, elementwise. dx = dy * cos(pi * x^2 / 2).",
    Differentiable{input(0)}, [](VjpContext& g) { g.give(0, g.dy() * cos(quarter_turns(g.input(0)))); });

constexpr OpDef kFresnelSin = special_op<kernels::Special::kFresnelSin>(
    "fresnel_sin", "Fresnel's sine integral, that of sin(pi * t^2 / 2) from 0 to x, elementwise. dx = dy * sin(pi * x^2 / 2).",
    Differentiable{input(0)}, [](VjpContext& g) { g.give(0, g.dy() * sin(quarter_turns(g.input(0)))); },
    {.zero = {ZeroGradient::kFlat, "start away from 0, where this function has no slope"}});

// ln x / (1 - x). Near 1 by its power series, so that its derivatives are right there.
Tensor spence_slope(const Tensor& x) {
  const Tensor u = 1 - x, near = less(abs(u), 0.01), small = where(near, u, 0);
  Tensor series = small / 8 + 1.0 / 7;
  for (int k = 6; k >= 1; --k) series = series * small + 1.0 / k;
  return where(near, negative(series), log(where(near, 2, x)) / where(near, 1, u));
}

constexpr OpDef kSpence = special_op<kernels::Special::kSpence>(
    "spence", "Spence's function, the integral of ln t / (1 - t) from 1 to x, elementwise; x >= 0. dx = dy * ln x / (1 - x).",
    Differentiable{input(0)}, [](VjpContext& g) { g.give(0, g.dy() * spence_slope(g.input(0))); },
    {.nonfinite = {.kind = NonFinite::kLogOfZero,
                   .remedy = "keep x above 0, where its slope is a logarithm of x: write x + 1e-6",
                   .low = 0,
                   .out_of_domain = "x is negative, where this function has no real value: take abs(x), or look why it got there"}});

constexpr const OpDef* kOps[] = {&kDawson, &kExpint, &kFresnelCos, &kFresnelSin, &kSpence};

}  // namespace

OpFamily special_integral_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor dawsn(const Tensor& x, Where where) { return apply(kDawson, {&x}, where); }
Tensor expint(const Tensor& x, Where where) { return apply(kExpint, {&x}, where); }
Tensor fresnel_cos(const Tensor& x, Where where) { return apply(kFresnelCos, {&x}, where); }
Tensor fresnel_sin(const Tensor& x, Where where) { return apply(kFresnelSin, {&x}, where); }
Tensor spence(const Tensor& x, Where where) { return apply(kSpence, {&x}, where); }

}  // namespace whygrad
