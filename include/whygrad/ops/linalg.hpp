// Linear algebra: systems of linear equations, decompositions, and functions of vectors and matrices. A matrix is the last two axes of a tensor;
// other axes come before it.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

// ---- Systems and decompositions of square matrices: float32 and float64, computed in double precision. All throw ShapeError where the matrices are
// not square or do not fit each other, DTypeError. ----

// x^-1 of each matrix. dx = -y^T dy y^T. Throws ValueError for a matrix that has none.
WG_API Tensor matrix_inverse(const Tensor& x, Where where = Where::here());
// x where a x = b: a [.., n, n], b [.., n, m]. db = solve(a^T, dx), da = -db x^T. Throws ValueError for an a that has no inverse.
WG_API Tensor matrix_solve(const Tensor& a, const Tensor& b, Where where = Where::here());
// x where a x = b, or a^T x = b where `adjoint`, of the lower or the upper triangle of a; the other one is not read.
struct TriangularOptions {
  bool lower = true;
  bool adjoint = false;
};
WG_API Tensor matrix_triangular_solve(const Tensor& a, const Tensor& b, const TriangularOptions& options = {}, Where where = Where::here());
// x [.., n, n] gives [..]. dx = dy y (x^-1)^T.
WG_API Tensor matrix_determinant(const Tensor& x, Where where = Where::here());

// The sign of the determinant and the logarithm of its absolute value: [..] each. dx = d(log_abs_determinant) (x^-1)^T.
struct LogDeterminant {
  Tensor sign;
  Tensor log_abs_determinant;
};
WG_API LogDeterminant log_matrix_determinant(const Tensor& x, Where where = Where::here());

// The lower triangular L with L L^T = x, of which the lower triangle is read; dx is symmetric. Throws ValueError where x is not positive definite.
WG_API Tensor cholesky(const Tensor& x, Where where = Where::here());

// The eigenvalues, ascending, and the eigenvectors as columns: x [.., n, n], symmetric, of which the lower triangle is read, gives [.., n] and
// [.., n, n]. dx stands in the lower triangle; eigenvectors of equal eigenvalues pass nothing on to each other.
struct Eigen {
  Tensor values;
  Tensor vectors;
};
WG_API Eigen self_adjoint_eig(const Tensor& x, Where where = Where::here());

// ---- Functions made of other ops: gradients are those of the ops, and explanations name these. A vector is the last axis of a tensor. ----

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

// matrix_inverse and matrix_solve, of adjoint(x) and adjoint(a) where that is asked for.
WG_API Tensor inv(const Tensor& x, bool adjoint = false, Where where = Where::here());
WG_API Tensor solve(const Tensor& a, const Tensor& b, bool adjoint = false, Where where = Where::here());
// The eigenvalues of self_adjoint_eig alone.
WG_API Tensor eigvalsh(const Tensor& x, Where where = Where::here());

// matrix_triangular_solve whose leading axes broadcast as in NumPy. Throws ShapeError where they do not.
WG_API Tensor triangular_solve(const Tensor& a, const Tensor& b, const TriangularOptions& options = {}, Where where = Where::here());
// x where L L^T x = b, of the L that cholesky gives: two triangular solutions.
WG_API Tensor cholesky_solve(const Tensor& l, const Tensor& b, Where where = Where::here());

}  // namespace whygrad
