// Singular values, orthogonal and triangular factors, eigenvalues of any square matrix.
#include "kernels/linalg.hpp"
#include "ops/core/batch.hpp"
#include "ops/families.hpp"
#include "ops/linalg/linalg.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/sorting.hpp>

#include <algorithm>

namespace whygrad {
namespace internal {
namespace {

[[noreturn]] void refuse_iteration(const OpContext& c) {
  throw ValueError(c.op().name, "the iteration for a matrix did not come to an end", "scale the matrix, so that its elements are near 1");
}

// Numbers s [.., k] as factors of the columns, or of the rows, of matrices [.., k, k].
Tensor times_columns(const Tensor& x, const Tensor& s) { return multiply(x, expand_dims(s, -2)); }
Tensor times_rows(const Tensor& s, const Tensor& x) { return multiply(x, expand_dims(s, -1)); }

// ---- Singular values ----

void infer_values(InferContext& c) {
  check_matrix(c);
  const Shape& x = c.input(0).shape();
  c.output(real_dtype(c.input(0).dtype()), with_last(leading(x, 2), {std::min(x.back(0), x.back(1))}));
}

// What the gradient `d` of the vectors u [.., m, ..], of which the first k belong to singular values, does to the matrix, without u's part in itself:
// (d - u u^H d) / s, and from the vectors beyond the first k, which turn with them, -(u2 d2^H u) / s.
Tensor beside_vectors(const Tensor& u, const Tensor& d, const Tensor& inverse_s, std::int64_t k) {
  const std::int64_t all = u.shape().back();
  const Tensor first = columns_of(u, 0, k), d_first = columns_of(d, 0, k);
  Tensor out = subtract(d_first, matmul(first, adjoint_times(first, d_first)));
  if (all > k) out = subtract(out, matmul(columns_of(u, k, all - k), adjoint_times(columns_of(d, k, all - k), first)));
  return times_columns(out, inverse_s);
}

// With F_ij = 1 / (s_j^2 - s_i^2): the antisymmetric part of u^H du, divided by what turns the vectors.
Tensor turning(const Tensor& factors, const Tensor& u, const Tensor& d) {
  const Tensor inner = multiply(factors, adjoint_times(u, d));
  return add(inner, adjoint_of(inner));
}

void svd_vjp(VjpContext& g) {
  const Tensor s = g.output(0), u = g.output(1), v = g.output(2);
  const DType dtype = u.dtype();
  const std::int64_t k = s.shape().back(), m = u.shape().back(1), n = v.shape().back(1);
  const Tensor wide_s = cast(s, dtype), inverse_s = cast(safe_reciprocal(s), dtype), factors = cast(reciprocal_distances(square(s)), dtype);
  const Tensor first_u = columns_of(u, 0, k), first_v = columns_of(v, 0, k);
  Tensor inner = matrix_diag(cast(g.dy(0), dtype));
  if (g.has_dy(1)) inner = add(inner, times_columns(turning(factors, first_u, columns_of(g.dy(1), 0, k)), wide_s));
  if (g.has_dy(2)) {
    const Tensor d = columns_of(g.dy(2), 0, k);
    inner = add(inner, times_rows(wide_s, turning(factors, first_v, d)));
    if (is_complex(dtype)) {  // u and v turn together
      const Tensor along = matrix_diag_part(adjoint_times(first_v, d));
      inner = add(inner, matrix_diag(multiply(multiply(0.5, inverse_s), subtract(conj(along), along))));
    }
  }
  Tensor dx = matmul(first_u, times_adjoint(inner, first_v));
  if (g.has_dy(1) && m > k) dx = add(dx, times_adjoint(beside_vectors(u, g.dy(1), inverse_s, k), first_v));
  if (g.has_dy(2) && n > k) dx = add(dx, times_adjoint(first_u, beside_vectors(v, g.dy(2), inverse_s, k)));
  g.give(0, dx);
}

struct SvdAttrs {
  bool full_matrices = false;
};

constexpr OpDef kSvd = define_op({
    .name = "svd",
    .doc =
        "x = u diag(s) v^H: x [.., m, n] -> s [.., k], descending, u [.., m, k], v [.., n, k], k = min(m, n). dx = u (diag(ds) + F * (u^H du - du^H "
        "u) s + s F * (v^H dv - dv^H v)) v^H + (1 - u u^H) du / s v^H + u / s dv^H (1 - v v^H), F = 1 / (s_j^2 - s_i^2).",
    .inputs = {{"x", Differentiable{output(0) | output(1) | output(2)}}},
    .outputs = {"s", "u", "v"},
    .attrs = {attr<&SvdAttrs::full_matrices>("full_matrices", "whether u is [.., m, m] and v [.., n, n]")},
    .infer =
        [](InferContext& c) {
          infer_values(c);
          const bool full = c.attrs<SvdAttrs>().full_matrices;
          const Shape &x = c.input(0).shape(), before = leading(x, 2);
          const std::int64_t m = x.back(1), n = x.back(0), k = std::min(m, n);
          c.output(c.input(0).dtype(), with_last(before, {m, full ? m : k}));
          c.output(c.input(0).dtype(), with_last(before, {n, full ? n : k}));
        },
    .kernel =
        [](KernelContext& g) {
          const kernels::View u = g.out(1), v = g.out(2);
          if (!kernels::svd(g.in(0), g.out(0), &u, &v)) refuse_iteration(g);
        },
    .vjp = svd_vjp,
    .batch = batch_last_axes,
    .zero =
        {ZeroGradient::kTies,
         "break the tie, for instance by adding different small numbers to the diagonal; or use the singular values, or what all vectors of equal "
         "values span together"},
});

constexpr OpDef kSingularValues = define_op({
    .name = "singular_values",
    .doc = "The singular values of x [.., m, n], descending: [.., min(m, n)]. dx = u diag(ds) v^H.",
    .type = "Svd",
    .inputs = {{"x", Differentiable{input(0)}}},
    .outputs = {"s"},
    .infer = infer_values,
    .kernel =
        [](KernelContext& g) {
          if (!kernels::svd(g.in(0), g.out(0), nullptr, nullptr)) refuse_iteration(g);
        },
    .vjp =
        [](VjpContext& g) {
          const Svd parts = svd(g.input(0));
          g.give(0, times_adjoint(times_columns(parts.u, cast(g.dy(), parts.u.dtype())), parts.v));
        },
    .batch = batch_last_axes,
});

// ---- QR ----

// With an upper triangular r: x r^-H.
Tensor divided_by_adjoint(const Tensor& x, const Tensor& r) { return adjoint_of(matrix_triangular_solve(r, adjoint_of(x), {.lower = false})); }

// For at least as many rows as columns: (dq + q h) r^-H, where the Hermitian h has the upper triangle of dr r^H - q^H dq and a real diagonal.
Tensor deep_qr_gradient(const Tensor& q, const Tensor& r, const Tensor& dq, const Tensor& dr) {
  const Tensor upper = matrix_band_part(subtract(times_adjoint(dr, r), adjoint_times(q, dq)), 0, -1);
  const Tensor both = add(upper, adjoint_of(upper));
  const Tensor hermitian = subtract(both, multiply(0.5, matrix_band_part(both, 0, 0)));
  return divided_by_adjoint(add(dq, matmul(q, hermitian)), r);
}

struct QrAttrs {
  bool full_matrices = false;
};

constexpr OpDef kQr = define_op({
    .name = "qr",
    .doc = "x = q r: x [.., m, n] -> q [.., m, k], orthonormal columns, and r [.., k, n], upper triangular, k = min(m, n). dx = (dq + q h) r^-H, "
           "where h "
           "is Hermitian with the upper triangle of dr r^H - q^H dq.",
    .inputs = {{"x", Differentiable{input(0) | output(0) | output(1)}}},
    .outputs = {"q", "r"},
    .attrs = {attr<&QrAttrs::full_matrices>("full_matrices", "whether q is [.., m, m] and r [.., m, n]")},
    .infer =
        [](InferContext& c) {
          check_matrix(c);
          const Shape &x = c.input(0).shape(), before = leading(x, 2);
          const std::int64_t m = x.back(1), n = x.back(0), columns = c.attrs<QrAttrs>().full_matrices ? m : std::min(m, n);
          c.output(c.input(0).dtype(), with_last(before, {m, columns}));
          c.output(c.input(0).dtype(), with_last(before, {columns, n}));
        },
    .kernel = [](KernelContext& g) { kernels::qr(g.in(0), g.out(0), g.out(1)); },
    .vjp =
        [](VjpContext& g) {
          const Tensor q = g.output(0), r = g.output(1);
          const std::int64_t m = q.shape().back(1), n = r.shape().back();
          if (q.shape().back() > n) {
            throw UnsupportedError(g.op().name, "the columns of q beyond those of x have no unique derivative", "leave out full_matrices");
          }
          const auto gradient = [&](const Tensor& triangle, const Tensor& dq, const Tensor& dr) {
            return within_rule(g, "Columns of x are not independent, and the derivative divides by r.",
                               [&] { return deep_qr_gradient(q, triangle, dq, dr); });
          };
          if (m >= n) return g.give(0, gradient(r, g.dy(0), g.dy(1)));
          // x = [y, z], r = [u, v]: y = q u, and z = q v only passes through q.
          const Tensor z = columns_of(g.input(0), m, n - m), dv = columns_of(g.dy(1), m, n - m);
          const Tensor dy = gradient(columns_of(r, 0, m), add(g.dy(0), times_adjoint(z, dv)), columns_of(g.dy(1), 0, m));
          g.give(0, concat({dy, matmul(q, dv)}, -1));
        },
    .batch = batch_last_axes,
    .nonfinite = {NonFinite::kSingularMatrix,
                  "the rule solves with r: add a small multiple of eye(n) to the matrix, or look why two columns say the same"},
});

// ---- LU ----

struct LuAttrs {
  DType index_type = int32;
};

constexpr OpDef kLu = define_op({
    .name = "lu",
    .doc = "Rows p of x [.., n, n] are L U, with L below the diagonal of lu (ones on its own) and U on and above it. dx = the rows of L^-H (tril(L^H "
           "dL, "
           "-1) + triu(dU U^H)) U^-H, put back.",
    .inputs = {{"x", Differentiable{output(0) | output(1)}}},
    .outputs = {"lu", "p"},
    .attrs = {attr<&LuAttrs::index_type>("index_type", "int32 or int64, of the positions of the rows")},
    .infer =
        [](InferContext& c) {
          check_square(c);
          const DType index = c.attrs<LuAttrs>().index_type;
          if (index != int32 && index != int64) c.dtype_error("positions are int32 or int64", "give one of the two");
          c.output(c.input(0).dtype(), c.input(0).shape());
          c.output(index, leading(c.input(0).shape(), 1));
        },
    .kernel =
        [](KernelContext& g) {
          if (!kernels::lu_factors(g.in(0), g.out(0), g.out(1))) {
            throw ValueError(g.op().name, "Input is not invertible.", "add a small multiple of eye(n), or look why two rows say the same");
          }
        },
    .vjp =
        [](VjpContext& g) {
          const Tensor lu = g.output(0), ones_on_diagonal = matrix_diag(ones(leading(lu.shape(), 1), lu.dtype()));
          const Tensor lower = add(subtract(matrix_band_part(lu, -1, 0), matrix_band_part(lu, 0, 0)), ones_on_diagonal);
          const Tensor upper = matrix_band_part(lu, 0, -1), du = matrix_band_part(g.dy(0), 0, -1), dl = subtract(g.dy(0), du);
          const Tensor below = adjoint_times(lower, dl), above = times_adjoint(du, upper);
          const Tensor inner = add(subtract(matrix_band_part(below, -1, 0), matrix_band_part(below, 0, 0)), matrix_band_part(above, 0, -1));
          const Tensor left = matrix_triangular_solve(lower, inner, {.adjoint = true});
          const Tensor rows = divided_by_adjoint(left, upper);
          g.give(0, gather(rows, argsort(g.output(1), -1), lu.rank() - 2, lu.rank() - 2));
        },
    .batch = batch_last_axes,
    .nonfinite = {NonFinite::kSingularMatrix, "add a small multiple of eye(n) to the matrix, so that it is further from having no inverse"},
    .integers = {"p counts rows: positions do not move a little", "differentiate with respect to what lu holds"},
});

// ---- Eigenvalues ----

// dx of the real or complex input from that of the same complex matrix.
void give_part(VjpContext& g, const Tensor& dx) { g.give(0, is_complex(g.input_dtype(0)) ? dx : real(dx)); }

// v^-H inner v^H
Tensor in_coordinates(const VjpContext& g, const Tensor& v, const Tensor& inner) {
  return within_rule(g, "The eigenvectors are not independent, and the derivative needs their inverse.",
                     [&] { return matrix_solve(adjoint_of(v), times_adjoint(inner, v)); });
}

constexpr const char* kDefective =
    "the rule divides by differences of eigenvalues and solves with the eigenvectors: break the tie by different small numbers on the diagonal, or "
    "use "
    "the decomposition of symmetric matrices where x is one";

void infer_eigenvalues(InferContext& c) {
  check_square(c);
  c.output(complex_dtype(c.input(0).dtype()), leading(c.input(0).shape(), 1));
}

constexpr OpDef kEigAny = define_op({
    .name = "eig",
    .doc = "Eigenvalues [.., n] and eigenvectors of length 1, as columns [.., n, n], of x [.., n, n]; complex. dx = v^-H (diag(de) + (v^H dv - v^H v "
           "diag(real(v^H dv))) / conj(e_j - e_i)) v^H.",
    .inputs = {{"x", Differentiable{output(0) | output(1)}}},
    .outputs = {"e", "v"},
    .infer =
        [](InferContext& c) {
          infer_eigenvalues(c);
          c.output(complex_dtype(c.input(0).dtype()), c.input(0).shape());
        },
    .kernel =
        [](KernelContext& g) {
          const kernels::View v = g.out(1);
          if (!kernels::eig(g.in(0), g.out(0), &v)) refuse_iteration(g);
        },
    .vjp =
        [](VjpContext& g) {
          const Tensor e = g.output(0), v = g.output(1);
          Tensor inner = matrix_diag(g.dy(0));
          if (g.has_dy(1)) {
            const Tensor along = adjoint_times(v, g.dy(1));
            const Tensor lengths = cast(real(matrix_diag_part(along)), v.dtype());  // an eigenvector keeps its length
            const Tensor turns = subtract(along, times_columns(adjoint_times(v, v), lengths));
            inner = add(inner, multiply(conj(reciprocal_distances(e)), turns));
          }
          give_part(g, in_coordinates(g, v, inner));
        },
    .batch = batch_last_axes,
    .zero =
        {ZeroGradient::kTies,
         "break the tie, for instance by adding different small numbers to the diagonal; or use the values, or what all vectors of equal values span "
         "together"},
    .nonfinite = {NonFinite::kSingularMatrix, kDefective},
});

constexpr OpDef kEigenvalues = define_op({
    .name = "eigvals",
    .doc = "The eigenvalues of x [.., n, n]: complex [.., n]. dx = v^-H diag(de) v^H with the eigenvectors v.",
    .type = "Eig",
    .inputs = {{"x", Differentiable{input(0)}}},
    .outputs = {"e"},
    .infer = infer_eigenvalues,
    .kernel =
        [](KernelContext& g) {
          if (!kernels::eig(g.in(0), g.out(), nullptr)) refuse_iteration(g);
        },
    .vjp = [](VjpContext& g) { give_part(g, in_coordinates(g, eig(g.input(0)).vectors, matrix_diag(g.dy()))); },
    .batch = batch_last_axes,
    .nonfinite = {NonFinite::kSingularMatrix, kDefective},
});

constexpr const OpDef* kOps[] = {&kSvd, &kSingularValues, &kQr, &kLu, &kEigAny, &kEigenvalues};

std::vector<Tensor> outputs_of(const OpDef& op, const Tensor& x, const void* attrs, std::size_t bytes, const Where& where) {
  const Tensor* const inputs[] = {&x};
  return apply_many(op, inputs, attrs, bytes, where);
}

}  // namespace

OpFamily decompose_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Svd svd(const Tensor& x, bool full_matrices, Where where) {
  const SvdAttrs attrs{full_matrices};
  std::vector<Tensor> parts = outputs_of(kSvd, x, &attrs, sizeof attrs, where);
  return {std::move(parts[0]), std::move(parts[1]), std::move(parts[2])};
}
Tensor singular_values(const Tensor& x, Where where) { return apply(kSingularValues, {&x}, where); }

Qr qr(const Tensor& x, bool full_matrices, Where where) {
  const QrAttrs attrs{full_matrices};
  std::vector<Tensor> parts = outputs_of(kQr, x, &attrs, sizeof attrs, where);
  return {std::move(parts[0]), std::move(parts[1])};
}

Lu lu(const Tensor& x, DType index_type, Where where) {
  const LuAttrs attrs{index_type};
  std::vector<Tensor> parts = outputs_of(kLu, x, &attrs, sizeof attrs, where);
  return {std::move(parts[0]), std::move(parts[1])};
}

Eigen eig(const Tensor& x, Where where) {
  std::vector<Tensor> parts = outputs_of(kEigAny, x, nullptr, 0, where);
  return {std::move(parts[0]), std::move(parts[1])};
}
Tensor eigvals(const Tensor& x, Where where) { return apply(kEigenvalues, {&x}, where); }

}  // namespace whygrad
