// Losses with a reduction over examples.
#include <whygrad/base/error.hpp>
#include <whygrad/nn/losses.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/losses.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace whygrad::nn {
namespace {

constexpr double kEpsilon = 1e-7;  // Keras' backend.epsilon()

// x with the rank of `other`, if they differ by a last axis of 1 only: a vector gets that axis, other tensors lose it.
Tensor with_rank_of(const Tensor& other, const Tensor& x, const Where& where) {
  const bool longer = x.rank() == other.rank() + 1 && x.shape().back() == 1 && other.rank() != 1;
  const bool shorter = other.rank() == x.rank() + 1 && other.shape().back() == 1 && x.rank() == 1;
  return longer ? squeeze(x, {-1}, where) : shorter ? expand_dims(x, -1, where) : x;
}

std::pair<Tensor, Tensor> aligned(const Tensor& a, const Tensor& b, const Where& where) {
  return {with_rank_of(b, a, where), with_rank_of(a, b, where)};
}

Tensor error_of(const Tensor& targets, const Tensor& predictions, const Where& where) {
  const auto [t, p] = aligned(targets, predictions, where);
  return subtract(t, p, where);
}

// Reduces losses, one for each example.
template <class Options>
Tensor reduced(const Tensor& losses, const Options& options, const Where& where) {
  Tensor weighted = losses;
  if (options.weights.defined()) {
    const auto [each, weights] = aligned(losses, options.weights, where);
    weighted = multiply(each, weights, where);
  }
  switch (options.reduction) {
    case Reduction::kNone: return weighted;
    case Reduction::kSum: return reduce_sum(weighted, {}, false, where);
    case Reduction::kMean: break;
  }
  return reduce_mean(weighted, {}, false, where);
}

// Reduces losses whose mean over the last axis is that of an example.
template <class Options>
Tensor reduced_means(const Tensor& losses, const Options& options, const Where& where) {
  const bool at_once = options.reduction == Reduction::kMean && !options.weights.defined();  // mean of means
  return reduced(at_once ? losses : reduce_mean(losses, -1, false, where), options, where);
}

Tensor smoothed(const Tensor& labels, double smoothing, std::int64_t classes, const Where& where) {
  if (smoothing == 0) return labels;
  return add(multiply(labels, 1 - smoothing, where), smoothing / static_cast<double>(classes), where);
}

Tensor inside_bounds(const Tensor& probabilities, const Where& where) { return clip_by_value(probabilities, kEpsilon, 1 - kEpsilon, where); }

}  // namespace

Tensor sparse_categorical_crossentropy(const Tensor& labels, const Tensor& predictions, const CrossentropyOptions& options, Where where) {
  if (options.label_smoothing != 0) {
    throw ValueError("sparse_categorical_crossentropy", "labels that are numbers of classes cannot be smoothed",
                     "use categorical_crossentropy on one_hot(labels, classes)");
  }
  const Tensor logits = options.from_logits ? predictions : log(inside_bounds(predictions, where), where);
  const bool column = labels.rank() == logits.rank() && labels.shape().back() == 1;
  return reduced(sparse_softmax_cross_entropy_with_logits(column ? squeeze(labels, {-1}, where) : labels, logits, where), options, where);
}

Tensor categorical_crossentropy(const Tensor& labels, const Tensor& predictions, const CrossentropyOptions& options, Where where) {
  const auto [truth, p] = aligned(labels, predictions, where);
  const Tensor z = smoothed(truth, options.label_smoothing, p.rank() > 0 ? p.shape().back() : 1, where);
  if (options.from_logits) return reduced(softmax_cross_entropy_with_logits(z, p, where), options, where);
  const Tensor shares = inside_bounds(divide(p, reduce_sum(p, -1, true, where), where), where);
  return reduced(negative(reduce_sum(multiply(z, log(shares, where), where), -1, false, where), where), options, where);
}

Tensor binary_crossentropy(const Tensor& labels, const Tensor& predictions, const CrossentropyOptions& options, Where where) {
  const auto [truth, said] = aligned(labels, predictions, where);
  const Tensor z = smoothed(truth, options.label_smoothing, 2, where);
  if (options.from_logits) return reduced_means(sigmoid_cross_entropy_with_logits(z, said, where), options, where);
  return reduced_means(binary_crossentropy_of_each(z, said, 0, where), options, where);
}

Tensor binary_crossentropy_of_each(const Tensor& labels, const Tensor& probabilities, double epsilon, Where where) {
  const Tensor p = inside_bounds(probabilities, where), other = subtract(1, p, where);
  const auto log_of = [&](const Tensor& share) { return log(epsilon == 0 ? share : add(share, epsilon, where), where); };
  const Tensor if_true = multiply(labels, log_of(p), where), if_false = multiply(subtract(1, labels, where), log_of(other), where);
  return negative(add(if_true, if_false, where), where);
}

Tensor mean_squared_error(const Tensor& targets, const Tensor& predictions, const LossOptions& options, Where where) {
  const auto [t, p] = aligned(targets, predictions, where);
  return reduced_means(squared_difference(t, p, where), options, where);
}

Tensor mean_absolute_error(const Tensor& targets, const Tensor& predictions, const LossOptions& options, Where where) {
  return reduced_means(abs(error_of(targets, predictions, where), where), options, where);
}

Tensor log_cosh(const Tensor& targets, const Tensor& predictions, const LossOptions& options, Where where) {
  // log((e^x + e^-x) / 2) = x + log(1 + e^(-2x)) - log(2), even in x, so that |x| keeps the exponent from overflowing.
  const Tensor x = abs(error_of(targets, predictions, where), where);
  const Tensor tail = softplus(multiply(x, -2, where), where);
  return reduced_means(subtract(add(x, tail, where), std::log(2.0), where), options, where);
}

Tensor huber(const Tensor& targets, const Tensor& predictions, const HuberOptions& options, Where where) {
  if (!(options.delta > 0)) {
    throw ValueError("huber", fmt::format("delta is {}", options.delta), "give the error, above 0, at which the loss turns from square to linear");
  }
  // With m = min(|e|, delta) both branches are m (|e| - m / 2).
  const Tensor e = abs(error_of(targets, predictions, where), where);
  const Tensor m = minimum(e, options.delta, where);
  return reduced_means(multiply(m, subtract(e, multiply(m, 0.5, where), where), where), options, where);
}

Tensor kl_divergence(const Tensor& targets, const Tensor& predictions, const LossOptions& options, Where where) {
  const auto [truth, said] = aligned(targets, predictions, where);
  const Tensor t = clip_by_value(truth, kEpsilon, 1, where), p = clip_by_value(said, kEpsilon, 1, where);
  return reduced(reduce_sum(multiply(t, log(divide(t, p, where), where), where), -1, false, where), options, where);
}

}  // namespace whygrad::nn
