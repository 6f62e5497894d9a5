// Pooling and its gradients as ops.
#pragma once

#include "ops/core/context.hpp"

#include <whygrad/ops/conv.hpp>

namespace whygrad::internal {

struct PoolAttrs {
  std::array<std::int64_t, 2> window;
  std::array<std::int64_t, 2> strides;
  nn::Padding padding;
  Shape shape;  // of the image, for the gradient ops
};

// The maxima and their places, counted row by row in each window.
std::array<Tensor, 2> max_pool2d_with_positions(const Tensor& x, const PoolAttrs& attrs, const Where& where = {});
// Zeros of attrs.shape with dy added at the places of the maxima.
Tensor max_pool2d_grad(const Tensor& dy, const Tensor& positions, const PoolAttrs& attrs);
// The elements of x, of attrs.shape, at these places.
Tensor max_pool2d_pick(const Tensor& x, const Tensor& positions, const PoolAttrs& attrs);
// dy in equal parts to the elements of each window.
Tensor avg_pool2d_grad(const Tensor& dy, const PoolAttrs& attrs);

}  // namespace whygrad::internal
