// Shapes of broadcast operands, and gradients summed back to them.
#include "ops/core/events.hpp"
#include "ops/elementwise/elementwise.hpp"

#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::internal {

Shape broadcast_shape(const InferContext& c, const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  Shape result = longer;
  for (int i = 0; i < shorter.rank(); ++i) {
    const std::int64_t m = longer.back(i), n = shorter.back(i);
    if (m != n && m != 1 && n != 1) {
      c.shape_error(fmt::format("shapes {} and {} do not broadcast: {} meets {}", a.to_string(), b.to_string(), m, n),
                    "axes are aligned at the end; they must be equal or 1. Insert an axis with expand_dims, or transpose one operand");
    }
    result[longer.rank() - 1 - i] = m == 1 ? n : m;
  }
  return result;
}

void run_broadcast(kernels::Binary op, KernelContext& g) {
  const Tensor &a = g.input(0), &b = g.input(1);
  const Shape& shape = g.output().shape();
  if (a.shape() == shape) return kernels::binary(op, g.in(0), broadcast(b, shape), g.out());
  if (b.shape() == shape) return kernels::binary(op, broadcast(a, shape), g.in(1), g.out());
  kernels::binary(op, broadcast(a, shape), broadcast(b, shape), g.out());
}

Tensor sum_to(const Tensor& t, const Shape& shape) {
  if (t.shape() == shape) return t;
  const int added = t.rank() - shape.rank();
  Ints axes;
  for (int i = 0; i < t.rank(); ++i) {
    if (i < added || (shape[i - added] == 1 && t.shape()[i] != 1)) axes.push_back(i);
  }
  const Tensor sum = axes.empty() ? t : reduce_sum(t, axes);
  return sum.shape() == shape ? sum : reshape(sum, shape);
}

Tensor to_tensor(const Operand& operand, DType like, const OpDef& op, const Where& where) {
  return operand.is_number() ? number(operand, like, op.name, where) : operand.tensor();
}

Tensor apply_binary(const OpDef& op, const Operand& a, const Operand& b, const Where& where) {
  if (!a.is_number() && !b.is_number()) [[likely]]
    return apply(op, {&a.tensor(), &b.tensor()}, where);
  if (a.is_number() && b.is_number()) {
    throw ValueError(op.name, "both operands are bare numbers", "a number takes the type of a tensor; make one of the two a constant");
  }
  const Tensor& tensor = a.is_number() ? b.tensor() : a.tensor();
  if (!tensor.defined()) return apply(op, {&tensor, &tensor}, where);
  const Tensor scalar = to_tensor(a.is_number() ? a : b, tensor.dtype(), op, where);
  return a.is_number() ? apply(op, {&scalar, &tensor}, where) : apply(op, {&tensor, &scalar}, where);
}

void refuse_dtype(const InferContext& c, const char* takes) {
  c.dtype_error(fmt::format("{} has no meaning here", name_of(c.input(0).dtype())),
                fmt::format("the op takes {}; cast the input to a type that it takes, such as float32", takes));
}

}  // namespace whygrad::internal
