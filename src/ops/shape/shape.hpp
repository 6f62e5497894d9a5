// What the shape ops share.
#pragma once

#include "ops/core/context.hpp"
#include "ops/core/defined.hpp"

namespace whygrad::internal {

// Lays `to` over elements that lie as `from` with `from_strides`; false where no strides do. Both shapes have the same number of elements.
bool reshape_strides(const Shape& from, const std::int64_t* from_strides, const Shape& to, std::int64_t* strides);

// `shape` with one more axis, at `axis` of the result.
Shape insert_axis(const Shape& shape, int axis, std::int64_t extent);

// Element i of a part, on each axis, is element begin + i * stride of the whole.
struct Part {
  std::int64_t begin[Shape::kMaxRank] = {};
  std::int64_t strides[Shape::kMaxRank] = {};
};
// Zeros of `shape` with dy at the part.
Tensor slice_grad(const Tensor& dy, const Part& part, const Shape& shape);

}  // namespace whygrad::internal
