#include "kernels/cpu/decompose.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

namespace whygrad::kernels {
namespace {

constexpr int kMostSweeps = 60;  // of Jacobi's method; it converges quadratically after a few

struct Matrix {
  double* data;
  std::int64_t columns;
  double& operator()(std::int64_t i, std::int64_t j) const { return data[i * columns + j]; }
};

struct ConstMatrix {
  const double* data;
  std::int64_t columns;
  double operator()(std::int64_t i, std::int64_t j) const { return data[i * columns + j]; }
};

// Rotates rows and columns p and q of the symmetric matrix m so that m(p, q) becomes 0; v collects the rotations.
void rotate(const Matrix& m, const Matrix& v, std::int64_t n, std::int64_t p, std::int64_t q) {
  const double theta = (m(q, q) - m(p, p)) / (2 * m(p, q));
  const double t = (theta < 0 ? -1.0 : 1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1));
  const double c = 1 / std::sqrt(t * t + 1), s = t * c;
  for (std::int64_t k = 0; k < n; ++k) {
    const double kp = m(k, p), kq = m(k, q);
    m(k, p) = c * kp - s * kq;
    m(k, q) = s * kp + c * kq;
  }
  for (std::int64_t k = 0; k < n; ++k) {
    const double pk = m(p, k), qk = m(q, k);
    m(p, k) = c * pk - s * qk;
    m(q, k) = s * pk + c * qk;
    const double vp = v(k, p), vq = v(k, q);
    v(k, p) = c * vp - s * vq;
    v(k, q) = s * vp + c * vq;
  }
}

double off_diagonal(const Matrix& m, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < i; ++j) sum += m(i, j) * m(i, j);
  }
  return sum;
}

}  // namespace

int lu(std::span<double> a, std::int64_t n, std::span<std::int64_t> swaps) {
  const Matrix m{a.data(), n};
  int sign = 1;
  bool singular = false;
  for (std::int64_t k = 0; k < n; ++k) {
    std::int64_t pivot = k;
    for (std::int64_t i = k + 1; i < n; ++i) {
      if (std::abs(m(i, k)) > std::abs(m(pivot, k))) pivot = i;
    }
    swaps[static_cast<std::size_t>(k)] = pivot;
    if (pivot != k) {
      std::swap_ranges(&m(k, 0), &m(k, 0) + n, &m(pivot, 0));
      sign = -sign;
    }
    if (m(k, k) == 0) {
      singular = true;
      continue;
    }
    for (std::int64_t i = k + 1; i < n; ++i) {
      const double factor = m(i, k) /= m(k, k);
      for (std::int64_t j = k + 1; j < n; ++j) m(i, j) -= factor * m(k, j);
    }
  }
  return singular ? 0 : sign;
}

void lu_solve(std::span<const double> lu, std::int64_t n, std::span<const std::int64_t> swaps, std::span<double> b, std::int64_t m) {
  const ConstMatrix f{lu.data(), n};
  const Matrix x{b.data(), m};
  for (std::int64_t k = 0; k < n; ++k) {
    const std::int64_t other = swaps[static_cast<std::size_t>(k)];
    if (other != k && m > 0) std::swap_ranges(&x(k, 0), &x(k, 0) + m, &x(other, 0));
  }
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < i; ++k) {
      for (std::int64_t j = 0; j < m; ++j) x(i, j) -= f(i, k) * x(k, j);
    }
  }
  for (std::int64_t i = n - 1; i >= 0; --i) {
    for (std::int64_t k = i + 1; k < n; ++k) {
      for (std::int64_t j = 0; j < m; ++j) x(i, j) -= f(i, k) * x(k, j);
    }
    for (std::int64_t j = 0; j < m; ++j) x(i, j) /= f(i, i);
  }
}

bool cholesky(std::span<double> a, std::int64_t n) {
  const Matrix m{a.data(), n};
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j <= i; ++j) {
      double sum = m(i, j);
      for (std::int64_t k = 0; k < j; ++k) sum -= m(i, k) * m(j, k);
      if (i == j && !(sum > 0)) return false;
      m(i, j) = i == j ? std::sqrt(sum) : sum / m(j, j);
    }
    std::fill(&m(i, i) + 1, m.data + (i + 1) * n, 0.0);
  }
  return true;
}

void triangular_solve(std::span<const double> a, std::int64_t n, bool lower, bool transposed, std::span<double> b, std::int64_t m) {
  const ConstMatrix t{a.data(), n};
  const Matrix x{b.data(), m};
  const bool forward = lower != transposed;  // whether the first row has one unknown
  for (std::int64_t step = 0; step < n; ++step) {
    const std::int64_t i = forward ? step : n - 1 - step;
    const std::int64_t begin = forward ? 0 : i + 1, end = forward ? i : n;
    for (std::int64_t k = begin; k < end; ++k) {
      const double factor = transposed ? t(k, i) : t(i, k);
      for (std::int64_t j = 0; j < m; ++j) x(i, j) -= factor * x(k, j);
    }
    for (std::int64_t j = 0; j < m; ++j) x(i, j) /= t(i, i);
  }
}

void self_adjoint_eig(std::span<double> a, std::int64_t n, std::span<double> values, std::span<double> vectors) {
  const Matrix m{a.data(), n};
  std::vector<double> turned(static_cast<std::size_t>(n * n), 0.0);
  const Matrix v{turned.data(), n};
  double size = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    v(i, i) = 1;
    for (std::int64_t j = 0; j < i; ++j) m(j, i) = m(i, j);
    for (std::int64_t j = 0; j <= i; ++j) size += m(i, j) * m(i, j);
  }
  for (int sweep = 0; sweep < kMostSweeps && off_diagonal(m, n) > 1e-32 * size; ++sweep) {
    for (std::int64_t p = 0; p < n; ++p) {
      for (std::int64_t q = p + 1; q < n; ++q) {
        if (m(p, q) != 0) rotate(m, v, n, p, q);
      }
    }
  }
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t i, std::int64_t j) { return m(i, i) < m(j, j); });
  const Matrix out{vectors.data(), n};
  for (std::int64_t k = 0; k < n; ++k) {
    const std::int64_t from = order[static_cast<std::size_t>(k)];
    values[static_cast<std::size_t>(k)] = m(from, from);
    for (std::int64_t i = 0; i < n; ++i) out(i, k) = v(i, from);
  }
}

}  // namespace whygrad::kernels
