// Things that happen to values without being computed: they stand in the log as ops do, so that explanations can name them.
#pragma once

#include "tensor/log.hpp"

#include <whygrad/ops/op.hpp>
#include <whygrad/ops/operand.hpp>

namespace whygrad::internal {

// A value that came from the host. Attributes: ConstantAttrs.
extern const OpDef kConstantEvent;
// Elements read to the host. Attributes: Fingerprint.
extern const OpDef kHostReadEvent;

// Stores a number as one element of `dtype`, rounded or truncated as C++ does; bool is value != 0.
void store_number(DType dtype, void* at, double value);
// A scalar for kernels to work with, on the device where this thread makes tensors. No id.
Tensor filled_scalar(DType dtype, double value);
// A bare number as a one-element tensor of the given type. Throws DTypeError where it has no place in `dtype`: a fraction in an integer type, any
// number in bool. `op` names the op that is going to use it.
Tensor number(const Operand& bare, DType dtype, const char* op, const Where& where);
// Zeros, made in a backward pass.
Tensor zeros_for_gradient(DType dtype, const Shape& shape);

}  // namespace whygrad::internal
