// Inner loops over contiguous runs, and how the drivers find them. A loop knows one op, one dtype and one SIMD target; the drivers in
// elementwise.cpp bring strided, broadcast and half-precision operands into the form that loops take.
#pragma once

#include "kernels/elementwise.hpp"

#include <cstddef>
#include <cstdint>

namespace whygrad::kernels::cpu {

// Klambauer et al. 2017, to the digits of a double.
inline constexpr double kSeluScale = 1.0507009873554804934193349852946;
inline constexpr double kSeluAlpha = 1.6732632423543772848170429916717;

// out[i] = f(x[i]) for i < n. `out` may be x.
using UnaryLoop = void (*)(const void* x, void* out, std::size_t n);

// NOTE [chains]
// Ops of one floating dtype that follow each other in a fused loop run as a chain: a block of some vectors passes through all of them in registers,
// and only what is read again later goes through memory. A link applies its op to the block and calls the next link with it, as its last act, so that
// the call is a jump. The instructions for an element are those of the op's loop, and so are the bits.
using LinkRun = void (*)();  // the type is that of the SIMD target
struct Link {
  LinkRun run = nullptr;
  std::int32_t value = 0;  // which value in memory it reads or writes, if any
};

struct UnaryLoops {
  UnaryLoop run = nullptr;
  LinkRun link = nullptr;
};

// By where the operands are: in the block, in memory, or one element of memory.
struct BinaryLinks {
  LinkRun block_memory = nullptr, memory_block = nullptr, block_block = nullptr, block_one = nullptr, one_block = nullptr;
};

// out[i] = f(a[i], b[i]) for i < n. `out` may be a or b.
using BinaryLoop = void (*)(const void* a, const void* b, void* out, std::size_t n);

struct BinaryLoops {
  BinaryLoop both = nullptr;
  BinaryLoop left_scalar = nullptr;   // a stays at its first element
  BinaryLoop right_scalar = nullptr;  // b stays at its first element
  BinaryLinks links = {};             // null where an op is so dear that they would save nothing
};

// What every chain of a dtype needs besides the links of its ops.
struct ChainLoops {
  LinkRun load = nullptr, store = nullptr, end = nullptr;
  std::size_t block = 0;  // elements
  // Sends blocks through the links from `first` to `end`, which read and write block b of a value b blocks behind values[i].
  void (*run)(const Link* first, std::byte* const* values, std::size_t blocks) = nullptr;
};

// Each family answers nullptr (BinaryLoops{}) for an op or dtype that is not its own. The floating families know f32 and f64 only: halves go
// through f32.
UnaryLoops find_float_arithmetic(Unary op, DType dtype);
UnaryLoops find_exponential(Unary op, DType dtype);
UnaryLoops find_trigonometric(Unary op, DType dtype);
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
const UnaryLoops& find_loop(Unary op, DType dtype);
const BinaryLoops& find_loop(Binary op, DType dtype);

// Of f32 or f64.
ChainLoops find_chain(DType dtype);

// Fills the table anew, for tests that have changed the SIMD target. No kernel may be running.
void resolve_loops();

// Steps per thread below which a parallel region costs more than it saves, by the op's price.
std::int64_t grain_of(Unary op);
std::int64_t grain_of(Binary op);

}  // namespace whygrad::kernels::cpu
