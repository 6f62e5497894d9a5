// What the ops of random numbers check of their inputs.
#include "ops/random/draws.hpp"

#include <fmt/format.h>

namespace whygrad::internal {

void check_classes(const InferContext& c, std::int64_t num_samples, DType dtype) {
  const InputSpec logits = c.input(0);
  if (!is_floating(logits.dtype())) c.dtype_error(fmt::format("logits of {}", name_of(logits.dtype())), "write cast(logits, float32)");
  if (dtype != DType::kI32 && dtype != DType::kI64) c.dtype_error("classes are whole numbers", "dtype is int32 or int64");
  if (logits.rank() != 2 || logits.shape()[1] == 0) {
    c.shape_error("logits have no rows of classes", "logits are [batch, classes], with at least one class");
  }
  if (num_samples < 0) c.value_error(fmt::format("num_samples is {}", num_samples), "ask for 0 or more");
}

void check_count_dtypes(const InferContext& c, DType dtype) {
  const DType given = c.input(0).dtype();
  if (!is_floating(given)) c.dtype_error(fmt::format("{} of {}", c.op().inputs[0].name, name_of(given)), "it is floating: write cast(x, float32)");
  if (!is_floating(dtype) && dtype != DType::kI32 && dtype != DType::kI64) {
    c.dtype_error(fmt::format("counts of {}", name_of(dtype)), "counts are floating, int32 or int64");
  }
}

void check_tail(const InferContext& c, const Shape& shape) {
  const Shape& tail = c.input(0).shape();
  bool fits = tail.rank() <= shape.rank();
  for (int i = 0; fits && i < tail.rank(); ++i) fits = tail[i] == shape[shape.rank() - tail.rank() + i];
  if (!fits) {
    c.shape_error(fmt::format("{} {} is no end of the shape {}", c.op().inputs[0].name, tail.to_string(), shape.to_string()),
                  "the last extents of the shape are those of the parameters");
  }
}

}  // namespace whygrad::internal
