// The second derivative of ctc_loss.
#pragma once

#include <whygrad/ops/ctc.hpp>

namespace whygrad::internal {

// The derivative of the gradient of ctc_loss with respect to its logits along a direction [t, b, c].
Tensor ctc_curvature(const Tensor& labels, const Tensor& logits, const Tensor& label_length, const Tensor& logit_length, const Tensor& direction,
                     const nn::CtcOptions& options);

}  // namespace whygrad::internal
