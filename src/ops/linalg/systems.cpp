// Least squares, systems by factors and bands, composed of other ops. Each step has the caller's place.
#include "ops/core/defined.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/sorting.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace whygrad {
namespace {

using internal::require_defined;

void require_matrices(const char* op, const Tensor& x) {
  require_defined(op, x);
  if (x.rank() < 2) {
    throw ShapeError(op, fmt::format("the shape is {}", x.shape().to_string()), "matrices are the last two axes of a tensor of rank 2 or more");
  }
}

bool is_single(DType dtype) { return dtype == DType::kF32 || dtype == DType::kC64; }
double precision_of(DType dtype) { return is_single(dtype) ? std::numeric_limits<float>::epsilon() : std::numeric_limits<double>::epsilon(); }

std::int64_t longest(const Tensor& x) { return std::max(x.shape().back(0), x.shape().back(1)); }

Tensor largest(const Tensor& s, const Where& where) { return reduce_max(s, -1, true, where); }

// The parts of lu's result.
Tensor unit_lower(const Tensor& lu, const Where& where) {
  const Tensor diagonal = matrix_diag_part(lu, where);
  const Tensor below = matrix_band_part(subtract(lu, matrix_diag(diagonal, where), where), -1, 0, where);
  return add(below, matrix_diag(ones(diagonal.shape(), lu.dtype(), where), where), where);
}

void require_factors(const char* op, const Tensor& lu, const Tensor& p) {
  require_matrices(op, lu);
  require_defined(op, p);
  if (lu.shape().back(0) != lu.shape().back(1) || p.rank() != lu.rank() - 1 || p.shape().back() != lu.shape().back()) {
    throw ShapeError(op, fmt::format("the factors are {} and the order of the rows is {}", lu.shape().to_string(), p.shape().to_string()),
                     "lu gives [.., n, n] and [.., n]");
  }
}

// Rows of x in the order p, each of its own batch.
Tensor rows_in_order(const Tensor& x, const Tensor& p, const Where& where) { return gather(x, p, x.rank() - 2, x.rank() - 2, where); }

// Diagonal i of `bands` [.., k, n].
Tensor band(const Tensor& bands, std::int64_t i, const Where& where) {
  Ints begin, size(bands.shape());
  for (int axis = 0; axis < bands.rank(); ++axis) begin.push_back(axis == bands.rank() - 2 ? i : 0);
  size[bands.rank() - 2] = 1;
  return squeeze(slice(bands, begin, size, where), {-2}, where);
}

// Rows of x moved by one, with zeros in the place of what is missing.
Tensor shifted_rows(const Tensor& x, bool up, const Where& where) {
  Ints begin, size(x.shape());
  std::vector<std::array<std::int64_t, 2>> paddings(static_cast<std::size_t>(x.rank()), {0, 0});
  for (int axis = 0; axis < x.rank(); ++axis) begin.push_back(axis == x.rank() - 2 && up ? 1 : 0);
  size[x.rank() - 2] = x.shape().back(1) - 1;
  paddings[static_cast<std::size_t>(x.rank() - 2)] = up ? std::array<std::int64_t, 2>{0, 1} : std::array<std::int64_t, 2>{1, 0};
  return pad(slice(x, begin, size, where), paddings, {}, where);
}

}  // namespace

Tensor spectral_norm(const Tensor& x, const Ints& axes, bool keepdims, Where where) {
  require_matrices("spectral_norm", x);
  const auto place = [&](int i) { return axes[i] < 0 ? axes[i] + x.rank() : axes[i]; };
  const bool inside = axes.count == 2 && std::min(place(0), place(1)) >= 0 && std::max(place(0), place(1)) < x.rank() && place(0) != place(1);
  if (!inside) {
    throw ValueError("spectral_norm", fmt::format("the axes are {} of {}", fmt::join(axes, ", "), x.signature()),
                     "give two different axes of the tensor");
  }
  Ints perm;
  for (int i = 0; i < x.rank(); ++i) {
    if (i != place(0) && i != place(1)) perm.push_back(i);
  }
  for (int i = 0; i < 2; ++i) perm.push_back(place(i));
  Tensor folded = reduce_max(singular_values(transpose(x, perm, where), where), -1, false, where);
  if (!keepdims) return folded;
  const std::int64_t first = std::min(place(0), place(1)), second = std::max(place(0), place(1));
  return expand_dims(expand_dims(folded, first, where), second, where);
}

Tensor pinv(const Tensor& x, double rcond, Where where) {
  require_matrices("pinv", x);
  const Svd parts = svd(x, false, where);
  const double share = rcond < 0 ? 10 * static_cast<double>(longest(x)) * precision_of(x.dtype()) : rcond;
  const Tensor counts = greater(parts.s, multiply(largest(parts.s, where), share, where), where);
  const Tensor inverse = whygrad::where(counts, reciprocal(whygrad::where(counts, parts.s, 1, where), where), 0, where);
  const Tensor scaled = multiply(parts.v, expand_dims(cast(inverse, x.dtype(), where), -2, where), where);
  return matmul(scaled, adjoint(parts.u, where), {}, where);
}

Tensor matrix_rank(const Tensor& x, double tolerance, Where where) {
  require_matrices("matrix_rank", x);
  const Tensor s = singular_values(x, where);
  const Tensor counts = tolerance < 0
                            ? greater(s, multiply(largest(s, where), precision_of(x.dtype()) * static_cast<double>(longest(x)), where), where)
                            : greater(s, tolerance, where);
  return reduce_sum(cast(counts, int32, where), -1, false, where);
}

Tensor lstsq(const Tensor& a, const Tensor& b, const LeastSquaresOptions& options, Where where) {
  require_matrices("lstsq", a);
  require_matrices("lstsq", b);
  if (a.shape().back(1) != b.shape().back(1)) {
    throw ShapeError("lstsq", fmt::format("the matrix is {} and the right-hand side {}", a.shape().to_string(), b.shape().to_string()),
                     "they have the same number of rows");
  }
  if (options.l2_regularizer < 0) {
    throw ValueError("lstsq", fmt::format("l2_regularizer is {}", options.l2_regularizer), "give a number of 0 or more");
  }
  if (!options.fast) return matmul(pinv(a, -1, where), b, {}, where);
  const Tensor turned = adjoint(a, where);
  const bool tall = a.shape().back(1) >= a.shape().back(0);
  Tensor square = tall ? matmul(turned, a, {}, where) : matmul(a, turned, {}, where);
  if (options.l2_regularizer > 0) {
    const Shape diagonal = matrix_diag_part(square, where).shape();
    square = add(square, matrix_diag(fill(diagonal, options.l2_regularizer, a.dtype(), where), where), where);
  }
  const Tensor l = cholesky(square, where);
  return tall ? cholesky_solve(l, matmul(turned, b, {}, where), where) : matmul(turned, cholesky_solve(l, b, where), {}, where);
}

Tensor lu_reconstruct(const Tensor& lu, const Tensor& p, Where where) {
  require_factors("lu_reconstruct", lu, p);
  const Tensor product = matmul(unit_lower(lu, where), matrix_band_part(lu, 0, -1, where), {}, where);
  return rows_in_order(product, argsort(p, -1, Direction::kAscending, where), where);
}

Tensor lu_solve(const Tensor& lu, const Tensor& p, const Tensor& b, Where where) {
  require_factors("lu_solve", lu, p);
  require_matrices("lu_solve", b);
  const int before = lu.rank() - 2;
  Shape leading(lu.shape().extents().first(static_cast<std::size_t>(before)));
  Tensor rhs = b;
  if (b.shape().back(1) != lu.shape().back()) {
    throw ShapeError("lu_solve", fmt::format("the factors are {} and the right-hand side {}", lu.shape().to_string(), b.shape().to_string()),
                     "they have the same number of rows");
  }
  Tensor order = p;
  if (b.rank() != lu.rank() || !std::equal(leading.extents().begin(), leading.extents().end(), b.shape().extents().begin())) {
    // One batch of matrices for another of right-hand sides: both take the shape of the broadcast.
    const Ints of_b(b.shape().extents().first(static_cast<std::size_t>(b.rank() - 2)));
    const Ints common = broadcast_static_shape(Ints(leading), of_b);
    Shape whole(std::span<const std::int64_t>(common.begin(), common.end())), rows = whole;
    rows.push_back(p.shape().back());
    whole.push_back(b.shape().back(1));
    whole.push_back(b.shape().back());
    rhs = broadcast_to(b, whole, where);
    order = broadcast_to(p, rows, where);
  }
  const Tensor first = triangular_solve(unit_lower(lu, where), rows_in_order(rhs, order, where), {}, where);
  return triangular_solve(lu, first, {.lower = false}, where);
}

Tensor lu_matrix_inverse(const Tensor& lu, const Tensor& p, Where where) {
  require_factors("lu_matrix_inverse", lu, p);
  const Tensor diagonal = matrix_diag_part(lu, where);
  return lu_solve(lu, p, matrix_diag(ones(diagonal.shape(), lu.dtype(), where), where), where);
}

Tensor tridiagonal_matmul(const Tensor& diagonals, const Tensor& b, Where where) {
  require_matrices("tridiagonal_matmul", diagonals);
  require_matrices("tridiagonal_matmul", b);
  if (diagonals.shape().back(1) != 3 || diagonals.shape().back() != b.shape().back(1) || b.shape().back(1) == 0) {
    throw ShapeError("tridiagonal_matmul", fmt::format("the diagonals are {} and b is {}", diagonals.shape().to_string(), b.shape().to_string()),
                     "they are [.., 3, n] and [.., n, m], n at least 1");
  }
  const auto times = [&](std::int64_t i, const Tensor& x) { return multiply(expand_dims(band(diagonals, i, where), -1, where), x, where); };
  const Tensor above = times(0, shifted_rows(b, true, where)), below = times(2, shifted_rows(b, false, where));
  return add(add(times(1, b), above, where), below, where);
}

Tensor banded_triangular_solve(const Tensor& bands, const Tensor& b, const TriangularOptions& options, Where where) {
  require_matrices("banded_triangular_solve", bands);
  const std::int64_t count = bands.shape().back(1), n = bands.shape().back();
  if (count < 1 || count > n) {
    throw ShapeError("banded_triangular_solve", fmt::format("the bands are {}", bands.shape().to_string()),
                     "they are [.., k, n], of 1 to n diagonals with n elements each");
  }
  const DiagonalBand band = options.lower ? DiagonalBand{.lower = 1 - count, .upper = 0, .align = DiagonalAlign::kLeftRight}
                                          : DiagonalBand{.lower = 0, .upper = count - 1, .align = DiagonalAlign::kLeftRight};
  const Tensor diagonals = count == 1 ? squeeze(bands, {-2}, where) : bands;  // one diagonal is no list of them
  return triangular_solve(matrix_diag(diagonals, {.band = band}, where), b, options, where);
}

Tensor eigvalsh_tridiagonal(const Tensor& alpha, const Tensor& beta, Where where) {
  require_defined("eigvalsh_tridiagonal", alpha);
  require_defined("eigvalsh_tridiagonal", beta);
  if (alpha.rank() != 1 || beta.rank() != 1 || alpha.size() < 1 || beta.size() != alpha.size() - 1) {
    throw ShapeError("eigvalsh_tridiagonal", fmt::format("alpha is {} and beta {}", alpha.shape().to_string(), beta.shape().to_string()),
                     "alpha is [n] and beta [n - 1], n at least 1");
  }
  Tensor main = is_complex(alpha.dtype()) ? complex(real(alpha, where), zeros_like(real(alpha, where), where), where) : alpha;
  if (alpha.size() == 1) return main;
  const Tensor below = matrix_diag(conj(beta, where), {.band = {.lower = -1, .upper = -1}}, where);
  return self_adjoint_eig(add(matrix_diag(main, where), below, where), where).values;
}

}  // namespace whygrad
