// Linear algebra of square matrices, in double precision: [.., n, n] of f32 or f64, n below 2^31. Inputs may have any strides, outputs are contiguous
// and of the inputs' dtype.
#pragma once

#include "kernels/view.hpp"

namespace whygrad::kernels {

// Returns false if a matrix is singular; `out` is then unspecified.
bool matrix_inverse(const View& x, const View& out);
// out where a out = b: b and out [.., n, m]. Returns false if a matrix is singular.
bool matrix_solve(const View& a, const View& b, const View& out);
// The same for one triangle of a, or its transpose. Returns false if the diagonal has a 0.
bool triangular_solve(const View& a, bool lower, bool transposed, const View& b, const View& out);
// out [..].
void determinant(const View& x, const View& out);
// The sign of the determinant, 0 for a singular matrix, and the logarithm of its magnitude: [..] each.
void log_determinant(const View& x, const View& sign, const View& logarithm);
// out = L, lower triangular, where L L^T is the symmetric matrix with x's lower triangle. Returns false if one is not positive definite.
bool cholesky(const View& x, const View& out);
// Eigenvalues, ascending, [.., n] and eigenvectors, as columns [.., n, n], of the symmetric matrix with x's lower triangle.
void self_adjoint_eig(const View& x, const View& values, const View& vectors);

}  // namespace whygrad::kernels
