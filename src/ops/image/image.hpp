// What the functions of images share.
#pragma once

#include <whygrad/tensor/tensor.hpp>

namespace whygrad::internal {

// Refuses all but one image or one axis of them, with at least one pixel.
void require_image(const char* op, const Tensor& x);

}  // namespace whygrad::internal
