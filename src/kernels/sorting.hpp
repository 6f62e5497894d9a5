// Sorting and equality of elements. Real dtypes.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// The positions of the first k elements of each row in sorted order: x contiguous [.., n], positions i32, contiguous [.., k], k <= n < 2^31. Equal
// elements keep their order. NaN comes first in either direction, as in TensorFlow.
void order(bool descending, const View& x, std::int64_t k, const View& positions);

// Numbers the distinct elements of a contiguous x [n] in the order of their first occurrence: numbers i32 [n]. Returns how many there are. Every NaN
// is distinct.
std::int64_t number_distinct(const View& x, const View& numbers);

// places[k] = the position of the first k in `numbers`, the result of number_distinct: i32 [n] each, one position for each distinct number.
void first_of_each(const View& numbers, const View& places);

// The rows of x, integers [n, m] with any strides, in lexicographic order; equal rows keep their order: order i64 [n].
void order_rows(const View& x, const View& order);

}  // namespace whygrad::kernels
