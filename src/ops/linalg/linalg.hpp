// Common parts of ops on square matrices.
#pragma once

#include "ops/core/context.hpp"
#include "ops/elementwise/elementwise.hpp"

#include <initializer_list>

namespace whygrad::internal {

// f32, f64, c64 or c128.
inline void check_matrix_dtype(const InferContext& c, int i = 0) {
  const DType dtype = c.input(i).dtype();
  if (dtype != DType::kF32 && dtype != DType::kF64 && !is_complex(dtype)) refuse_dtype(c, "float32, float64, complex64 and complex128");
}

inline void check_matrix(const InferContext& c, int i = 0) {
  check_matrix_dtype(c, i);
  if (c.input(i).rank() < 2) c.shape_error("these are no matrices", "matrices are the last two axes, [.., m, n]");
}

inline void check_square(const InferContext& c, int i = 0) {
  const InputSpec x = c.input(i);
  check_matrix_dtype(c, i);
  if (x.rank() < 2 || x.shape().back(0) != x.shape().back(1))
    c.shape_error("these are no square matrices", "the last two axes need one length, [.., n, n]");
}

// Of the parts of a complex number, or of a real one.
inline DType real_dtype(DType dtype) { return dtype == DType::kC64 ? DType::kF32 : dtype == DType::kC128 ? DType::kF64 : dtype; }
inline DType complex_dtype(DType dtype) { return dtype == DType::kF32 ? DType::kC64 : dtype == DType::kF64 ? DType::kC128 : dtype; }

// The shape without its last `count` axes.
inline Shape leading(const Shape& shape, int count) { return Shape(shape.extents().first(static_cast<std::size_t>(shape.rank() - count))); }

// The shape with other last axes.
inline Shape with_last(const Shape& leading, std::initializer_list<std::int64_t> last) {
  Shape shape = leading;
  for (const std::int64_t extent : last) shape.push_back(extent);
  return shape;
}

// The last two axes swapped, and the conjugate of that.
Tensor transposed(const Tensor& x);
Tensor adjoint_of(const Tensor& x);
// a b^H and a^H b.
Tensor times_adjoint(const Tensor& a, const Tensor& b);
Tensor adjoint_times(const Tensor& a, const Tensor& b);
// Columns from `begin` on, `count` of them.
Tensor columns_of(const Tensor& x, std::int64_t begin, std::int64_t count);

// What f() computes for a gradient rule. A matrix without an inverse is told of in the name of the rule's op, with `what` is wrong with it.
template <class F>
Tensor within_rule(const VjpContext& g, const char* what, const F& f) {
  try {
    return f();
  } catch (const ValueError&) {
    throw ValueError(g.op().name, what, g.op().nonfinite.remedy);
  }
}

// 1 / (e_j - e_i) of numbers e [.., n]: [.., n, n], 0 on the diagonal and, as in TensorFlow, near 0 where two of them are equal.
Tensor reciprocal_distances(const Tensor& e);
// 1 / s, and near 0 where s is 0.
Tensor safe_reciprocal(const Tensor& s);

}  // namespace whygrad::internal
