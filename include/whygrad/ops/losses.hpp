// Losses. In the formulas dy is the incoming gradient of the result.
#pragma once

#include <whygrad/ops/op.hpp>
#include <whygrad/ops/operand.hpp>

namespace whygrad::nn {

// -sum(labels log(softmax(logits))) over the last axis: labels and logits [.., c] of one floating dtype give [..]. Each row of labels should sum
// to 1. dlogits = dy (softmax(logits) - labels), dlabels = -dy log_softmax(logits).
WG_API Tensor softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where = Where::here());
// The same over another axis. Throws IndexError.
WG_API Tensor softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, std::int64_t axis, Where where = Where::here());
// -log(softmax(logits))[labels]: labels int32 or int64 [..], logits [.., c] give [..]. dlogits = dy (softmax(logits) - onehot(labels)). Throws
// IndexError for a label outside [0, c).
WG_API Tensor sparse_softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where = Where::here());
// max(x, 0) - x z + log(1 + e^-|x|), which is -z log(sigmoid(x)) - (1 - z) log(1 - sigmoid(x)), with x the logits and z the labels; one shape and
// floating dtype. dx = dy (sigmoid(x) - z), dz = -dy x.
WG_API Tensor sigmoid_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where = Where::here());
// (1 - z) x + (1 + (pos_weight - 1) z) (log(1 + e^-|x|) + max(-x, 0)): the same with examples of label 1 counted pos_weight times, which broadcasts
// against them. Throws ShapeError unless labels and logits have one shape.
WG_API Tensor weighted_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, const Operand& pos_weight, Where where = Where::here());
// e^x - x t for targets t and x, the logarithm of what the model says; the full loss adds Stirling's approximation of log(t!), t log(t) - t +
// log(2 pi t) / 2, where t is outside of [0, 1]. Throws ShapeError unless both have one shape.
WG_API Tensor log_poisson_loss(const Tensor& targets, const Tensor& log_input, bool compute_full_loss = false, Where where = Where::here());
// sum(x^2) / 2, a scalar. dx = dy x.
WG_API Tensor l2_loss(const Tensor& x, Where where = Where::here());

}  // namespace whygrad::nn
