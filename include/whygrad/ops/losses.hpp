// Losses. In the formulas dy is the incoming gradient of the result.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad::nn {

// -sum(labels log(softmax(logits))) over the last axis: labels and logits [.., c] of one floating dtype give [..]. Each row of labels should sum
// to 1. dlogits = dy (softmax(logits) - labels), dlabels = -dy log_softmax(logits).
WG_API Tensor softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where = Where::here());
// -log(softmax(logits))[labels]: labels int32 or int64 [..], logits [.., c] give [..]. dlogits = dy (softmax(logits) - onehot(labels)). Throws
// IndexError for a label outside [0, c).
WG_API Tensor sparse_softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where = Where::here());
// max(x, 0) - x z + log(1 + e^-|x|), which is -z log(sigmoid(x)) - (1 - z) log(1 - sigmoid(x)), with x the logits and z the labels; one shape and
// floating dtype. dx = dy (sigmoid(x) - z), dz = -dy x.
WG_API Tensor sigmoid_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where = Where::here());
// sum(x^2) / 2, a scalar. dx = dy x.
WG_API Tensor l2_loss(const Tensor& x, Where where = Where::here());

}  // namespace whygrad::nn
