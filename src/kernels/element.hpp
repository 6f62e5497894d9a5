// An element of any dtype as a double.
#pragma once

#include <whygrad/base/dtype.hpp>

#include <cmath>
#include <complex>
#include <limits>

namespace whygrad::kernels {

template <class T>
double number(T x) {
  return static_cast<double>(x);
}
inline double number(Half x) { return static_cast<double>(static_cast<float>(x)); }
inline double number(BFloat16 x) { return static_cast<double>(static_cast<float>(x)); }
// The magnitude, or NaN where a part is.
template <class T>
double number(std::complex<T> x) {
  return std::isnan(x.real()) || std::isnan(x.imag()) ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(std::abs(x));
}

}  // namespace whygrad::kernels
