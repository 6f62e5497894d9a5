// Two-dimensional pooling over [n, h, w, c]. Shapes and dtypes were checked by the caller; dtypes f16, bf16, f32, f64. Inputs of any strides (packed
// where they are not contiguous), results contiguous.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// Index 0 is height, 1 is width. Every window must cover at least one element of the image, as TensorFlow's SAME and VALID make sure.
struct PoolParams {
  std::int64_t window[2] = {1, 1};
  std::int64_t strides[2] = {1, 1};
  std::int64_t pad_before[2] = {0, 0};
  std::int64_t pad_after[2] = {0, 0};
};

// The dtype of max_pool2d's positions: u8 for windows of at most 256 elements, i32 otherwise.
constexpr DType max_pool_position_dtype(const PoolParams& params) { return params.window[0] * params.window[1] <= 256 ? DType::kU8 : DType::kI32; }

// out = the maximum of each window. positions, unless null, has out's shape and max_pool_position_dtype: the row-major position of the maximum in its
// window; the first of equal maxima, as in TensorFlow.
void max_pool2d(const View& x, const PoolParams& params, const View& out, const View* positions = nullptr);

// dx = dy at the position of each maximum, added up where windows overlap.
void max_pool2d_backward(const View& dy, const View& positions, const PoolParams& params, const View& dx);

// out = the mean of each window's elements inside the image: padding is not counted.
void avg_pool2d(const View& x, const PoolParams& params, const View& out);

// dx = the gradient of sum(dy * avg_pool2d(x)).
void avg_pool2d_backward(const View& dy, const PoolParams& params, const View& dx);

// out = the element of x at each position that max_pool2d found, for any x of the pooled image's shape: the transpose of max_pool2d_backward as a
// linear map, for second derivatives. x and positions may have any strides, out is contiguous.
void max_pool2d_pick(const View& x, const View& positions, const PoolParams& params, const View& out);

}  // namespace whygrad::kernels
