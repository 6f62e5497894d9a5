// Random numbers of gamma distributions, which move with their parameters.
#include "kernels/draw.hpp"
#include "ops/core/context.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/random/draws.hpp"
#include "ops/random/stream.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/random.hpp>

#include <fmt/format.h>

#include <limits>

namespace whygrad {
namespace internal {
namespace {

struct GammaAttrs {
  kernels::RandomStream stream = kNextStream;
  Shape shape;
};
struct StatelessGammaAttrs {
  Shape shape;
};

void check_alpha(const InferContext& c) {
  const DType dtype = c.input(0).dtype();
  if (!is_floating(dtype)) c.dtype_error(fmt::format("alpha of {}", name_of(dtype)), "write cast(alpha, float32)");
}

// The slope of each number times its incoming gradient, summed over all numbers of one alpha.
Tensor slope_of(const Tensor& alpha, const Tensor& numbers);
void gamma_vjp(VjpContext& g) { give_summed(g, 0, g.dy() * slope_of(g.input(0), g.output())); }

constexpr NonFinite kAlphaBelowZero{NonFinite::kSpecialFunction, "keep alpha above 0: write softplus(alpha) or exp(alpha)"};

constexpr OpDef kGamma = define_op({
    .name = "random_gamma",
    .doc = "Numbers of the gamma distributions with these shapes and rate 1: alpha [k..] and a shape [i..] give [i.., k..]. dalpha = the sum of dy * "
           "random_gamma_grad(alpha, y).",
    .inputs = {{"alpha", Differentiable{input(0) | output(0)}}},
    .attrs = {attr<&GammaAttrs::shape>("shape", "how many for each alpha", Attr::kRequired),
              attr<&GammaAttrs::stream, &kernels::RandomStream::key>("key", "of the stream of random numbers"),
              attr<&GammaAttrs::stream, &kernels::RandomStream::counter>("counter",
                                                                         "which part of the stream; given by the process where it is left open")},
    .infer =
        [](InferContext& c) {
          check_alpha(c);
          Shape shape = c.attrs<GammaAttrs>().shape;
          for (const std::int64_t n : c.input(0).shape()) shape.push_back(n);
          c.output(c.input(0).dtype(), shape);
        },
    .kernel = [](KernelContext& g) { kernels::draw_gamma(nullptr, g.attrs<GammaAttrs>().stream, g.in(0), g.out()); },
    .draw = draw_stream<GammaAttrs>,
    .vjp = gamma_vjp,
    .batch = batch_draws<GammaAttrs>,
    .nonfinite = kAlphaBelowZero,
    .stateful = true,
});

constexpr OpDef kStatelessGamma = define_op({
    .name = "stateless_random_gamma",
    .doc = "The same for a seed: alpha [k..] and a shape [i.., k..] give [i.., k..].",
    .type = "StatelessRandomGammaV3",
    .inputs = {{"alpha", Differentiable{input(0) | output(0)}}, kSeedInput},
    .attrs = {attr<&StatelessGammaAttrs::shape>("shape", "extents; the last ones are those of alpha", Attr::kRequired)},
    .infer =
        [](InferContext& c) {
          check_alpha(c);
          check_seed(c, 1);
          check_tail(c, c.attrs<StatelessGammaAttrs>().shape);
          c.output(c.input(0).dtype(), c.attrs<StatelessGammaAttrs>().shape);
        },
    .kernel =
        [](KernelContext& g) {
          const kernels::View seed = g.in(1);
          kernels::draw_gamma(&seed, {}, g.in(0), g.out());
        },
    .vjp = gamma_vjp,
    .nonfinite = kAlphaBelowZero,
});

constexpr NotImplemented kNoSecond{"as in TensorFlow, there is no rule for the slope of a gamma number",
                                   "use the first derivative alone, or differentiate the density of the numbers instead"};

constexpr OpDef kGammaGrad = define_op({
    .name = "random_gamma_grad",
    .doc = "How fast a number of a gamma distribution moves with its shape at the same quantile, elementwise: -(dP/dalpha) / (dP/dx) of the "
           "distribution function P(alpha, x).",
    .inputs = {{"alpha", kNoSecond}, {"sample", kNoSecond}},
    .infer =
        [](InferContext& c) {
          check_alpha(c);
          c.same_dtype(0, 1);
          c.output(c.input(0).dtype(), broadcast_shape(c, c.input(0).shape(), c.input(1).shape()));
        },
    .kernel =
        [](KernelContext& g) {
          const Shape& shape = g.output().shape();
          kernels::gamma_slope(broadcast(g.input(0), shape), broadcast(g.input(1), shape), g.out());
        },
    .batch = batch_elementwise,
    .nonfinite = kAlphaBelowZero,
});

Tensor slope_of(const Tensor& alpha, const Tensor& numbers) { return apply(kGammaGrad, {&alpha, &numbers}, {}); }

constexpr const OpDef* kOps[] = {&kGamma, &kStatelessGamma, &kGammaGrad};

// The least normal number of a dtype: a smaller one would be 0 in what divides by it.
double least_normal(DType dtype) {
  switch (dtype) {
    case DType::kF64: return std::numeric_limits<double>::min();
    case DType::kF16: return 0x1p-14;
    default: return static_cast<double>(std::numeric_limits<float>::min());
  }
}

Tensor with_rate(const Tensor& numbers, const Tensor& beta, const Where& where) {
  const Tensor scaled = beta.defined() ? divide(numbers, beta, where) : numbers;
  return maximum(scaled, least_normal(scaled.dtype()), where);
}

}  // namespace

OpFamily random_gamma_ops() { return kOps; }

}  // namespace internal

namespace random {

namespace {

// alpha for each pair of alpha and beta.
Tensor paired(const Tensor& alpha, const Tensor& beta, const Where& where) {
  return beta.defined() && beta.rank() > 0 ? add(alpha, zeros_like(beta, where), where) : alpha;
}

}  // namespace

Tensor gamma(const Shape& shape, const Tensor& alpha, const Tensor& beta, const GammaOptions& options, Where where) {
  const Tensor shapes = paired(alpha, beta, where);
  const Tensor numbers = apply(internal::kGamma, {&shapes}, where, internal::GammaAttrs{internal::stream_of(options.seed), shape});
  return internal::with_rate(numbers, beta, where);
}

Tensor stateless_gamma(const Shape& shape, const Tensor& seed, const Tensor& alpha, const Tensor& beta, Where where) {
  const Tensor shapes = paired(alpha, beta, where);
  const Tensor numbers = apply(internal::kStatelessGamma, {&shapes, &seed}, where, internal::StatelessGammaAttrs{shape});
  return internal::with_rate(numbers, beta, where);
}

}  // namespace random
}  // namespace whygrad
