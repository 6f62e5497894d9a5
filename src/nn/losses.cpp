#include <whygrad/base/error.hpp>
#include <whygrad/nn/losses.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/nn_activation.hpp>
#include <whygrad/ops/reduce.hpp>

#include <fmt/format.h>

namespace whygrad::nn {
namespace {

Tensor mean(const Tensor& x, const Where& where) { return reduce_mean(x, {}, false, where); }

}  // namespace

Tensor sparse_categorical_crossentropy(const Tensor& labels, const Tensor& logits, Where where) {
  return mean(sparse_softmax_cross_entropy_with_logits(labels, logits, where), where);
}

Tensor categorical_crossentropy(const Tensor& labels, const Tensor& logits, Where where) {
  return mean(softmax_cross_entropy_with_logits(labels, logits, where), where);
}

Tensor binary_crossentropy(const Tensor& labels, const Tensor& logits, Where where) {
  return mean(sigmoid_cross_entropy_with_logits(labels, logits, where), where);
}

Tensor mean_squared_error(const Tensor& targets, const Tensor& predictions, Where where) {
  return mean(squared_difference(targets, predictions, where), where);
}

Tensor mean_absolute_error(const Tensor& targets, const Tensor& predictions, Where where) {
  return mean(abs(subtract(targets, predictions, where), where), where);
}

Tensor huber(const Tensor& targets, const Tensor& predictions, double delta, Where where) {
  if (!(delta > 0))
    throw ValueError("huber", fmt::format("delta is {}", delta), "give the error, above 0, at which the loss turns from square to linear");
  // With m = min(|e|, delta) both branches are m (|e| - m / 2).
  const Tensor e = abs(subtract(targets, predictions, where), where);
  const Tensor m = minimum(e, delta, where);
  return mean(multiply(m, subtract(e, multiply(m, 0.5, where), where), where), where);
}

}  // namespace whygrad::nn
