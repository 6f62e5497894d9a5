// Things that happen to values without being computed: they stand in the log as ops do, so that explanations can name them.
#pragma once

#include "tensor/log.hpp"

#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

// A value that came from the host: constant(...), a file, a batch.
struct ConstantAttrs {
  Fingerprint print;  // bytes == 0: not taken, as for a literal number in an expression
};
extern const OpDef kConstantEvent;
// Elements read to the host. Attributes: Fingerprint.
extern const OpDef kHostReadEvent;

// Gives a tensor that was filled by the library its id and a constant's record.
void log_constant(Tensor& tensor, const ConstantAttrs& attrs, const Where& where);

// A scalar of the given type in a one-element tensor. Throws DTypeError where `value` has no place in `dtype`: a fraction in an integer type, any
// number in bool. `op` names the op that is going to use it.
Tensor number(double value, bool fractional, DType dtype, const char* op, const Where& where);
// Zeros, made in a backward pass.
Tensor zeros_for_gradient(DType dtype, const Shape& shape);

}  // namespace whygrad::internal
