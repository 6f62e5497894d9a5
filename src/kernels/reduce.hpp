// Reductions, positions of extremes, and running sums.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

enum class Reduce : std::uint8_t {
  kSum,   // numbers; integers wrap
  kMean,  // numbers; integers divide the wrapped 64-bit sum, truncating, as TensorFlow
  kProd,  // numbers; integers wrap
  kMax,   // real numbers; NaN where any element is NaN
  kMin,   // real numbers; NaN where any element is NaN
  kAny,   // bool
  kAll,   // bool
};

bool supports(Reduce op, DType dtype);

// Folds the axes whose bit is set in `axes_mask` (bit i is axis i). `out` is contiguous, of x's dtype, and has the kept axes in their order: x
// f32[n, h, w, c] with mask 0b0111 gives out f32[c]. A fold over no elements gives the op's neutral element: 0, 1, -Inf or the lowest integer for
// kMax, Inf or the highest for kMin, NaN (integers: 0) for kMean, false, true.
//
// The order of additions is fixed by the shape and strides alone, so results do not depend on the number of threads; it is pairwise over blocks,
// so the relative error of a sum of positive numbers grows with log(n). f16 and bf16 accumulate in f32.
void reduce(Reduce op, const View& x, std::uint32_t axes_mask, const View& out);

// Position of the largest (or smallest) element along `axis`. x real [.., n, ..] with n > 0; out i32 or i64, contiguous, x's shape without `axis`.
// Of equal elements the first wins. A NaN wins over every number, the first of several, as in NumPy; TensorFlow's answer
// for NaN depends on its vector width.
void arg_reduce(bool largest, const View& x, int axis, const View& out);

enum class Cumulative : std::uint8_t { kSum, kProd };

// Running sum or product along `axis`; out has x's shape and dtype and is contiguous. `exclusive` leaves out the element itself, so that the first
// result is 0 or 1; `reverse` runs from the end. f16 and bf16 accumulate in f32.
void cumulative(Cumulative op, const View& x, int axis, bool exclusive, bool reverse, const View& out);

}  // namespace whygrad::kernels
