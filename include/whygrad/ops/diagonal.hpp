// Diagonals of matrices, the last two axes of a tensor. Every dtype.
#pragma once

#include <whygrad/ops/number.hpp>
#include <whygrad/ops/op.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace whygrad {

// Where a diagonal stands in its row that is shorter than the longest of its band: those above the main one, and the others.
enum class DiagonalAlign : std::uint8_t { kRightLeft, kLeftRight, kLeftLeft, kRightRight };
// The name of the alignment, for those who read attributes.
constexpr const char* name_of(DiagonalAlign align) {
  constexpr const char* kNames[] = {"right_left", "left_right", "left_left", "right_right"};
  return static_cast<std::size_t>(align) < std::size(kNames) ? kNames[static_cast<std::size_t>(align)] : "";
}
// Diagonals by their numbers: 0 is the main one, positive ones stand above it.
struct DiagonalBand {
  std::int64_t lower = 0, upper = 0;
  DiagonalAlign align = DiagonalAlign::kRightLeft;
};

// The diagonal of each matrix: x [.., m, n] gives [.., min(m, n)]; of a band of several [.., count, length], the highest first, shorter ones filled
// up with a number. dx is dy on them amid zeros. Throws ShapeError below rank 2, ValueError where the matrices have no such diagonals.
WG_API Tensor matrix_diag_part(const Tensor& x, Where where = Where::here());
WG_API Tensor matrix_diag_part(const Tensor& x, const DiagonalBand& band, Where where = Where::here());
WG_API Tensor matrix_diag_part(const Tensor& x, const DiagonalBand& band, const Number& padding, Where where = Where::here());
// Matrices with x on the diagonal and zeros elsewhere: x [.., k] gives [.., k, k], or [.., rows, columns] where k is the smaller of the two. dx = the
// diagonal of dy. Throws ShapeError.
WG_API Tensor matrix_diag(const Tensor& x, Where where = Where::here());
WG_API Tensor matrix_diag(const Tensor& x, std::int64_t rows, std::int64_t columns, Where where = Where::here());
// On another diagonal, or of x [.., count, length] on a band of them; `padding` elsewhere. Rows and columns of -1: as few as there can be.
struct DiagonalOptions {
  std::int64_t rows = -1, columns = -1;
  DiagonalBand band = {};
  Number padding = 0;
};
WG_API Tensor matrix_diag(const Tensor& x, const DiagonalOptions& options, Where where = Where::here());
// x [.., m, n] with other elements on a diagonal [.., length], or on a band of them [.., count, length]. dx = dy with zeros there, d diagonal = those
// of dy. Throws ShapeError where they do not fit, ValueError where the matrices have no such diagonals.
WG_API Tensor matrix_set_diag(const Tensor& x, const Tensor& diagonal, const DiagonalBand& band = {}, Where where = Where::here());
// x with zeros further than `lower` below or `upper` above the diagonal; a negative number keeps all of that side. dx = the same part of dy.
WG_API Tensor matrix_band_part(const Tensor& x, std::int64_t lower, std::int64_t upper, Where where = Where::here());
// The sum of each diagonal: x [.., m, n] gives [..]. Composed of matrix_diag_part and reduce_sum.
WG_API Tensor trace(const Tensor& x, Where where = Where::here());

}  // namespace whygrad
