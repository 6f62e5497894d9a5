// Matrix decompositions by LAPACK, in its row-major form. The functions that end in _work accept values that are not finite, as all kernels do.
#include "kernels/cpu/decompose.hpp"

#include <complex>

#define lapack_complex_float std::complex<float>    // NOLINT(readability-identifier-naming): the names that LAPACK looks for
#define lapack_complex_double std::complex<double>  // NOLINT(readability-identifier-naming)
#include <lapacke.h>

#include "device/workspace.hpp"

#include <algorithm>
#include <cstddef>
#include <new>

namespace whygrad::kernels::cpu {
namespace {

static_assert(sizeof(lapack_int) == sizeof(int));

using Complex = std::complex<double>;
constexpr int kRows = LAPACK_ROW_MAJOR;

lapack_int narrow(std::int64_t n) { return static_cast<lapack_int>(n); }
// LAPACK refuses a leading dimension of 0.
lapack_int leading(std::int64_t n) { return std::max(narrow(n), lapack_int{1}); }

// LAPACK's status. Its row-major form transposes matrices in memory that it allocates itself, which may fail.
lapack_int answer(lapack_int info) {
  if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR) throw std::bad_alloc();
  return info;
}

// LAPACK's functions by the type of the elements.
template <class T>
struct Lapack;

template <>
struct Lapack<double> {
  static constexpr auto kGetrf = LAPACKE_dgetrf_work;
  static constexpr auto kGetrs = LAPACKE_dgetrs_work;
  static constexpr auto kPotrf = LAPACKE_dpotrf_work;
  static constexpr auto kTrtrs = LAPACKE_dtrtrs_work;
  static constexpr auto kGeqrf = LAPACKE_dgeqrf_work;
  static constexpr auto kFormQ = LAPACKE_dorgqr_work;
  static constexpr auto kGtsv = LAPACKE_dgtsv_work;
  static lapack_int heev(lapack_int n, double* a, double* values, double* work, lapack_int size) {
    return LAPACKE_dsyev_work(kRows, 'V', 'L', n, a, leading(n), values, work, size);
  }
  static lapack_int gesdd(char job, lapack_int m, lapack_int n, double* a, double* s, double* u, lapack_int columns, double* vh, double* work,
                          lapack_int size, int* swaps) {
    return LAPACKE_dgesdd_work(kRows, job, m, n, a, leading(n), s, u, leading(columns), vh, leading(n), work, size, swaps);
  }
};

template <>
struct Lapack<Complex> {
  static constexpr auto kGetrf = LAPACKE_zgetrf_work;
  static constexpr auto kGetrs = LAPACKE_zgetrs_work;
  static constexpr auto kPotrf = LAPACKE_zpotrf_work;
  static constexpr auto kTrtrs = LAPACKE_ztrtrs_work;
  static constexpr auto kGeqrf = LAPACKE_zgeqrf_work;
  static constexpr auto kFormQ = LAPACKE_zungqr_work;
  static constexpr auto kGtsv = LAPACKE_zgtsv_work;
  static lapack_int heev(lapack_int n, Complex* a, double* values, Complex* work, lapack_int size) {
    device::Workspace<double> real(static_cast<std::size_t>(std::max(3 * n, 1)));
    return LAPACKE_zheev_work(kRows, 'V', 'L', n, a, leading(n), values, work, size, real.data());
  }
  static lapack_int gesdd(char job, lapack_int m, lapack_int n, Complex* a, double* s, Complex* u, lapack_int columns, Complex* vh, Complex* work,
                          lapack_int size, int* swaps) {
    const std::size_t least = static_cast<std::size_t>(std::min(m, n)), most = static_cast<std::size_t>(std::max(m, n));
    device::Workspace<double> real(job == 'N' ? 7 * least + 1 : least * std::max(5 * least + 7, 2 * most + 2 * least + 1) + 1);
    return LAPACKE_zgesdd_work(kRows, job, m, n, a, leading(n), s, u, leading(columns), vh, leading(n), work, size, real.data(), swaps);
  }
};

template <class T>
double real_part(T x) {
  return std::real(x);
}

// Calls f(work, size) twice: the first time LAPACK says how much workspace it wants.
template <class T, class F>
lapack_int with_workspace(const F& f) {
  T wanted{};
  answer(f(&wanted, -1));
  device::Workspace<T> work(static_cast<std::size_t>(std::max(1.0, real_part(wanted))));
  return answer(f(work.data(), narrow(std::ssize(work))));
}

}  // namespace

template <class T>
int lu(std::span<T> a, std::int64_t n, std::span<int> swaps) {
  const bool regular = answer(Lapack<T>::kGetrf(kRows, narrow(n), narrow(n), a.data(), leading(n), swaps.data())) == 0;
  int sign = regular ? 1 : 0;
  for (int k = 0; k < narrow(n); ++k) sign = swaps[static_cast<std::size_t>(k)] == k + 1 ? sign : -sign;
  return sign;
}

template <class T>
void lu_solve(std::span<const T> lu, std::int64_t n, std::span<const int> swaps, std::span<T> b, std::int64_t m) {
  answer(Lapack<T>::kGetrs(kRows, 'N', narrow(n), narrow(m), lu.data(), leading(n), swaps.data(), b.data(), leading(m)));
}

template <class T>
bool cholesky(std::span<T> a, std::int64_t n) {
  if (answer(Lapack<T>::kPotrf(kRows, 'L', narrow(n), a.data(), leading(n))) != 0) return false;
  for (std::int64_t i = 0; i < n; ++i) std::fill(a.data() + i * n + i + 1, a.data() + (i + 1) * n, T{});
  return true;
}

template <class T>
void triangular_solve(std::span<const T> a, std::int64_t n, bool lower, bool adjoint, std::span<T> b, std::int64_t m) {
  answer(Lapack<T>::kTrtrs(kRows, lower ? 'L' : 'U', adjoint ? 'C' : 'N', 'N', narrow(n), narrow(m), a.data(), leading(n), b.data(), leading(m)));
}

template <class T>
void self_adjoint_eig(std::span<T> a, std::int64_t n, std::span<double> values, std::span<T> vectors) {
  with_workspace<T>([&](T* work, lapack_int size) { return Lapack<T>::heev(narrow(n), a.data(), values.data(), work, size); });
  std::copy(a.begin(), a.end(), vectors.begin());
}

template <class T>
bool svd(std::span<T> a, std::int64_t m, std::int64_t n, bool full, std::span<double> s, std::span<T> u, std::span<T> vh) {
  const std::int64_t least = std::min(m, n);
  const char job = u.empty() ? 'N' : full ? 'A' : 'S';
  device::Workspace<int> swaps(static_cast<std::size_t>(8 * least + 1));
  T none{};
  T *const left = u.empty() ? &none : u.data(), *const right = vh.empty() ? &none : vh.data();
  return with_workspace<T>([&](T* work, lapack_int size) {
           return Lapack<T>::gesdd(job, narrow(m), narrow(n), a.data(), s.data(), left, narrow(full ? m : least), right, work, size, swaps.data());
         }) == 0;
}

template <class T>
void qr(std::span<T> a, std::int64_t m, std::int64_t n, std::span<T> q, std::int64_t columns) {
  const std::int64_t least = std::min(m, n);
  device::Workspace<T> scales(static_cast<std::size_t>(least + 1));
  with_workspace<T>(
      [&](T* work, lapack_int size) { return Lapack<T>::kGeqrf(kRows, narrow(m), narrow(n), a.data(), leading(n), scales.data(), work, size); });
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) q[static_cast<std::size_t>(i * columns + j)] = j < n ? a[static_cast<std::size_t>(i * n + j)] : T{};
  }
  with_workspace<T>([&](T* work, lapack_int size) {
    return Lapack<T>::kFormQ(kRows, narrow(m), narrow(columns), narrow(least), q.data(), leading(columns), scales.data(), work, size);
  });
}

bool eig(std::span<Complex> a, std::int64_t n, std::span<Complex> values, std::span<Complex> vectors) {
  device::Workspace<double> real(static_cast<std::size_t>(2 * n + 1));
  Complex none{};
  Complex* const right = vectors.empty() ? &none : vectors.data();
  return with_workspace<Complex>([&](Complex* work, lapack_int size) {
           return LAPACKE_zgeev_work(kRows, 'N', vectors.empty() ? 'N' : 'V', narrow(n), a.data(), leading(n), values.data(), &none, leading(n),
                                     right, leading(n), work, size, real.data());
         }) == 0;
}

bool schur(std::span<Complex> a, std::int64_t n, std::span<Complex> q) {
  device::Workspace<double> real(static_cast<std::size_t>(n + 1));
  device::Workspace<Complex> values(static_cast<std::size_t>(n + 1));
  lapack_int selected = 0, chosen = 0;
  return with_workspace<Complex>([&](Complex* work, lapack_int size) {
           return LAPACKE_zgees_work(kRows, 'V', 'N', nullptr, narrow(n), a.data(), leading(n), &selected, values.data(), q.data(), leading(n), work,
                                     size, real.data(), &chosen);
         }) == 0;
}

template <class T>
bool tridiagonal_solve(std::span<T> below, std::span<T> diagonal, std::span<T> above, std::int64_t n, std::span<T> b, std::int64_t m) {
  return answer(Lapack<T>::kGtsv(kRows, narrow(n), narrow(m), below.data(), diagonal.data(), above.data(), b.data(), leading(m))) == 0;
}

template int lu(std::span<double>, std::int64_t, std::span<int>);
template int lu(std::span<Complex>, std::int64_t, std::span<int>);
template void lu_solve(std::span<const double>, std::int64_t, std::span<const int>, std::span<double>, std::int64_t);
template void lu_solve(std::span<const Complex>, std::int64_t, std::span<const int>, std::span<Complex>, std::int64_t);
template bool cholesky(std::span<double>, std::int64_t);
template bool cholesky(std::span<Complex>, std::int64_t);
template void triangular_solve(std::span<const double>, std::int64_t, bool, bool, std::span<double>, std::int64_t);
template void triangular_solve(std::span<const Complex>, std::int64_t, bool, bool, std::span<Complex>, std::int64_t);
template void self_adjoint_eig(std::span<double>, std::int64_t, std::span<double>, std::span<double>);
template void self_adjoint_eig(std::span<Complex>, std::int64_t, std::span<double>, std::span<Complex>);
template bool svd(std::span<double>, std::int64_t, std::int64_t, bool, std::span<double>, std::span<double>, std::span<double>);
template bool svd(std::span<Complex>, std::int64_t, std::int64_t, bool, std::span<double>, std::span<Complex>, std::span<Complex>);
template void qr(std::span<double>, std::int64_t, std::int64_t, std::span<double>, std::int64_t);
template void qr(std::span<Complex>, std::int64_t, std::int64_t, std::span<Complex>, std::int64_t);
template bool tridiagonal_solve(std::span<double>, std::span<double>, std::span<double>, std::int64_t, std::span<double>, std::int64_t);
template bool tridiagonal_solve(std::span<Complex>, std::span<Complex>, std::span<Complex>, std::int64_t, std::span<Complex>, std::int64_t);

}  // namespace whygrad::kernels::cpu
