// Ops on the bits of integers, elementwise. Two operands broadcast and have one dtype; a bare number takes that of the other. No gradient flows.
// Other dtypes throw DTypeError.
#pragma once

#include <whygrad/ops/operand.hpp>

namespace whygrad::bitwise {

// Bits that are set in both, in at least one, in exactly one of x and y.
WG_API Tensor bitwise_and(const Operand& x, const Operand& y, Where where = Where::here());
WG_API Tensor bitwise_or(const Operand& x, const Operand& y, Where where = Where::here());
WG_API Tensor bitwise_xor(const Operand& x, const Operand& y, Where where = Where::here());
// x shifted left, or right with its sign kept, by y bits. A y below 0 counts as 0, and one of at least the width of x as the width less 1.
WG_API Tensor left_shift(const Operand& x, const Operand& y, Where where = Where::here());
WG_API Tensor right_shift(const Operand& x, const Operand& y, Where where = Where::here());
// All bits inverted.
WG_API Tensor invert(const Tensor& x, Where where = Where::here());

}  // namespace whygrad::bitwise
