// Elements counted and looked up. Inputs may have any strides, outputs are contiguous.
//
// NOTE [exact comparison] Integers are compared and added up as int64, floats as double: each of the two holds all numbers of its kind, and neither
// those of the other.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// counts[i] = how many elements of x lie in interval i of n intervals of one width between `low` and `high`; those outside count for the first or the
// last interval. x real, counts i32 [n]. Returns false where a NaN is among the elements; counts are then unspecified.
bool histogram(const View& x, double low, double high, const View& counts);

// sums[i] = the sum of the weights of those elements of x that are i. x i32 or i64, without negative elements; elements beyond the last sum are left
// out. sums real, [n]; or [rows, n], where each row of x [rows, m] has sums of its own. `weights` are of x's shape and of sums' dtype; null: each
// element weighs 1. `binary`: 1 in the place of a sum where there is an element.
void bincount(const View& x, const View* weights, bool binary, const View& sums);

// Where each of values [.., m] would stand among the ascending elements of its row of sequence [.., n], before equal elements or, where `right`,
// behind them: places i32 [.., m]. sequence and values of one real dtype, with as many rows in the one as in the other.
void searchsorted(const View& sequence, const View& values, bool right, const View& places);

// out[b] = whether fewer than k elements of row b of predictions, real [b, c], are larger than the element that targets, i32 or i64 [b], names; false
// for a target outside of the row. out bool [b].
void in_top_k(const View& targets, const View& predictions, std::int64_t k, const View& out);

}  // namespace whygrad::kernels
