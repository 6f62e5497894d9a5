// Common parts of ops on square matrices.
#pragma once

#include "ops/core/context.hpp"
#include "ops/elementwise/elementwise.hpp"

namespace whygrad::internal {

inline void check_square(const InferContext& c, int i = 0) {
  const InputSpec x = c.input(i);
  if (x.dtype() != DType::kF32 && x.dtype() != DType::kF64) refuse_dtype(c, "float32 and float64");
  if (x.rank() < 2 || x.shape().back(0) != x.shape().back(1))
    c.shape_error("these are no square matrices", "the last two axes need one length, [.., n, n]");
}

// The shape without its last `count` axes.
inline Shape leading(const Shape& shape, int count) { return Shape(shape.extents().first(static_cast<std::size_t>(shape.rank() - count))); }

// The last two axes swapped.
Tensor transposed(const Tensor& x);

}  // namespace whygrad::internal
