// Losses, as Keras has them. What is true comes first, what the model says second. Each is the mean over all examples unless another reduction is
// asked for. Targets that have one axis more or less than the predictions, of extent 1 and at the end, are taken as if they had the same.
#pragma once

#include <whygrad/tensor/tensor.hpp>

namespace whygrad::nn {

// What is made of the losses of the examples.
enum class Reduction { kMean, kSum, kNone };

struct LossOptions {
  Reduction reduction = Reduction::kMean;
  Tensor weights = {};  // of the examples, as factors; the mean still divides by how many there are
};

struct CrossentropyOptions {
  bool from_logits = true;     // else predictions are probabilities, and are kept within [1e-7, 1 - 1e-7]
  double label_smoothing = 0;  // this part of the labels is spread evenly over all classes
  Reduction reduction = Reduction::kMean;
  Tensor weights = {};
};

// -log(softmax(logits))[labels] for each row: labels i32 or i64 [n], logits [n, c]. Throws ValueError for label_smoothing, which needs labels as
// probabilities.
WG_API Tensor sparse_categorical_crossentropy(const Tensor& labels, const Tensor& predictions, const CrossentropyOptions& options = {},
                                              Where where = Where::here());
// -sum(labels log(softmax(logits))) for each row: labels and logits [n, c]. Probabilities are divided by their sum first.
WG_API Tensor categorical_crossentropy(const Tensor& labels, const Tensor& predictions, const CrossentropyOptions& options = {},
                                       Where where = Where::here());
// -z log(sigmoid(x)) - (1 - z) log(1 - sigmoid(x)) for labels z and logits x of one shape; the loss of an example is the mean over the last axis.
WG_API Tensor binary_crossentropy(const Tensor& labels, const Tensor& predictions, const CrossentropyOptions& options = {},
                                  Where where = Where::here());
// The same of each element, of probabilities p: -z log(p + epsilon) - (1 - z) log(1 - p + epsilon).
WG_API Tensor binary_crossentropy_of_each(const Tensor& labels, const Tensor& probabilities, double epsilon = 0, Where where = Where::here());

// Below, e = targets - predictions, and the loss of an example is the mean over the last axis.

// e^2.
WG_API Tensor mean_squared_error(const Tensor& targets, const Tensor& predictions, const LossOptions& options = {}, Where where = Where::here());
// |e|.
WG_API Tensor mean_absolute_error(const Tensor& targets, const Tensor& predictions, const LossOptions& options = {}, Where where = Where::here());
// log(cosh(e)), without overflow.
WG_API Tensor log_cosh(const Tensor& targets, const Tensor& predictions, const LossOptions& options = {}, Where where = Where::here());

struct HuberOptions {
  double delta = 1;  // the error at which the loss turns from square to linear
  Reduction reduction = Reduction::kMean;
  Tensor weights = {};
};
// e^2 / 2 where |e| <= delta, else delta |e| - delta^2 / 2. Huber 1964. Throws ValueError unless delta > 0.
WG_API Tensor huber(const Tensor& targets, const Tensor& predictions, const HuberOptions& options = {}, Where where = Where::here());

// sum(targets log(targets / predictions)) over the last axis, of probabilities that are kept within [1e-7, 1]: how far the predictions are from the
// targets. Kullback, Leibler 1951.
WG_API Tensor kl_divergence(const Tensor& targets, const Tensor& predictions, const LossOptions& options = {}, Where where = Where::here());

}  // namespace whygrad::nn
