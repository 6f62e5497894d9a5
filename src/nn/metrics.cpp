// Metrics of models.
#include <whygrad/nn/metrics.hpp>

#include "ops/core/defined.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

namespace whygrad::nn {

using internal::require_defined;

Tensor binary_accuracy(const Tensor& labels, const Tensor& predictions, double threshold, DType dtype, Where where) {
  require_defined("binary_accuracy", labels);
  const Tensor found = cast(greater(predictions, threshold, where), labels.dtype(), where);
  return cast(equal(labels, found, where), dtype, where);
}

Tensor sparse_categorical_accuracy(const Tensor& labels, const Tensor& predictions, DType dtype, Where where) {
  require_defined("sparse_categorical_accuracy", labels);
  require_defined("sparse_categorical_accuracy", predictions);
  const bool column = labels.rank() == predictions.rank() && labels.rank() > 0 && labels.shape().back() == 1;
  const Tensor classes = column ? squeeze(labels, {-1}, where) : labels;
  return cast(equal(classes, cast(argmax(predictions, -1, int64, where), labels.dtype(), where), where), dtype, where);
}

Tensor categorical_accuracy(const Tensor& labels, const Tensor& predictions, DType dtype, Where where) {
  return sparse_categorical_accuracy(argmax(labels, -1, int64, where), predictions, dtype, where);
}

WeightedSum weighted_sum(const Tensor& values, const Tensor& weights, Where where) {
  require_defined("weighted_sum", values);
  if (!weights.defined()) return {reduce_sum(values, {}, false, where), fill({}, values.size(), values.dtype(), where)};
  Tensor each = weights;
  while (each.rank() < values.rank()) each = expand_dims(each, -1, where);
  each = broadcast_to(each, values.shape(), where);
  return {reduce_sum(multiply(values, each, where), {}, false, where), reduce_sum(each, {}, false, where)};
}

Detections detections(const Tensor& labels, const Tensor& predictions, double threshold, const Tensor& weights, Where where) {
  require_defined("detections", labels);
  require_defined("detections", predictions);
  const DType dtype = predictions.dtype();
  const Tensor found = cast(greater(predictions, threshold, where), dtype, where);
  const Tensor right = cast(cast(labels, bool_, where), dtype, where);
  const auto summed = [&](const Tensor& some) { return reduce_sum(weights.defined() ? multiply(some, weights, where) : some, {}, false, where); };
  return {summed(multiply(found, right, where)), summed(multiply(found, subtract(1, right, where), where)),
          summed(multiply(subtract(1, found, where), right, where))};
}

Tensor accuracy(const Tensor& labels, const Tensor& logits, Where where) {
  return reduce_mean(sparse_categorical_accuracy(labels, logits, float32, where), {}, false, where);
}

void AccuracyCount::update(const Tensor& labels, const Tensor& logits, Where where) {
  const Tensor right = reduce_sum(sparse_categorical_accuracy(labels, logits, int64, where), {}, false, where);
  correct_ += right.item<std::int64_t>(where);
  total_ += labels.size();
}

void Mean::update(const Tensor& values, const Tensor& weights, Where where) {
  const WeightedSum added = weighted_sum(values, weights, where);
  sum_ += cast(added.sum, float64, where).item<double>(where);
  weights_ += cast(added.weight, float64, where).item<double>(where);
}

}  // namespace whygrad::nn
