// What the ops on square matrices share: checks, and their elements in double precision, one matrix after the other.
#pragma once

#include "device/workspace.hpp"
#include "ops/core/context.hpp"
#include "ops/core/packed.hpp"
#include "ops/elementwise/elementwise.hpp"

#include <algorithm>
#include <span>

namespace whygrad::internal {

inline void check_square(const InferContext& c, int i = 0) {
  const InputSpec x = c.input(i);
  if (x.dtype() != DType::kF32 && x.dtype() != DType::kF64) refuse_dtype(c, "float32 and float64");
  if (x.rank() < 2 || x.shape().back(0) != x.shape().back(1))
    c.shape_error("these are no square matrices", "the last two axes need one length, [.., n, n]");
}

// The shape without its last `count` axes.
inline Shape leading(const Shape& shape, int count) { return Shape(shape.extents().first(static_cast<std::size_t>(shape.rank() - count))); }

using Doubles = device::Workspace<double>;

// The elements of a tensor in double precision.
inline Doubles doubles_of(const Tensor& t) {
  const Packed packed(t);
  const auto count = static_cast<std::size_t>(t.size());
  Doubles numbers(count);
  if (t.dtype() == DType::kF64) {
    std::copy_n(packed.view().as<double>(), count, numbers.data());
  } else {
    std::copy_n(packed.view().as<float>(), count, numbers.data());
  }
  return numbers;
}

inline void store(const Doubles& numbers, const kernels::View& out) {
  if (out.dtype == DType::kF64) {
    std::copy(numbers.begin(), numbers.end(), out.as<double>());
  } else {
    std::transform(numbers.begin(), numbers.end(), out.as<float>(), [](double v) { return static_cast<float>(v); });
  }
}

// Matrix b of a batch.
inline std::span<double> matrix_in(Doubles& numbers, std::int64_t b, std::int64_t size) {
  return std::span(numbers).subspan(static_cast<std::size_t>(b * size), static_cast<std::size_t>(size));
}

// The last two axes swapped.
Tensor transposed(const Tensor& x);

}  // namespace whygrad::internal
