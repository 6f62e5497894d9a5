// Order and equality of elements. Real dtypes.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// Where the first k elements of each row stand when the row is sorted: x contiguous [.., n], positions i32, contiguous [.., k], k <= n < 2^31. Equal
// elements keep their order. NaN comes first in either direction, as TensorFlow has it.
void order(bool descending, const View& x, std::int64_t k, const View& positions);

// Numbers the distinct elements of a contiguous x [n] in the order in which they first occur: numbers i32 [n]. Returns how many there are. Every NaN
// differs from every other.
std::int64_t number_distinct(const View& x, const View& numbers);

// places[k] = where k first occurs in numbers, which number_distinct made: i32 [n] each, as many places as there are different numbers.
void first_of_each(const View& numbers, const View& places);

// The rows of x, integers [n, m] with any strides, by their numbers in lexicographic order, equal ones as they stand: order i64 [n].
void order_rows(const View& x, const View& order);

}  // namespace whygrad::kernels
