// Common parts of shape ops.
#pragma once

#include "ops/core/context.hpp"
#include "ops/core/defined.hpp"

namespace whygrad::internal {

// Computes strides of shape `to` for elements with shape `from` and `from_strides`. Returns false if there are none. Both shapes have the same size.
bool reshape_strides(const Shape& from, const std::int64_t* from_strides, const Shape& to, std::int64_t* strides);

// `shape` with a new axis at position `axis` of the result.
Shape insert_axis(const Shape& shape, int axis, std::int64_t extent);

// One number for each axis.
class PerAxis {
 public:
  PerAxis() = default;
  explicit PerAxis(std::span<const std::int64_t> numbers) {
    for (const std::int64_t n : numbers) push_back(n);
  }
  PerAxis(std::initializer_list<std::int64_t> numbers) : PerAxis(std::span(numbers.begin(), numbers.size())) {}
  void push_back(std::int64_t number) {
    if (count_ == Shape::kMaxRank) throw ValueError("slice", "more numbers than axes", "a tensor has at most 8 axes; give one number for each");
    numbers_[count_++] = number;
  }
  std::int64_t operator[](int i) const { return numbers_[i]; }
  operator std::span<const std::int64_t>() const { return {numbers_, static_cast<std::size_t>(count_)}; }

 private:
  std::int64_t numbers_[Shape::kMaxRank] = {};
  int count_ = 0;
};
// On each axis, element i of the slice is element begin + i * stride of the whole.
struct Part {
  PerAxis begin;
  PerAxis strides;
};
// Zeros of `shape` with dy at the slice.
Tensor slice_grad(const Tensor& dy, const Part& part, const Shape& shape);

}  // namespace whygrad::internal
