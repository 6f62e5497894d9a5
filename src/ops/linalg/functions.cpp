// Functions of matrices, and systems with three diagonals.
#include "kernels/linalg.hpp"
#include "ops/core/batch.hpp"
#include "ops/families.hpp"
#include "ops/linalg/linalg.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <array>

namespace whygrad {
namespace internal {
namespace {

using kernels::MatrixFunction;

// NOTE [derivatives of functions of matrices]
// For a function f of matrices that is given by a power series, f of the block matrix [[a, d], [0, a]] holds f(a) on its diagonal and the derivative
// of f at a in the direction d above it. The transposed conjugate of that derivative is the one at a^H, so dx stands above the diagonal of f([[x^H,
// dy], [0, x^H]]). That is the function itself again, so there are derivatives of any order.
template <Tensor (*F)(const Tensor&, Where)>
Tensor derivative_along(const Tensor& a, const Tensor& direction) {
  if (a.size() == 0) return zeros(a.shape(), a.dtype());
  const std::int64_t n = a.shape().back();
  const Tensor whole = F(concat({concat({a, direction}, -1), concat({zeros_like(a), a}, -1)}, -2), Where::here());
  Ints begin, size(a.shape());
  for (int i = 0; i < a.rank(); ++i) begin.push_back(i == a.rank() - 1 ? n : 0);
  return slice(whole, begin, size);
}

template <Tensor (*F)(const Tensor&, Where)>
void function_vjp(VjpContext& g) {
  g.give(0, derivative_along<F>(adjoint_of(g.input(0)), g.dy()));
}

// The gradient rule does not look linear in dy, so forward mode cannot transpose it.
template <Tensor (*F)(const Tensor&, Where)>
void function_jvp(JvpContext& g) {
  g.give(0, derivative_along<F>(g.input(0), g.tangent(0)));
}

void infer_function(InferContext& c) {
  check_square(c);
  c.output(c.input(0).dtype(), c.input(0).shape());
}

template <MatrixFunction F>
void run_function(KernelContext& g) {
  if (kernels::matrix_function(F, g.in(0), g.out())) return;
  if constexpr (F == MatrixFunction::kLogarithm) {
    throw ValueError(g.op().name, "the matrix has no logarithm: one of its eigenvalues is 0", "add a small multiple of eye(n)");
  }
  throw ValueError(g.op().name, "the matrix has no square root of its dtype",
                   "where real eigenvalues are negative the root is complex: cast(x, complex64); where they are 0, add a small multiple of eye(n)");
}

constexpr OpDef kExpm = define_op({
    .name = "expm",
    .doc = "The exponential of each matrix, x [.., n, n]. dx = what stands above the diagonal of expm([[x^H, dy], [0, x^H]]).",
    .type = "MatrixExponential",
    .inputs = {{"x", Differentiable{input(0)}}},
    .infer = infer_function,
    .kernel = run_function<MatrixFunction::kExponential>,
    .vjp = function_vjp<expm>,
    .jvp = function_jvp<expm>,
    .batch = batch_last_axes,
    .nonfinite = {NonFinite::kOverflow, "scale the matrix down: the largest real part of its eigenvalues is below 88 in float32 (709 in float64)"},
});

constexpr OpDef kLogm = define_op({
    .name = "logm",
    .doc = "The principal logarithm of each matrix, x [.., n, n], complex. dx = what stands above the diagonal of logm([[x^H, dy], [0, x^H]]).",
    .type = "MatrixLogarithm",
    .inputs = {{"x", Differentiable{input(0)}}},
    .infer =
        [](InferContext& c) {
          if (!is_complex(c.input(0).dtype())) {
            c.dtype_error("the logarithm of a real matrix is complex", "cast(x, complex64), or complex128 for float64");
          }
          infer_function(c);
        },
    .kernel = run_function<MatrixFunction::kLogarithm>,
    .vjp = function_vjp<logm>,
    .jvp = function_jvp<logm>,
    .batch = batch_last_axes,
});

constexpr OpDef kSqrtm = define_op({
    .name = "sqrtm",
    .doc = "The principal square root of each matrix, x [.., n, n]. dx = what stands above the diagonal of sqrtm([[x^H, dy], [0, x^H]]).",
    .type = "MatrixSquareRoot",
    .inputs = {{"x", Differentiable{input(0)}}},
    .infer = infer_function,
    .kernel = run_function<MatrixFunction::kSquareRoot>,
    .vjp = function_vjp<sqrtm>,
    .jvp = function_jvp<sqrtm>,
    .batch = batch_last_axes,
});

// ---- Three diagonals ----

// Row i of three of them [.., 3, n]: [.., n].
Tensor diagonal_of(const Tensor& three, std::int64_t i) { return unstack(three, -2)[static_cast<std::size_t>(i)]; }

// The rows of x [.., n, m], or its elements [.., n] where it is a diagonal, moved by one along an axis counted from the end, with zeros behind.
Tensor moved(const Tensor& x, int axis, bool up) {
  const int at = x.rank() + axis;
  const std::int64_t n = x.shape()[at];
  Ints begin, size(x.shape());
  std::vector<std::array<std::int64_t, 2>> paddings(static_cast<std::size_t>(x.rank()), {0, 0});
  for (int i = 0; i < x.rank(); ++i) begin.push_back(i == at && up ? 1 : 0);
  size[at] = n - 1;
  paddings[static_cast<std::size_t>(at)] = up ? std::array<std::int64_t, 2>{0, 1} : std::array<std::int64_t, 2>{1, 0};
  return pad(slice(x, begin, size), paddings);
}

constexpr OpDef kTridiagonalSolve = define_op({
    .name = "tridiagonal_solve",
    .doc = "x where a x = b, of a's diagonals [.., 3, n] (above, main, below) and b [.., n, m]. db = solve(a^H, dx), da = -db x^H on the diagonals.",
    .inputs = {{"diagonals", Differentiable{input(0) | output(0)}}, {"b", Differentiable{input(0)}}},
    .infer =
        [](InferContext& c) {
          check_matrix(c);
          c.same_dtype(0, 1);
          const Shape &a = c.input(0).shape(), &b = c.input(1).shape();
          bool fits = a.rank() == b.rank() && a.back(1) == 3 && a.back() == b.back(1);
          for (int i = 0; fits && i < a.rank() - 2; ++i) fits = a[i] == b[i];
          if (!fits)
            c.shape_error("the diagonals and b do not go together", "the diagonals are [.., 3, n] and b is [.., n, m], with equal leading axes");
          c.output(c.input(1).dtype(), b);
        },
    .kernel =
        [](KernelContext& g) {
          if (kernels::tridiagonal_solve(g.in(0), g.in(1), g.out())) return;
          throw ValueError(g.op().name, "Input is not invertible.", "look which diagonal element is 0, or add a small number to the main diagonal");
        },
    .vjp =
        [](VjpContext& g) {
          if (g.output_shape().size() == 0) {
            for (int i = 0; i < 2; ++i) g.give(i, zeros(g.input_shape(i), g.input_dtype(i)));
            return;
          }
          const Tensor three = conj_if_complex(g.input(0));
          const Tensor turned = stack({moved(diagonal_of(three, 2), -1, true), diagonal_of(three, 1), moved(diagonal_of(three, 0), -1, false)}, -2);
          const Tensor db = tridiagonal_solve(turned, g.dy());
          if (g.needs(0)) {
            const Tensor x = conj_if_complex(g.output()), negative_db = negative(db);
            const auto product = [&](const Tensor& other) { return reduce_sum(multiply(negative_db, other), -1); };
            g.give(0, stack({product(moved(x, -2, true)), product(x), product(moved(x, -2, false))}, -2));
          }
          if (g.needs(1)) g.give(1, db);
        },
    .batch = batch_last_axes,
    .nonfinite = {NonFinite::kSingularMatrix, "add a small number to the main diagonal, so that the matrix is further from having no inverse"},
});

constexpr const OpDef* kOps[] = {&kExpm, &kLogm, &kSqrtm, &kTridiagonalSolve};

}  // namespace

OpFamily matrix_function_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor expm(const Tensor& x, Where where) { return apply(kExpm, {&x}, where); }
Tensor logm(const Tensor& x, Where where) { return apply(kLogm, {&x}, where); }
Tensor sqrtm(const Tensor& x, Where where) { return apply(kSqrtm, {&x}, where); }
Tensor tridiagonal_solve(const Tensor& diagonals, const Tensor& b, Where where) { return apply(kTridiagonalSolve, {&diagonals, &b}, where); }

}  // namespace whygrad
