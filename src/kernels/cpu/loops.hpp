// Inner loops over contiguous runs, and how the drivers find them. A loop knows one op, one dtype and one SIMD target; the drivers in
// elementwise.cpp bring strided, broadcast and half-precision operands into the form that loops take.
#pragma once

#include "kernels/elementwise.hpp"

#include <cstddef>

namespace whygrad::kernels::cpu {

// Klambauer et al. 2017, to the digits of a double.
inline constexpr double kSeluScale = 1.0507009873554804934193349852946;
inline constexpr double kSeluAlpha = 1.6732632423543772848170429916717;

// out[i] = f(x[i]) for i < n. `out` may be x.
using UnaryLoop = void (*)(const void* x, void* out, std::size_t n);

// out[i] = f(a[i], b[i]) for i < n. `out` may be a or b.
using BinaryLoop = void (*)(const void* a, const void* b, void* out, std::size_t n);

struct BinaryLoops {
  BinaryLoop both = nullptr;
  BinaryLoop left_scalar = nullptr;   // a stays at its first element
  BinaryLoop right_scalar = nullptr;  // b stays at its first element
};

// Each family answers nullptr (BinaryLoops{}) for an op or dtype that is not its own. The floating families know f32 and f64 only: halves go
// through f32.
UnaryLoop find_float_arithmetic(Unary op, DType dtype);
UnaryLoop find_exponential(Unary op, DType dtype);
UnaryLoop find_trigonometric(Unary op, DType dtype);
UnaryLoop find_integer(Unary op, DType dtype);
UnaryLoop find_predicate(Unary op, DType dtype);
UnaryLoop find_complex(Unary op, DType dtype);

BinaryLoops find_float_arithmetic(Binary op, DType dtype);
BinaryLoops find_float_power(Binary op, DType dtype);
BinaryLoops find_gradient(Binary op, DType dtype);
BinaryLoops find_integer(Binary op, DType dtype);
BinaryLoops find_comparison(Binary op, DType dtype);
BinaryLoops find_complex(Binary op, DType dtype);

// The loop of an op for inputs of `dtype` (f32's for halves); null where the op does not take the dtype. A table look-up: which family and which
// SIMD target it is was settled at the first call.
UnaryLoop find_loop(Unary op, DType dtype);
const BinaryLoops& find_loop(Binary op, DType dtype);

// Fills the table anew, for tests that have changed the SIMD target. No kernel may be running.
void resolve_loops();

// Steps per thread below which a parallel region costs more than it saves, by the op's price.
std::int64_t grain_of(Unary op);
std::int64_t grain_of(Binary op);

}  // namespace whygrad::kernels::cpu
