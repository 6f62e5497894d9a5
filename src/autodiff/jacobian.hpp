// Jacobians as TensorFlow has them.
#pragma once

#include <whygrad/autodiff/jacobian.hpp>

namespace whygrad::internal {

// As TensorFlow has it: zeros where nothing connects, though nobody asked for them.
Tensor batch_jacobian_or_zeros(GradientTape& tape, const Watchable& target, const Watchable& source, Where where);

}  // namespace whygrad::internal
