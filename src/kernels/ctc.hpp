// Connectionist temporal classification (Graves, Fernandez, Gomez, Schmidhuber: Connectionist temporal classification; ICML 2006): the probability
// that frames spell a sequence of labels, summed over all alignments, by the forward-backward algorithm.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

struct CtcParams {
  std::int64_t blank = 0;
  // Alignments that begin behind the first label or end before the last one are not impossible, but have a probability of 1e-307, as in TensorFlow's
  // form for dense labels: labels that do not fit their frames have a large loss and the gradient of the nearest alignment. Otherwise Inf, and the
  // gradient of the frames' normalisation alone.
  bool soft_ends = true;
};

// The first input that cannot be: a label that is no class, or a length beyond what there is.
struct CtcFault {
  enum Kind : std::uint8_t { kNone, kLabel, kLabelLength, kLogitLength };
  Kind kind = kNone;
  std::int64_t row = 0, value = 0;
};

// loss [b] = -log(probability) and its gradient [t, b, c], of logits [t, b, c], labels [b, l], their lengths and those of the frames [b]. Floating
// logits and integer labels with any strides; loss and gradient contiguous, of the dtype of the logits. Computed in double precision.
CtcFault ctc_loss(const View& logits, const View& labels, const View& label_length, const View& logit_length, const CtcParams& params,
                  const View& loss, const View& gradient);

// out [t, b, c] = the derivative of that gradient along `direction` [t, b, c].
CtcFault ctc_curvature(const View& logits, const View& labels, const View& label_length, const View& logit_length, const View& direction,
                       const CtcParams& params, const View& out);

}  // namespace whygrad::kernels
