// Losses, as one number: the mean over all examples. What is true comes first, what the model says second.
#pragma once

#include <whygrad/tensor/tensor.hpp>

namespace whygrad::nn {

// Mean of -log(softmax(logits))[labels]: labels i32 or i64 [n], logits [n, c].
WG_API Tensor sparse_categorical_crossentropy(const Tensor& labels, const Tensor& logits, Where where = Where::here());
// Mean over the rows of -sum(labels log(softmax(logits))): labels and logits [n, c].
WG_API Tensor categorical_crossentropy(const Tensor& labels, const Tensor& logits, Where where = Where::here());
// Mean of -z log(sigmoid(x)) - (1 - z) log(1 - sigmoid(x)): labels z and logits x of one shape.
WG_API Tensor binary_crossentropy(const Tensor& labels, const Tensor& logits, Where where = Where::here());
// Mean of (targets - predictions)^2.
WG_API Tensor mean_squared_error(const Tensor& targets, const Tensor& predictions, Where where = Where::here());
// Mean of |targets - predictions|.
WG_API Tensor mean_absolute_error(const Tensor& targets, const Tensor& predictions, Where where = Where::here());
// Mean of e^2 / 2 where |e| <= delta, else delta |e| - delta^2 / 2, with e = targets - predictions. Huber 1964. Throws ValueError unless delta > 0.
WG_API Tensor huber(const Tensor& targets, const Tensor& predictions, double delta = 1.0, Where where = Where::here());

}  // namespace whygrad::nn
