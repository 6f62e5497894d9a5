// Exponentials, logarithms and square roots of a matrix [n, n], in place.
#pragma once

#include <complex>
#include <cstdint>
#include <span>

namespace whygrad::kernels::cpu {

// T is double or std::complex<double>.
template <class T>
void matrix_exponential(std::span<T> a, std::int64_t n);
// The principal values. Return false for a matrix that has none: a singular one has no logarithm, and some have no root.
bool matrix_logarithm(std::span<std::complex<double>> a, std::int64_t n);
bool matrix_square_root(std::span<std::complex<double>> a, std::int64_t n);

}  // namespace whygrad::kernels::cpu
