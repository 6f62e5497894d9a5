// Diagonals and bands of matrices.
#include <whygrad/ops/diagonal.hpp>

#include "kernels/layout.hpp"
#include "kernels/movement.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/reduce.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace whygrad {
namespace internal {
namespace {

void check_matrices(const InferContext& c) {
  if (c.input(0).rank() < 2) c.shape_error("these are no matrices", "matrices are the last two axes of x, [.., rows, columns]");
}

constexpr OpDef kDiagPart = define_op({
    .name = "matrix_diag_part",
    .doc = "The diagonal of each matrix: x [.., m, n] gives [.., min(m, n)]. dx is dy on the diagonal amid zeros.",
    .type = "MatrixDiagPartV3",
    .inputs = {{"x", Differentiable{}}},
    .infer =
        [](InferContext& c) {
          check_matrices(c);
          const Shape& x = c.input(0).shape();
          Shape shape(x.extents().first(static_cast<std::size_t>(x.rank() - 2)));
          shape.push_back(std::min(x.back(0), x.back(1)));
          c.output(c.input(0).dtype(), shape);
        },
    .view =
        [](ViewContext& v) {
          const int last = v.shape().rank() - 1;
          std::copy_n(v.input_strides(), last, v.strides);
          v.strides[last] = v.input_strides()[last] + v.input_strides()[last + 1];
        },
    .vjp = [](VjpContext& g) { g.give(0, matrix_diag(g.dy(), g.input_shape(0).back(1), g.input_shape(0).back(0))); },
    .zero = {ZeroHazard::kMasked, "take the elements that should learn: those off the diagonal get no gradient"},
});

struct DiagAttrs {
  std::int64_t num_rows = -1;
  std::int64_t num_cols = -1;
};

constexpr OpDef kDiag = define_op({
    .name = "matrix_diag",
    .doc = "Matrices [.., rows, columns] with x [.., k] on the diagonal, zeros elsewhere. dx = the diagonal of dy.",
    .type = "MatrixDiagV3",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&DiagAttrs::num_rows>("num_rows", "of each matrix; -1: k"), attr<&DiagAttrs::num_cols>("num_cols", "of each matrix; -1: k")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<DiagAttrs>();
          Shape shape = c.input(0).shape();
          if (shape.rank() == 0) c.shape_error("a scalar is no diagonal", "give at least one axis");
          const std::int64_t k = shape.back(), rows = a.num_rows == -1 ? k : a.num_rows, columns = a.num_cols == -1 ? k : a.num_cols;
          if (std::min(rows, columns) != k) {
            c.shape_error(fmt::format("{} elements on the diagonal of [{}, {}]", k, rows, columns), "the diagonal is as long as the shorter side");
          }
          shape[shape.rank() - 1] = rows;
          shape.push_back(columns);
          c.output(c.input(0).dtype(), shape);
        },
    .kernel =
        [](KernelContext& g) {
          alignas(16) const char zero[16] = {};
          kernels::fill(g.out(), zero);
          if (g.input(0).size() != 0) kernels::copy(g.in(0), kernels::Layout::diagonal(g.out()));
        },
    .vjp = [](VjpContext& g) { g.give(0, matrix_diag_part(g.dy())); },
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
    .zero = {ZeroHazard::kMasked, "widen the band: elements outside of it get no gradient"},
});

constexpr const OpDef* kOps[] = {&kDiagPart, &kDiag, &kBandPart};

}  // namespace

OpFamily diagonal_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor matrix_diag_part(const Tensor& x, Where where) { return apply(kDiagPart, {&x}, where); }
Tensor matrix_diag(const Tensor& x, Where where) { return apply(kDiag, {&x}, where, DiagAttrs{}); }
Tensor matrix_diag(const Tensor& x, std::int64_t rows, std::int64_t columns, Where where) {
  return apply(kDiag, {&x}, where, DiagAttrs{rows, columns});
}
Tensor matrix_band_part(const Tensor& x, std::int64_t lower, std::int64_t upper, Where where) {
  return apply(kBandPart, {&x}, where, BandAttrs{lower, upper});
}
Tensor trace(const Tensor& x, Where where) { return reduce_sum(matrix_diag_part(x, where), -1, false, where); }

}  // namespace whygrad
