// Random choices by their log-probabilities.
#include "kernels/movement.hpp"
#include "kernels/reduce.hpp"
#include "kernels/softmax.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"
#include "ops/random/stream.hpp"

#include <whygrad/ops/random.hpp>

#include <fmt/format.h>

#include <algorithm>

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
    .kernel =
        [](KernelContext& g) {
          // A class is drawn where a number in [0, 1) falls among the running sums of the probabilities.
          const Shape& shape = g.input(0).shape();
          const std::int64_t classes = shape[1], samples = g.output().shape()[1];
          const Tensor logits = make_tensor(DType::kF64, shape), probabilities = make_tensor(DType::kF64, shape),
                       sums = make_tensor(DType::kF64, shape);
          const Tensor drawn = make_tensor(DType::kF64, g.output().shape());
          kernels::cast(g.in(0), view_of(logits));
          kernels::softmax(view_of(logits), view_of(probabilities));
          kernels::cumulative(kernels::Cumulative::kSum, view_of(probabilities), 1, false, false, view_of(sums));
          kernels::random_uniform(g.attrs<CategoricalAttrs>().stream, 0, 1, view_of(drawn));
          double* number = view_of(drawn).as<double>();
          for (std::int64_t row = 0; row < shape[0]; ++row) {
            const double* begin = view_of(sums).as<double>() + row * classes;
            for (std::int64_t i = 0; i < samples; ++i, ++number) {
              *number = static_cast<double>(std::upper_bound(begin, begin + classes - 1, *number * begin[classes - 1]) - begin);
            }
          }
          kernels::cast(view_of(drawn), g.out());
        },
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
