// Cholesky decomposition and eigenvectors.
#include "kernels/linalg.hpp"
#include "ops/core/batch.hpp"
#include "ops/families.hpp"
#include "ops/linalg/linalg.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/shape.hpp>

namespace whygrad {
namespace internal {
namespace {

// The lower triangle, with half of the diagonal.
Tensor half_lower(const Tensor& x) {
  const Tensor lower = matrix_band_part(x, -1, 0);
  return subtract(lower, multiply(0.5, matrix_band_part(lower, 0, 0)));
}

constexpr OpDef kCholesky = define_op({
    .name = "cholesky",
    .doc =
        "The lower triangular L with L L^H = x, x [.., n, n]. dx = (s + s^H) / 2, s = L^-H (L^H dL, its lower triangle with half the diagonal) L^-1.",
    .inputs = {{"x", Differentiable{output(0)}}},
    .infer =
        [](InferContext& c) {
          check_square(c);
          c.output(c.input(0).dtype(), c.input(0).shape());
        },
    .kernel =
        [](KernelContext& g) {
          if (kernels::cholesky(g.in(0), g.out())) return;
          throw ValueError(g.op().name, "Cholesky decomposition was not successful. The input might not be valid.",
                           "the matrix must be symmetric and positive definite: add a small multiple of eye(n)");
        },
    .vjp =
        [](VjpContext& g) {
          const Tensor l = g.output(), middle = half_lower(adjoint_times(l, g.dy()));
          const Tensor left = matrix_triangular_solve(l, middle, {.adjoint = true});                     // L^-H middle
          const Tensor s = adjoint_of(matrix_triangular_solve(l, adjoint_of(left), {.adjoint = true}));  // left L^-1
          g.give(0, multiply(0.5, add(s, adjoint_of(s))));
        },
    .batch = batch_last_axes,
    .nonfinite = {NonFinite::kRootOfZero, "add a small multiple of eye(n) to the matrix, so that it is further from being singular"},
});

constexpr OpDef kEig = define_op({
    .name = "self_adjoint_eig",
    .doc = "Eigenvalues, ascending, [.., n] and eigenvectors as columns [.., n, n] of Hermitian x [.., n, n]. dx = v (diag(de) + (v^H dv) / (e_j - "
           "e_i)) v^H.",
    .type = "SelfAdjointEigV2",
    .inputs = {{"x", Differentiable{output(0) | output(1)}}},
    .outputs = {"e", "v"},
    .infer =
        [](InferContext& c) {
          check_square(c);
          c.output(c.input(0).dtype(), leading(c.input(0).shape(), 1));
          c.output(c.input(0).dtype(), c.input(0).shape());
        },
    .kernel = [](KernelContext& g) { kernels::self_adjoint_eig(g.in(0), g.out(0), g.out(1)); },
    .vjp =
        [](VjpContext& g) {
          const Tensor e = real(g.output(0)), v = g.output(1);
          Tensor inner = g.has_dy(0) ? matrix_diag(cast(real(g.dy(0)), v.dtype())) : zeros(g.output_shape(1), v.dtype());
          // An eigenvector has no component along itself.
          if (g.has_dy(1)) inner = add(inner, multiply(cast(reciprocal_distances(e), v.dtype()), adjoint_times(v, g.dy(1))));
          const Tensor whole = matmul(v, times_adjoint(inner, v));
          g.give(0, half_lower(add(whole, adjoint_of(whole))));
        },
    .batch = batch_last_axes,
    .zero = {ZeroGradient::kTies,
             "break the tie, for instance by adding matrix_diag([0, 1e-3, 2e-3, ..]) to the matrix; or use the values, or what all vectors of equal "
             "values "
             "span together"},
});

constexpr const OpDef* kOps[] = {&kCholesky, &kEig};

}  // namespace

OpFamily factor_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor cholesky(const Tensor& x, Where where) { return apply(kCholesky, {&x}, where); }

Eigen self_adjoint_eig(const Tensor& x, Where where) {
  const Tensor* const inputs[] = {&x};
  std::vector<Tensor> both = apply_many(kEig, inputs, nullptr, 0, where);
  return {std::move(both[0]), std::move(both[1])};
}

}  // namespace whygrad
