// Operands for kernels that take no strides.
#pragma once

#include "device/memory.hpp"
#include "kernels/movement.hpp"
#include "ops/core/context.hpp"

namespace whygrad::internal {

// The elements of a tensor in row-major order without gaps: the tensor itself or a copy.
class Packed {
 public:
  explicit Packed(const Tensor& t) : tensor_(t.is_contiguous() ? t : copy_of(t)) {}
  kernels::View view() const { return view_of(tensor_); }

 private:
  static Tensor copy_of(const Tensor& t) {
    const device::Scope there(t.device());
    Tensor copy = make_tensor(t.dtype(), t.shape());
    kernels::copy(view_of(t), view_of(copy));
    return copy;
  }

  Tensor tensor_;
};

}  // namespace whygrad::internal
