// Matrix decompositions by LAPACK, in its row-major form. The functions that end in _work accept values that are not finite, as all kernels do.
#include "kernels/cpu/decompose.hpp"

#include <lapacke.h>

#include "device/workspace.hpp"

#include <algorithm>
#include <new>

namespace whygrad::kernels::cpu {
namespace {

static_assert(sizeof(lapack_int) == sizeof(int));

lapack_int narrow(std::int64_t n) { return static_cast<lapack_int>(n); }
// LAPACK refuses a leading dimension of 0.
lapack_int leading(std::int64_t n) { return std::max(narrow(n), lapack_int{1}); }

// LAPACK's status. Its row-major form transposes matrices in memory that it allocates itself, which may fail.
lapack_int answer(lapack_int info) {
  if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR) throw std::bad_alloc();
  return info;
}

}  // namespace

int lu(std::span<double> a, std::int64_t n, std::span<int> swaps) {
  if (answer(LAPACKE_dgetrf_work(LAPACK_ROW_MAJOR, narrow(n), narrow(n), a.data(), leading(n), swaps.data())) != 0) return 0;
  int sign = 1;
  for (int k = 0; k < narrow(n); ++k) sign = swaps[static_cast<std::size_t>(k)] == k + 1 ? sign : -sign;
  return sign;
}

void lu_solve(std::span<const double> lu, std::int64_t n, std::span<const int> swaps, std::span<double> b, std::int64_t m) {
  answer(LAPACKE_dgetrs_work(LAPACK_ROW_MAJOR, 'N', narrow(n), narrow(m), lu.data(), leading(n), swaps.data(), b.data(), leading(m)));
}

bool cholesky(std::span<double> a, std::int64_t n) {
  if (answer(LAPACKE_dpotrf_work(LAPACK_ROW_MAJOR, 'L', narrow(n), a.data(), leading(n))) != 0) return false;
  for (std::int64_t i = 0; i < n; ++i) std::fill(a.data() + i * n + i + 1, a.data() + (i + 1) * n, 0.0);
  return true;
}

void triangular_solve(std::span<const double> a, std::int64_t n, bool lower, bool transposed, std::span<double> b, std::int64_t m) {
  answer(LAPACKE_dtrtrs_work(LAPACK_ROW_MAJOR, lower ? 'L' : 'U', transposed ? 'T' : 'N', 'N', narrow(n), narrow(m), a.data(), leading(n), b.data(),
                             leading(m)));
}

void self_adjoint_eig(std::span<double> a, std::int64_t n, std::span<double> values, std::span<double> vectors) {
  double wanted = 0;
  answer(LAPACKE_dsyev_work(LAPACK_ROW_MAJOR, 'V', 'L', narrow(n), a.data(), leading(n), values.data(), &wanted, -1));
  device::Workspace<double> work(static_cast<std::size_t>(wanted));
  answer(LAPACKE_dsyev_work(LAPACK_ROW_MAJOR, 'V', 'L', narrow(n), a.data(), leading(n), values.data(), work.data(), narrow(std::ssize(work))));
  std::copy(a.begin(), a.end(), vectors.begin());
}

}  // namespace whygrad::kernels::cpu
