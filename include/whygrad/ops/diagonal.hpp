// Diagonals of matrices, the last two axes of a tensor. Every dtype.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

// The diagonal of each matrix: x [.., m, n] gives [.., min(m, n)]. View. dx is dy on the diagonal amid zeros. Throws ShapeError below rank 2.
WG_API Tensor matrix_diag_part(const Tensor& x, Where where = Where::here());
// Matrices with x on the diagonal and zeros elsewhere: x [.., k] gives [.., k, k], or [.., rows, columns] where k is the smaller of the two. dx = the
// diagonal of dy. Throws ShapeError.
WG_API Tensor matrix_diag(const Tensor& x, Where where = Where::here());
WG_API Tensor matrix_diag(const Tensor& x, std::int64_t rows, std::int64_t columns, Where where = Where::here());
// x with zeros further than `lower` below or `upper` above the diagonal; a negative number keeps all of that side. dx = the same part of dy.
WG_API Tensor matrix_band_part(const Tensor& x, std::int64_t lower, std::int64_t upper, Where where = Where::here());
// The sum of each diagonal: x [.., m, n] gives [..]. Composed of matrix_diag_part and reduce_sum.
WG_API Tensor trace(const Tensor& x, Where where = Where::here());

}  // namespace whygrad
