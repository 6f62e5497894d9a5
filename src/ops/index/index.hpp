// The gradient of gather, for rules of other families too.
#pragma once

#include "ops/core/context.hpp"

namespace whygrad::internal {

struct GatherGradAttrs {
  std::int64_t axis;
  std::int64_t batch_dims;
  Shape shape;  // of gather's params
};

// Zeros of `shape` to which dy is added where gather took it from. dy has the shape that gather gives for such params and these indices.
Tensor gather_grad(const Tensor& dy, const Tensor& indices, const GatherGradAttrs& attrs);

}  // namespace whygrad::internal
