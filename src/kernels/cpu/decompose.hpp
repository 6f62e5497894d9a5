// Decompositions of square matrices by LAPACK, in double precision, in place. a is [n, n], row-major, n below 2^31.
#pragma once

#include <cstdint>
#include <span>

namespace whygrad::kernels::cpu {

// a = P L U with partial pivoting: L below the diagonal of a (with an implicit diagonal of ones), U on and above it. swaps[k] is the row that was
// swapped with row k, counted from 1. Returns the sign of the permutation, or 0 if a pivot is 0; a singular matrix is decomposed all the same.
int lu(std::span<double> a, std::int64_t n, std::span<int> swaps);
// Columns of b [n, m] become those of x where P L U x = b.
void lu_solve(std::span<const double> lu, std::int64_t n, std::span<const int> swaps, std::span<double> b, std::int64_t m);

// a = L L^T from its lower triangle; the upper one becomes 0. Returns false if a is not positive definite.
bool cholesky(std::span<double> a, std::int64_t n);

// Columns of b [n, m] become those of x where A x = b, A being the lower or the upper triangle of a, or its transpose.
void triangular_solve(std::span<const double> a, std::int64_t n, bool lower, bool transposed, std::span<double> b, std::int64_t m);

// Eigenvalues, ascending, and eigenvectors, as columns [n, n], of the symmetric matrix with a's lower triangle.
void self_adjoint_eig(std::span<double> a, std::int64_t n, std::span<double> values, std::span<double> vectors);

}  // namespace whygrad::kernels::cpu
