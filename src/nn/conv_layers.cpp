// Convolution and pooling layers.
#include "nn/built.hpp"

#include <whygrad/nn/layers.hpp>
#include <whygrad/ops/creation.hpp>

#include <fmt/format.h>

namespace whygrad::nn {
namespace {

void check_image(const Shape& input, const Builder& builder) {
  if (input.rank() == 3) return;
  throw ShapeError(builder.path(), fmt::format("its input is {} beside the batch", input.to_string()),
                   "it takes images [batch, height, width, channels]");
}

// The shape of `layer`'s result for an image. Runs the layer on an empty image, so that only the op knows the shape rule.
Shape shape_of_result(const Layer& layer, const Shape& image, const Builder& builder) {
  const Tensor y = layer(zeros({1, image[0], image[1], image[2]}, builder.dtype()));
  return Shape(y.shape().extents().subspan(1));
}

}  // namespace

// ---- Conv2D ----

Conv2D::Conv2D(std::int64_t filters, Size2d kernel, ConvLayerOptions options)
    : filters_(filters), kernel_size_(kernel), options_(std::move(options)) {
  const auto [height, width] = kernel.extents();
  if (filters < 1 || height < 1 || width < 1 || options_.groups < 1) {
    throw ValueError("Conv2D", fmt::format("{} filters of {} x {} in {} groups", filters, height, width, options_.groups),
                     "all of these are at least 1");
  }
}

Shape Conv2D::build(const Shape& input, const Builder& builder) {
  check_image(input, builder);
  const std::int64_t channels = input.back();
  if (channels % options_.groups != 0) {
    throw ShapeError(builder.path(), fmt::format("{} channels cannot be parted into {} groups", channels, options_.groups), "choose a divisor");
  }
  const auto [height, width] = kernel_size_.extents();
  kernel_ = builder.parameter("kernel", {height, width, channels / options_.groups, filters_}, options_.kernel_initializer);
  if (options_.use_bias) bias_ = builder.parameter("bias", {filters_}, options_.bias_initializer);
  return shape_of_result(*this, input, builder);
}

Tensor Conv2D::call(const Tensor& x, const CallOptions&, const Where& where) const {
  check_built(kernel_.defined(), kind());
  const ActivationFunction& activation = options_.activation;
  const Conv2dOptions how = {.strides = options_.strides.extents(), .padding = options_.padding, .dilations = options_.dilations.extents()};
  if (!options_.use_bias) return activation(conv2d(x, kernel_, how, where), where);
  return activation.after_fused(conv2d_bias(x, kernel_, bias_, how, activation.fused(), where), where);
}

// ---- Pooling ----

Shape MaxPool2D::build(const Shape& input, const Builder& builder) {
  check_image(input, builder);
  return shape_of_result(*this, input, builder);
}

Tensor MaxPool2D::call(const Tensor& x, const CallOptions&, const Where& where) const {
  return max_pool2d(x, window_.extents(), {.strides = options_.strides.extents(), .padding = options_.padding}, where);
}

Shape AvgPool2D::build(const Shape& input, const Builder& builder) {
  check_image(input, builder);
  return shape_of_result(*this, input, builder);
}

Tensor AvgPool2D::call(const Tensor& x, const CallOptions&, const Where& where) const {
  return avg_pool2d(x, window_.extents(), {.strides = options_.strides.extents(), .padding = options_.padding}, where);
}

}  // namespace whygrad::nn
