// Discrete Fourier transforms of any length, along the last axes. Complex elements are c64 or c128, real ones f32 or f64 of the same precision.
#pragma once

#include "kernels/view.hpp"

namespace whygrad::kernels {

// Transforms the last `rank` axes of x. The inverse divides by the number of elements that are transformed. x has any strides; out is contiguous, of
// x's shape and dtype.
void fft(const View& x, int rank, bool inverse, const View& out);
// The same of a real x [.., n], of which the first n / 2 + 1 elements along the last axis are kept; the others are their conjugates.
void rfft(const View& x, int rank, const View& out);
// The inverse of rfft: x [.., n / 2 + 1] gives the real out [.., n], as if x were completed by conjugates.
void irfft(const View& x, int rank, const View& out);

}  // namespace whygrad::kernels
