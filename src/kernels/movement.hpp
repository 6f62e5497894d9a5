// Kernels that move or create elements without arithmetic.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// Converts each element to out's dtype; `out` is contiguous, x has its shape and any strides. Any dtype to any:
// to bool: x != 0 (NaN is true); floating to integer truncates towards zero, saturates at the ends of the type, NaN gives 0; integer to a smaller
// integer keeps the low bits; complex to real takes the real part (to bool: either part != 0); f64 to f16 and bf16 rounds once, by way of f32
// rounded to odd.
void cast(const View& x, const View& out);

// Copies x to `out`, same dtype and shape; both may have any strides, out's non-zero. They must not overlap unless they are the same view.
void copy(const View& x, const View& out);

// Sets every element of `out`, of any non-zero strides, to `*element`, one element of out's dtype in the host's memory.
void fill(const View& out, const void* element);

// out[i] = start + i * step for a contiguous `out` of rank 1 with an integer or floating dtype; `start` and `step` point at one element of that
// dtype. f16 and bf16 are computed in f32.
void range(const View& out, const void* start, const void* step);

// Zeros the elements of matrices x [.., m, n] further than `lower` below or `upper` above the diagonal; out contiguous.
void band_part(const View& x, std::int64_t lower, std::int64_t upper, const View& out);

}  // namespace whygrad::kernels
