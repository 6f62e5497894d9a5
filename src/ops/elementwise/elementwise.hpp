// Common parts of elementwise op records: shape rules and kernels for one and two operands, and the gradient of broadcasting.
#pragma once

#include "kernels/elementwise.hpp"
#include "kernels/layout.hpp"
#include "ops/core/batch.hpp"
#include "ops/core/context.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/elementwise.hpp>

namespace whygrad::internal {

// The common shape of a and b under NumPy's broadcasting. Throws ShapeError of the op.
Shape broadcast_shape(const InferContext& c, const Shape& a, const Shape& b);

// The tensor broadcast to a shape, for kernels.
inline kernels::Layout broadcast(const Tensor& t, const Shape& shape) { return kernels::Layout::broadcast(view_of(t), shape.extents()); }

// Sums `t` over the axes along which `shape` was broadcast to t's shape. The gradient of broadcasting.
Tensor sum_to(const Tensor& t, const Shape& shape);

// Gives input i its gradient, computed from one of the result's shape.
inline void give_summed(VjpContext& g, int i, const Tensor& dx) {
  g.give(i, g.record().has_shape(i, dx.shape()) ? dx : sum_to(dx, g.input_shape(i)));
}

// The derivative of a complex function is conjugated.
inline Tensor conj_if_complex(const Tensor& t) { return is_complex(t.dtype()) ? conj(t) : t; }

// Runs an op with two operands; a bare number takes the other's dtype. Throws ValueError for two bare numbers.
Tensor apply_binary(const OpDef& op, const Operand& a, const Operand& b, const Where& where);
// The operand as a tensor; a bare number with dtype `like`.
Tensor to_tensor(const Operand& operand, DType like, const OpDef& op, const Where& where);

[[noreturn]] void refuse_dtype(const InferContext& c, const char* takes);

template <kernels::Unary Op>
void infer_unary(InferContext& c) {
  const DType dtype = c.input(0).dtype();
  if (!kernels::supports(Op, dtype)) {
    refuse_dtype(c, kernels::supports(Op, DType::kF32) ? "numbers" : kernels::supports(Op, DType::kI32) ? "integers" : "bool or complex values");
  }
  c.output(kernels::result_dtype(Op, dtype), c.input(0).shape());
}
template <kernels::Unary Op>
void run_unary(KernelContext& g) {
  kernels::unary(Op, g.in(0), g.out());
}

template <kernels::Binary Op>
void infer_binary(InferContext& c) {
  c.same_dtype(0, 1);
  const DType dtype = c.input(0).dtype();
  if (!kernels::supports(Op, dtype)) {
    refuse_dtype(c, kernels::supports(Op, DType::kF32) ? "numbers" : kernels::supports(Op, DType::kI32) ? "integers" : "bool values");
  }
  const Shape &a = c.input(0).shape(), &b = c.input(1).shape();
  c.output(kernels::result_dtype(Op, dtype), a == b ? a : broadcast_shape(c, a, b));
}
// For operands that broadcast to the result.
void run_broadcast(kernels::Binary op, KernelContext& g);
template <kernels::Binary Op>
void run_binary(KernelContext& g) {
  if (g.input(0).shape() == g.input(1).shape()) return kernels::binary(Op, g.in(0), g.in(1), g.out());
  run_broadcast(Op, g);
}

// Declarations that records of several families share.
inline constexpr ZeroGradient kSaturates{
    ZeroGradient::kSaturates,
    "keep what goes in near 0: lower the learning rate, normalise it, divide it by a number, or start from smaller weights"};
inline constexpr ZeroGradient kDies{ZeroGradient::kDies, "lower the learning rate, start from other biases, or use leaky_relu, which is never off"};
inline constexpr ZeroGradient kNoCurvature{ZeroGradient::kDies, "use an activation with a second derivative, such as softplus or silu"};
inline constexpr ZeroGradient kZeroOperand{
    ZeroGradient::kZeroFactor, "look at the operand that is all 0: the other one learns nothing from it; start weights at random numbers"};
// For ops that distribute shares along the last axis, where -Inf masks an element.
inline constexpr const char* kEmptyRow =
    "nothing is left of a row that is all -Inf: mask with a large finite number in its place, such as -1e9 (-1e4 in float16), or leave such rows out";
inline constexpr NonFinite kMaskedRow{.kind = NonFinite::kEmptyRow, .remedy = kEmptyRow, .inf_is_mask = true};
inline constexpr NonFinite kLargeOperands{NonFinite::kOverflow, "keep the operands in range: normalise them or use smaller weights"};
inline constexpr NonFinite kLargeFactors{NonFinite::kOverflow, "keep the factors in range: normalise them, or add logarithms instead of multiplying"};

// Optional declarations of a record; see OpDef.
struct OpNotes {
  const char* type = nullptr;
  ZeroGradient zero = {};
  NonFinite nonfinite = {};
  bool in_metrics = false;
};

// Records of ops with a kernel of their own.
template <kernels::Unary Op>
consteval OpDef unary_op(const char* name, const char* doc, GradientAnswer x, void (*vjp)(VjpContext&) = nullptr, OpNotes notes = {}) {
  return define_op({
      .name = name,
      .doc = doc,
      .type = notes.type,
      .inputs = {{"x", x}},
      .infer = infer_unary<Op>,
      .kernel = run_unary<Op>,
      .vjp = vjp,
      .batch = batch_elementwise,
      .zero = notes.zero,
      .nonfinite = notes.nonfinite,
      .in_metrics = notes.in_metrics,
  });
}
template <kernels::Binary Op>
consteval OpDef binary_op(const char* name, const char* doc, InputDef a, InputDef b, void (*vjp)(VjpContext&) = nullptr, OpNotes notes = {}) {
  return define_op({
      .name = name,
      .doc = doc,
      .type = notes.type,
      .inputs = {a, b},
      .infer = infer_binary<Op>,
      .kernel = run_binary<Op>,
      .vjp = vjp,
      .batch = batch_elementwise,
      .zero = notes.zero,
      .nonfinite = notes.nonfinite,
      .in_metrics = notes.in_metrics,
  });
}

}  // namespace whygrad::internal
