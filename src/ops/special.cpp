// Special functions: gamma functions, the inverses of erf and of the normal distribution.
#include <whygrad/ops/special.hpp>

#include "kernels/special.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/creation.hpp>

#include <numbers>

namespace whygrad {
namespace internal {
namespace {

void infer_special(InferContext& c) {
  if (!is_floating(c.input(0).dtype())) refuse_dtype(c, "floating numbers");
  c.output(c.input(0).dtype(), c.input(0).shape());
}

template <kernels::Special F>
consteval OpDef special_op(const char* name, const char* doc, Differentiable x, void (*vjp)(VjpContext&), const char* remedy) {
  return define_op({
      .name = name,
      .doc = doc,
      .inputs = {{"x", x}},
      .infer = infer_special,
      .kernel = [](KernelContext& g) { kernels::special(F, g.in(0), g.out()); },
      .vjp = vjp,
      .nonfinite = {NonFinite::kSpecialFunction, remedy},
  });
}

constexpr const char* kOffThePoles = "keep x off 0 and the negative integers, where the function has poles: write x + 1e-6";

constexpr OpDef kLgamma = special_op<kernels::Special::kLogGamma>(
    "lgamma", "log(|gamma(x)|), elementwise. dx = dy * digamma(x).", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, g.dy() * digamma(g.input(0))); }, kOffThePoles);

constexpr OpDef kDigamma = special_op<kernels::Special::kDigamma>(
    "digamma", "The derivative of lgamma, elementwise. dx = dy * polygamma(1, x).", Differentiable{input(0)},
    [](VjpContext& g) {
      const Tensor x = g.input(0);
      g.give(0, g.dy() * polygamma(ones_like(x), x));
    },
    kOffThePoles);

constexpr OpDef kPolygamma = define_op({
    .name = "polygamma",
    .doc = "The n-th derivative of digamma at x, elementwise with broadcasting. dx = dy * polygamma(n + 1, x).",
    .inputs = {{"n", NotDifferentiable{"n counts derivatives: it is a whole number", "differentiate with respect to x"}, Role::kIndex},
               {"x", Differentiable{input(0) | input(1)}}},
    .infer =
        [](InferContext& c) {
          c.same_dtype(0, 1);
          if (!is_floating(c.input(1).dtype())) refuse_dtype(c, "floating numbers");
          c.output(c.input(1).dtype(), broadcast_shape(c, c.input(0).shape(), c.input(1).shape()));
        },
    .kernel =
        [](KernelContext& g) {
          const Shape& shape = g.output().shape();
          kernels::polygamma(broadcast(g.input(0), shape), broadcast(g.input(1), shape), g.out());
        },
    .vjp = [](VjpContext& g) { give_summed(g, 1, g.dy() * polygamma(g.input(0) + 1, g.input(1))); },
    .nonfinite = {NonFinite::kSpecialFunction, kOffThePoles},
});

constexpr OpDef kErfinv = special_op<kernels::Special::kInverseErf>(
    "erfinv", "The inverse of erf, elementwise, NaN outside [-1, 1]. dx = dy * sqrt(pi) / 2 * e^(y^2).", Differentiable{output(0)},
    [](VjpContext& g) { g.give(0, g.dy() * (exp(square(g.output())) * (0.5 / std::numbers::inv_sqrtpi))); },
    "keep x inside (-1, 1): write erfinv(x * (1 - 1e-6))");

constexpr OpDef kNdtri = special_op<kernels::Special::kInverseNormal>(
    "ndtri", "The inverse of the standard normal distribution function, elementwise, NaN outside [0, 1]. dx = dy * sqrt(2 pi) * e^(y^2 / 2).",
    Differentiable{output(0)},
    [](VjpContext& g) { g.give(0, g.dy() * (exp(square(g.output()) * 0.5) * (std::numbers::sqrt2 / std::numbers::inv_sqrtpi))); },
    "keep x inside (0, 1): write ndtri(x * (1 - 2e-6) + 1e-6)");

constexpr const OpDef* kOps[] = {&kLgamma, &kDigamma, &kPolygamma, &kErfinv, &kNdtri};

}  // namespace

OpFamily special_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor lgamma(const Tensor& x, Where where) { return apply(kLgamma, {&x}, where); }
Tensor digamma(const Tensor& x, Where where) { return apply(kDigamma, {&x}, where); }
Tensor polygamma(const Tensor& n, const Tensor& x, Where where) { return apply(kPolygamma, {&n, &x}, where); }
Tensor erfinv(const Tensor& x, Where where) { return apply(kErfinv, {&x}, where); }
Tensor ndtri(const Tensor& x, Where where) { return apply(kNdtri, {&x}, where); }

}  // namespace whygrad
