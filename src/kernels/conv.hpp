// Two-dimensional convolution (cross-correlation, as in TensorFlow) and its gradients. Images are [n, h, w, c], filters [kh, kw, c / groups, o].
// Shapes and dtypes were checked by the caller; dtypes f16, bf16, f32, f64, all operands of the same one. Inputs of any strides (packed where they
// are not contiguous), results contiguous. f16 computes in f32, and so does bf16 where the CPU has no bf16 dot product.
#pragma once

#include "kernels/matmul.hpp"
#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// Index 0 is height, 1 is width. Dilation 1 is a dense filter. groups == channels is a depthwise convolution.
struct ConvParams {
  std::int64_t strides[2] = {1, 1};
  std::int64_t dilations[2] = {1, 1};
  std::int64_t pad_before[2] = {0, 0};
  std::int64_t pad_after[2] = {0, 0};
  std::int64_t groups = 1;
};

// out[n, p, q, o] = sum_{i, j, c} x[n, p * strides[0] + i * dilations[0] - pad_before[0], q * strides[1] + ..., c] * w[i, j, c, o].
void conv2d(const View& x, const View& w, const ConvParams& params, const View& out);

// out = activation(conv2d(x, w) + bias), bias [o].
void conv2d_bias(const View& x, const View& w, const View& bias, const ConvParams& params, Activation activation, const View& out);

// dx = the gradient of sum(dy * conv2d(x, w)) with respect to x.
void conv2d_backward_input(const View& dy, const View& w, const ConvParams& params, const View& dx);

// dw = the gradient of sum(dy * conv2d(x, w)) with respect to w. dbias, where not null, is [o] and gets dy summed over n, h and w.
void conv2d_backward_filter(const View& x, const View& dy, const ConvParams& params, const View& dw, const View* dbias = nullptr);

}  // namespace whygrad::kernels
