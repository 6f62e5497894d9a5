// Connectionist temporal classification: the loss of sequences whose labels have no places in time.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad::nn {

struct CtcOptions {
  std::int64_t blank = 0;  // the class of a frame without a label; below 0 from the end
  // What is lost where labels do not fit their frames: a finite amount, near 707 for each end, or Inf. See kernels/ctc.hpp.
  bool soft_ends = true;
};

// -log of the probability that the frames spell the labels, summed over all alignments: logits [frames, batch, classes], labels [batch, most labels]
// with any numbers behind the first label_length [batch], and so many frames logit_length [batch]; integers int32 or int64. Gives [batch]. dlogits =
// dy * (softmax(logits) - how often an alignment is at each class). The second derivative is there too, the third is not. Throws ShapeError,
// DTypeError, IndexError for a label or blank that is no class, ValueError for a length beyond what there is.
WG_API Tensor ctc_loss(const Tensor& labels, const Tensor& logits, const Tensor& label_length, const Tensor& logit_length,
                       const CtcOptions& options = {}, Where where = Where::here());

}  // namespace whygrad::nn
