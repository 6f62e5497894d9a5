// Decompositions of any matrix, functions of matrices, systems with three diagonals.
#include "ops/samples/linalg/matrices.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/reduce.hpp>

namespace whygrad::samples {
namespace {

// ---- Decompositions: functions of them that do not depend on the signs and phases of vectors, and have another way to be computed ----

// u diag(s^3) v^H = x x^H x
Tensor cube_by_values(const Tensor& x, bool full) {
  const Svd parts = svd(x, full);
  const std::int64_t k = parts.s.shape().back();
  const auto first = [&](const Tensor& vectors) { return slice(vectors, {0, 0}, {vectors.shape()[0], k}); };
  const Tensor cubes = cast(multiply(parts.s, square(parts.s)), x.dtype());
  return matmul(multiply(first(parts.u), expand_dims(cubes, -2)), adjoint(first(parts.v)));
}

void add_singular_values(SampleList& list) {
  const auto cube = [](const Matrix& a) { return a * adjoint_matrix(a) * a; };
  for (const bool full : {false, true}) {
    for (const Shape& shape : {Shape{3, 3}, Shape{4, 2}, Shape{2, 3}, Shape{1, 3}}) {
      add_matrix(
          list, "svd", uniform(shape), [=](const Tensor& x) { return cube_by_values(x, full); }, cube);
      add_matrix(
          list, "svd", complex_numbers(shape), [=](const Tensor& x) { return cube_by_values(x, full); }, cube);
    }
  }
  // The vectors beyond those of singular values span what x does not reach.
  for (const bool complex : {false, true}) {
    add_matrix(
        list, "svd", complex ? complex_numbers({4, 2}) : uniform({4, 2}),
        [](const Tensor& x) {
          const Tensor beyond = slice(svd(x, true).u, {0, 2}, {4, 2});
          return matmul(beyond, adjoint(beyond));
        },
        [](const Matrix& a) {
          const Matrix h = adjoint_matrix(a);
          return sum_of(identity_matrix(4), a * eliminated(h * a, h), -1);
        });
    add_matrix(
        list, "svd", complex ? complex_numbers({1, 3}) : uniform({1, 3}),
        [](const Tensor& x) {
          const Tensor beyond = slice(svd(x, true).v, {0, 1}, {3, 2});
          return matmul(beyond, adjoint(beyond));
        },
        [](const Matrix& a) {
          const Matrix h = adjoint_matrix(a);
          return sum_of(identity_matrix(3), h * eliminated(a * h, a), -1);
        });
  }
  list.add({.op = "singular_values",
            .inputs = {uniform({2, 2, 2})},
            .run = [](const Inputs& x) { return outputs(singular_values(x[0])); },
            .expected =
                [](const Arrays& x) {
                  Array y{{2, 2}, {}};
                  for (std::size_t b = 0; b < 8; b += 4) {
                    const std::vector<double>& v = x[0].values;
                    double squares = 0;
                    for (std::size_t i = 0; i < 4; ++i) squares += v[b + i] * v[b + i];
                    const double determinant = v[b] * v[b + 3] - v[b + 1] * v[b + 2],
                                 root = std::sqrt(squares * squares - 4 * determinant * determinant);
                    for (const double sign : {1, -1}) y.values.push_back(std::sqrt((squares + sign * root) / 2));
                  }
                  return Arrays{y};
                }});
  list.refuse({.op = "svd", .fragment = "no matrices", .call = [] { svd(uniform({3})); }});
  list.refuse({.op = "svd", .fragment = "float32, float64, complex64", .call = [] { svd(integers({2, 2}, 0, 3)); }});
  list.refuse({.op = "singular_values", .fragment = "no matrices", .call = [] { singular_values(uniform({3})); }});
  list.refuse({.op = "qr", .fragment = "no matrices", .call = [] { qr(uniform({3})); }});
}

void add_orthogonal(SampleList& list) {
  // The squares of the elements of q, by the method of Gram and Schmidt; r^H r with weights.
  const auto squares_of_q = [](const Matrix& a) {
    Matrix q = zero_matrix(a.rows, std::min(a.rows, a.columns));
    for (std::int64_t j = 0; j < q.columns; ++j) {
      std::vector<Complex> column;
      for (std::int64_t i = 0; i < a.rows; ++i) column.push_back(a(i, j));
      for (std::int64_t k = 0; k < j; ++k) {
        Complex along = 0;
        for (std::int64_t i = 0; i < a.rows; ++i) along += std::conj(q(i, k)) * a(i, j);
        for (std::int64_t i = 0; i < a.rows; ++i) column[static_cast<std::size_t>(i)] -= along * q(i, k);
      }
      double length = 0;
      for (const Complex z : column) length += std::norm(z);
      for (std::int64_t i = 0; i < a.rows; ++i) q(i, j) = column[static_cast<std::size_t>(i)] / std::sqrt(length);
    }
    for (Complex& z : q.elements) z = std::norm(z);
    return q;
  };
  for (const Shape& shape : {Shape{3, 3}, Shape{4, 2}, Shape{2, 4}}) {
    for (const bool complex : {false, true}) {
      add_matrix(
          list, "qr", complex ? complex_numbers(shape, 3) : uniform(shape, -2, 2, 3),
          [](const Tensor& x) {
            const Tensor q = qr(x).q;
            return multiply(q, conj(q));
          },
          squares_of_q);
      add_matrix(
          list, "qr", complex ? complex_numbers(shape, 3) : uniform(shape, -2, 2, 3),
          [](const Tensor& x) {
            const Qr parts = qr(x);
            return matmul(parts.q, parts.r);
          },
          [](const Matrix& a) { return a; });
    }
  }
  add_matrix(
      list, "qr", uniform({4, 2}),
      [](const Tensor& x) {
        const Qr parts = qr(x, true);
        return matmul(parts.q, parts.r);
      },
      [](const Matrix& a) { return a; }, 0);
  list.refuse({.op = "qr", .fragment = "no unique derivative", .call = [] {
                 const Variable x(uniform({4, 2}));
                 GradientTape tape;
                 const Tensor q = qr(x, true).q;
                 tape.gradient(q, x);
               }});
}

void add_triangular(SampleList& list) {
  for (const bool complex : {false, true}) {
    const Tensor x = complex ? complex_regular(3) : regular({3, 3});
    add_matrix(
        list, "lu", x, [](const Tensor& y) { return lu(y).lu; },
        [](Matrix a) {  // no row is swapped
          for (std::int64_t k = 0; k < 3; ++k) {
            for (std::int64_t i = k + 1; i < 3; ++i) {
              a(i, k) /= a(k, k);
              for (std::int64_t j = k + 1; j < 3; ++j) a(i, j) -= a(i, k) * a(k, j);
            }
          }
          return a;
        });
    add_matrix(
        list, "lu", reverse(x, {0}),
        [](const Tensor& y) {
          const Lu parts = lu(y, int64);
          return lu_reconstruct(parts.lu, parts.p);
        },
        [](const Matrix& a) { return a; });
  }
  list.refuse({.op = "lu", .fragment = "not invertible", .call = [] { lu(numbers({2, 2}, {1, 2, 2, 4})); }});
  list.refuse({.op = "lu", .fragment = "no square matrices", .call = [] { lu(uniform({2, 3})); }});
  list.refuse({.op = "lu", .fragment = "int32 or int64", .call = [] { lu(regular({2, 2}), float32); }});
}

void add_eigenvalues(SampleList& list) {
  const auto square_by_values = [](const Tensor& x) {
    const Eigen e = eig(x);
    return matmul(multiply(e.vectors, expand_dims(square(e.values), -2)), matrix_inverse(e.vectors));
  };
  const auto sum_of_cubes = [](const Tensor& x) {
    const Tensor e = eigvals(x);
    return reshape(reduce_sum(multiply(e, square(e))), {1, 1});
  };
  const auto trace_of_cube = [](const Matrix& a) {
    const Matrix cube = a * a * a;
    return Matrix{1, 1, {cube(0, 0) + cube(1, 1) + cube(2, 2)}};
  };
  for (const bool complex : {false, true}) {
    const Tensor x = complex ? complex_numbers({3, 3}) : uniform({3, 3});
    const auto part = [complex](const Tensor& y) { return complex ? y : real(y); };
    add_matrix(
        list, "eig", x, [=](const Tensor& y) { return part(square_by_values(y)); }, [](const Matrix& a) { return a * a; });
    add_matrix(
        list, "eigvals", x, [=](const Tensor& y) { return part(sum_of_cubes(y)); }, trace_of_cube);
  }
  list.refuse({.op = "eig", .fragment = "no square matrices", .call = [] { eig(uniform({2, 3})); }});
  list.refuse({.op = "eigvals", .fragment = "no square matrices", .call = [] { eigvals(uniform({2, 3})); }});
}

void add_functions(SampleList& list) {
  // The sum over k >= first of factor(k) a^k.
  const auto series = [](const Matrix& a, double (*factor)(int)) {
    Matrix power = identity_matrix(a.rows), sum = zero_matrix(a.rows, a.rows);
    for (int k = 0; k < 120; ++k) {
      sum = sum_of(sum, power, factor(k));
      power = power * a;
    }
    return sum;
  };
  for (const bool complex : {false, true}) {
    const Tensor small = multiply(0.2, complex ? complex_numbers({3, 3}) : uniform({3, 3}));
    const Tensor near_one = add(multiply(0.5, small), eye(3, 3, small.dtype()));
    const auto off_one = [](const Matrix& a) { return sum_of(a, identity_matrix(3), -1); };
    add_matrix(
        list, "expm", multiply(10, small), [](const Tensor& x) { return expm(x); },
        [=](const Matrix& a) { return series(a, [](int k) { return 1 / std::tgamma(k + 1); }); }, 1);
    add_matrix(
        list, "expm", small, [](const Tensor& x) { return expm(x); },
        [=](const Matrix& a) { return series(a, [](int k) { return 1 / std::tgamma(k + 1); }); });
    add_matrix(
        list, "sqrtm", near_one, [](const Tensor& x) { return sqrtm(x); },
        [=](const Matrix& a) {
          return series(off_one(a), [](int k) { return k < 100 ? std::tgamma(1.5) / std::tgamma(k + 1) / std::tgamma(1.5 - k) : 0; });
        });
    if (!complex) continue;
    add_matrix(
        list, "logm", near_one, [](const Tensor& x) { return logm(x); },
        [=](const Matrix& a) { return series(off_one(a), [](int k) { return k == 0 ? 0 : (k % 2 == 0 ? -1.0 : 1.0) / k; }); });
    add_matrix(
        list, "logm", complex_regular(3), [](const Tensor& x) { return expm(logm(x)); }, [](const Matrix& a) { return a; });
  }
  list.refuse({.op = "expm", .fragment = "no square matrices", .call = [] { expm(uniform({2, 3})); }});
  list.refuse({.op = "sqrtm", .fragment = "no square root", .call = [] { sqrtm(numbers({2, 2}, {-1, 0, 0, 2})); }});
  list.refuse({.op = "sqrtm", .fragment = "no square matrices", .call = [] { sqrtm(uniform({2, 3})); }});
  list.refuse({.op = "logm", .fragment = "is complex", .call = [] { logm(uniform({2, 2})); }});
  list.refuse({.op = "logm", .fragment = "no logarithm", .call = [] { logm(zeros({2, 2}, complex128)); }});
}

void add_diagonals(SampleList& list) {
  for (const bool complex : {false, true}) {
    const Tensor offset = cast(numbers({3, 1}, {0, 5, 0}), complex ? complex128 : float64);
    add_matrix(
        list, "tridiagonal_solve", add(complex ? complex_numbers({3, 4}) : uniform({3, 4}), offset),
        [](const Tensor& x) { return tridiagonal_solve(x, square(transpose(x))); },
        [](const Matrix& a) {
          Matrix whole = zero_matrix(4, 4), rhs = zero_matrix(4, 3);
          for (std::int64_t i = 0; i < 4; ++i) {
            if (i < 3) whole(i, i + 1) = a(0, i);
            if (i > 0) whole(i, i - 1) = a(2, i);
            whole(i, i) = a(1, i);
            for (std::int64_t j = 0; j < 3; ++j) rhs(i, j) = a(j, i) * a(j, i);
          }
          return eliminated(whole, rhs);
        });
  }
  list.add({.op = "tridiagonal_solve",
            .inputs = {numbers({2, 3, 1}, {9, 2, 9, 9, 4, 9}), numbers({2, 1, 1}, {3, 8})},
            .run = [](const Inputs& x) { return outputs(tridiagonal_solve(x[0], x[1])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{2, 1, 1}, {1.5, 2}}};
                }});
  list.refuse({.op = "tridiagonal_solve", .fragment = "do not go together", .call = [] { tridiagonal_solve(uniform({3, 4}), uniform({3, 1})); }});
  list.refuse({.op = "tridiagonal_solve", .fragment = "do not mix", .call = [] { tridiagonal_solve(uniform({3, 4}), complex_numbers({4, 1})); }});
  list.refuse({.op = "tridiagonal_solve", .fragment = "not invertible", .call = [] { tridiagonal_solve(zeros({3, 2}, float64), uniform({2, 1})); }});
}

const Samples kSamples([](SampleList& list) {
  add_singular_values(list);
  add_orthogonal(list);
  add_triangular(list);
  add_eigenvalues(list);
  add_functions(list);
  add_diagonals(list);
});

}  // namespace
}  // namespace whygrad::samples
