// Colour spaces.
#include "ops/core/defined.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/einsum.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/image.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad::image {
namespace {

void require_colours(const char* op, const Tensor& x) {
  internal::require_defined(op, x);
  if (!is_floating(x.dtype())) throw DTypeError(op, fmt::format("colours of {}", name_of(x.dtype())), "write convert_image_dtype(x, float32)");
  if (x.rank() == 0 || x.shape().back() != 3) throw ShapeError(op, fmt::format("x is {}", x.signature()), "the last axis holds three channels");
}

Tensor mixed(const char* op, const Tensor& x, const Literal& weights, const Where& where) {
  require_colours(op, x);
  return tensordot(x, constant(weights, x.dtype(), where), {-1}, {0}, where);
}

}  // namespace

Tensor rgb_to_hsv(const Tensor& x, Where where) {
  require_colours("rgb_to_hsv", x);
  const std::vector<Tensor> rgb = split(x, 3, -1, where);
  // Of equal channels the first one counts, as in TensorFlow.
  const Tensor value = maximum(maximum(rgb[0], rgb[1], where), rgb[2], where);
  const Tensor range = subtract(value, minimum(minimum(rgb[0], rgb[1], where), rgb[2], where), where);
  const Tensor saturation = divide_no_nan(range, value, where);
  const auto sector = [&](int from, int to, double turned) {
    const Tensor apart = subtract(rgb[static_cast<std::size_t>(from)], rgb[static_cast<std::size_t>(to)], where);
    return add(divide_no_nan(apart, multiply(range, 6, where), where), turned, where);
  };
  const Tensor by_blue = sector(0, 1, 4.0 / 6), by_green = sector(2, 0, 2.0 / 6), by_red = sector(1, 2, 0);
  const Tensor hue =
      whygrad::where(equal(rgb[0], value, where), by_red, whygrad::where(equal(rgb[1], value, where), by_green, by_blue, where), where);
  const Tensor turned = whygrad::where(less(hue, 0, where), add(hue, 1, where), hue, where);
  const Tensor known = whygrad::where(greater(range, 0, where), turned, 0, where);
  return concat({known, saturation, value}, -1, where);
}

// The matrices are those of FCC NTSC and of ITU-R BT.601 as TensorFlow rounds them.
Tensor rgb_to_yiq(const Tensor& x, Where where) {
  return mixed("rgb_to_yiq", x, {{0.299, 0.59590059, 0.2115}, {0.587, -0.27455667, -0.52273617}, {0.114, -0.32134392, 0.31119955}}, where);
}
Tensor yiq_to_rgb(const Tensor& x, Where where) {
  return mixed("yiq_to_rgb", x, {{1, 1, 1}, {0.95598634, -0.27201283, -1.10674021}, {0.6208248, -0.64720424, 1.70423049}}, where);
}
Tensor rgb_to_yuv(const Tensor& x, Where where) {
  return mixed("rgb_to_yuv", x, {{0.299, -0.14714119, 0.61497538}, {0.587, -0.28886916, -0.51496512}, {0.114, 0.43601035, -0.10001026}}, where);
}
Tensor yuv_to_rgb(const Tensor& x, Where where) {
  return mixed("yuv_to_rgb", x, {{1, 1, 1}, {0, -0.394642334, 2.03206185}, {1.13988303, -0.58062185, 0}}, where);
}

}  // namespace whygrad::image
