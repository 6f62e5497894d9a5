// Softmax and its losses along the last axis. All views are contiguous, of one floating dtype (labels excepted); f16 and bf16 compute in f32.
// A row that holds NaN or +Inf, or only -Inf, gives NaN throughout, as in TensorFlow. `out` and `backprop` may be the buffer of an input.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// y = exp(x - max) / sum(exp(x - max)) for each row. x, out [.., c].
void softmax(const View& x, const View& out);

// y = x - max - log(sum(exp(x - max))) for each row. x, out [.., c].
void log_softmax(const View& x, const View& out);

// Gradient of softmax from its output: (dy - sum(dy * y)) * y. y, dy, out [.., c].
void softmax_grad(const View& y, const View& dy, const View& out);

// Gradient of log_softmax from its output: dy - exp(y) * sum(dy). y, dy, out [.., c].
void log_softmax_grad(const View& y, const View& dy, const View& out);

// loss[i] = log(sum(exp(logits[i]))) - logits[i][labels[i]]; backprop[i] = softmax(logits[i]) - onehot(labels[i]), its gradient, in the same pass.
// logits, backprop [n, c]; labels i32 or i64 [n]; loss [n]. Returns -1, or the first row whose label lies outside [0, c); nothing is written then.
std::int64_t sparse_softmax_cross_entropy(const View& logits, const View& labels, const View& loss, const View& backprop);

// loss[i] = sum(labels[i] * (log(sum(exp(logits[i]))) - logits[i])); backprop[i] = softmax(logits[i]) - labels[i], which is the gradient where the
// labels of a row sum to 1. logits, labels, backprop [n, c]; loss [n].
void softmax_cross_entropy(const View& logits, const View& labels, const View& loss, const View& backprop);

}  // namespace whygrad::kernels
