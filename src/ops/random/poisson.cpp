// Random numbers of Poisson distributions.
#include "kernels/random.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"
#include "ops/random/stream.hpp"

#include <whygrad/ops/random.hpp>

#include <fmt/format.h>

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
    .inputs = {{"lam",
                NotImplemented{"as in TensorFlow, there is no rule for drawn counts; they jump, so only their distribution moves with the mean",
                               "weigh the log-probability of what was drawn, counts * log(lam) - lam, with its loss; or use its mean, lam"}}},
    .attrs = {attr<&PoissonAttrs::shape>("shape", "how many for each mean", Attr::kRequired), attr<&PoissonAttrs::dtype>("dtype", "of the counts"),
              attr<&PoissonAttrs::stream, &kernels::RandomStream::key>("key", "of the stream of random numbers"),
              attr<&PoissonAttrs::stream, &kernels::RandomStream::counter>("counter",
                                                                           "which part of the stream; given by the process where it is left open")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<PoissonAttrs>();
          if (!is_floating(c.input(0).dtype())) c.dtype_error(fmt::format("means of {}", name_of(c.input(0).dtype())), "write cast(lam, float32)");
          if (!is_floating(a.dtype) && a.dtype != DType::kI32 && a.dtype != DType::kI64) {
            c.dtype_error(fmt::format("counts of {}", name_of(a.dtype)), "counts are floating, int32 or int64");
          }
          Shape shape = a.shape;
          for (const std::int64_t n : c.input(0).shape()) shape.push_back(n);
          c.output(a.dtype, shape);
        },
    .kernel = [](KernelContext& g) { kernels::random_poisson(g.attrs<PoissonAttrs>().stream, g.in(0), g.out()); },
    .draw = draw_stream<PoissonAttrs>,
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
