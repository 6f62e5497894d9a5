// Convolution in f64, which oneDNN does not have. All operands contiguous. Meant for gradient checks, so it is simple before it is fast.
#pragma once

#include "kernels/cpu/dnn_conv_shape.hpp"

namespace whygrad::kernels::cpu {

void conv2d_f64(const double* x, const double* w, const ConvShape& shape, double* out);
void conv2d_backward_input_f64(const double* dy, const double* w, const ConvShape& shape, double* dx);
void conv2d_backward_filter_f64(const double* x, const double* dy, const ConvShape& shape, double* dw);

}  // namespace whygrad::kernels::cpu
