// Matrices behind leading axes.
#pragma once

#include "ops/core/context.hpp"

#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/shape_ops.hpp>

namespace whygrad::internal {

// The number of rows in [..., n], a vector being one row.
std::int64_t rows_of(const Shape& shape);

// [..., n] as [rows, n].
Tensor rows_below(const Tensor& t);

// The same for kernels: a view of a contiguous tensor.
class RowsBelow {
 public:
  explicit RowsBelow(const Tensor& t);
  kernels::View view() const { return {data_, shape_, strides_, 2, dtype_}; }

 private:
  std::int64_t shape_[2];
  std::int64_t strides_[2];
  void* data_;
  DType dtype_;
};

}  // namespace whygrad::internal
