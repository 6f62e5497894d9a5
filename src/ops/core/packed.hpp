// Operands for kernels that take no strides.
#pragma once

#include "kernels/movement.hpp"
#include "ops/core/context.hpp"

namespace whygrad::internal {

// The elements of a tensor in row-major order without gaps: its own, or a copy of them.
class Packed {
 public:
  explicit Packed(const Tensor& t) : tensor_(t.is_contiguous() ? t : make_tensor(t.dtype(), t.shape())) {
    if (!t.is_contiguous()) kernels::copy(view_of(t), view_of(tensor_));
  }
  kernels::View view() const { return view_of(tensor_); }

 private:
  Tensor tensor_;
};

}  // namespace whygrad::internal
