// Measurements of images: differences of neighbours, edges, noise.
#include "ops/image/image.hpp"

#include "ops/core/defined.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/conv.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/image.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <numbers>
#include <vector>

namespace whygrad::image {
namespace {

// x[1:] - x[:-1] along an axis.
Tensor differences(const Tensor& x, int axis, const Where& where) {
  Ints begin, size;
  for (int i = 0; i < x.rank(); ++i) {
    begin.push_back(i == axis ? 1 : 0);
    size.push_back(i == axis ? x.shape()[i] - 1 : x.shape()[i]);
  }
  Ints start;
  for (int i = 0; i < x.rank(); ++i) start.push_back(0);
  return subtract(slice(x, begin, size, where), slice(x, start, size, where), where);
}

void require_batch(const char* op, const Tensor& x) {
  internal::require_defined(op, x);
  if (x.rank() != 4)
    throw ShapeError(op, fmt::format("{} expects a 4D tensor [batch_size, h, w, d], and it is {}", op, x.signature()),
                     "expand_dims(x, 0) makes a batch of one image");
}

}  // namespace

Tensor total_variation(const Tensor& x, Where where) {
  internal::require_image("total_variation", x);
  const Tensor down = abs(differences(x, x.rank() - 3, where), where), right = abs(differences(x, x.rank() - 2, where), where);
  return add(reduce_sum(down, {-3, -2, -1}, false, where), reduce_sum(right, {-3, -2, -1}, false, where), where);
}

std::array<Tensor, 2> image_gradients(const Tensor& x, Where where) {
  require_batch("image_gradients", x);
  return {pad(differences(x, 1, where), {{0, 0}, {0, 1}, {0, 0}, {0, 0}}, {}, where),
          pad(differences(x, 2, where), {{0, 0}, {0, 0}, {0, 1}, {0, 0}}, {}, where)};
}

Tensor sobel_edges(const Tensor& x, Where where) {
  require_batch("sobel_edges", x);
  // [3, 3, 1, 2]: the derivative downwards and the derivative to the right, which is its transpose.
  const std::vector<float> weights = {-1, -1, -2, 0, -1, 1, 0, -2, 0, 0, 0, 2, 1, -1, 2, 0, 1, 1};
  const Tensor filters = cast(constant(weights, {3, 3, 1, 2}, where), x.dtype(), where);
  const Tensor padded = pad(x, {{0, 0}, {1, 1}, {1, 1}, {0, 0}}, {.mode = PadMode::kReflect}, where);
  std::vector<Tensor> edges;
  for (const Tensor& channel : split(padded, x.shape().back(), -1, where)) edges.push_back(nn::conv2d(channel, filters, {}, where));
  return stack(edges, 3, where);
}

Tensor psnr(const Tensor& a, const Tensor& b, const Tensor& largest, Where where) {
  internal::require_defined("psnr", a);
  internal::require_defined("psnr", b);
  internal::require_defined("psnr", largest);
  const auto last = [](const Tensor& t, int i) { return t.shape()[t.rank() - 3 + i]; };
  const bool alike = a.rank() >= 3 && b.rank() >= 3 && last(a, 0) == last(b, 0) && last(a, 1) == last(b, 1) && last(a, 2) == last(b, 2);
  if (!alike) {
    throw ShapeError("psnr", fmt::format("the images are {} and {}", a.signature(), b.signature()),
                     "height, width and channels are the same in both");
  }
  const Tensor error = reduce_mean(squared_difference(cast(a, float32, where), cast(b, float32, where), where), {-3, -2, -1}, false, where);
  const double decibels = 10 / std::numbers::ln10;
  const Tensor peak = log(cast(largest, float32, where), where);
  return subtract(multiply(peak, 2 * decibels, where), multiply(log(error, where), decibels, where), where);
}

}  // namespace whygrad::image
