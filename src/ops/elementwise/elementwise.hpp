// What the elementwise op records share: shape rules and kernels for one and two operands, and the gradient of broadcasting.
#pragma once

#include "kernels/cpu/elementwise.hpp"
#include "ops/core/context.hpp"

namespace whygrad::internal {

// The common shape of a and b under NumPy's broadcasting; throws ShapeError in the op's name.
Shape broadcast_shape(const InferContext& c, const Shape& a, const Shape& b);

// A view of a tensor under a shape that it broadcasts to: new axes and axes of 1 get stride 0.
class Broadcast {
 public:
  Broadcast(const Tensor& t, const Shape& shape);
  kernels::View view() const { return {impl_->data, shape_->begin(), strides_, shape_->rank(), impl_->dtype}; }

 private:
  TensorImpl* impl_;
  const Shape* shape_;
  std::int64_t strides_[Shape::kMaxRank];
};

// Sums `t` over the axes along which `shape` was broadcast to t's shape. The gradient of broadcasting.
Tensor sum_to(const Tensor& t, const Shape& shape);

[[noreturn]] void refuse_dtype(const InferContext& c, const char* takes);

template <kernels::Unary Op>
void infer_unary(InferContext& c) {
  const DType dtype = c.input(0).dtype();
  if (!kernels::supports(Op, dtype)) refuse_dtype(c, kernels::supports(Op, DType::kF32) ? "numbers" : "bool or complex values");
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
  if (!kernels::supports(Op, dtype)) refuse_dtype(c, kernels::supports(Op, DType::kF32) ? "numbers" : "bool values");
  const Shape &a = c.input(0).shape(), &b = c.input(1).shape();
  c.output(kernels::result_dtype(Op, dtype), a == b ? a : broadcast_shape(c, a, b));
}
template <kernels::Binary Op>
void run_binary(KernelContext& g) {
  const Tensor &a = g.input(0), &b = g.input(1);
  if (a.shape() == b.shape()) return kernels::binary(Op, g.in(0), g.in(1), g.out());
  const Shape& shape = g.output().shape();
  kernels::binary(Op, Broadcast(a, shape).view(), Broadcast(b, shape).view(), g.out());
}

}  // namespace whygrad::internal
