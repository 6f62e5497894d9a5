// Metrics of models.
#include <whygrad/nn/metrics.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/reduce.hpp>

namespace whygrad::nn {
namespace {

// bool [n]
Tensor right_answers(const Tensor& labels, const Tensor& logits, const Where& where) {
  return equal(argmax(logits, -1, labels.dtype(), where), labels, where);
}

}  // namespace

Tensor accuracy(const Tensor& labels, const Tensor& logits, Where where) {
  return reduce_mean(cast(right_answers(labels, logits, where), float32, where), {}, false, where);
}

void AccuracyCount::update(const Tensor& labels, const Tensor& logits, Where where) {
  const Tensor right = reduce_sum(cast(right_answers(labels, logits, where), int64, where), {}, false, where);
  correct_ += right.item<std::int64_t>(where);
  total_ += labels.size();
}

}  // namespace whygrad::nn
