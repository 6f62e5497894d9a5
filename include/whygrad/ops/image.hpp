// Images: floating [.., height, width, 3] with red, green and blue in [0, 1].
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad::image {

// (x - mean) factor + mean, with the mean over height and width of each channel; any number of channels.
WG_API Tensor adjust_contrast(const Tensor& x, double factor, Where where = Where::here());
// x with its hue turned by `delta` in [-1, 1], where 1 is once around the circle of colours. There is no gradient rule, as in TensorFlow. Throws
// ValueError for another delta, ShapeError unless there are three channels.
WG_API Tensor adjust_hue(const Tensor& x, double delta, Where where = Where::here());

}  // namespace whygrad::image
