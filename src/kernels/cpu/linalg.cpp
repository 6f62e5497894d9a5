// Batches of square matrices, one after the other through LAPACK.
#include "kernels/linalg.hpp"

#include "kernels/cpu/decompose.hpp"
#include "kernels/cpu/doubles.hpp"

#include <cmath>
#include <span>

namespace whygrad::kernels::cpu {
namespace {

struct Batch {
  explicit Batch(const View& x) : n(x.shape[x.rank - 1]), size(n * n), count(size == 0 ? 0 : x.size() / size), swaps(static_cast<std::size_t>(n)) {}
  std::int64_t n, size, count;
  device::Workspace<int> swaps;
  // Element i of the diagonal.
  double& diagonal(std::span<double> matrix, std::int64_t i) const { return matrix[static_cast<std::size_t>(i * n + i)]; }
};

}  // namespace

bool matrix_inverse(const View& x, const View& out) {
  Batch batch(x);
  Doubles a = Doubles::of(x), y(out);
  for (std::int64_t b = 0; b < batch.count; ++b) {
    const std::span<double> matrix = a.part(b, batch.size), inverse = y.part(b, batch.size);
    if (lu(matrix, batch.n, batch.swaps) == 0) return false;
    for (std::int64_t i = 0; i < batch.n; ++i) batch.diagonal(inverse, i) = 1;
    lu_solve(matrix, batch.n, batch.swaps, inverse, batch.n);
  }
  y.store(out);
  return true;
}

bool matrix_solve(const View& a, const View& b, const View& out) {
  Batch batch(a);
  const std::int64_t m = b.shape[b.rank - 1];
  Doubles matrices = Doubles::of(a), x = Doubles::of(b);
  for (std::int64_t i = 0; i < batch.count; ++i) {
    const std::span<double> matrix = matrices.part(i, batch.size);
    if (lu(matrix, batch.n, batch.swaps) == 0) return false;
    lu_solve(matrix, batch.n, batch.swaps, x.part(i, batch.n * m), m);
  }
  x.store(out);
  return true;
}

bool triangular_solve(const View& a, bool lower, bool transposed, const View& b, const View& out) {
  const Batch batch(a);
  const std::int64_t m = b.shape[b.rank - 1];
  Doubles matrices = Doubles::of(a), x = Doubles::of(b);
  for (std::int64_t i = 0; i < batch.count; ++i) {
    const std::span<double> matrix = matrices.part(i, batch.size);
    for (std::int64_t k = 0; k < batch.n; ++k) {
      if (batch.diagonal(matrix, k) == 0) return false;
    }
    triangular_solve(matrix, batch.n, lower, transposed, x.part(i, batch.n * m), m);
  }
  x.store(out);
  return true;
}

void determinant(const View& x, const View& out) {
  Batch batch(x);
  Doubles a = Doubles::of(x), y(out, 1);
  for (std::int64_t b = 0; b < batch.count; ++b) {
    const std::span<double> matrix = a.part(b, batch.size);
    double& product = y[static_cast<std::size_t>(b)];
    product = lu(matrix, batch.n, batch.swaps);
    for (std::int64_t i = 0; i < batch.n; ++i) product *= batch.diagonal(matrix, i);
  }
  y.store(out);
}

void log_determinant(const View& x, const View& sign, const View& logarithm) {
  Batch batch(x);
  Doubles a = Doubles::of(x), signs(sign, 1), logarithms(logarithm, 0);
  for (std::int64_t b = 0; b < batch.count; ++b) {
    const std::span<double> matrix = a.part(b, batch.size);
    double &own_sign = signs[static_cast<std::size_t>(b)], &sum = logarithms[static_cast<std::size_t>(b)];
    own_sign = lu(matrix, batch.n, batch.swaps);
    for (std::int64_t i = 0; i < batch.n; ++i) {
      const double pivot = batch.diagonal(matrix, i);
      sum += std::log(std::abs(pivot));
      if (pivot < 0) own_sign = -own_sign;
    }
  }
  signs.store(sign);
  logarithms.store(logarithm);
}

bool cholesky(const View& x, const View& out) {
  const Batch batch(x);
  Doubles a = Doubles::of(x);
  for (std::int64_t b = 0; b < batch.count; ++b) {
    if (!cholesky(a.part(b, batch.size), batch.n)) return false;
  }
  a.store(out);
  return true;
}

void self_adjoint_eig(const View& x, const View& values, const View& vectors) {
  const Batch batch(x);
  Doubles a = Doubles::of(x), own_values(values), own_vectors(vectors);
  for (std::int64_t b = 0; b < batch.count; ++b) {
    self_adjoint_eig(a.part(b, batch.size), batch.n, own_values.part(b, batch.n), own_vectors.part(b, batch.size));
  }
  own_values.store(values);
  own_vectors.store(vectors);
}

}  // namespace whygrad::kernels::cpu
