// Matrix products.
#include "kernels/matmul.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/matmul/matmul.hpp"

#include <fmt/format.h>

#include <functional>
#include <numeric>

namespace whygrad {
namespace internal {
namespace {

// The product of all extents but the last.
std::int64_t row_count(std::span<const std::int64_t> extents) {
  return std::accumulate(extents.begin(), extents.end() - 1, std::int64_t{1}, std::multiplies<>());
}

// The leading axes of t, before the matrix.
Shape batch_of(const Shape& shape) { return Shape(shape.extents().first(static_cast<std::size_t>(shape.rank() - 2))); }

// `batch` followed by rows and columns.
Shape with_matrix(Shape batch, std::int64_t rows, std::int64_t columns) {
  batch.push_back(rows);
  batch.push_back(columns);
  return batch;
}

void infer_matmul(InferContext& c) {
  const auto& a = c.attrs<MatmulOptions>();
  c.same_dtype(0, 1);
  if (c.input(0).dtype() == DType::kBool) refuse_dtype(c, "numbers");
  for (int i = 0; i < 2; ++i) {
    if (c.input(i).rank() < 2) {
      c.shape_error(fmt::format("{} has rank {}", c.op().inputs[i].name, c.input(i).rank()),
                    "both operands are matrices [..., rows, columns]; make a vector one with expand_dims, and squeeze the result");
    }
  }
  const Shape &x = c.input(0).shape(), &y = c.input(1).shape();
  const std::int64_t m = x.back(a.transpose_a ? 0 : 1), k = x.back(a.transpose_a ? 1 : 0);
  const std::int64_t inner = y.back(a.transpose_b ? 0 : 1), n = y.back(a.transpose_b ? 1 : 0);
  if (k != inner) {
    c.shape_error(
        fmt::format("the {} of a, {}, must equal the {} of b, {}", a.transpose_a ? "rows" : "columns", k, a.transpose_b ? "columns" : "rows", inner),
        "check the sizes, or say with transpose_a, transpose_b that an operand lies transposed");
  }
  const Shape batch = x.rank() == 2 && y.rank() == 2 ? Shape() : broadcast_shape(c, batch_of(c.input(0).shape()), batch_of(c.input(1).shape()));
  c.output(c.input(0).dtype(), with_matrix(batch, m, n));
}

void run_matmul(KernelContext& g) {
  const auto& options = g.attrs<MatmulOptions>();
  const Tensor &a = g.input(0), &b = g.input(1);
  const kernels::View out = g.out();
  if (a.rank() == 2 && b.rank() == 2) return kernels::matmul(g.in(0), g.in(1), options.transpose_a, options.transpose_b, out);
  if (b.rank() == 2 && !options.transpose_a && a.is_contiguous()) {
    return kernels::matmul(rows_below(g.in(0)), g.in(1), false, options.transpose_b, rows_below(out));
  }
  const Shape batch(std::span(out.shape, static_cast<std::size_t>(out.rank - 2)));
  const Shape a_shape = with_matrix(batch, a.shape().back(1), a.shape().back()), b_shape = with_matrix(batch, b.shape().back(1), b.shape().back());
  kernels::matmul(broadcast(a, a_shape), broadcast(b, b_shape), options.transpose_a, options.transpose_b, out);
}

void matmul_vjp(VjpContext& g) {
  const auto [ta, tb] = g.attrs<MatmulOptions>();
  const Tensor& dy = g.dy();
  if (g.needs(0)) {
    const Tensor b = conj_if_complex(g.input(1));
    const Tensor da = ta ? matmul(b, dy, {.transpose_a = tb, .transpose_b = true}) : matmul(dy, b, {.transpose_b = !tb});
    give_summed(g, 0, da);
  }
  if (g.needs(1)) {
    Tensor a = conj_if_complex(g.input(0)), d = dy;
    if (!ta && g.input_shape(1).rank() == 2 && a.rank() > 2) {
      // A single product sums over the batch.
      a = rows_below(a);
      d = rows_below(dy);
    }
    const Tensor db = tb ? matmul(d, a, {.transpose_a = true, .transpose_b = ta}) : matmul(a, d, {.transpose_a = !ta});
    give_summed(g, 1, db);
  }
}

void batch_matmul(BatchContext& c) {
  const int rank = std::max(c.input_rank(0), c.input_rank(1));
  c.give_call({c.input_aligned(0, rank), c.input_aligned(1, rank)}, c.attrs<MatmulOptions>());
}

constexpr OpDef kMatmul = define_op({
    .name = "matmul",
    .doc = "Matrix product over the last two axes: a [..., m, k] @ b [..., k, n] -> [..., m, n]. da = dy @ b^T, db = a^T @ dy.",
    .type = "MatMul",
    .inputs = {{"a", Differentiable{input(1)}}, {"b", Differentiable{input(0)}}},
    .attrs = {attr<&MatmulOptions::transpose_a>("transpose_a", "a lies transposed, [..., k, m]"),
              attr<&MatmulOptions::transpose_b>("transpose_b", "b lies transposed, [..., n, k]")},
    .infer = infer_matmul,
    .kernel = run_matmul,
    .vjp = matmul_vjp,
    .batch = batch_matmul,
    .zero = kZeroOperand,
    .nonfinite = kLargeOperands,
    .factors = input(0) | input(1),
});

constexpr const OpDef* kOps[] = {&kMatmul};

}  // namespace

Tensor rows_below(const Tensor& t) { return t.rank() == 2 ? t : reshape(t, {row_count(t.shape().extents()), t.shape().back()}); }

std::span<const OpDef* const> matmul_ops() { return kOps; }

}  // namespace internal

Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options, Where where) {
  return apply(internal::kMatmul, {&a, &b}, where, options);
}

}  // namespace whygrad
