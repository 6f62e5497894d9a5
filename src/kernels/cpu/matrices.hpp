// Common parts of the kernels on matrices.
#pragma once

#include "kernels/cpu/doubles.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <span>

namespace whygrad::kernels::cpu {

// f(T{}) for the T in which LAPACK computes with elements of this dtype.
template <class F>
bool by_type(DType dtype, const F& f) {
  return is_complex(dtype) ? f(std::complex<double>()) : f(double());
}

template <class T>
bool is_finite(std::span<const T> a) {
  return std::all_of(a.begin(), a.end(), [](T x) { return std::isfinite(std::real(x)) && std::isfinite(std::imag(x)); });
}

template <class T>
void fill_with_nan(std::span<T> a) {
  std::fill(a.begin(), a.end(), T(std::numeric_limits<double>::quiet_NaN()));
}

}  // namespace whygrad::kernels::cpu
