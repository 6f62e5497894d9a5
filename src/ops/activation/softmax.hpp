// Gradients of the softmax ops along the last axis. They are ops with gradients, so second derivatives go through them.
#pragma once

#include <whygrad/tensor/tensor.hpp>

namespace whygrad::internal {

// (dy - sum(dy y)) y, from softmax's output y.
Tensor softmax_grad(const Tensor& dy, const Tensor& y, Where where = Where::here());
// dy - e^y sum(dy), from log_softmax's output y.
Tensor log_softmax_grad(const Tensor& dy, const Tensor& y, Where where = Where::here());

}  // namespace whygrad::internal
