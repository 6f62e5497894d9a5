// Inverses, linear systems and determinants.
#include "kernels/linalg.hpp"
#include "ops/core/batch.hpp"
#include "ops/families.hpp"
#include "ops/linalg/linalg.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/shape.hpp>

namespace whygrad {
namespace internal {

Tensor transposed(const Tensor& x) {
  Ints perm;
  for (int i = 0; i < x.rank(); ++i) perm.push_back(i < x.rank() - 2 ? i : 2 * x.rank() - 3 - i);
  return transpose(x, perm);
}

Tensor adjoint_of(const Tensor& x) { return conj_if_complex(transposed(x)); }
Tensor times_adjoint(const Tensor& a, const Tensor& b) {
  return is_complex(b.dtype()) ? matmul(a, adjoint_of(b)) : matmul(a, b, {.transpose_b = true});
}
Tensor adjoint_times(const Tensor& a, const Tensor& b) {
  return is_complex(a.dtype()) ? matmul(adjoint_of(a), b) : matmul(a, b, {.transpose_a = true});
}

Tensor columns_of(const Tensor& x, std::int64_t begin, std::int64_t count) {
  Ints from, size(x.shape());
  for (int i = 0; i < x.rank(); ++i) from.push_back(i == x.rank() - 1 ? begin : 0);
  size[x.rank() - 1] = count;
  return slice(x, from, size);
}

Tensor safe_reciprocal(const Tensor& s) { return divide(s, add(square(s), 1e-20)); }

Tensor reciprocal_distances(const Tensor& e) {
  const Tensor diagonal = matrix_diag(ones(e.shape(), e.dtype()));
  return subtract(safe_reciprocal(add(subtract(expand_dims(e, -2), expand_dims(e, -1)), diagonal)), diagonal);
}

namespace {

constexpr NonFinite kNearlySingular{NonFinite::kSingularMatrix,
                                    "add a small multiple of eye(n) to the matrix, so that it is further from having no inverse"};

[[noreturn]] void refuse_singular(const OpContext& c) {
  throw ValueError(c.op().name, "Input is not invertible.", "add a small multiple of eye(n), or look why two rows say the same");
}

constexpr OpDef kInverse = define_op({
    .name = "matrix_inverse",
    .doc = "The inverse of each matrix, x [.., n, n]. dx = -y^H dy y^H.",
    .inputs = {{"x", Differentiable{output(0)}}},
    .infer =
        [](InferContext& c) {
          check_square(c);
          c.output(c.input(0).dtype(), c.input(0).shape());
        },
    .kernel =
        [](KernelContext& g) {
          if (!kernels::matrix_inverse(g.in(0), g.out())) refuse_singular(g);
        },
    .vjp =
        [](VjpContext& g) {
          const Tensor y = adjoint_of(g.output());
          g.give(0, negative(matmul(y, matmul(g.dy(), y))));
        },
    .batch = batch_last_axes,
    .nonfinite = kNearlySingular,
});

void infer_systems(InferContext& c) {
  check_square(c);
  c.same_dtype(0, 1);
  const Shape &a = c.input(0).shape(), &b = c.input(1).shape();
  bool fits = a.rank() == b.rank();
  for (int i = 0; fits && i < a.rank() - 1; ++i) fits = a[i] == b[i];
  if (!fits) c.shape_error("a and b do not go together", "a is [.., n, n] and b is [.., n, m], with equal leading axes");
  c.output(c.input(1).dtype(), b);
}

constexpr OpDef kSolve = define_op({
    .name = "matrix_solve",
    .doc = "x where a x = b: a [.., n, n], b [.., n, m] -> [.., n, m]. db = solve(a^H, dx), da = -db x^H.",
    .inputs = {{"a", Differentiable{input(0) | output(0)}}, {"b", Differentiable{input(0)}}},
    .infer = infer_systems,
    .kernel =
        [](KernelContext& g) {
          if (!kernels::matrix_solve(g.in(0), g.in(1), g.out())) refuse_singular(g);
        },
    .vjp =
        [](VjpContext& g) {
          const Tensor db = matrix_solve(adjoint_of(g.input(0)), g.dy());
          if (g.needs(0)) g.give(0, negative(times_adjoint(db, g.output())));
          if (g.needs(1)) g.give(1, db);
        },
    .batch = batch_last_axes,
    .nonfinite = kNearlySingular,
});

constexpr OpDef kTriangularSolve = define_op({
    .name = "matrix_triangular_solve",
    .doc = "x where a x = b, or a^H x = b where adjoint, of one triangle of a [.., n, n]; b [.., n, m]. db = solve(a^H, dx), da = -db x^H.",
    .inputs = {{"a", Differentiable{input(0) | output(0)}}, {"b", Differentiable{input(0)}}},
    .attrs = {attr<&TriangularOptions::lower>("lower", "whether the lower triangle is read"),
              attr<&TriangularOptions::adjoint>("adjoint", "whether a is transposed and conjugated")},
    .infer = infer_systems,
    .kernel =
        [](KernelContext& g) {
          const auto& options = g.attrs<TriangularOptions>();
          if (!kernels::triangular_solve(g.in(0), options.lower, options.adjoint, g.in(1), g.out())) refuse_singular(g);
        },
    .vjp =
        [](VjpContext& g) {
          const auto options = g.attrs<TriangularOptions>();
          const Tensor db = matrix_triangular_solve(g.input(0), g.dy(), {options.lower, !options.adjoint});
          if (g.needs(0)) {
            const Tensor &left = options.adjoint ? g.output() : db, &right = options.adjoint ? db : g.output();
            const Tensor da = negative(times_adjoint(left, right));
            g.give(0, matrix_band_part(da, options.lower ? -1 : 0, options.lower ? 0 : -1));
          }
          if (g.needs(1)) g.give(1, db);
        },
    .batch = batch_last_axes,
    .nonfinite = kNearlySingular,
});

// The inverse for the derivative of a determinant.
Tensor inverse_of_input(const VjpContext& g) {
  return within_rule(g, "Input is not invertible, and the derivative needs its inverse.", [&] { return matrix_inverse(g.input(0)); });
}

// Two more axes of 1, so that each matrix has one number.
Tensor of_matrices(const Tensor& x) { return expand_dims(expand_dims(x, -1), -1); }

constexpr OpDef kDeterminant = define_op({
    .name = "matrix_determinant",
    .doc = "The determinant of each matrix: x [.., n, n] -> [..]. dx = dy conj(y) (x^-1)^H.",
    .inputs = {{"x", Differentiable{input(0) | output(0)}}},
    .infer =
        [](InferContext& c) {
          check_square(c);
          c.output(c.input(0).dtype(), leading(c.input(0).shape(), 2));
        },
    .kernel = [](KernelContext& g) { kernels::determinant(g.in(0), g.out()); },
    .vjp = [](VjpContext& g) { g.give(0, multiply(of_matrices(multiply(g.dy(), conj_if_complex(g.output()))), adjoint_of(inverse_of_input(g)))); },
    .batch = batch_last_axes,
    .nonfinite =
        {NonFinite::kSingularMatrix,
         "the derivative of a determinant needs the inverse: add a small multiple of eye(n) to the matrix, or look why two rows say the same"},
});

constexpr OpDef kLogDeterminant = define_op({
    .name = "log_matrix_determinant",
    .doc = "The sign of each determinant and the logarithm of its absolute value: x [.., n, n] -> [..] each. dx = dlog (x^-1)^H.",
    .inputs = {{"x", Differentiable{input(0) | output(0)}}},
    .outputs = {"sign", "log_abs_determinant"},
    .infer =
        [](InferContext& c) {
          check_square(c);
          c.output(c.input(0).dtype(), leading(c.input(0).shape(), 2));
          c.output(c.input(0).dtype(), leading(c.input(0).shape(), 2));
        },
    .kernel = [](KernelContext& g) { kernels::log_determinant(g.in(0), g.out(0), g.out(1)); },
    .vjp =
        [](VjpContext& g) {
          // Along a real matrix the sign has slope 0; the sign of a complex one turns.
          const bool turns = is_complex(g.input_dtype(0)) && g.has_dy(0);
          if (!turns && !g.has_dy(1)) return g.give(0, zeros(g.input_shape(0), g.input_dtype(0)));
          Tensor slope = g.dy(1);
          if (is_complex(slope.dtype())) {
            const Tensor turn = turns ? imag(multiply(g.dy(0), conj(g.output(0)))) : zeros_like(real(slope));
            slope = complex(real(slope), turn);
          }
          g.give(0, multiply(of_matrices(slope), adjoint_of(inverse_of_input(g))));
        },
    .batch = batch_last_axes,
    .nonfinite = {NonFinite::kLogOfZero, "keep the matrix away from having no inverse: add a small multiple of eye(n)"},
});

constexpr const OpDef* kOps[] = {&kInverse, &kSolve, &kTriangularSolve, &kDeterminant, &kLogDeterminant};

}  // namespace

OpFamily solve_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor matrix_inverse(const Tensor& x, Where where) { return apply(kInverse, {&x}, where); }
Tensor matrix_solve(const Tensor& a, const Tensor& b, Where where) { return apply(kSolve, {&a, &b}, where); }
Tensor matrix_triangular_solve(const Tensor& a, const Tensor& b, const TriangularOptions& options, Where where) {
  return apply(kTriangularSolve, {&a, &b}, where, options);
}
Tensor matrix_determinant(const Tensor& x, Where where) { return apply(kDeterminant, {&x}, where); }

LogDeterminant log_matrix_determinant(const Tensor& x, Where where) {
  const Tensor* const inputs[] = {&x};
  std::vector<Tensor> both = apply_many(kLogDeterminant, inputs, nullptr, 0, where);
  return {std::move(both[0]), std::move(both[1])};
}

}  // namespace whygrad
