// Gathering and scattering by positions along several axes. Inputs may have any strides, outputs are contiguous.
//
// indices, i32 or i64 [i.., r]: each row is a position along the first r axes of the indexed view [n.., k..]. Functions that take indices return -1,
// or the row-major position in `indices` of the first number that is out of range; out is then unspecified.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// out[i.., k..] = params[indices[i..], k..].
std::int64_t gather_nd(const View& params, const View& indices, const View& out);

// How an update is combined with the element at its position. kMax and kMin take real dtypes and keep the element unless the update is larger or
// smaller, so an update of NaN is ignored.
enum class Scatter : std::uint8_t { kAdd, kSet, kMax, kMin };
// Combines out[indices[i..], k..] with updates[i.., k..], one row of indices after the other. `out` holds the initial values.
std::int64_t scatter_nd(Scatter how, const View& indices, const View& updates, const View& out);

// The number of elements of x, of any dtype, that are not 0 (NaN is not 0).
std::int64_t count_not_zero(const View& x);
// The positions of these n elements along each axis of x, in row-major order: places i64 [n, rank of x].
void places_not_zero(const View& x, const View& places);

}  // namespace whygrad::kernels
