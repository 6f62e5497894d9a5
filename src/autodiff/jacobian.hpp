// The batch jacobian with TensorFlow's answer for unconnected sources.
#pragma once

#include <whygrad/autodiff/jacobian.hpp>

namespace whygrad::internal {

// Returns zeros for an unconnected source, as TensorFlow does without being asked to.
Tensor batch_jacobian_or_zeros(GradientTape& tape, const Watchable& target, const Watchable& source, JacobianOptions options, Where where);

}  // namespace whygrad::internal
