// Functions of vectors and matrices that are made of other ops: gradients are those of the ops, and explanations name these. A matrix is the last two
// axes of a tensor, a vector the last one; other axes stand in front.
#pragma once

#include <whygrad/ops/decompose.hpp>

namespace whygrad {

// x [.., m, n] with its last two axes swapped: [.., n, m]. Every dtype. View. Throws ShapeError below rank 2.
WG_API Tensor matrix_transpose(const Tensor& x, Where where = Where::here());
// The conjugate of matrix_transpose(x).
WG_API Tensor adjoint(const Tensor& x, Where where = Where::here());

struct MatvecOptions {
  bool transpose_a = false;  // a lies transposed, [.., k, m]
  bool adjoint_a = false;    // and its conjugate is meant
};
// Matrices a [.., m, k] times vectors b [.., k]: [.., m]. Throws as matmul does, ValueError where both options are set.
WG_API Tensor matvec(const Tensor& a, const Tensor& b, const MatvecOptions& options = {}, Where where = Where::here());

// The vector product a x b along the last axis: both [.., 3] of one shape and numeric dtype. Throws ShapeError, DTypeError.
WG_API Tensor cross(const Tensor& a, const Tensor& b, Where where = Where::here());

// x [d..] gives [d.., d..], with the elements of x where both halves of the index are equal, zeros elsewhere. Throws ShapeError for a scalar.
WG_API Tensor tensor_diag(const Tensor& x, Where where = Where::here());
// The inverse: x [d.., d..] gives [d..]. Throws ShapeError where the second half of the shape is not the first one.
WG_API Tensor tensor_diag_part(const Tensor& x, Where where = Where::here());

// ln |x| of symmetric positive definite matrices x [.., n, n]: [..]. Twice the sum of the logarithms of the diagonal of cholesky(x). Throws as
// cholesky does.
WG_API Tensor logdet(const Tensor& x, Where where = Where::here());

// matrix_triangular_solve whose leading axes broadcast as in NumPy. Throws ShapeError where they do not.
WG_API Tensor triangular_solve(const Tensor& a, const Tensor& b, const TriangularOptions& options = {}, Where where = Where::here());
// x where L L^T x = b, of the L that cholesky gives: two triangular solutions.
WG_API Tensor cholesky_solve(const Tensor& l, const Tensor& b, Where where = Where::here());

}  // namespace whygrad
