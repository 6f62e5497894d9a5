// Which elementwise loop an op's kernel runs, for what runs several of them at once.
#pragma once

#include "kernels/fused.hpp"

#include <whygrad/ops/op.hpp>

#include <optional>

namespace whygrad::internal {

// where: the first input chooses between the other two.
void run_select(KernelContext& g);
// pow: refuses negative exponents of integers.
void run_pow(KernelContext& g);
// bias_add: the second input is added along the last axis of the first.
void run_bias_add(KernelContext& g);

// The last enumerators, which count the loops.
inline constexpr kernels::Unary kLastUnary = kernels::Unary::kInvert;
inline constexpr kernels::Binary kLastBinary = kernels::Binary::kShiftRight;

struct ElementwiseLoop {
  kernels::FusedLoop::Kind kind;
  std::uint8_t op;  // a Unary or a Binary
};

// The loop that the op's kernel runs on operands of this dtype, broadcast to the result's shape; nothing if it does anything else.
std::optional<ElementwiseLoop> loop_of(const OpDef& op, DType dtype);
// Whether the loop takes a few instructions for an element, so that to compute a value again costs less than to store and load it.
bool is_cheap(const ElementwiseLoop& loop);
// The same of a reduction, whose attributes are ReduceAttrs.
std::optional<kernels::Reduce> fold_of(const OpDef& op);

}  // namespace whygrad::internal
