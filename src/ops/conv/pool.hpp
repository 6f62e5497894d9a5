// Pooling and its gradients as ops.
#pragma once

#include "ops/core/context.hpp"

#include <whygrad/ops/conv.hpp>

namespace whygrad::internal {

struct PoolAttrs {
  std::array<std::int64_t, 2> window;
  std::array<std::int64_t, 2> strides;
  nn::Padding padding;
};

// Of the gradient ops.
struct PoolGradAttrs {
  std::array<std::int64_t, 2> window;
  std::array<std::int64_t, 2> strides;
  nn::Padding padding;
  Shape shape;  // of the image

  PoolAttrs pool() const { return {window, strides, padding}; }
};

// The maxima and their positions within the windows, in row-major order.
std::array<Tensor, 2> max_pool2d_with_positions(const Tensor& x, const PoolAttrs& attrs, const Where& where = {});
// Zeros of attrs.shape with dy added at the positions of the maxima.
Tensor max_pool2d_grad(const Tensor& dy, const Tensor& positions, const PoolGradAttrs& attrs);
// The elements of x, of attrs.shape, at these positions.
Tensor max_pool2d_pick(const Tensor& x, const Tensor& positions, const PoolGradAttrs& attrs);
// Distributes dy equally to the elements of each window.
Tensor avg_pool2d_grad(const Tensor& dy, const PoolGradAttrs& attrs);

}  // namespace whygrad::internal
