// Systems of equations, determinants and the decompositions of Hermitian matrices.
#include "ops/samples/linalg/matrices.hpp"

namespace whygrad::samples {
namespace {

// Cofactors along the first row.
double determinant(const std::vector<double>& m, std::int64_t n) {
  if (n == 0) return 1;
  double sum = 0;
  for (std::int64_t column = 0; column < n; ++column) {
    std::vector<double> minor;
    for (std::int64_t i = n; i < n * n; ++i) {
      if (i % n != column) minor.push_back(m[static_cast<std::size_t>(i)]);
    }
    sum += (column % 2 == 0 ? 1 : -1) * m[static_cast<std::size_t>(column)] * determinant(minor, n - 1);
  }
  return sum;
}

Array determinants(const Array& a) {
  const std::int64_t n = a.shape.back(), size = n * n;
  Array result{Shape(a.shape.extents().first(static_cast<std::size_t>(a.shape.rank() - 2))), {}};
  for (std::int64_t b = 0; b < result.shape.size(); ++b) {
    result.values.push_back(determinant({a.values.begin() + b * size, a.values.begin() + (b + 1) * size}, n));
  }
  return result;
}

Array identity_like(const Array& a) {
  return by_place(a.shape, [](const Place& p) { return p[p.size() - 1] == p[p.size() - 2] ? 1.0 : 0.0; });
}

// An op is checked by putting its result back into the equation that it solves.
void add_solutions(SampleList& list) {
  for (const Shape& shape : {Shape{3, 3}, Shape{2, 1, 2, 2}, Shape{1, 1}, Shape{0, 2, 2}}) {
    list.add({.op = "matrix_inverse",
              .inputs = {regular(shape)},
              .run = [](const Inputs& x) { return outputs(matmul(x[0], matrix_inverse(x[0]))); },
              .expected = [](const Arrays& x) { return Arrays{identity_like(x[0])}; },
              .order = 0});
  }
  const Tensor a = numbers({2, 2}, {2, 1, 1, 1});
  list.add({.op = "matrix_inverse",
            .inputs = {a},
            .run = [](const Inputs& x) { return outputs(matrix_inverse(x[0])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{2, 2}, {1, -1, -1, 2}}};
                }});
  list.add({.op = "matrix_solve",
            .inputs = {regular({2, 3, 3}), uniform({2, 3, 2}, -2, 2, 2)},
            .run = [](const Inputs& x) { return outputs(matmul(x[0], matrix_solve(x[0], x[1]))); },
            .expected = [](const Arrays& x) { return Arrays{x[1]}; },
            .order = 0});
  list.add({.op = "matrix_solve",
            .inputs = {a, numbers({2, 1}, {3, 2})},
            .run = [](const Inputs& x) { return outputs(matrix_solve(x[0], x[1])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{2, 1}, {1, 1}}};
                }});
  for (const bool lower : {false, true}) {
    for (const bool adjoint : {false, true}) {
      const TriangularOptions options{lower, adjoint};
      list.add({.op = "matrix_triangular_solve",
                .inputs = {regular({2, 3, 3}), uniform({2, 3, 2}, -2, 2, 2)},
                .run = [=](const Inputs& x) { return outputs(matrix_triangular_solve(x[0], x[1], options)); },
                .expected =
                    [=](const Arrays& x) {
                      const Array triangle = by_place(x[0].shape, [&](const Place& p) {
                        const Place q = adjoint ? Place{p[0], p[2], p[1]} : p;
                        return lower == (q[1] >= q[2]) || q[1] == q[2] ? at(x[0], q) : 0.0;
                      });
                      // By substitution: the unknown of each row from those that are known.
                      Array y = x[1];
                      const bool forward = lower != adjoint;
                      for (std::int64_t b = 0; b < 2; ++b) {
                        for (std::int64_t c = 0; c < 2; ++c) {
                          for (std::int64_t step = 0; step < 3; ++step) {
                            const std::int64_t i = forward ? step : 2 - step;
                            double sum = at(x[1], {b, i, c});
                            for (std::int64_t k = 0; k < 3; ++k) {
                              if (forward ? k < i : k > i) sum -= at(triangle, {b, i, k}) * at(y, {b, k, c});
                            }
                            y.values[static_cast<std::size_t>((b * 3 + i) * 2 + c)] = sum / at(triangle, {b, i, i});
                          }
                        }
                      }
                      return Arrays{y};
                    }});
    }
  }
  const auto refuse = [&](const char* op, const char* fragment, void (*call)()) { list.refuse({.op = op, .fragment = fragment, .call = call}); };
  refuse("matrix_inverse", "not invertible", [] { matrix_inverse(numbers({2, 2}, {1, 2, 2, 4})); });
  refuse("matrix_inverse", "no square matrices", [] { matrix_inverse(uniform({2, 3})); });
  refuse("matrix_inverse", "float32, float64", [] { matrix_inverse(integers({2, 2}, 0, 3)); });
  refuse("matrix_solve", "do not go together", [] { matrix_solve(uniform({2, 2}), uniform({3, 1})); });
  refuse("matrix_solve", "not invertible", [] { matrix_solve(numbers({1, 1}, {0}), numbers({1, 1}, {1})); });
  refuse("matrix_triangular_solve", "not invertible", [] { matrix_triangular_solve(numbers({1, 1}, {0}), numbers({1, 1}, {1})); });
}

void add_determinants(SampleList& list) {
  for (const Shape& shape : {Shape{3, 3}, Shape{2, 2, 2}, Shape{0, 2, 2}}) {
    list.add({.op = "matrix_determinant",
              .inputs = {regular(shape)},
              .run = [](const Inputs& x) { return outputs(matrix_determinant(x[0])); },
              .expected = [](const Arrays& x) { return Arrays{determinants(x[0])}; }});
    list.add({.op = "log_matrix_determinant",
              .inputs = {regular(shape)},
              .run = [](const Inputs& x) { return outputs(log_matrix_determinant(x[0]).log_abs_determinant); },
              .expected = [](const Arrays& x) { return Arrays{map([](double d) { return std::log(std::abs(d)); }, determinants(x[0]))}; }});
  }
  list.add({.op = "log_matrix_determinant",
            .inputs = {numbers({2, 2}, {0, 2, 3, 0})},
            .run = [](const Inputs& x) { return outputs(log_matrix_determinant(x[0]).sign); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{}, {-1}}};
                }});
  list.add({.op = "matrix_determinant",
            .inputs = {numbers({2, 2}, {1, 2, 2, 4})},
            .run = [](const Inputs& x) { return outputs(matrix_determinant(x[0])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{}, {0}}};
                },
            .order = 0});
  list.refuse({.op = "matrix_determinant", .fragment = "no square matrices", .call = [] { matrix_determinant(uniform({3})); }});
  list.refuse({.op = "log_matrix_determinant", .fragment = "no square matrices", .call = [] { log_matrix_determinant(uniform({1, 2})); }});
}

// What reads the lower triangle only is differentiated as a function of a matrix that is made symmetric before.
Tensor symmetric(const Tensor& x) { return multiply(0.5, add(x, transpose(x, {0, 2, 1}))); }

void add_factors(SampleList& list) {
  list.add({.op = "cholesky",
            .inputs = {definite({2, 3, 3})},
            .run =
                [](const Inputs& x) {
                  const Tensor l = cholesky(symmetric(x[0]));
                  return outputs(matmul(l, l, {.transpose_b = true}));
                },
            .expected = [](const Arrays& x) { return Arrays{x[0]}; },
            .order = 0});
  list.add({.op = "cholesky",
            .inputs = {numbers({1, 2, 2}, {4, 2, 2, 5})},
            .run = [](const Inputs& x) { return outputs(cholesky(symmetric(x[0]))); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{1, 2, 2}, {2, 0, 1, 2}}};
                }});
  list.add({.op = "self_adjoint_eig",
            .inputs = {definite({2, 3, 3})},
            .run =
                [](const Inputs& x) {
                  const Eigen eigen = self_adjoint_eig(symmetric(x[0]));
                  return outputs(matmul(eigen.vectors, multiply(expand_dims(eigen.values, -1), transpose(eigen.vectors, {0, 2, 1}))));
                },
            .expected = [](const Arrays& x) { return Arrays{x[0]}; },
            .order = 0});
  list.add({.op = "self_adjoint_eig",
            .inputs = {numbers({1, 2, 2}, {2, 1, 1, 2})},
            .run = [](const Inputs& x) { return outputs(self_adjoint_eig(symmetric(x[0])).values); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{1, 2}, {1, 3}}};
                }});
  // Signs are free, so squares of vectors.
  list.add({.op = "self_adjoint_eig",
            .inputs = {numbers({1, 2, 2}, {2, 1, 1, 3})},
            .run = [](const Inputs& x) { return outputs(square(self_adjoint_eig(symmetric(x[0])).vectors)); },
            .expected =
                [](const Arrays&) {
                  const double t = (3 + std::sqrt(5.0)) / 2, s = 1 / (1 + (t - 1) * (t - 1) * 1.0);
                  const double large = std::max(s, 1 - s), small = 1 - large;
                  return Arrays{{{1, 2, 2}, {large, small, small, large}}};
                }});
  list.refuse({.op = "cholesky", .fragment = "not successful", .call = [] { cholesky(numbers({1, 1}, {-1})); }});
  list.refuse({.op = "cholesky", .fragment = "no square matrices", .call = [] { cholesky(uniform({2, 3})); }});
  list.refuse({.op = "self_adjoint_eig", .fragment = "no square matrices", .call = [] { self_adjoint_eig(uniform({2, 3})); }});
}

void add_complex(SampleList& list) {
  const auto inverse = [](const Matrix& a) { return eliminated(a, identity_matrix(a.rows)); };
  add_matrix(
      list, "matrix_inverse", complex_regular(3), [](const Tensor& x) { return matrix_inverse(x); }, inverse);
  add_matrix(
      list, "matrix_solve", complex_regular(3), [](const Tensor& x) { return matrix_solve(x, square(x)); },
      [](const Matrix& a) {
        Matrix squares = a;
        for (Complex& z : squares.elements) z *= z;
        return eliminated(a, squares);
      });
  for (const bool lower : {false, true}) {
    for (const bool adjoint_too : {false, true}) {
      add_matrix(
          list, "matrix_triangular_solve", complex_regular(3),
          [=](const Tensor& x) { return matrix_triangular_solve(x, square(x), {.lower = lower, .adjoint = adjoint_too}); },
          [=](const Matrix& a) {
            Matrix triangle = a, squares = a;
            for (std::int64_t i = 0; i < 3; ++i) {
              for (std::int64_t j = 0; j < 3; ++j) {
                squares(i, j) *= squares(i, j);
                if (lower ? j > i : j < i) triangle(i, j) = 0;
              }
            }
            return eliminated(adjoint_too ? adjoint_matrix(triangle) : triangle, squares);
          });
    }
  }
  const auto determinant_of = [](const Matrix& a) {
    return a(0, 0) * (a(1, 1) * a(2, 2) - a(1, 2) * a(2, 1)) - a(0, 1) * (a(1, 0) * a(2, 2) - a(1, 2) * a(2, 0)) +
           a(0, 2) * (a(1, 0) * a(2, 1) - a(1, 1) * a(2, 0));
  };
  const auto one = [](Complex z) { return Matrix{1, 1, {z}}; };
  add_matrix(
      list, "matrix_determinant", complex_regular(3),
      [](const Tensor& x) {
        return reshape(matrix_determinant(x), {1, 1});
      },
      [=](const Matrix& a) { return one(determinant_of(a)); });
  add_matrix(
      list, "log_matrix_determinant", complex_regular(3),
      [](const Tensor& x) {
        return reshape(log_matrix_determinant(x).log_abs_determinant, {1, 1});
      },
      [=](const Matrix& a) { return one(std::log(std::abs(determinant_of(a)))); });
  add_matrix(
      list, "log_matrix_determinant", complex_regular(3),
      [](const Tensor& x) {
        return reshape(log_matrix_determinant(x).sign, {1, 1});
      },
      [=](const Matrix& a) { return one(determinant_of(a) / std::abs(determinant_of(a))); });
  // The Hermitian part of a regular matrix is positive definite.
  const auto halves = [](const Matrix& a) { return sum_of(sum_of(zero_matrix(3, 3), a, 0.5), adjoint_matrix(a), 0.5); };
  add_matrix(
      list, "cholesky", complex_regular(3),
      [](const Tensor& x) {
        const Tensor l = cholesky(hermitian(x));
        return matmul(l, square(adjoint(l)));
      },
      [=](const Matrix& a) {
        const Matrix h = halves(a);
        Matrix l = zero_matrix(3, 3);
        for (std::int64_t j = 0; j < 3; ++j) {
          for (std::int64_t i = j; i < 3; ++i) {
            Complex sum = h(i, j);
            for (std::int64_t k = 0; k < j; ++k) sum -= l(i, k) * std::conj(l(j, k));
            l(i, j) = i == j ? std::sqrt(sum) : sum / l(j, j);
          }
        }
        Matrix squares = adjoint_matrix(l);
        for (Complex& z : squares.elements) z *= z;
        return l * squares;
      });
  add_matrix(
      list, "self_adjoint_eig", complex_regular(3),
      [](const Tensor& x) {
        const Eigen e = self_adjoint_eig(hermitian(x));
        const Tensor cubes = multiply(e.values, square(e.values));
        return matmul(multiply(e.vectors, expand_dims(cubes, -2)), adjoint(e.vectors));
      },
      [=](const Matrix& a) { return halves(a) * halves(a) * halves(a); });
}

const Samples kSamples([](SampleList& list) {
  add_solutions(list);
  add_determinants(list);
  add_factors(list);
  add_complex(list);
});

}  // namespace
}  // namespace whygrad::samples
