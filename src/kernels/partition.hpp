// Distribution of slices by number. Inputs may have any strides, outputs are contiguous. Numbers are i32 or i64, of any shape [i..].
#pragma once

#include "kernels/view.hpp"

#include <cstdint>
#include <span>

namespace whygrad::kernels {

// counts[n] = how often n is among the numbers. Returns -1, or the row-major position of the first number without a count; counts are then
// unspecified.
std::int64_t count_numbers(const View& numbers, std::span<std::int64_t> counts);

// parts[n], [count of n, k..], receives the slices data[i.., k..] whose number is n, in row-major order.
void partition(const View& data, const View& numbers, std::span<const View> parts);

// places[i] = the position of slice i after a stable sort by number: i64 [size of numbers]. Numbers are in [0, count).
void places_by_number(const View& numbers, std::int64_t count, const View& places);

}  // namespace whygrad::kernels
