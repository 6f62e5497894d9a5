// Matrices and tensors of which only the elements that are not 0 are kept.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

// values [n] at the places indices int64 [n, r], 0 elsewhere; dense_shape has r extents. Several values at one place add up.
struct SparseTensor {
  Tensor indices;
  Tensor values;
  Shape dense_shape;
};

// All elements: of shape dense_shape. dvalues = dy at the places. Throws IndexError, ShapeError.
WG_API Tensor sparse_to_dense(const SparseTensor& x, Where where = Where::here());

// The product of a sparse matrix a [m, k] and b [k, n]: [m, n]. dvalues[i] = the product of dy's row and b's row at the place of value i;
// db = a^T dy. Throws ShapeError, DTypeError, IndexError.
WG_API Tensor sparse_dense_matmul(const SparseTensor& a, const Tensor& b, Where where = Where::here());

}  // namespace whygrad
