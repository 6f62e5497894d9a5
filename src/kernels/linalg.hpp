// Linear algebra, in double precision: matrices [.., m, n] of f32, f64, c64 or c128, extents below 2^31. Inputs may have any strides, outputs are
// contiguous and of the inputs' dtype, unless they are said to be real or complex: then they have the same precision.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// ---- Square matrices [.., n, n] ----

// Returns false if a matrix is singular; `out` is then unspecified.
bool matrix_inverse(const View& x, const View& out);
// out where a out = b: b and out [.., n, m]. Returns false if a matrix is singular.
bool matrix_solve(const View& a, const View& b, const View& out);
// The same for one triangle of a, or its conjugate transpose. Returns false if the diagonal has a 0.
bool triangular_solve(const View& a, bool lower, bool adjoint, const View& b, const View& out);
// The same for a matrix that is given by its diagonals [.., 3, n]: the one above, whose last element is not read, the main one, and the one below,
// whose first element is not read.
bool tridiagonal_solve(const View& diagonals, const View& b, const View& out);
// out [..].
void determinant(const View& x, const View& out);
// The sign of the determinant, 0 for a singular matrix, and the logarithm of its magnitude: [..] each.
void log_determinant(const View& x, const View& sign, const View& logarithm);
// out = L, lower triangular, where L L^H is the Hermitian matrix with x's lower triangle. Returns false if one is not positive definite.
bool cholesky(const View& x, const View& out);
// Eigenvalues, ascending, [.., n] and eigenvectors, as columns [.., n, n], of the Hermitian matrix with x's lower triangle.
void self_adjoint_eig(const View& x, const View& values, const View& vectors);
// Complex eigenvalues [.., n] and eigenvectors of length 1, as columns [.., n, n], which may be left out. NaN for a matrix that is not finite.
// Returns false if the iteration does not end.
bool eig(const View& x, const View& values, const View* vectors);
// out = L below the diagonal and U on and above it, where L U, with ones on L's diagonal, are the rows of x in the order of `rows` [.., n] (i32 or
// i64). Returns false if a matrix is singular.
bool lu_factors(const View& x, const View& out, const View& rows);

enum class MatrixFunction : std::uint8_t { kExponential, kLogarithm, kSquareRoot };
// Returns false if a matrix has no principal logarithm or root, or only a complex one of a real matrix. NaN for a matrix that is not finite.
bool matrix_function(MatrixFunction f, const View& x, const View& out);

// ---- Matrices [.., m, n], k = min(m, n) ----

// x = U diag(s) V^H: s real, descending, [.., k]; u [.., m, k] or [.., m, m] and v [.., n, k] or [.., n, n], or neither. NaN for a matrix that is not
// finite. Returns false if the iteration does not end.
bool svd(const View& x, const View& s, const View* u, const View* v);
// x = Q R: q [.., m, k] and r [.., k, n], or q [.., m, m] and r [.., m, n].
void qr(const View& x, const View& q, const View& r);

}  // namespace whygrad::kernels
