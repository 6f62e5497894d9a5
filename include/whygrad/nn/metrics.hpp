// Metrics: how well a model does. They carry no gradient; losses are for training.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <cstdint>

namespace whygrad::nn {

// The part of rows whose largest logit stands at the label, f32 scalar: labels i32 or i64 [n], logits [n, c].
WG_API Tensor accuracy(const Tensor& labels, const Tensor& logits, Where where = Where::here());

// Counts right answers over many batches, exactly.
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
class Mean {
 public:
  void update(double value, double weight = 1) {
    sum_ += value * weight;
    weights_ += weight;
  }
  // NaN before the first update.
  double result() const { return sum_ / weights_; }
  void reset() { *this = {}; }

 private:
  double sum_ = 0, weights_ = 0;
};

}  // namespace whygrad::nn
