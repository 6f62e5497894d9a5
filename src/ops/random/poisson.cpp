// Random numbers of Poisson distributions.
#include "kernels/random.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"
#include "ops/random/draws.hpp"
#include "ops/random/stream.hpp"

#include <whygrad/ops/random.hpp>

namespace whygrad {
namespace internal {
namespace {

struct PoissonAttrs {
  kernels::RandomStream stream = kNextStream;
  DType dtype;
  Shape shape;
};

constexpr OpDef kPoisson = define_op({
    .name = "random_poisson",
    .doc = "Counts drawn from the Poisson distributions of these means: lam [k..] and a shape [i..] give [i.., k..].",
    .type = "RandomPoissonV2",
    .inputs = {{"lam", kDrawnCounts}},
    .attrs = {attr<&PoissonAttrs::shape>("shape", "how many for each mean", Attr::kRequired), attr<&PoissonAttrs::dtype>("dtype", "of the counts"),
              attr<&PoissonAttrs::stream, &kernels::RandomStream::key>("key", "of the stream of random numbers"),
              attr<&PoissonAttrs::stream, &kernels::RandomStream::counter>("counter",
                                                                           "which part of the stream; given by the process where it is left open")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<PoissonAttrs>();
          check_count_dtypes(c, a.dtype);
          Shape shape = a.shape;
          for (const std::int64_t n : c.input(0).shape()) shape.push_back(n);
          c.output(a.dtype, shape);
        },
    .kernel = [](KernelContext& g) { kernels::random_poisson(g.attrs<PoissonAttrs>().stream, g.in(0), g.out()); },
    .draw = draw_stream<PoissonAttrs>,
    .batch = batch_draws<PoissonAttrs>,
    .stateful = true,
});

constexpr const OpDef* kOps[] = {&kPoisson};

}  // namespace

OpFamily poisson_ops() { return kOps; }

}  // namespace internal

Tensor random::poisson(const Shape& shape, const Tensor& lam, const PoissonOptions& options, Where where) {
  return apply(internal::kPoisson, {&lam}, where, internal::PoissonAttrs{internal::stream_of(options.seed), options.dtype, shape});
}

}  // namespace whygrad
