// Matrices behind leading axes.
#pragma once

#include "ops/core/context.hpp"

#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/shape_ops.hpp>

namespace whygrad::internal {

// [..., n] as [rows, n]; a vector is one row.
Tensor rows_below(const Tensor& t);

// The same for kernels; `contiguous` has at least one axis.
class RowsBelow {
 public:
  explicit RowsBelow(const kernels::View& contiguous);
  kernels::View view() const { return {data_, shape_, strides_, 2, dtype_, device_}; }

 private:
  std::int64_t shape_[2];
  std::int64_t strides_[2];
  void* data_;
  DType dtype_;
  Device device_;
};

}  // namespace whygrad::internal
