// Singular values and orthogonal factors of batches of matrices, one after the other through LAPACK.
#include "kernels/cpu/decompose.hpp"
#include "kernels/cpu/doubles.hpp"
#include "kernels/cpu/matrices.hpp"
#include "kernels/linalg.hpp"

#include <algorithm>
#include <complex>
#include <span>

namespace whygrad::kernels::cpu {
namespace {

double conjugate(double x) { return x; }
std::complex<double> conjugate(std::complex<double> x) { return std::conj(x); }

// to [n, columns] = the conjugate transpose of the first `columns` rows of from [.., n].
template <class T>
void turn(std::span<const T> from, std::int64_t n, std::int64_t columns, std::span<T> to) {
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) to[static_cast<std::size_t>(i * columns + j)] = conjugate(from[static_cast<std::size_t>(j * n + i)]);
  }
}

}  // namespace

bool svd(const View& x, const View& s, const View* u, const View* v) {
  return by_type(x.dtype, [&]<class T>(T) {
    const std::int64_t m = x.shape[x.rank - 2], n = x.shape[x.rank - 1], k = std::min(m, n), count = k == 0 ? 0 : x.size() / (m * n);
    const std::int64_t left = u == nullptr ? 0 : u->shape[u->rank - 1], right = u == nullptr ? 0 : v->shape[v->rank - 1];
    Wide<T> a = Wide<T>::of(x), own_u(u == nullptr ? s : *u), own_v(u == nullptr ? s : *v);
    Doubles values(s);
    device::Workspace<T> turned(static_cast<std::size_t>(right * n));
    for (std::int64_t b = 0; b < count; ++b) {
      const std::span<T> matrix = a.part(b, m * n), columns = u == nullptr ? std::span<T>() : own_u.part(b, m * left);
      if (!is_finite<T>(matrix)) {
        fill_with_nan(values.part(b, k));
        fill_with_nan(columns);
        if (u != nullptr) fill_with_nan(own_v.part(b, n * right));
        continue;
      }
      if (!svd<T>(matrix, m, n, u != nullptr && (left > k || right > k), values.part(b, k), columns, turned)) return false;
      if (u != nullptr) turn<T>(turned, n, right, own_v.part(b, n * right));
    }
    values.store(s);
    if (u != nullptr) {
      own_u.store(*u);
      own_v.store(*v);
    }
    return true;
  });
}

void qr(const View& x, const View& q, const View& r) {
  by_type(x.dtype, [&]<class T>(T) {
    const std::int64_t m = x.shape[x.rank - 2], n = x.shape[x.rank - 1], columns = q.shape[q.rank - 1], count = m * n == 0 ? 0 : x.size() / (m * n);
    Wide<T> a = Wide<T>::of(x), own_q(q), own_r(r);
    for (std::int64_t b = 0; b < count; ++b) {
      const std::span<T> matrix = a.part(b, m * n), triangle = own_r.part(b, columns * n);
      qr<T>(matrix, m, n, own_q.part(b, m * columns), columns);
      for (std::int64_t i = 0; i < std::min(columns, n); ++i) {
        for (std::int64_t j = i; j < n; ++j) triangle[static_cast<std::size_t>(i * n + j)] = matrix[static_cast<std::size_t>(i * n + j)];
      }
    }
    own_q.store(q);
    own_r.store(r);
    return true;
  });
}

}  // namespace whygrad::kernels::cpu
