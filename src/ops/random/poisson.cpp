// Random counts.
#include "kernels/movement.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"
#include "ops/random/stream.hpp"

#include <whygrad/ops/random.hpp>

#include <fmt/format.h>

#include <cmath>

namespace whygrad {
namespace internal {
namespace {

struct PoissonAttrs {
  kernels::RandomStream stream = kNextStream;
  DType dtype;
  Shape shape;
};

// The count whose share of smaller ones the number u in [0, 1) falls behind; z is a normally distributed number.
double count_at(double mean, double u, double z) {
  constexpr double kLarge = 500;  // beyond, the normal distribution is as good as the search is slow
  if (!(mean >= 0)) return NAN;
  if (mean > kLarge) return std::max(0.0, std::floor(mean + std::sqrt(mean) * z + 0.5));
  double count = 0, share = std::exp(-mean), sum = share;
  while (u >= sum && share > 0) {
    share *= mean / ++count;
    sum += share;
  }
  return count;
}

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
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<PoissonAttrs>();
          const Tensor means = make_tensor(DType::kF64, g.input(0).shape()), counts = make_tensor(DType::kF64, g.output().shape()),
                       normal = make_tensor(DType::kF64, g.output().shape());
          kernels::cast(g.in(0), view_of(means));
          kernels::random_uniform(a.stream, 0, 1, view_of(counts));
          kernels::random_normal(a.stream, 0, 1, view_of(normal));
          const auto *mean = view_of(means).as<const double>(), *z = view_of(normal).as<const double>();
          auto* count = view_of(counts).as<double>();
          for (std::int64_t i = 0; i < counts.size(); ++i) count[i] = count_at(mean[i % means.size()], count[i], z[i]);
          kernels::cast(view_of(counts), g.out());
        },
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
