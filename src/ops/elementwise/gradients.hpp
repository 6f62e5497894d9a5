// Gradient ops with fused kernels, as functions of the incoming gradient dy and of the differentiated op's output y or input x. Floating tensors of
// one shape. They have gradients themselves, so second derivatives go through them.
#pragma once

#include <whygrad/tensor/tensor.hpp>

namespace whygrad::internal {

// dy / (2 y), 0 where dy is 0.
Tensor sqrt_grad(const Tensor& dy, const Tensor& y, Where where = Where::here());
// -dy y^3 / 2, 0 where dy is 0.
Tensor rsqrt_grad(const Tensor& dy, const Tensor& y, Where where = Where::here());
// -dy y^2, 0 where dy is 0.
Tensor reciprocal_grad(const Tensor& dy, const Tensor& y, Where where = Where::here());
// dy y (1 - y).
Tensor sigmoid_grad(const Tensor& dy, const Tensor& y, Where where = Where::here());
// dy (1 - y^2).
Tensor tanh_grad(const Tensor& dy, const Tensor& y, Where where = Where::here());
// dy where v > 0, else 0; v is the input or the output of relu.
Tensor relu_grad(const Tensor& dy, const Tensor& v, Where where = Where::here());
// dy where 0 < v < 6, else 0; v is the input or the output of relu6.
Tensor relu6_grad(const Tensor& dy, const Tensor& v, Where where = Where::here());
// dy sigmoid(x).
Tensor softplus_grad(const Tensor& dy, const Tensor& x, Where where = Where::here());
// dy (y + 1) where y < 0, else dy.
Tensor elu_grad(const Tensor& dy, const Tensor& y, Where where = Where::here());
// dy (y + scale alpha) where y < 0, else dy scale.
Tensor selu_grad(const Tensor& dy, const Tensor& y, Where where = Where::here());
// dy / (1 + |x|)^2.
Tensor softsign_grad(const Tensor& dy, const Tensor& x, Where where = Where::here());

}  // namespace whygrad::internal
