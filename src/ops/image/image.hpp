// Checks of image functions.
#pragma once

#include <whygrad/tensor/tensor.hpp>

namespace whygrad::internal {

// Throws unless x is one image or has one batch axis, with at least one pixel.
void require_image(const char* op, const Tensor& x);

}  // namespace whygrad::internal
