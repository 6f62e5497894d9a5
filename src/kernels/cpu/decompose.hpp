// Decompositions of matrices by LAPACK, in place, for T double and std::complex<double>. Matrices are row-major, with extents below 2^31.
#pragma once

#include <complex>
#include <cstdint>
#include <span>

namespace whygrad::kernels::cpu {

// a [n, n] = P L U with partial pivoting: L below the diagonal of a (with an implicit diagonal of ones), U on and above it. swaps[k] is the row that
// was swapped with row k, counted from 1. Returns the sign of the permutation, or 0 if a pivot is 0; a singular matrix is decomposed all the same.
template <class T>
int lu(std::span<T> a, std::int64_t n, std::span<int> swaps);
// Columns of b [n, m] become those of x where P L U x = b.
template <class T>
void lu_solve(std::span<const T> lu, std::int64_t n, std::span<const int> swaps, std::span<T> b, std::int64_t m);

// a = L L^H from its lower triangle; the upper one becomes 0. Returns false if a is not positive definite.
template <class T>
bool cholesky(std::span<T> a, std::int64_t n);

// Columns of b [n, m] become those of x where A x = b, A being the lower or the upper triangle of a, or its conjugate transpose.
template <class T>
void triangular_solve(std::span<const T> a, std::int64_t n, bool lower, bool adjoint, std::span<T> b, std::int64_t m);

// Eigenvalues, ascending, and eigenvectors, as columns [n, n], of the Hermitian matrix with a's lower triangle.
template <class T>
void self_adjoint_eig(std::span<T> a, std::int64_t n, std::span<double> values, std::span<T> vectors);

// a [m, n] = U diag(s) V^H, s descending, k = min(m, n) numbers. u is [m, m] or [m, k], vh [n, n] or [k, n], where `full` or not; both empty if they
// are not wanted. a is overwritten. Returns false if the iteration does not end.
template <class T>
bool svd(std::span<T> a, std::int64_t m, std::int64_t n, bool full, std::span<double> s, std::span<T> u, std::span<T> vh);

// a [m, n] = Q R, by reflections: R stands on and above the diagonal of a afterwards, and q [m, columns], m or min(m, n) columns, is Q.
template <class T>
void qr(std::span<T> a, std::int64_t m, std::int64_t n, std::span<T> q, std::int64_t columns);

// Eigenvalues and, unless `vectors` is empty, eigenvectors of length 1 as columns of a [n, n], which is overwritten. Returns false if the iteration
// does not end.
bool eig(std::span<std::complex<double>> a, std::int64_t n, std::span<std::complex<double>> values, std::span<std::complex<double>> vectors);

// a = Q T Q^H, T upper triangular in the place of a, q [n, n]. Returns false if the iteration does not end.
bool schur(std::span<std::complex<double>> a, std::int64_t n, std::span<std::complex<double>> q);

// Columns of b [n, m] become those of x where the matrix with these three diagonals, of n - 1, n and n - 1 elements, times x is b. The diagonals are
// overwritten. Returns false if the matrix is singular.
template <class T>
bool tridiagonal_solve(std::span<T> below, std::span<T> diagonal, std::span<T> above, std::int64_t n, std::span<T> b, std::int64_t m);

}  // namespace whygrad::kernels::cpu
