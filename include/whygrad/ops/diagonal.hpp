// Diagonals of matrices, the last two axes of a tensor. Every dtype.
#pragma once

#include <whygrad/ops/number.hpp>
#include <whygrad/ops/op.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace whygrad {

// The position of a diagonal in its row if it is shorter than the longest of its band: of those above the main one, and of the others.
enum class DiagonalAlign : std::uint8_t { kRightLeft, kLeftRight, kLeftLeft, kRightRight };
// The name of the alignment in attributes.
constexpr const char* name_of(DiagonalAlign align) {
  constexpr const char* kNames[] = {"right_left", "left_right", "left_left", "right_right"};
  return static_cast<std::size_t>(align) < std::size(kNames) ? kNames[static_cast<std::size_t>(align)] : "";
}
// Diagonals by number: 0 is the main one, positive ones are above it.
struct DiagonalBand {
  std::int64_t lower = 0, upper = 0;
  DiagonalAlign align = DiagonalAlign::kRightLeft;
};

// The diagonal of each matrix: x [.., m, n] gives [.., min(m, n)]; a band of several gives [.., count, length], the highest first, shorter ones
// padded with a number. dx = dy on these diagonals, else 0. Throws ShapeError below rank 2, ValueError if the matrices have no such diagonals.
WG_API Tensor matrix_diag_part(const Tensor& x, Where where = Where::here());
WG_API Tensor matrix_diag_part(const Tensor& x, const DiagonalBand& band, Where where = Where::here());
WG_API Tensor matrix_diag_part(const Tensor& x, const DiagonalBand& band, const Number& padding, Where where = Where::here());
// Matrices with x on the diagonal and zeros elsewhere: x [.., k] gives [.., k, k], or [.., rows, columns] where k is the smaller of the two. dx = the
// diagonal of dy. Throws ShapeError.
WG_API Tensor matrix_diag(const Tensor& x, Where where = Where::here());
WG_API Tensor matrix_diag(const Tensor& x, std::int64_t rows, std::int64_t columns, Where where = Where::here());
// On another diagonal; x [.., count, length] on a band of diagonals. `padding` elsewhere. Rows and columns of -1: as few as possible.
struct DiagonalOptions {
  std::int64_t rows = -1, columns = -1;
  DiagonalBand band = {};
  Number padding = 0;
};
WG_API Tensor matrix_diag(const Tensor& x, const DiagonalOptions& options, Where where = Where::here());
// x [.., m, n] with a diagonal [.., length], or a band of diagonals [.., count, length], replaced. dx = dy with zeros there, d diagonal = those of
// dy. Throws ShapeError if they do not fit, ValueError if the matrices have no such diagonals.
WG_API Tensor matrix_set_diag(const Tensor& x, const Tensor& diagonal, const DiagonalBand& band = {}, Where where = Where::here());
// x with zeros further than `lower` below or `upper` above the diagonal; a negative number keeps the whole side. dx = the same band of dy.
WG_API Tensor matrix_band_part(const Tensor& x, std::int64_t lower, std::int64_t upper, Where where = Where::here());
// The sum of each diagonal: x [.., m, n] gives [..]. Composed of matrix_diag_part and reduce_sum.
WG_API Tensor trace(const Tensor& x, Where where = Where::here());

}  // namespace whygrad
