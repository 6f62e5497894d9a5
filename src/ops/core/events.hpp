// The op records of events that compute nothing. The log records them like ops, so that explanations can name them.
#pragma once

#include "tensor/log.hpp"

#include <whygrad/ops/op.hpp>
#include <whygrad/ops/operand.hpp>

namespace whygrad::internal {

// A value that came from the host. Attributes: ConstantAttrs.
extern const OpDef kConstantEvent;
// A host read. Attributes: Fingerprint.
extern const OpDef kHostReadEvent;

// Stores a number as one element of `dtype`, rounded or truncated as C++ does; bool is value != 0.
void store_number(DType dtype, void* at, double value);
// A scalar for kernels, on the device where this thread makes tensors. No id.
Tensor filled_scalar(DType dtype, double value);
// A bare number as a one-element tensor of the given type. Throws DTypeError if `dtype` cannot hold it: a fraction in an integer type, any number in
// bool. `op` is the op that is going to use it.
Tensor number(const Operand& bare, DType dtype, const char* op, const Where& where);
// Zeros that a backward pass makes.
Tensor zeros_for_gradient(DType dtype, const Shape& shape);

}  // namespace whygrad::internal
