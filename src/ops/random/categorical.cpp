// Random classes with given log-probabilities.
#include "kernels/random.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"
#include "ops/random/draws.hpp"
#include "ops/random/stream.hpp"

#include <whygrad/ops/random.hpp>

namespace whygrad {
namespace internal {
namespace {

struct CategoricalAttrs {
  kernels::RandomStream stream = kNextStream;
  std::int64_t num_samples;
  DType dtype;
};

constexpr OpDef kCategorical = define_op({
    .name = "random_categorical",
    .doc = "Numbers of classes drawn with the probabilities softmax(logits): logits [b, c] give [b, num_samples].",
    .type = "Multinomial",
    .inputs = {{"logits", kDrawnClasses}},
    .attrs = {attr<&CategoricalAttrs::num_samples>("num_samples", "how many for each row", Attr::kResolved),
              attr<&CategoricalAttrs::dtype>("dtype", "int32 or int64"),
              attr<&CategoricalAttrs::stream, &kernels::RandomStream::key>("key", "of the stream of random numbers"),
              attr<&CategoricalAttrs::stream, &kernels::RandomStream::counter>(
                  "counter", "which part of the stream; given by the process where it is left open")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<CategoricalAttrs>();
          check_classes(c, a.num_samples, a.dtype);
          c.output(a.dtype, {c.input(0).shape()[0], a.num_samples});
        },
    .kernel = [](KernelContext& g) { kernels::random_categorical(g.attrs<CategoricalAttrs>().stream, g.in(0), g.out()); },
    .draw = draw_stream<CategoricalAttrs>,
    .batch = batch_draws<CategoricalAttrs>,
    .stateful = true,
});

constexpr const OpDef* kOps[] = {&kCategorical};

}  // namespace

OpFamily categorical_ops() { return kOps; }

}  // namespace internal

Tensor random::categorical(const Tensor& logits, std::int64_t num_samples, const CategoricalOptions& options, Where where) {
  return apply(internal::kCategorical, {&logits}, where, internal::CategoricalAttrs{internal::stream_of(options.seed), num_samples, options.dtype});
}

}  // namespace whygrad
