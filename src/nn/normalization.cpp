// Batch and layer normalization.
#include "nn/built.hpp"

#include <whygrad/nn/layers.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad::nn {

Shape BatchNormalization::build(const Shape& input, const Builder& builder) {
  const std::int64_t rank = input.rank() + 1, axis = options_.axis < 0 ? options_.axis + rank : options_.axis;
  if (axis < 1 || axis >= rank) {
    throw IndexError(builder.path(), fmt::format("axis {} holds no channels of an input of rank {}", options_.axis, rank),
                     "the channels stand on an axis after the batch, mostly the last one");
  }
  axis_ = static_cast<int>(axis);
  const Shape channels = {input[axis_ - 1]};
  if (options_.scale) gamma_ = builder.parameter("gamma", channels, options_.gamma_initializer);
  if (options_.center) beta_ = builder.parameter("beta", channels, options_.beta_initializer);
  moving_mean_ = builder.state("moving_mean", zeros(channels, builder.dtype()));
  moving_variance_ = builder.state("moving_variance", ones(channels, builder.dtype()));
  return input;
}

std::pair<Tensor, Tensor> BatchNormalization::moments(const Tensor& x, const Where& where) const {
  Ints others;
  for (int i = 0; i < x.rank(); ++i) {
    if (i != axis_) others.push_back(i);
  }
  const Tensor mean = reduce_mean(x, others, false, where), variance = reduce_variance(x, others, false, where);
  const auto move = [&](const Variable& moving, const Tensor& now) {
    const double momentum = options_.momentum;
    moving.assign(add(multiply(moving, momentum, where), multiply(now, 1 - momentum, where), where), where);
  };
  move(moving_mean_, mean);
  move(moving_variance_, variance);
  return {mean, variance};
}

Tensor BatchNormalization::call(const Tensor& x, const CallOptions& options, const Where& where) const {
  check_built(axis_ != 0, kind());
  const auto [mean, variance] = options.training ? moments(x, where) : std::pair(moving_mean_.value(), moving_variance_.value());
  Tensor factor = rsqrt(add(variance, options_.epsilon, where), where);
  if (options_.scale) factor = multiply(factor, gamma_, where);
  Tensor offset = multiply(mean, factor, where);
  offset = options_.center ? subtract(beta_, offset, where) : negative(offset, where);
  // [c], with an axis of 1 for each one after the channels, so that it broadcasts along them
  Ints across{x.shape()[axis_]};
  for (int i = axis_ + 1; i < x.rank(); ++i) across.push_back(1);
  return add(multiply(x, reshape(factor, across, where), where), reshape(offset, across, where), where);
}

}  // namespace whygrad::nn
