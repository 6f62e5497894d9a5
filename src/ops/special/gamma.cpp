// Special functions: gamma, zeta and incomplete gamma and beta functions, the inverses of erf and of the normal distribution.
#include <whygrad/ops/special.hpp>

#include "ops/core/batch.hpp"
#include "ops/families.hpp"
#include "ops/special/special.hpp"

#include <whygrad/ops/creation.hpp>

#include <numbers>

namespace whygrad {
namespace internal {
namespace {

constexpr const char* kOffThePoles = "keep x off 0 and the negative integers, where the function has poles: write x + 1e-6";

constexpr OpDef kLgamma = special_op<kernels::Special::kLogGamma>(
    "lgamma", "log(|gamma(x)|), elementwise. dx = dy * digamma(x).", Differentiable{input(0)},
    [](VjpContext& g) { g.give(0, g.dy() * digamma(g.input(0))); }, {.nonfinite = {NonFinite::kSpecialFunction, kOffThePoles}});

constexpr OpDef kDigamma =
    special_op<kernels::Special::kDigamma>("digamma", "The derivative of lgamma, elementwise. dx = dy * polygamma(1, x).", Differentiable{input(0)},
                                           [](VjpContext& g) {
                                             const Tensor x = g.input(0);
                                             g.give(0, g.dy() * polygamma(ones_like(x), x));
                                           },
                                           {.nonfinite = {NonFinite::kSpecialFunction, kOffThePoles}});

constexpr OpDef kPolygamma = define_op({
    .name = "polygamma",
    .doc = "The n-th derivative of digamma at x, elementwise with broadcasting. dx = dy * polygamma(n + 1, x).",
    .inputs = {{"n", NotDifferentiable{"n counts derivatives: it is a whole number", "differentiate with respect to x"}, Role::kIndex},
               {"x", Differentiable{input(0) | input(1)}}},
    .infer = infer_special_of_two,
    .kernel = run_special_of_two<kernels::SpecialOfTwo::kPolygamma>,
    .vjp = [](VjpContext& g) { give_summed(g, 1, g.dy() * polygamma(g.input(0) + 1, g.input(1))); },
    .batch = batch_elementwise,
    .nonfinite = {NonFinite::kSpecialFunction, kOffThePoles},
});

constexpr OpDef kErfinv = special_op<kernels::Special::kInverseErf>(
    "erfinv", "The inverse of erf, elementwise, NaN outside [-1, 1]. dx = dy * sqrt(pi) / 2 * e^(y^2).", Differentiable{output(0)},
    [](VjpContext& g) { g.give(0, g.dy() * (exp(square(g.output())) * (0.5 / std::numbers::inv_sqrtpi))); },
    {.nonfinite = {NonFinite::kSpecialFunction, "keep x inside (-1, 1): write erfinv(x * (1 - 1e-6))"}});

constexpr OpDef kNdtri = special_op<kernels::Special::kInverseNormal>(
    "ndtri", "The inverse of the standard normal distribution function, elementwise, NaN outside [0, 1]. dx = dy * sqrt(2 pi) * e^(y^2 / 2).",
    Differentiable{output(0)},
    [](VjpContext& g) { g.give(0, g.dy() * (exp(square(g.output()) * 0.5) * (std::numbers::sqrt2 / std::numbers::inv_sqrtpi))); },
    {.nonfinite = {NonFinite::kSpecialFunction, "keep x inside (0, 1): write ndtri(x * (1 - 2e-6) + 1e-6)"}});

constexpr OpDef kZeta = define_op({
    .name = "zeta",
    .doc = "Hurwitz's zeta function, the sum over k >= 0 of (q + k)^-x, elementwise with broadcasting; x > 1. dq = -dy * x * zeta(x + 1, q).",
    .inputs = {{"x", NotDifferentiable{"there is a rule for q, and none for the exponent x",
                                       "differentiate with respect to q, or take differences for x"}},
               {"q", Differentiable{input(0) | input(1)}}},
    .infer = infer_special_of_two,
    .kernel = run_special_of_two<kernels::SpecialOfTwo::kZeta>,
    .vjp =
        [](VjpContext& g) {
          const Tensor x = g.input(0);
          give_summed(g, 1, negative(g.dy() * x * zeta(x + 1, g.input(1))));
        },
    .batch = batch_elementwise,
    .nonfinite = {NonFinite::kSpecialFunction, "keep q off 0 and the negative integers, where the function has poles: write q + 1e-6"},
});

// The density of the gamma distribution, x^(a - 1) e^-x / gamma(a): the slope of igamma along x.
Tensor gamma_density(const Tensor& a, const Tensor& x) { return exp(xlogy(a - 1, x) - x - lgamma(a)); }

// igamma, or igammac, which is 1 - igamma.
template <bool kUpper>
void incomplete_gamma_vjp(VjpContext& g) {
  const Tensor a = g.input(0), x = g.input(1), dy = kUpper ? negative(g.dy()) : g.dy();
  if (g.needs(0)) give_summed(g, 0, dy * igamma_grad_a(a, x));
  if (g.needs(1)) give_summed(g, 1, dy * gamma_density(a, x));
}

constexpr ZeroGradient kFarFromA{ZeroGradient::kSaturates, "bring x and a nearer to each other: far apart the function is flat, at 0 or 1"};
constexpr NonFinite kEndOfRange{NonFinite::kSpecialFunction, "keep x above 0, where the slope is infinite if a is below 1: write x + 1e-6"};

constexpr OpDef kIgamma = define_op({
    .name = "igamma",
    .doc = "The regularised lower incomplete gamma function P(a, x), elementwise with broadcasting; a > 0, x >= 0. dx = dy * x^(a - 1) * e^-x / "
           "gamma(a), da = dy * igamma_grad_a(a, x).",
    .inputs = {{"a", Differentiable{input(0) | input(1)}}, {"x", Differentiable{input(0) | input(1)}}},
    .infer = infer_special_of_two,
    .kernel = run_special_of_two<kernels::SpecialOfTwo::kIgamma>,
    .vjp = incomplete_gamma_vjp<false>,
    .batch = batch_elementwise,
    .zero = kFarFromA,
    .nonfinite = kEndOfRange,
});

constexpr OpDef kIgammac = define_op({
    .name = "igammac",
    .doc = "The regularised upper incomplete gamma function 1 - P(a, x), elementwise with broadcasting; a > 0, x >= 0. Gradients as igamma's, with "
           "the other sign.",
    .inputs = {{"a", Differentiable{input(0) | input(1)}}, {"x", Differentiable{input(0) | input(1)}}},
    .infer = infer_special_of_two,
    .kernel = run_special_of_two<kernels::SpecialOfTwo::kIgammac>,
    .vjp = incomplete_gamma_vjp<true>,
    .batch = batch_elementwise,
    .zero = kFarFromA,
    .nonfinite = kEndOfRange,
});

constexpr OpDef kIgammaGradA = define_op({
    .name = "igamma_grad_a",
    .doc = "The derivative of igamma with respect to a, elementwise with broadcasting. dx = dy * x^(a - 1) * e^-x / gamma(a) * (ln x - digamma(a)).",
    .inputs = {{"a", NotImplemented{"it is the derivative of igamma with respect to a, and there is no rule for a second one",
                                    "differentiate once with respect to a, or take differences of the first derivative"}},
               {"x", Differentiable{input(0) | input(1)}}},
    .infer = infer_special_of_two,
    .kernel = run_special_of_two<kernels::SpecialOfTwo::kIgammaGradA>,
    .vjp =
        [](VjpContext& g) {
          const Tensor a = g.input(0), x = g.input(1);
          give_summed(g, 1, g.dy() * gamma_density(a, x) * (log(x) - digamma(a)));
        },
    .batch = batch_elementwise,
});

constexpr const char* kOnlyX = "there is a rule for x, and none for a and b";
constexpr const char* kDensityInstead =
    "for the parameters of a beta distribution, differentiate its log-density, which is written with lgamma(a) and log(x)";

constexpr OpDef kBetainc = define_op({
    .name = "betainc",
    .doc = "The regularised incomplete beta function I_x(a, b), elementwise with broadcasting; a, b > 0, x in [0, 1]. dx = dy * x^(a - 1) * (1 - "
           "x)^(b - 1) * gamma(a + b) / (gamma(a) * gamma(b)).",
    .inputs = {{"a", NotDifferentiable{kOnlyX, kDensityInstead}},
               {"b", NotDifferentiable{kOnlyX, kDensityInstead}},
               {"x", Differentiable{input(0) | input(1) | input(2)}}},
    .infer =
        [](InferContext& c) {
          c.same_dtype(0, 1);
          c.same_dtype(0, 2);
          if (!is_floating(c.input(2).dtype())) refuse_dtype(c, "floating numbers");
          c.output(c.input(2).dtype(), broadcast_shape(c, broadcast_shape(c, c.input(0).shape(), c.input(1).shape()), c.input(2).shape()));
        },
    .kernel =
        [](KernelContext& g) {
          const Shape& shape = g.output().shape();
          kernels::betainc(broadcast(g.input(0), shape), broadcast(g.input(1), shape), broadcast(g.input(2), shape), g.out());
        },
    .vjp =
        [](VjpContext& g) {
          const Tensor a = g.input(0), b = g.input(1), x = g.input(2), log_beta = lgamma(a) + lgamma(b) - lgamma(a + b);
          give_summed(g, 2, g.dy() * exp(xlog1py(b - 1, negative(x)) + xlogy(a - 1, x) - log_beta));
        },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kSaturates, "bring x nearer to a / (a + b): far from it the function is flat, at 0 or 1"},
    .nonfinite = {NonFinite::kSpecialFunction,
                  "keep x inside (0, 1), where the slope at the ends is infinite if a or b is below 1: write x * (1 - 2e-6) + 1e-6"},
});

constexpr const OpDef* kOps[] = {&kLgamma, &kDigamma, &kPolygamma, &kErfinv, &kNdtri, &kZeta, &kIgamma, &kIgammac, &kIgammaGradA, &kBetainc};

}  // namespace

OpFamily gamma_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor lgamma(const Tensor& x, Where where) { return apply(kLgamma, {&x}, where); }
Tensor digamma(const Tensor& x, Where where) { return apply(kDigamma, {&x}, where); }
Tensor polygamma(const Tensor& n, const Tensor& x, Where where) { return apply(kPolygamma, {&n, &x}, where); }
Tensor erfinv(const Tensor& x, Where where) { return apply(kErfinv, {&x}, where); }
Tensor ndtri(const Tensor& x, Where where) { return apply(kNdtri, {&x}, where); }
Tensor erfcinv(const Tensor& x, Where where) { return multiply(ndtri(multiply(0.5, x, where), where), -std::numbers::sqrt2 / 2, where); }
Tensor zeta(const Tensor& x, const Tensor& q, Where where) { return apply(kZeta, {&x, &q}, where); }
Tensor igamma(const Tensor& a, const Tensor& x, Where where) { return apply(kIgamma, {&a, &x}, where); }
Tensor igammac(const Tensor& a, const Tensor& x, Where where) { return apply(kIgammac, {&a, &x}, where); }
Tensor igamma_grad_a(const Tensor& a, const Tensor& x, Where where) { return apply(kIgammaGradA, {&a, &x}, where); }
Tensor betainc(const Tensor& a, const Tensor& b, const Tensor& x, Where where) { return apply(kBetainc, {&a, &b, &x}, where); }

}  // namespace whygrad
