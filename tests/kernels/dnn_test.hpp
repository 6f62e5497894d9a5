// What the tests of matrix products, convolution and pooling share. All values are small multiples of 1/4, so that sums of their products are exact
// in every floating dtype up to the final rounding: results are compared for equality, whatever the order of summation.
#pragma once

#include <complex>
#include <string>
#include <vector>

#include "kernels/kernel_test.hpp"

namespace whygrad::kernels::testing {

template <class T>
T from_double(double value) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    return T(static_cast<float>(value));
  } else {
    return static_cast<T>(value);
  }
}
template <class T>
double to_double(T value) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    return static_cast<double>(static_cast<float>(value));
  } else {
    return static_cast<double>(value);
  }
}

// Multiples of 1/4 in [-1, 1]; integers in [-4, 4] for integer types, [0, 8] for unsigned ones.
template <class T>
std::vector<T> exact_values(std::int64_t n, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_int_distribution<int> uniform(-4, 4);
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& value : values) {
    if constexpr (is_complex(dtype_of<T>)) {
      value = {static_cast<typename T::value_type>(uniform(generator)) / 4, static_cast<typename T::value_type>(uniform(generator)) / 4};
    } else if constexpr (is_floating(dtype_of<T>)) {
      value = from_double<T>(uniform(generator) / 4.0);
    } else {
      value = static_cast<T>(std::is_signed_v<T> ? uniform(generator) : uniform(generator) + 4);
    }
  }
  return values;
}

// How an operand lies in memory. kColumnMajor exchanges its last two axes; kStepped leaves gaps between columns, so that neither axis has stride 1.
enum class Layout { kRowMajor, kColumnMajor, kPadded, kStepped, kReversed };
inline constexpr Layout kLayouts[] = {Layout::kRowMajor, Layout::kColumnMajor, Layout::kPadded, Layout::kStepped, Layout::kReversed};

template <class T>
Array<T> exact_array(Dims shape, Layout layout, unsigned seed) {
  const std::size_t rank = shape.size(), last = rank - 1;
  Dims room = shape;
  if (layout == Layout::kColumnMajor) std::swap(room[last], room[last - 1]);
  if (layout == Layout::kPadded) room[last] += 3;
  if (layout == Layout::kStepped) room[last] = 2 * room[last] + 1;
  Dims strides = row_major(room);
  if (layout == Layout::kColumnMajor) std::swap(strides[last], strides[last - 1]);
  if (layout == Layout::kStepped) strides[last] = 2;
  std::int64_t size = 1, start = 0;
  for (const std::int64_t n : room) size *= n;
  if (layout == Layout::kReversed && shape[last] > 0) {
    strides[last] = -1;
    start = shape[last] - 1;
  }
  return Array<T>(std::move(shape), std::move(strides), exact_values<T>(std::max<std::int64_t>(size, 1), seed), start);
}

// The first differing element, or an empty string. NaN equals NaN.
template <class T>
std::string difference(Array<T>& got, const std::vector<double>& want) {
  if (got.size() != static_cast<std::int64_t>(want.size())) return "sizes differ";
  for (std::int64_t i = 0; i < got.size(); ++i) {
    const double g = to_double(got[i]), w = to_double(from_double<T>(want[static_cast<std::size_t>(i)]));
    if (g != w && (g == g || w == w)) return "element " + std::to_string(i) + ": got " + std::to_string(g) + ", want " + std::to_string(w);
  }
  return {};
}

}  // namespace whygrad::kernels::testing
