// Random classes with given log-probabilities.
#include "kernels/random.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"
#include "ops/random/stream.hpp"

#include <whygrad/ops/random.hpp>

#include <fmt/format.h>

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
    .inputs = {{"logits",
                NotDifferentiable{
                    "a drawn class is one of several with nothing between, so it does not move when the logits move a little",
                    "weigh the log-probability of what was drawn with its reward, or draw soft samples: softmax((logits + Gumbel noise) / "
                    "temperature)"}}},
    .attrs = {attr<&CategoricalAttrs::num_samples>("num_samples", "how many for each row", Attr::kResolved),
              attr<&CategoricalAttrs::dtype>("dtype", "int32 or int64"),
              attr<&CategoricalAttrs::stream, &kernels::RandomStream::key>("key", "of the stream of random numbers"),
              attr<&CategoricalAttrs::stream, &kernels::RandomStream::counter>(
                  "counter", "which part of the stream; given by the process where it is left open")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<CategoricalAttrs>();
          const InputSpec logits = c.input(0);
          if (!is_floating(logits.dtype())) c.dtype_error(fmt::format("logits of {}", name_of(logits.dtype())), "write cast(logits, float32)");
          if (a.dtype != DType::kI32 && a.dtype != DType::kI64) c.dtype_error("classes are whole numbers", "dtype is int32 or int64");
          if (logits.rank() != 2 || logits.shape()[1] == 0) {
            c.shape_error("logits have no rows of classes", "logits are [batch, classes], with at least one class");
          }
          if (a.num_samples < 0) c.value_error(fmt::format("num_samples is {}", a.num_samples), "ask for 0 or more");
          c.output(a.dtype, {logits.shape()[0], a.num_samples});
        },
    .kernel = [](KernelContext& g) { kernels::random_categorical(g.attrs<CategoricalAttrs>().stream, g.in(0), g.out()); },
    .draw = draw_stream<CategoricalAttrs>,
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
