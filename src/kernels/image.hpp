// Kernels for images.
#pragma once

#include "kernels/view.hpp"

namespace whygrad::kernels {

// out = x with the hue of each pixel (red, green and blue along the last axis) rotated by `delta`, where 1 is a full turn. x floating [.., 3], with
// any strides; out contiguous, of x's dtype. Computed in double precision.
void adjust_hue(const View& x, double delta, const View& out);

}  // namespace whygrad::kernels
