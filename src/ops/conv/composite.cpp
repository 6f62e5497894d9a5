// Convolutions of single channels and of rows, pooling of rows: made of those of images.
#include "ops/core/defined.hpp"

#include <whygrad/ops/conv.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad::nn {
namespace {

using internal::require_defined;

// Rows as images with one line.
Tensor with_height(const char* op, const Tensor& x, const Where& where) {
  require_defined(op, x);
  if (x.rank() != 3) throw ShapeError(op, fmt::format("x is {}", x.signature()), "rows are [batch, width, channels]");
  return expand_dims(x, 1, where);
}

// f of rows with one batch axis, for x with several.
template <class F>
Tensor batched(const Tensor& x, const F& f, const Where& where) {
  if (!x.defined() || x.rank() <= 3) return f(x);
  const std::span<const std::int64_t> extents = x.shape().extents();
  const std::size_t last = extents.size() - 2;
  const Shape batch(extents.first(last));
  const Tensor rows = f(reshape(x, {batch.size(), extents[last], extents[last + 1]}, where));
  Ints whole(batch);
  for (const int axis : {1, 2}) whole.push_back(rows.shape()[axis]);
  return reshape(rows, whole, where);
}

Padding of_width(Padding padding) {
  padding.height = {};
  return padding;
}

Pool2dOptions of_image(std::int64_t window, const Pool1dOptions& options) {
  return {.strides = {1, options.stride == 0 ? window : options.stride}, .padding = of_width(options.padding)};
}

}  // namespace

Tensor depthwise_conv2d(const Tensor& x, const Tensor& filters, const Conv2dOptions& options, Where where) {
  constexpr const char* kName = "depthwise_conv2d";
  require_defined(kName, x);
  require_defined(kName, filters);
  if (x.rank() != 4 || filters.rank() != 4 || filters.shape()[2] != x.shape()[3]) {
    throw ShapeError(kName, fmt::format("x is {} and the filters are {}", x.signature(), filters.signature()),
                     "x is [batch, height, width, channels] and the filters are [height, width, channels, multiplier]");
  }
  const Shape& f = filters.shape();
  return conv2d(x, reshape(filters, {f[0], f[1], 1, f[2] * f[3]}, where), options, where);
}

Tensor separable_conv2d(const Tensor& x, const Tensor& depthwise, const Tensor& pointwise, const Conv2dOptions& options, Where where) {
  constexpr const char* kName = "separable_conv2d";
  require_defined(kName, pointwise);
  if (pointwise.rank() != 4 || pointwise.shape()[0] != 1 || pointwise.shape()[1] != 1) {
    throw ShapeError(kName, fmt::format("the pointwise filters are {}", pointwise.signature()), "they are [1, 1, channels, results]");
  }
  const Tensor between = depthwise_conv2d(x, depthwise, options, where);
  if (between.shape()[3] != pointwise.shape()[2]) {
    throw ShapeError(kName, fmt::format("there are {} channels, and the pointwise filters are {}", between.shape()[3], pointwise.signature()),
                     "they have one row for each channel of the result of depthwise_conv2d");
  }
  return conv2d(between, pointwise, {}, where);
}

Tensor conv1d(const Tensor& x, const Tensor& filters, const Conv1dOptions& options, Where where) {
  require_defined("conv1d", filters);
  if (filters.rank() != 3) throw ShapeError("conv1d", fmt::format("the filters are {}", filters.signature()), "they are [width, channels, results]");
  const Conv2dOptions of_image{.strides = {1, options.stride}, .padding = of_width(options.padding), .dilations = {1, options.dilation}};
  const auto along = [&](const Tensor& rows) {
    return squeeze(conv2d(with_height("conv1d", rows, where), expand_dims(filters, 0, where), of_image, where), {1}, where);
  };
  return batched(x, along, where);
}

Tensor max_pool1d(const Tensor& x, std::int64_t window, const Pool1dOptions& options, Where where) {
  return squeeze(max_pool2d(with_height("max_pool1d", x, where), {1, window}, of_image(window, options), where), {1}, where);
}

Tensor avg_pool1d(const Tensor& x, std::int64_t window, const Pool1dOptions& options, Where where) {
  return squeeze(avg_pool2d(with_height("avg_pool1d", x, where), {1, window}, of_image(window, options), where), {1}, where);
}

}  // namespace whygrad::nn
