// Rotation, mirroring, cropping and padding of images.
#include "ops/image/image.hpp"

#include "ops/core/defined.hpp"
#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/image.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad {

void internal::require_image(const char* op, const Tensor& x) {
  require_defined(op, x);
  if (x.rank() != 3 && x.rank() != 4) {
    throw ShapeError(op, fmt::format("'image' must have either 3 or 4 dimensions, and it is {}", x.signature()),
                     "an image is [height, width, channels]; expand_dims(x, -1) adds an axis of channels");
  }
  for (int axis = x.rank() - 3; axis < x.rank(); ++axis) {
    if (x.shape()[axis] == 0)
      throw ShapeError(op, fmt::format("the inner 3 dims of 'image.shape' must be > 0, and it is {}", x.signature()),
                       "an image has at least one pixel");
  }
}

namespace image {
namespace {

std::int64_t height_of(const Tensor& x) { return x.shape()[x.rank() - 3]; }
std::int64_t width_of(const Tensor& x) { return x.shape()[x.rank() - 2]; }

Tensor swapped(const Tensor& x, const Where& where) { return whygrad::transpose(x, x.rank() == 3 ? Ints{1, 0, 2} : Ints{0, 2, 1, 3}, where); }

Tensor cut(const Tensor& x, const Box& box, const Where& where) {
  const std::int64_t channels = x.shape().back();
  if (x.rank() == 3) return slice(x, {box.top, box.left, 0}, {box.height, box.width, channels}, where);
  return slice(x, {0, box.top, box.left, 0}, {x.shape()[0], box.height, box.width, channels}, where);
}

}  // namespace

Tensor flip_left_right(const Tensor& x, Where where) {
  internal::require_image("flip_left_right", x);
  return reverse(x, {-2}, where);
}

Tensor flip_up_down(const Tensor& x, Where where) {
  internal::require_image("flip_up_down", x);
  return reverse(x, {-3}, where);
}

Tensor transpose(const Tensor& x, Where where) {
  internal::require_image("transpose", x);
  return swapped(x, where);
}

Tensor rot90(const Tensor& x, std::int64_t times, Where where) {
  internal::require_image("rot90", x);
  switch ((times % 4 + 4) % 4) {
    case 1: return reverse(swapped(x, where), {-3}, where);
    case 2: return reverse(x, {-3, -2}, where);
    case 3: return swapped(reverse(x, {-3}, where), where);
    default: return x;
  }
}

namespace {

bool heads(std::optional<std::uint64_t> seed, const Where& where) {
  return internal::only_element<float>(random::uniform({}, {.seed = seed}, where)) < 0.5F;
}

}  // namespace

Tensor random_flip_left_right(const Tensor& x, std::optional<std::uint64_t> seed, Where where) {
  internal::require_image("random_flip_left_right", x);
  return heads(seed, where) ? reverse(x, {-2}, where) : x;
}

Tensor random_flip_up_down(const Tensor& x, std::optional<std::uint64_t> seed, Where where) {
  internal::require_image("random_flip_up_down", x);
  return heads(seed, where) ? reverse(x, {-3}, where) : x;
}

Tensor random_crop(const Tensor& x, const Ints& extents, std::optional<std::uint64_t> seed, Where where) {
  internal::require_defined("random_crop", x);
  const Shape size(std::span<const std::int64_t>(extents.begin(), extents.end()));
  bool fits = size.rank() == x.rank();
  for (int axis = 0; fits && axis < x.rank(); ++axis) fits = size[axis] <= x.shape()[axis];
  if (!fits)
    throw ShapeError("random_crop", fmt::format("{} holds no part of {}", x.signature(), size.to_string()),
                     "give a size for each axis, at most the extent");
  Ints begin;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t places = x.shape()[axis] - size[axis] + 1;
    begin.push_back(internal::only_element<std::int64_t>(random::uniform({}, {.minval = 0, .maxval = places, .dtype = int64, .seed = seed}, where)));
  }
  return slice(x, begin, extents, where);
}

Tensor crop_to_bounding_box(const Tensor& x, const Box& box, Where where) {
  internal::require_image("crop_to_bounding_box", x);
  const auto inside = [](std::int64_t offset, std::int64_t extent, std::int64_t whole) {
    return offset >= 0 && extent > 0 && extent <= whole - offset;
  };
  if (!inside(box.top, box.height, height_of(x)) || !inside(box.left, box.width, width_of(x))) {
    throw ValueError("crop_to_bounding_box",
                     fmt::format("a box of {} x {} at ({}, {}) is not inside of {}", box.height, box.width, box.top, box.left, x.signature()),
                     "offsets are 0 or more, height and width above 0, and the box ends inside of the image");
  }
  return cut(x, box, where);
}

Tensor central_crop(const Tensor& x, double share, Where where) {
  if (!(share > 0 && share <= 1)) throw ValueError("central_crop", fmt::format("central_fraction is {}", share), "it must be within (0, 1]");
  internal::require_image("central_crop", x);
  const auto left_out = [share](std::int64_t extent) {
    const auto whole = static_cast<double>(extent);
    return static_cast<std::int64_t>((whole - whole * share) / 2);
  };
  const std::int64_t top = left_out(height_of(x)), left = left_out(width_of(x));
  return cut(x, {top, left, height_of(x) - 2 * top, width_of(x) - 2 * left}, where);
}

Tensor pad_to_bounding_box(const Tensor& x, const Box& box, Where where) {
  internal::require_image("pad_to_bounding_box", x);
  const std::int64_t below = box.height - box.top - height_of(x), right = box.width - box.left - width_of(x);
  if (box.top < 0 || box.left < 0 || below < 0 || right < 0) {
    throw ValueError("pad_to_bounding_box",
                     fmt::format("{} at ({}, {}) does not fit into {} x {}", x.signature(), box.top, box.left, box.height, box.width),
                     "offsets are 0 or more, and offset and image together at most the target");
  }
  std::vector<std::array<std::int64_t, 2>> paddings(static_cast<std::size_t>(x.rank() - 3));
  paddings.insert(paddings.end(), {{box.top, below}, {box.left, right}, {0, 0}});
  return pad(x, paddings, {}, where);
}

}  // namespace image
}  // namespace whygrad
