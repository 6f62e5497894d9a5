// Counting and looking up of elements. Inputs may have any strides, outputs are contiguous.
//
// NOTE [exact comparison] Integers are compared and added up as int64, floats as double: each of the two holds all numbers of its kind, and neither
// those of the other.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// counts[i] = the number of elements of x in interval i of n equal intervals between `low` and `high`; those outside count in the first or the last
// interval. x real, counts i32 [n]. Returns false if an element is NaN; counts are then unspecified.
bool histogram(const View& x, double low, double high, const View& counts);

// sums[i] = the sum of the weights of the elements of x that are i. x i32 or i64, without negative elements; elements beyond the last sum are left
// out. sums real, [n]; or [rows, n] with separate sums for each row of x [rows, m]. `weights` are of x's shape and of sums' dtype; null: each element
// weighs 1. `binary`: 1 instead of a sum if there is an element.
void bincount(const View& x, const View* weights, bool binary, const View& sums);

// The position at which each of values [.., m] would be inserted into its row of sequence [.., n], which ascends: before equal elements or, if
// `right`, after them: places i32 [.., m]. sequence and values of one real dtype, with equal numbers of rows.
void searchsorted(const View& sequence, const View& values, bool right, const View& places);

// out[b] = whether fewer than k elements of row b of predictions, real [b, c], are larger than the element that targets, i32 or i64 [b], names; false
// for a target outside of the row. out bool [b].
void in_top_k(const View& targets, const View& predictions, std::int64_t k, const View& out);

}  // namespace whygrad::kernels
