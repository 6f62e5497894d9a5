// Systems of linear equations and decompositions of square matrices, the last two axes of a tensor. float32 and float64; computed in double
// precision. All throw ShapeError where the matrices are not square or do not fit each other, DTypeError.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

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

}  // namespace whygrad
