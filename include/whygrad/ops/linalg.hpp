// Linear algebra: systems of linear equations, decompositions, and functions of vectors and matrices. A matrix is the last two axes of a tensor;
// other axes come before it.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

// ---- Systems and decompositions of square matrices: float32, float64, complex64 and complex128, computed in double precision. ^H is the conjugate
// transpose. All throw ShapeError where the matrices are not square or do not fit each other, DTypeError. ----

// x^-1 of each matrix. dx = -y^H dy y^H. Throws ValueError for a matrix that has none.
WG_API Tensor matrix_inverse(const Tensor& x, Where where = Where::here());
// x where a x = b: a [.., n, n], b [.., n, m]. db = solve(a^H, dx), da = -db x^H. Throws ValueError for an a that has no inverse.
WG_API Tensor matrix_solve(const Tensor& a, const Tensor& b, Where where = Where::here());
// x where a x = b, or a^H x = b where `adjoint`, of the lower or the upper triangle of a; the other one is not read.
struct TriangularOptions {
  bool lower = true;
  bool adjoint = false;
};
WG_API Tensor matrix_triangular_solve(const Tensor& a, const Tensor& b, const TriangularOptions& options = {}, Where where = Where::here());
// x [.., n, n] gives [..]. dx = dy conj(y) (x^-1)^H.
WG_API Tensor matrix_determinant(const Tensor& x, Where where = Where::here());

// The sign of the determinant and the logarithm of its absolute value: [..] each. dx = d(log_abs_determinant) (x^-1)^H.
struct LogDeterminant {
  Tensor sign;
  Tensor log_abs_determinant;
};
WG_API LogDeterminant log_matrix_determinant(const Tensor& x, Where where = Where::here());

// The lower triangular L with L L^H = x, of which the lower triangle is read; dx is symmetric. Throws ValueError where x is not positive definite.
WG_API Tensor cholesky(const Tensor& x, Where where = Where::here());

// The eigenvalues, ascending, and the eigenvectors as columns: x [.., n, n], Hermitian, of which the lower triangle is read, gives [.., n] and
// [.., n, n]. dx stands in the lower triangle; eigenvectors of equal eigenvalues pass nothing on to each other.
struct Eigen {
  Tensor values;
  Tensor vectors;
};
WG_API Eigen self_adjoint_eig(const Tensor& x, Where where = Where::here());

// Eigenvalues and eigenvectors of length 1, as columns, of any x [.., n, n]: complex, in no order. Vectors of equal values pass nothing on to each
// other. Throws ValueError where the iteration does not end. eigvals gives the values alone, and needs no vectors for them.
WG_API Eigen eig(const Tensor& x, Where where = Where::here());
WG_API Tensor eigvals(const Tensor& x, Where where = Where::here());

// Rows p of x, in this order, are L U: lu holds L below the diagonal, whose own is 1, and U on and above it. p is int32 or int64. Throws ValueError
// for an x that has no inverse.
struct Lu {
  Tensor lu, p;
};
WG_API Lu lu(const Tensor& x, DType index_type = int32, Where where = Where::here());

// e^x, and the principal logarithm (complex dtypes) and square root, of each matrix. Throw ValueError for a matrix that has none.
WG_API Tensor expm(const Tensor& x, Where where = Where::here());
WG_API Tensor logm(const Tensor& x, Where where = Where::here());
WG_API Tensor sqrtm(const Tensor& x, Where where = Where::here());

// x where a x = b [.., n, m], of a's diagonals [.., 3, n]: the one above, whose last element is not read, the main one, and the one below, whose
// first element is not read. Throws ValueError for an a that has no inverse.
WG_API Tensor tridiagonal_solve(const Tensor& diagonals, const Tensor& b, Where where = Where::here());

// ---- Matrices [.., m, n] of the same dtypes, k = min(m, n) ----

// x = u diag(s) v^H: s real and descending, [.., k]; u [.., m, k] and v [.., n, k], or [.., m, m] and [.., n, n] with full_matrices. Vectors of equal
// values pass nothing on to each other. Throws ValueError where the iteration does not end. singular_values gives s alone.
struct Svd {
  Tensor s, u, v;
};
WG_API Svd svd(const Tensor& x, bool full_matrices = false, Where where = Where::here());
WG_API Tensor singular_values(const Tensor& x, Where where = Where::here());

// x = q r: q [.., m, k] with orthonormal columns, r [.., k, n] upper triangular; or [.., m, m] and [.., m, n] with full_matrices, whose additional
// columns have no gradient.
struct Qr {
  Tensor q, r;
};
WG_API Qr qr(const Tensor& x, bool full_matrices = false, Where where = Where::here());

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

// ln |x| of Hermitian positive definite matrices x [.., n, n]: real [..]. Twice the sum of the logarithms of the diagonal of cholesky(x). Throws as
// cholesky does.
WG_API Tensor logdet(const Tensor& x, Where where = Where::here());

// matrix_inverse and matrix_solve, of adjoint(x) and adjoint(a) where that is asked for.
WG_API Tensor inv(const Tensor& x, bool adjoint = false, Where where = Where::here());
WG_API Tensor solve(const Tensor& a, const Tensor& b, bool adjoint = false, Where where = Where::here());
// The eigenvalues of self_adjoint_eig alone.
WG_API Tensor eigvalsh(const Tensor& x, Where where = Where::here());

// matrix_triangular_solve whose leading axes broadcast as in NumPy. Throws ShapeError where they do not.
WG_API Tensor triangular_solve(const Tensor& a, const Tensor& b, const TriangularOptions& options = {}, Where where = Where::here());
// x where L L^H x = b, of the L that cholesky gives: two triangular solutions.
WG_API Tensor cholesky_solve(const Tensor& l, const Tensor& b, Where where = Where::here());

// The largest singular value of each matrix that two axes of x make, which are dropped, or kept with extent 1. Throws ValueError unless there are
// two.
WG_API Tensor spectral_norm(const Tensor& x, const Ints& axes, bool keepdims = false, Where where = Where::here());
// The pseudo-inverse [.., n, m] of x [.., m, n]; singular values of at most rcond times the largest one count as 0. A negative rcond is 10 max(m, n)
// times the precision of the dtype.
WG_API Tensor pinv(const Tensor& x, double rcond = -1, Where where = Where::here());
// The number of singular values above `tolerance` (int32): by default max(m, n) times the largest one times the precision of the dtype.
WG_API Tensor matrix_rank(const Tensor& x, double tolerance = -1, Where where = Where::here());

// x [.., n, k] that makes |a x - b|^2 + l2_regularizer |x|^2 smallest, for a [.., m, n] and b [.., m, k]; of all that do, the shortest. `fast` goes
// by the Cholesky decomposition of a^H a, for which the columns (or rows, if there are fewer) have to be independent; else by the singular values.
struct LeastSquaresOptions {
  double l2_regularizer = 0;
  bool fast = true;
};
WG_API Tensor lstsq(const Tensor& a, const Tensor& b, const LeastSquaresOptions& options = {}, Where where = Where::here());

// The matrix of which lu gave the factors, its inverse, and x where it times x is b.
WG_API Tensor lu_reconstruct(const Tensor& lu, const Tensor& p, Where where = Where::here());
WG_API Tensor lu_matrix_inverse(const Tensor& lu, const Tensor& p, Where where = Where::here());
WG_API Tensor lu_solve(const Tensor& lu, const Tensor& p, const Tensor& b, Where where = Where::here());

// The product with b [.., n, m] of the matrix with these diagonals [.., 3, n], as those of tridiagonal_solve.
WG_API Tensor tridiagonal_matmul(const Tensor& diagonals, const Tensor& b, Where where = Where::here());
// x where a x = b, or a^H x = b, of a triangular a with few diagonals: bands [.., k, n] from the topmost down, the main one last of an upper a and
// first of a lower one. Diagonals below the main one end with the last column, those above begin with the first.
WG_API Tensor banded_triangular_solve(const Tensor& bands, const Tensor& b, const TriangularOptions& options = {}, Where where = Where::here());
// The eigenvalues, ascending, of the Hermitian matrix with the main diagonal alpha [n] and beta [n - 1] above it.
WG_API Tensor eigvalsh_tridiagonal(const Tensor& alpha, const Tensor& beta, Where where = Where::here());

}  // namespace whygrad
