// Elements picked and put by positions along several axes at once. Inputs may have any strides, outputs are contiguous.
//
// indices, i32 or i64 [i.., r], hold in each row a position along each of the first r axes of what they index, [n.., k..]. Functions that take them
// return -1, or the row-major position in `indices` of the first number that is outside of its axis; out is then unspecified.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// out[i.., k..] = params[indices[i..], k..].
std::int64_t gather_nd(const View& params, const View& indices, const View& out);

// What becomes of an element and one that is put in its place. kMax and kMin take real dtypes, and of two the second where it is larger or smaller,
// so a NaN that is put loses.
enum class Scatter : std::uint8_t { kAdd, kSet, kMax, kMin };
// out[indices[i..], k..] takes updates[i.., k..], one row of indices after the other. `out` holds the start values.
std::int64_t scatter_nd(Scatter how, const View& indices, const View& updates, const View& out);

// How many elements of x are not 0 (NaN is not), of any dtype.
std::int64_t count_not_zero(const View& x);
// The positions of these n elements along each axis of x, in row-major order: places i64 [n, rank of x].
void places_not_zero(const View& x, const View& places);

}  // namespace whygrad::kernels
