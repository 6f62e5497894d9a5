// Ops on the bits of integers, elementwise. Two operands broadcast and have one dtype; a bare number takes that of the other. No gradient flows.
// Other dtypes throw DTypeError.
#pragma once

#include <whygrad/ops/operand.hpp>

namespace whygrad::bitwise {

// The bits that are set in both, in one or both, in exactly one of x and y.
WG_API Tensor bitwise_and(const Operand& x, const Operand& y, Where where = Where::here());
WG_API Tensor bitwise_or(const Operand& x, const Operand& y, Where where = Where::here());
WG_API Tensor bitwise_xor(const Operand& x, const Operand& y, Where where = Where::here());
// x with its bits moved up (down, keeping the sign) by y places; y below 0 counts as 0, and y of the width of x or more as one less than it.
WG_API Tensor left_shift(const Operand& x, const Operand& y, Where where = Where::here());
WG_API Tensor right_shift(const Operand& x, const Operand& y, Where where = Where::here());
// Every bit turned over.
WG_API Tensor invert(const Tensor& x, Where where = Where::here());

}  // namespace whygrad::bitwise
