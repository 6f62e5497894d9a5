// Loops written one element at a time, for the compiler to vectorise: ops whose types differ or whose lanes are integers. Op::apply takes scalars.
// Included once per SIMD target.
#if defined(WHYGRAD_KERNELS_PLAIN_LOOP_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WHYGRAD_KERNELS_PLAIN_LOOP_INL
#undef WHYGRAD_KERNELS_PLAIN_LOOP_INL
#else
#define WHYGRAD_KERNELS_PLAIN_LOOP_INL
#endif

#include "kernels/cpu/loops.hpp"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {

template <class Op, class In, class Out>
void plain_unary_loop(const void* x_data, void* out_data, std::size_t n) {
  const In* x = static_cast<const In*>(x_data);
  Out* out = static_cast<Out*>(out_data);
  for (std::size_t i = 0; i < n; ++i) out[i] = Op::apply(x[i]);
}

// Not inlined, so that exchanged_loop is a jump.
template <class Op, class In, class Out, bool kLeftScalar, bool kRightScalar>
HWY_NOINLINE void plain_binary_loop(const void* a_data, const void* b_data, void* out_data, std::size_t n) {
  if (n == 0) return;
  const In* a = static_cast<const In*>(a_data);
  const In* b = static_cast<const In*>(b_data);
  Out* out = static_cast<Out*>(out_data);
  const In first_a = *a, first_b = *b;
  for (std::size_t i = 0; i < n; ++i) out[i] = Op::apply(kLeftScalar ? first_a : a[i], kRightScalar ? first_b : b[i]);
}

template <class Op, class In, class Out>
constexpr BinaryLoops plain_binary_loops() {
  return {plain_binary_loop<Op, In, Out, false, false>, plain_binary_loop<Op, In, Out, true, false>, plain_binary_loop<Op, In, Out, false, true>};
}

// A loop with its operands exchanged: a jump instead of a loop of its own.
template <BinaryLoop kLoop>
void exchanged_loop(const void* a_data, const void* b_data, void* out_data, std::size_t n) {
  kLoop(b_data, a_data, out_data, n);
}

// For an Op with apply(a, b) == apply(b, a).
template <class Op, class In, class Out>
constexpr BinaryLoops commutative_loops() {
  constexpr BinaryLoop kRight = plain_binary_loop<Op, In, Out, false, true>;
  return {plain_binary_loop<Op, In, Out, false, false>, exchanged_loop<kRight>, kRight};
}

// For the op that applies Op to (b, a).
template <class Op, class In, class Out>
constexpr BinaryLoops exchanged_loops() {
  constexpr BinaryLoops kLoops = plain_binary_loops<Op, In, Out>();
  return {exchanged_loop<kLoops.both>, exchanged_loop<kLoops.right_scalar>, exchanged_loop<kLoops.left_scalar>};
}

}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
