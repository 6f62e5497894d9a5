// Metrics of models. They carry no gradient; losses are for training.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <cstdint>

namespace whygrad::nn {

// ---- Of each example, 1 or 0 of `dtype`, whether it is right ----

// Whether each prediction stands on its label's side of the threshold: (predictions > threshold) == labels, elementwise.
WG_API Tensor binary_accuracy(const Tensor& labels, const Tensor& predictions, double threshold = 0.5, DType dtype = float32,
                              Where where = Where::here());
// Whether the largest of each row of predictions [.., c] stands at its class: labels [..] or [.., 1] of any dtype that holds them; [..].
WG_API Tensor sparse_categorical_accuracy(const Tensor& labels, const Tensor& predictions, DType dtype = float32, Where where = Where::here());
// The same for classes as rows, of which the largest counts: labels and predictions [.., c].
WG_API Tensor categorical_accuracy(const Tensor& labels, const Tensor& predictions, DType dtype = float32, Where where = Where::here());

// ---- Of many examples ----

// What a mean is made of: the sum of values times weights, and that of the weights, scalars of the values' dtype. Weights have the leading axes of
// the values and count for all of the others; an empty handle: each value counts once. Throws ShapeError.
struct WeightedSum {
  Tensor sum, weight;
};
WG_API WeightedSum weighted_sum(const Tensor& values, const Tensor& weights = {}, Where where = Where::here());

// Sums over predictions, which say yes above the threshold, and labels, which do where they are not 0: of the weights of those that are found and are
// right, are found and are wrong, are right and not found. Scalars of the predictions' dtype; weights broadcast, an empty handle: each counts once.
struct Detections {
  Tensor true_positives, false_positives, false_negatives;
};
WG_API Detections detections(const Tensor& labels, const Tensor& predictions, double threshold = 0.5, const Tensor& weights = {},
                             Where where = Where::here());

// The part of rows whose largest logit stands at the label, f32 scalar: labels i32 or i64 [n], logits [n, c].
WG_API Tensor accuracy(const Tensor& labels, const Tensor& logits, Where where = Where::here());

// Counts correct answers over many batches, exactly.
class WG_API AccuracyCount {
 public:
  // labels i32 or i64 [n], logits [n, c].
  void update(const Tensor& labels, const Tensor& logits, Where where = Where::here());
  std::int64_t correct() const { return correct_; }
  std::int64_t total() const { return total_; }
  // NaN before the first update.
  double result() const { return static_cast<double>(correct_) / static_cast<double>(total_); }
  void reset() { *this = {}; }

 private:
  std::int64_t correct_ = 0, total_ = 0;
};

// The mean of numbers over many batches, each with its weight.
class WG_API Mean {
 public:
  void update(double value, double weight = 1) {
    sum_ += value * weight;
    weights_ += weight;
  }
  // Of all numbers of a tensor, as weighted_sum has them.
  void update(const Tensor& values, const Tensor& weights = {}, Where where = Where::here());
  // NaN before the first update.
  double result() const { return sum_ / weights_; }
  void reset() { *this = {}; }

 private:
  double sum_ = 0, weights_ = 0;
};

}  // namespace whygrad::nn
