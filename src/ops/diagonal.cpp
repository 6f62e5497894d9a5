// Diagonals and bands of matrices.
#include <whygrad/ops/diagonal.hpp>

#include "kernels/layout.hpp"
#include "kernels/movement.hpp"
#include "ops/core/events.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/reduce.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <complex>
#include <limits>
#include <string>

namespace whygrad {
namespace internal {
namespace {

void check_matrices(const InferContext& c) {
  if (c.input(0).rank() < 2) c.shape_error("these are no matrices", "matrices are the last two axes of x, [.., rows, columns]");
}

// The diagonals of a matrix [rows, columns] as rows of equal length, the highest first.
class Lines {
 public:
  Lines(std::int64_t rows, std::int64_t columns, const DiagonalBand& band) : rows_(rows), columns_(columns), band_(band) {}

  bool inside() const {
    const bool main = band_.lower == 0 && band_.upper == 0;
    return main || (-rows_ < band_.lower && band_.lower <= band_.upper && band_.upper < columns_);
  }
  std::int64_t count() const { return band_.upper - band_.lower + 1; }
  // The length of the longest diagonal.
  std::int64_t length() const { return std::min(rows_ + std::min<std::int64_t>(band_.upper, 0), columns_ - std::max<std::int64_t>(band_.lower, 0)); }
  std::string text() const {
    return band_.lower == band_.upper ? fmt::format("diagonal {}", band_.lower) : fmt::format("diagonals {} to {}", band_.lower, band_.upper);
  }

  // Calls f(view of the matrix, view of the rows) for each diagonal. Both views have the same elements, and their leading axes in common.
  template <class F>
  void each(const kernels::View& matrix, const kernels::View& rows, const F& f) const {
    using kernels::Layout;
    for (std::int64_t d = band_.upper; d >= band_.lower; --d) {
      const std::int64_t below = std::max<std::int64_t>(-d, 0), above = std::max<std::int64_t>(d, 0);
      const std::int64_t extent = std::min(rows_ - below, columns_ - above);
      if (extent <= 0) continue;
      const Layout part = Layout::part(Layout::part(matrix, matrix.rank - 2, below, extent), matrix.rank - 1, above, extent);
      const Layout row = rows.rank == matrix.rank ? Layout::at(rows, rows.rank - 2, band_.upper - d) : Layout(rows);
      f(Layout::diagonal(part), Layout::part(row, matrix.rank - 2, at_left(d) ? 0 : length() - extent, extent));
    }
  }

 private:
  // Whether diagonal d is aligned to the left end of its row.
  bool at_left(std::int64_t d) const {
    return band_.align == DiagonalAlign::kLeftLeft || band_.align == (d >= 0 ? DiagonalAlign::kLeftRight : DiagonalAlign::kRightLeft);
  }

  std::int64_t rows_, columns_;
  DiagonalBand band_;
};

// The shape of the diagonals of matrices of this shape: [.., length], or [.., count, length] of several.
Shape shape_of_lines(const InferContext& c, const Shape& matrix, const DiagonalBand& band) {
  const Lines lines(matrix.back(1), matrix.back(0), band);
  if (!lines.inside()) {
    c.value_error(fmt::format("[{1}, {2}] has no {0}", lines.text(), matrix.back(1), matrix.back(0)),
                  fmt::format("they are numbered from {} to {}", 1 - matrix.back(1), matrix.back(0) - 1));
  }
  Shape shape(matrix.extents().first(static_cast<std::size_t>(matrix.rank() - 2)));
  if (band.lower != band.upper) shape.push_back(lines.count());
  shape.push_back(lines.length());
  return shape;
}

Lines lines_of(const Shape& matrix, const DiagonalBand& band) { return {matrix.back(1), matrix.back(0), band}; }

void fill_with(const kernels::View& out, const Number& value, const char* op) {
  std::complex<double> element;
  value.store(out.dtype, &element, op);
  kernels::fill(out, &element);
}

struct DiagPartAttrs {
  DiagonalBand band;
  Number padding_value = 0;
};

constexpr OpDef kDiagPart = define_op({
    .name = "matrix_diag_part",
    .doc =
        "A diagonal of each matrix, or those of a band as rows: x [.., m, n] gives [.., length] or [.., count, length]. dx is dy on them amid zeros.",
    .type = "MatrixDiagPartV3",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&DiagPartAttrs::band, &DiagonalBand::lower>("lower",
                                                               "the number of the lowest diagonal: 0 is the main one, below it are negative ones"),
              attr<&DiagPartAttrs::band, &DiagonalBand::upper>("upper", "the number of the highest diagonal"),
              attr<&DiagPartAttrs::band, &DiagonalBand::align>(
                  "align", "where shorter diagonals stand in their rows, those above the main one and the others"),
              attr<&DiagPartAttrs::padding_value>("padding_value", "what fills up shorter ones")},
    .infer =
        [](InferContext& c) {
          check_matrices(c);
          c.output(c.input(0).dtype(), shape_of_lines(c, c.input(0).shape(), c.attrs<DiagPartAttrs>().band));
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<DiagPartAttrs>();
          fill_with(g.out(), a.padding_value, g.op().name);
          lines_of(g.input(0).shape(), a.band).each(g.in(0), g.out(), [](const kernels::View& x, const kernels::View& out) {
            kernels::copy(x, out);
          });
        },
    .vjp =
        [](VjpContext& g) {
          g.give(0,
                 matrix_diag(g.dy(), {.rows = g.input_shape(0).back(1), .columns = g.input_shape(0).back(0), .band = g.attrs<DiagPartAttrs>().band}));
        },
    .batch = batch_last_axes,
    .zero = {ZeroGradient::kMasks, "take the elements that should learn: those off the diagonal get no gradient"},
});

struct DiagAttrs {
  std::int64_t num_rows = -1;
  std::int64_t num_cols = -1;
  DiagonalBand band;
  Number padding_value = 0;
};

// The shape of the matrices with these diagonals.
Shape shape_of_matrices(const InferContext& c) {
  const auto& a = c.attrs<DiagAttrs>();
  const DiagonalBand& band = a.band;
  Shape shape = c.input(0).shape();
  if (shape.rank() == 0) c.shape_error("a scalar is no diagonal", "give at least one axis");
  const std::int64_t length = shape.back();
  const int axes = band.lower == band.upper ? 1 : 2;
  if (band.lower > band.upper) c.value_error(fmt::format("the band reaches from {} to {}", band.lower, band.upper), "give the lowest diagonal first");
  constexpr std::int64_t kFarthest = std::numeric_limits<std::int32_t>::max();  // numbers of diagonals are int32 in TensorFlow
  if (band.lower < -kFarthest || band.upper > kFarthest || a.num_rows < -1 || a.num_cols < -1) {
    c.value_error(fmt::format("diagonals {} to {} of [{}, {}] are asked for", band.lower, band.upper, a.num_rows, a.num_cols),
                  "give diagonals and sizes that a matrix can have");
  }
  if (axes == 2 && (shape.rank() < 2 || shape.back(1) != band.upper - band.lower + 1)) {
    c.shape_error(fmt::format("diagonals {} to {} are asked for", band.lower, band.upper),
                  fmt::format("give [.., {}, length]", band.upper - band.lower + 1));
  }
  const std::int64_t least_rows = length - std::min<std::int64_t>(band.upper, 0), least_columns = length + std::max<std::int64_t>(band.lower, 0);
  const std::int64_t square = std::max(least_rows, least_columns);
  const bool free = a.num_rows == -1 && a.num_cols == -1;
  const std::int64_t rows = free ? square : a.num_rows == -1 ? least_rows : a.num_rows;
  const std::int64_t columns = free ? square : a.num_cols == -1 ? least_columns : a.num_cols;
  const Lines lines(rows, columns, band);
  if (!lines.inside() || lines.length() != length || (rows != least_rows && columns != least_columns)) {
    const std::string place = band.lower == 0 && band.upper == 0 ? "the diagonal" : lines.text();
    c.shape_error(fmt::format("{} elements on {} of [{}, {}]", length, place, rows, columns),
                  fmt::format("matrices of [{}, {}], with more rows or more columns, have as many there", least_rows, least_columns));
  }
  Shape matrices(shape.extents().first(static_cast<std::size_t>(shape.rank() - axes)));
  matrices.push_back(rows);
  matrices.push_back(columns);
  return matrices;
}

constexpr OpDef kDiag = define_op({
    .name = "matrix_diag",
    .doc = "Matrices [.., rows, columns] with x on a diagonal, or on a band of them, and a number elsewhere. dx = these diagonals of dy.",
    .type = "MatrixDiagV3",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&DiagAttrs::num_rows>("num_rows", "of each matrix; -1: as few as there can be"),
              attr<&DiagAttrs::num_cols>("num_cols", "of each matrix; -1: as few as there can be"),
              attr<&DiagAttrs::band, &DiagonalBand::lower>("lower",
                                                           "the number of the lowest diagonal: 0 is the main one, below it are negative ones"),
              attr<&DiagAttrs::band, &DiagonalBand::upper>("upper", "the number of the highest diagonal"),
              attr<&DiagAttrs::band, &DiagonalBand::align>("align",
                                                           "where shorter diagonals stand in their rows, those above the main one and the others"),
              attr<&DiagAttrs::padding_value>("padding_value", "of all other elements")},
    .infer = [](InferContext& c) { c.output(c.input(0).dtype(), shape_of_matrices(c)); },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<DiagAttrs>();
          fill_with(g.out(), a.padding_value, g.op().name);
          lines_of(g.output().shape(), a.band).each(g.out(), g.in(0), [](const kernels::View& out, const kernels::View& x) {
            kernels::copy(x, out);
          });
        },
    .vjp = [](VjpContext& g) { g.give(0, matrix_diag_part(g.dy(), g.attrs<DiagAttrs>().band)); },
    .batch = batch_last_axes,
});

struct SetDiagAttrs {
  DiagonalBand band;
};

constexpr OpDef kSetDiag = define_op({
    .name = "matrix_set_diag",
    .doc = "x [.., m, n] with other elements on a diagonal [.., length], or on a band of them [.., count, length]. dx = dy with zeros there.",
    .type = "MatrixSetDiagV3",
    .inputs = {{"x", Differentiable{}}, {"diagonal", Differentiable{}}},
    .attrs = {attr<&SetDiagAttrs::band, &DiagonalBand::lower>("lower",
                                                              "the number of the lowest diagonal: 0 is the main one, below it are negative ones"),
              attr<&SetDiagAttrs::band, &DiagonalBand::upper>("upper", "the number of the highest diagonal"),
              attr<&SetDiagAttrs::band, &DiagonalBand::align>(
                  "align", "where shorter diagonals stand in their rows, those above the main one and the others")},
    .infer =
        [](InferContext& c) {
          check_matrices(c);
          c.same_dtype(0, 1);
          const Shape lines = shape_of_lines(c, c.input(0).shape(), c.attrs<SetDiagAttrs>().band);
          if (c.input(1).shape() != lines)
            c.shape_error("the diagonal does not fit these matrices", fmt::format("give a diagonal of shape {}", lines.to_string()));
          c.output(c.input(0).dtype(), c.input(0).shape());
        },
    .kernel =
        [](KernelContext& g) {
          kernels::copy(g.in(0), g.out());
          lines_of(g.output().shape(), g.attrs<SetDiagAttrs>().band).each(g.out(), g.in(1), [](const kernels::View& out, const kernels::View& x) {
            kernels::copy(x, out);
          });
        },
    .vjp =
        [](VjpContext& g) {
          const DiagonalBand& band = g.attrs<SetDiagAttrs>().band;
          if (g.needs(0)) g.give(0, matrix_set_diag(g.dy(), zeros_for_gradient(g.input_dtype(1), g.input_shape(1)), band));
          if (g.needs(1)) g.give(1, matrix_diag_part(g.dy(), band));
        },
    .batch = batch_last_axes,
    .zero = {ZeroGradient::kMasks,
             "let what should learn stand on the side that is kept: the elements of x on the diagonal are replaced and get no gradient; to keep "
             "them, add to them: x + matrix_diag(d)"},
});

struct BandAttrs {
  std::int64_t num_lower = -1;
  std::int64_t num_upper = -1;
};

constexpr OpDef kBandPart = define_op({
    .name = "matrix_band_part",
    .doc = "x [.., m, n] with zeros further than num_lower below or num_upper above the diagonal. dx = the same part of dy.",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&BandAttrs::num_lower>("num_lower", "diagonals kept below the main one; -1: all", Attr::kRequired),
              attr<&BandAttrs::num_upper>("num_upper", "diagonals kept above the main one; -1: all", Attr::kRequired)},
    .infer =
        [](InferContext& c) {
          check_matrices(c);
          c.output(c.input(0).dtype(), c.input(0).shape());
        },
    .kernel =
        [](KernelContext& g) {
          constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
          const auto& a = g.attrs<BandAttrs>();
          kernels::band_part(g.in(0), a.num_lower < 0 ? kAll : a.num_lower, a.num_upper < 0 ? kAll : a.num_upper, g.out());
        },
    .vjp =
        [](VjpContext& g) {
          const auto& a = g.attrs<BandAttrs>();
          g.give(0, matrix_band_part(g.dy(), a.num_lower, a.num_upper));
        },
    .batch = batch_last_axes,
    .zero = {ZeroGradient::kMasks, "widen the band: elements outside of it get no gradient"},
});

constexpr const OpDef* kOps[] = {&kDiagPart, &kDiag, &kSetDiag, &kBandPart};

}  // namespace

OpFamily diagonal_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor matrix_diag_part(const Tensor& x, Where where) { return apply(kDiagPart, {&x}, where, DiagPartAttrs{}); }
Tensor matrix_diag_part(const Tensor& x, const DiagonalBand& band, Where where) { return apply(kDiagPart, {&x}, where, DiagPartAttrs{.band = band}); }
Tensor matrix_diag_part(const Tensor& x, const DiagonalBand& band, const Number& padding, Where where) {
  return apply(kDiagPart, {&x}, where, DiagPartAttrs{band, padding});
}
Tensor matrix_diag(const Tensor& x, Where where) { return apply(kDiag, {&x}, where, DiagAttrs{}); }
Tensor matrix_diag(const Tensor& x, std::int64_t rows, std::int64_t columns, Where where) {
  return matrix_diag(x, {.rows = rows, .columns = columns}, where);
}
Tensor matrix_diag(const Tensor& x, const DiagonalOptions& options, Where where) {
  return apply(kDiag, {&x}, where, DiagAttrs{options.rows, options.columns, options.band, options.padding});
}
Tensor matrix_set_diag(const Tensor& x, const Tensor& diagonal, const DiagonalBand& band, Where where) {
  return apply(kSetDiag, {&x, &diagonal}, where, SetDiagAttrs{band});
}
Tensor matrix_band_part(const Tensor& x, std::int64_t lower, std::int64_t upper, Where where) {
  return apply(kBandPart, {&x}, where, BandAttrs{lower, upper});
}
Tensor trace(const Tensor& x, Where where) { return reduce_sum(matrix_diag_part(x, where), -1, false, where); }

}  // namespace whygrad
