// Matrices for samples, and plain references for what is computed of them.
#pragma once

#include "ops/samples/places.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/shape.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace whygrad::samples {

// Far from singular.
inline Tensor regular(const Shape& shape, int seed = 1) {
  const Tensor x = uniform(shape, -1, 1, seed);
  const Tensor diagonal = uniform(Shape(shape.extents().first(static_cast<std::size_t>(shape.rank() - 1))), 3, 4, seed + 1);
  return add(x, matrix_diag(diagonal));
}
// Symmetric and positive definite, with eigenvalues apart.
inline Tensor definite(const Shape& shape, int seed = 1) {
  const Tensor l = matrix_band_part(regular(shape, seed), -1, 0);
  return matmul(l, l, {.transpose_b = true});
}

using Complex = std::complex<double>;

// A matrix of a batch of one, of real or complex elements.
struct Matrix {
  std::int64_t rows, columns;
  std::vector<Complex> elements;
  Complex& operator()(std::int64_t i, std::int64_t j) { return elements[static_cast<std::size_t>(i * columns + j)]; }
  Complex operator()(std::int64_t i, std::int64_t j) const { return elements[static_cast<std::size_t>(i * columns + j)]; }
};
inline Matrix zero_matrix(std::int64_t rows, std::int64_t columns) {
  return {rows, columns, std::vector<Complex>(static_cast<std::size_t>(rows * columns))};
}
inline Matrix matrix_of(const Array& a, bool complex) {
  const int rank = a.shape.rank() - (complex ? 1 : 0);
  Matrix m = zero_matrix(a.shape[rank - 2], a.shape[rank - 1]);
  for (std::size_t i = 0; i < m.elements.size(); ++i) m.elements[i] = complex ? Complex(a.values[2 * i], a.values[2 * i + 1]) : a.values[i];
  return m;
}
inline Array array_of(const Matrix& m, bool complex) {
  Array a{complex ? Shape{m.rows, m.columns, 2} : Shape{m.rows, m.columns}, {}};
  for (const Complex z : m.elements) {
    a.values.push_back(z.real());
    if (complex) a.values.push_back(z.imag());
  }
  return a;
}
inline Matrix operator*(const Matrix& a, const Matrix& b) {
  Matrix c = zero_matrix(a.rows, b.columns);
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t k = 0; k < a.columns; ++k) {
      for (std::int64_t j = 0; j < b.columns; ++j) c(i, j) += a(i, k) * b(k, j);
    }
  }
  return c;
}
inline Matrix adjoint_matrix(const Matrix& a) {
  Matrix b = zero_matrix(a.columns, a.rows);
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t j = 0; j < a.columns; ++j) b(j, i) = std::conj(a(i, j));
  }
  return b;
}
inline Matrix sum_of(Matrix a, const Matrix& b, Complex factor) {
  for (std::size_t i = 0; i < a.elements.size(); ++i) a.elements[i] += factor * b.elements[i];
  return a;
}
inline Matrix identity_matrix(std::int64_t n) {
  Matrix a = zero_matrix(n, n);
  for (std::int64_t i = 0; i < n; ++i) a(i, i) = 1;
  return a;
}
// The solution of a x = b by elimination with pivots.
inline Matrix eliminated(Matrix a, Matrix b) {
  const std::int64_t n = a.rows;
  for (std::int64_t k = 0; k < n; ++k) {
    std::int64_t pivot = k;
    for (std::int64_t i = k; i < n; ++i) pivot = std::abs(a(i, k)) > std::abs(a(pivot, k)) ? i : pivot;
    for (std::int64_t j = 0; j < n; ++j) std::swap(a(k, j), a(pivot, j));
    for (std::int64_t j = 0; j < b.columns; ++j) std::swap(b(k, j), b(pivot, j));
    for (std::int64_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const Complex factor = a(i, k) / a(k, k);
      for (std::int64_t j = 0; j < n; ++j) a(i, j) -= factor * a(k, j);
      for (std::int64_t j = 0; j < b.columns; ++j) b(i, j) -= factor * b(k, j);
    }
  }
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < b.columns; ++j) b(i, j) /= a(i, i);
  }
  return b;
}

inline Tensor complex_regular(std::int64_t n, int seed = 1) {
  return add(complex_numbers({n, n}, seed), cast(matrix_diag(uniform({n}, 4, 6, seed)), complex128));
}
// What reads one triangle is differentiated as a function of a matrix that is made Hermitian before.
inline Tensor hermitian(const Tensor& x) { return multiply(0.5, add(x, adjoint(x))); }

// A sample of one matrix, real or complex, whose expected matrix is computed from it.
inline void add_matrix(SampleList& list, const char* op, const Tensor& x, std::function<Tensor(const Tensor&)> run,
                       std::function<Matrix(const Matrix&)> expected, int order = 2) {
  const bool complex = is_complex(x.dtype());
  list.add({.op = op,
            .inputs = {x},
            .run = [run = std::move(run)](const Inputs& in) { return outputs(run(in[0])); },
            .expected = [expected = std::move(expected),
                         complex](const Arrays& in) { return Arrays{array_of(expected(matrix_of(in[0], complex)), complex)}; },
            .tolerance = 1e-11,
            .order = order});
}

}  // namespace whygrad::samples
