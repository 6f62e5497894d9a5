// Batches of square matrices, one after the other through LAPACK. cpu/factors.cpp has the matrices that need not be square.
#include "kernels/linalg.hpp"

#include "kernels/cpu/decompose.hpp"
#include "kernels/cpu/doubles.hpp"
#include "kernels/cpu/matrices.hpp"
#include "kernels/cpu/matrix_functions.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <span>

namespace whygrad::kernels::cpu {
namespace {

struct Batch {
  explicit Batch(const View& x) : n(x.shape[x.rank - 1]), size(n * n), count(size == 0 ? 0 : x.size() / size), swaps(static_cast<std::size_t>(n)) {}
  std::int64_t n, size, count;
  device::Workspace<int> swaps;
  // Element i of the diagonal.
  template <class T>
  T& diagonal(std::span<T> matrix, std::int64_t i) const {
    return matrix[static_cast<std::size_t>(i * n + i)];
  }
};

}  // namespace

bool matrix_inverse(const View& x, const View& out) {
  return by_type(x.dtype, [&]<class T>(T) {
    Batch batch(x);
    Wide<T> a = Wide<T>::of(x), y(out);
    for (std::int64_t b = 0; b < batch.count; ++b) {
      const std::span<T> matrix = a.part(b, batch.size), inverse = y.part(b, batch.size);
      if (lu(matrix, batch.n, batch.swaps) == 0) return false;
      for (std::int64_t i = 0; i < batch.n; ++i) batch.diagonal(inverse, i) = 1;
      lu_solve<T>(matrix, batch.n, batch.swaps, inverse, batch.n);
    }
    y.store(out);
    return true;
  });
}

bool matrix_solve(const View& a, const View& b, const View& out) {
  return by_type(a.dtype, [&]<class T>(T) {
    Batch batch(a);
    const std::int64_t m = b.shape[b.rank - 1];
    Wide<T> matrices = Wide<T>::of(a), x = Wide<T>::of(b);
    for (std::int64_t i = 0; i < batch.count; ++i) {
      const std::span<T> matrix = matrices.part(i, batch.size);
      if (lu(matrix, batch.n, batch.swaps) == 0) return false;
      lu_solve<T>(matrix, batch.n, batch.swaps, x.part(i, batch.n * m), m);
    }
    x.store(out);
    return true;
  });
}

bool triangular_solve(const View& a, bool lower, bool adjoint, const View& b, const View& out) {
  return by_type(a.dtype, [&]<class T>(T) {
    const Batch batch(a);
    const std::int64_t m = b.shape[b.rank - 1];
    Wide<T> matrices = Wide<T>::of(a), x = Wide<T>::of(b);
    for (std::int64_t i = 0; i < batch.count; ++i) {
      const std::span<T> matrix = matrices.part(i, batch.size);
      for (std::int64_t k = 0; k < batch.n; ++k) {
        if (batch.diagonal(matrix, k) == T{}) return false;
      }
      triangular_solve<T>(matrix, batch.n, lower, adjoint, x.part(i, batch.n * m), m);
    }
    x.store(out);
    return true;
  });
}

bool tridiagonal_solve(const View& diagonals, const View& b, const View& out) {
  return by_type(b.dtype, [&]<class T>(T) {
    const std::int64_t n = b.shape[b.rank - 2], m = b.shape[b.rank - 1], count = n == 0 ? 0 : diagonals.size() / (3 * n);
    Wide<T> bands = Wide<T>::of(diagonals), x = Wide<T>::of(b);
    const auto length = static_cast<std::size_t>(n);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::span<T> three = bands.part(i, 3 * n);
      if (!tridiagonal_solve<T>(three.subspan(2 * length + 1), three.subspan(length, length), three.first(length - 1), n, x.part(i, n * m), m))
        return false;
    }
    x.store(out);
    return true;
  });
}

void determinant(const View& x, const View& out) {
  by_type(x.dtype, [&]<class T>(T) {
    Batch batch(x);
    Wide<T> a = Wide<T>::of(x), y(out, 1);
    for (std::int64_t b = 0; b < batch.count; ++b) {
      const std::span<T> matrix = a.part(b, batch.size);
      T& product = y[static_cast<std::size_t>(b)];
      product = lu(matrix, batch.n, batch.swaps);
      for (std::int64_t i = 0; i < batch.n; ++i) product *= batch.diagonal(matrix, i);
    }
    y.store(out);
    return true;
  });
}

void log_determinant(const View& x, const View& sign, const View& logarithm) {
  by_type(x.dtype, [&]<class T>(T) {
    Batch batch(x);
    Wide<T> a = Wide<T>::of(x), signs(sign, 1), logarithms(logarithm, 0);
    for (std::int64_t b = 0; b < batch.count; ++b) {
      const std::span<T> matrix = a.part(b, batch.size);
      T& own_sign = signs[static_cast<std::size_t>(b)];
      double sum = 0;
      own_sign = lu(matrix, batch.n, batch.swaps);
      for (std::int64_t i = 0; i < batch.n; ++i) {
        const T pivot = batch.diagonal(matrix, i);
        sum += std::log(std::abs(pivot));
        if (pivot != T{}) own_sign *= pivot / std::abs(pivot);
      }
      logarithms[static_cast<std::size_t>(b)] = sum;
    }
    signs.store(sign);
    logarithms.store(logarithm);
    return true;
  });
}

bool cholesky(const View& x, const View& out) {
  return by_type(x.dtype, [&]<class T>(T) {
    const Batch batch(x);
    Wide<T> a = Wide<T>::of(x);
    for (std::int64_t b = 0; b < batch.count; ++b) {
      if (!cholesky(a.part(b, batch.size), batch.n)) return false;
    }
    a.store(out);
    return true;
  });
}

void self_adjoint_eig(const View& x, const View& values, const View& vectors) {
  by_type(x.dtype, [&]<class T>(T) {
    const Batch batch(x);
    Wide<T> a = Wide<T>::of(x), own_vectors(vectors);
    Doubles own_values(values);
    for (std::int64_t b = 0; b < batch.count; ++b) {
      self_adjoint_eig(a.part(b, batch.size), batch.n, own_values.part(b, batch.n), own_vectors.part(b, batch.size));
    }
    own_values.store(values);
    own_vectors.store(vectors);
    return true;
  });
}

bool eig(const View& x, const View& values, const View* vectors) {
  using Complex = std::complex<double>;
  const Batch batch(x);
  Wide<Complex> a = Wide<Complex>::of(x), own_values(values), own_vectors(vectors == nullptr ? values : *vectors);
  for (std::int64_t b = 0; b < batch.count; ++b) {
    const std::span<Complex> matrix = a.part(b, batch.size), here = own_values.part(b, batch.n);
    const std::span<Complex> columns = vectors == nullptr ? std::span<Complex>() : own_vectors.part(b, batch.size);
    if (!is_finite<Complex>(matrix)) {
      fill_with_nan(here);
      fill_with_nan(columns);
    } else if (!eig(matrix, batch.n, here, columns)) {
      return false;
    }
  }
  own_values.store(values);
  if (vectors != nullptr) own_vectors.store(*vectors);
  return true;
}

bool lu_factors(const View& x, const View& out, const View& rows) {
  return by_type(x.dtype, [&]<class T>(T) {
    Batch batch(x);
    Wide<T> a = Wide<T>::of(x);
    Doubles order(rows);
    for (std::int64_t b = 0; b < batch.count; ++b) {
      if (lu(a.part(b, batch.size), batch.n, batch.swaps) == 0) return false;
      const std::span<double> own = order.part(b, batch.n);
      std::iota(own.begin(), own.end(), 0.0);
      for (std::size_t k = 0; k < own.size(); ++k) std::swap(own[k], own[static_cast<std::size_t>(batch.swaps[k] - 1)]);
    }
    a.store(out);
    order.store(rows);
    return true;
  });
}

namespace {

bool exponentials(const View& x, const View& out) {
  return by_type(x.dtype, [&]<class T>(T) {
    const Batch batch(x);
    Wide<T> a = Wide<T>::of(x);
    for (std::int64_t b = 0; b < batch.count; ++b) {
      const std::span<T> matrix = a.part(b, batch.size);
      is_finite<T>(matrix) ? matrix_exponential(matrix, batch.n) : fill_with_nan(matrix);
    }
    a.store(out);
    return true;
  });
}

// Whether the elements are real but for rounding.
bool is_real(std::span<const std::complex<double>> a) {
  double real = 0, imaginary = 0;
  for (const std::complex<double> z : a) {
    real = std::max(real, std::abs(z.real()));
    imaginary = std::max(imaginary, std::abs(z.imag()));
  }
  return imaginary <= 1e-7 * real;
}

}  // namespace

bool matrix_function(MatrixFunction f, const View& x, const View& out) {
  if (f == MatrixFunction::kExponential) return exponentials(x, out);
  using Complex = std::complex<double>;
  const Batch batch(x);
  const bool real = !is_complex(x.dtype);
  Wide<Complex> a = Wide<Complex>::of(x);
  for (std::int64_t b = 0; b < batch.count; ++b) {
    const std::span<Complex> matrix = a.part(b, batch.size);
    if (!is_finite<Complex>(matrix)) {
      fill_with_nan(matrix);
    } else if (!(f == MatrixFunction::kLogarithm ? matrix_logarithm(matrix, batch.n) : matrix_square_root(matrix, batch.n)) ||
               (real && !is_real(matrix))) {
      return false;
    }
  }
  real ? cpu::cast(Layout::component(a.view(), 0), out) : a.store(out);
  return true;
}

}  // namespace whygrad::kernels::cpu
