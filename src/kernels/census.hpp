// Statistics of the elements of a tensor in one pass.
#pragma once

#include "kernels/view.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

namespace whygrad::kernels {

struct Census {
  std::uint64_t zeros = 0, ones = 0, nans = 0, infs = 0;  // ones: elements of magnitude 1
  // Of the finite elements: their range (Inf and -Inf if there are none) and the sum of their squares.
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity(), squares = 0;

  bool finite() const { return nans == 0 && infs == 0; }
  void add(const Census& other) {
    zeros += other.zeros;
    ones += other.ones;
    nans += other.nans;
    infs += other.infs;
    low = std::min(low, other.low);
    high = std::max(high, other.high);
    squares += other.squares;
  }
};

// x is contiguous, of any dtype. Complex elements count by their magnitude, and as NaN if a part is NaN; subnormal elements are not 0. The order of
// additions does not depend on the number of threads.
Census census(const View& x);

// Adds to bins[i] the number of finite elements of a contiguous x, of any dtype, in interval i of equal intervals between `low` and `high`, which
// enclose them. Samples at most 1,024 elements of x.
void sample_bins(const View& x, double low, double high, std::span<std::uint64_t> bins);

// The row-major position of the first NaN of a contiguous x, of any dtype; without a NaN, of the first infinite element; -1 if all are finite.
std::int64_t find_not_finite(const View& x);

// The element of x, of any dtype and strides, at this offset in elements. A complex one as census() counts it.
double number_at(const View& x, std::int64_t offset);

}  // namespace whygrad::kernels
