// Sparse matrices and tensors: only elements that may differ from 0 are stored.
#pragma once

#include <whygrad/ops/reduce.hpp>

namespace whygrad {

// values [n] at the positions indices int64 [n, r], 0 elsewhere; dense_shape has r extents. Several values at one position add up.
struct SparseTensor {
  Tensor indices;
  Tensor values;
  Shape dense_shape;
};

// The dense tensor, of shape dense_shape. dvalues = dy at the positions. Throws IndexError, ShapeError.
WG_API Tensor sparse_to_dense(const SparseTensor& x, Where where = Where::here());

// The same with `otherwise` instead of 0: of the dtype of the values, and broadcast to dense_shape. dotherwise = dy where no value is stored.
WG_API Tensor sparse_to_dense(const SparseTensor& x, const Tensor& otherwise, Where where = Where::here());
// The elements of x that are not 0, in row-major order. dx = dvalues at their positions.
WG_API SparseTensor sparse_from_dense(const Tensor& x, Where where = Where::here());

// Axis i of the result is axis perm[i] of x; without perm, the axes in reverse. The positions are in row-major order again. Throws ValueError unless
// perm contains every axis once.
WG_API SparseTensor sparse_transpose(const SparseTensor& x, const Ints& perm = {}, Where where = Where::here());
// The sum over `axes`, as a dense tensor. dvalues = dy where each was added. Throws IndexError, ShapeError.
WG_API Tensor sparse_reduce_sum(const SparseTensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());

// The values [n] of sparse tensors that were put together, in the order of their positions: values[order[i]]. No gradient, as TensorFlow has none for
// tensors that are put together; gather() has one. Throws ShapeError, DTypeError, IndexError.
WG_API Tensor sparse_concat(const Tensor& values, const Tensor& order, Where where = Where::here());

// The product of a sparse matrix a [m, k] and b [k, n]: [m, n]. dvalues[i] = the product of dy's row and b's row at the position of value i; db = a^T
// dy. Throws ShapeError, DTypeError, IndexError.
WG_API Tensor sparse_dense_matmul(const SparseTensor& a, const Tensor& b, Where where = Where::here());

struct SparseMatmulOptions {
  bool adjoint_a = false;
  bool adjoint_b = false;
};
// The same with the conjugate transpose of a, b or both.
WG_API Tensor sparse_dense_matmul(const SparseTensor& a, const Tensor& b, const SparseMatmulOptions& options, Where where = Where::here());

}  // namespace whygrad
