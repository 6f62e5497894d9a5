// What the sources of image functions share.
#pragma once

#include <whygrad/ops/image.hpp>

#include <array>
#include <cstdint>

namespace whygrad::internal {

// Throws unless x is one image or has one batch axis, with at least one pixel.
void require_image(const char* op, const Tensor& x);

// The gradient of resize with respect to its image of height and width `size`, for the methods that are ops.
Tensor resize_grad(image::ResizeMethod method, bool antialias, const Tensor& dy, const std::array<std::int64_t, 2>& size);

}  // namespace whygrad::internal
