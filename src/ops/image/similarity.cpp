// Structural similarity, and the patches of images.
#include "ops/core/defined.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/conv.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/image.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace whygrad::image {
namespace {

// The images of x [.., h, w, c] with one axis of batches.
Tensor flat(const Tensor& x, const Where& where) {
  const Shape& s = x.shape();
  const int r = s.rank();
  std::int64_t batch = 1;
  for (int i = 0; i < r - 3; ++i) batch *= s[i];
  return reshape(x, {batch, s[r - 3], s[r - 2], s[r - 1]}, where);
}
// Images with one axis of batches as those of `like`.
Tensor unflat(const Tensor& images, const Tensor& like, const Where& where) {
  Ints shape;
  for (int i = 0; i < like.rank() - 3; ++i) shape.push_back(like.shape()[i]);
  for (int i = 1; i < 4; ++i) shape.push_back(images.shape()[i]);
  return reshape(images, shape, where);
}

// A Gaussian window [size, size, channels, 1] whose elements sum up to 1.
Tensor window(const SsimOptions& o, std::int64_t channels, DType dtype, const Where& where) {
  const Tensor from_middle = subtract(range(0, o.filter_size, 1, dtype, where), static_cast<double>(o.filter_size - 1) / 2, where);
  const Tensor exponent = multiply(square(from_middle, where), -0.5 / (o.filter_sigma * o.filter_sigma), where);
  const Tensor both = add(reshape(exponent, {1, o.filter_size}, where), reshape(exponent, {o.filter_size, 1}, where), where);
  const Tensor shares = nn::softmax(reshape(both, {1, o.filter_size * o.filter_size}, where), -1, where);
  return tile(reshape(shares, {o.filter_size, o.filter_size, 1, 1}, where), {1, 1, channels, 1}, where);
}

// Similarity and the part of it that compares contrast, at each place of the window and of each channel.
struct Similarity {
  Tensor whole, contrast;
};
Similarity compare(const Tensor& a, const Tensor& b, const Tensor& largest, const SsimOptions& o, const Where& where) {
  const Tensor filter = window(o, a.shape().back(), a.dtype(), where);
  const auto mean = [&](const Tensor& x) { return unflat(nn::depthwise_conv2d(flat(x, where), filter, {}, where), x, where); };
  const Tensor c1 = square(multiply(largest, o.k1, where), where), c2 = square(multiply(largest, o.k2, where), where);
  const Tensor mean_a = mean(a), mean_b = mean(b);
  const Tensor product = multiply(multiply(mean_a, mean_b, where), 2, where), squares = add(square(mean_a, where), square(mean_b, where), where);
  const Tensor luminance = divide(add(product, c1, where), add(squares, c1, where), where);
  const Tensor joint = multiply(mean(multiply(a, b, where)), 2, where), single = mean(add(square(a, where), square(b, where), where));
  const Tensor contrast = divide(add(subtract(joint, product, where), c2, where), add(subtract(single, squares, where), c2, where), where);
  return {multiply(luminance, contrast, where), contrast};
}

// Both images and the largest value as f32.
std::array<Tensor, 3> in_floats(const char* op, const Tensor& a, const Tensor& b, const Tensor& largest, const SsimOptions& o, const Where& where) {
  for (const Tensor* t : {&a, &b, &largest}) internal::require_defined(op, *t);
  if (a.rank() < 3 || a.shape() != b.shape()) {
    throw ShapeError(op, fmt::format("the images are {} and {}", a.signature(), b.signature()), "both are [.., height, width, channels]");
  }
  if (o.filter_size < 1 || a.shape()[a.rank() - 3] < o.filter_size || a.shape()[a.rank() - 2] < o.filter_size) {
    throw ShapeError(op, fmt::format("a window of {} in images {}", o.filter_size, a.signature()),
                     "the window lies inside of the image: give larger images or a smaller filter_size");
  }
  return {convert_image_dtype(a, float32, false, where), convert_image_dtype(b, float32, false, where),
          convert_image_dtype(cast(largest, a.dtype(), where), float32, false, where)};
}

// Of half the height and width; an odd row or column counts twice.
Tensor halved(const Tensor& x, const Where& where) {
  const Tensor images = flat(x, where);
  const std::int64_t h = images.shape()[1] % 2, w = images.shape()[2] % 2;
  const Tensor even = h + w == 0 ? images : pad(images, {{0, 0}, {0, h}, {0, w}, {0, 0}}, {.mode = PadMode::kSymmetric}, where);
  return unflat(nn::avg_pool2d(even, {2, 2}, {}, where), x, where);
}

}  // namespace

Tensor ssim(const Tensor& a, const Tensor& b, const Tensor& largest, const SsimOptions& options, Where where) {
  const auto [x, y, most] = in_floats("ssim", a, b, largest, options, where);
  const Tensor whole = compare(x, y, most, options, where).whole;
  return reduce_mean(options.index_map ? whole : reduce_mean(whole, {-3, -2}, false, where), {-1}, false, where);
}

Tensor ssim_multiscale(const Tensor& a, const Tensor& b, const Tensor& largest, const std::vector<double>& powers, const SsimOptions& options,
                       Where where) {
  auto [x, y, most] = in_floats("ssim_multiscale", a, b, largest, options, where);
  if (powers.empty()) throw ValueError("ssim_multiscale", "there are no powers", "give one for each scale");
  Tensor product;
  for (std::size_t k = 0; k < powers.size(); ++k) {
    if (k > 0) {
      x = halved(x, where);
      y = halved(y, where);
      static_cast<void>(in_floats("ssim_multiscale", x, y, most, options, where));
    }
    const Similarity found = compare(x, y, most, options, where);
    const Tensor mean = reduce_mean(k + 1 == powers.size() ? found.whole : found.contrast, {-3, -2}, false, where);
    const Tensor power = pow(nn::relu(mean, where), powers[k], where);
    product = k == 0 ? power : multiply(product, power, where);
  }
  return reduce_mean(product, {-1}, false, where);
}

Tensor extract_patches(const Tensor& x, const std::array<std::int64_t, 2>& size, const PatchOptions& options, Where where) {
  internal::require_defined("extract_patches", x);
  if (x.rank() != 4) throw ShapeError("extract_patches", fmt::format("x is {}", x.signature()), "images are [batch, height, width, channels]");
  std::array<std::int64_t, 2> count{}, before{}, after{};
  for (std::size_t k = 0; k < 2; ++k) {
    if (size[k] < 1 || options.strides[k] < 1 || options.rates[k] < 1) {
      throw ValueError("extract_patches", fmt::format("size {}, stride {}, rate {}", size[k], options.strides[k], options.rates[k]),
                       "sizes, strides and rates are at least 1");
    }
    const std::int64_t extent = x.shape()[1 + static_cast<int>(k)], reach = (size[k] - 1) * options.rates[k] + 1;
    count[k] = options.same ? (extent + options.strides[k] - 1) / options.strides[k] : (extent - reach) / options.strides[k] + 1;
    if (!options.same && extent < reach) count[k] = 0;
    const std::int64_t missing = options.same ? std::max<std::int64_t>((count[k] - 1) * options.strides[k] + reach - extent, 0) : 0;
    before[k] = missing / 2;
    after[k] = missing - before[k];
  }
  if (count[0] == 0 || count[1] == 0) {
    const std::int64_t n = x.shape()[0], c = x.shape()[3];
    return reshape(slice(x, {0, 0, 0, 0}, {n, 0, x.shape()[2], c}, where), {n, count[0], count[1], size[0] * size[1] * c}, where);
  }
  const Tensor padded = options.same ? pad(x, {{0, 0}, {before[0], after[0]}, {before[1], after[1]}, {0, 0}}, {}, where) : x;
  std::vector<Tensor> parts;
  parts.reserve(static_cast<std::size_t>(size[0] * size[1]));
  for (std::int64_t i = 0; i < size[0]; ++i) {
    for (std::int64_t j = 0; j < size[1]; ++j) {
      const std::int64_t top = i * options.rates[0], left = j * options.rates[1];
      parts.push_back(
          strided_slice(padded, {0, top, left, 0},
                        {x.shape()[0], top + (count[0] - 1) * options.strides[0] + 1, left + (count[1] - 1) * options.strides[1] + 1, x.shape()[3]},
                        {1, options.strides[0], options.strides[1], 1}, where));
    }
  }
  return concat(parts, 3, where);
}

}  // namespace whygrad::image
