// Colour, contrast and brightness of images.
#include <whygrad/ops/image.hpp>

#include "kernels/image.hpp"
#include "ops/core/defined.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/image/image.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/einsum.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace whygrad {
namespace internal {
namespace {

struct HueAttrs {
  double delta = 0;
};

constexpr NotImplemented kNoColourRule{"there is no gradient rule for it, in TensorFlow neither",
                                       "change colours outside of the differentiated part, or write it with rgb arithmetic of differentiable ops"};

void infer_colours(InferContext& c) {
  const InputSpec x = c.input(0);
  if (!is_floating(x.dtype())) refuse_dtype(c, "floating numbers");
  if (x.rank() == 0 || x.shape().back() != 3) c.shape_error("a colour has three channels", "the last axis holds the three channels");
  c.output(x.dtype(), x.shape());
}

constexpr OpDef kAdjustHue = define_op({
    .name = "adjust_hue",
    .doc = "x [.., 3], colours as red, green and blue, with their hue turned by delta, where 1 is once around.",
    .inputs = {{"x", kNoColourRule}},
    .attrs = {attr<&HueAttrs::delta>("delta", "how far, in [-1, 1]", Attr::kRequired)},
    .infer =
        [](InferContext& c) {
          const double delta = c.attrs<HueAttrs>().delta;
          if (!(std::abs(delta) <= 1)) c.value_error(fmt::format("delta is {}", delta), "delta is a part of the circle of colours, in [-1, 1]");
          infer_colours(c);
        },
    .kernel = [](KernelContext& g) { kernels::adjust_hue(g.in(0), g.attrs<HueAttrs>().delta, g.out()); },
    .batch = batch_last_axes,
});

struct SaturationAttrs {
  double factor = 1;
};

constexpr OpDef kAdjustSaturation = define_op({
    .name = "adjust_saturation",
    .doc = "x [.., 3], colours as red, green and blue, with their saturation times a factor, at most 1.",
    .inputs = {{"x", kNoColourRule}},
    .attrs = {attr<&SaturationAttrs::factor>("factor", "0 makes greys of all colours", Attr::kRequired)},
    .infer = infer_colours,
    .kernel = [](KernelContext& g) { kernels::adjust_saturation(g.in(0), g.attrs<SaturationAttrs>().factor, g.out()); },
    .batch = batch_last_axes,
});

constexpr OpDef kHsvToRgb = define_op({
    .name = "hsv_to_rgb",
    .doc = "x [.., 3], colours as hue, saturation and value in [0, 1], as red, green and blue.",
    .type = "HSVToRGB",
    .inputs = {{"x", NotDifferentiable{"as in TensorFlow, no gradient is led back through the hue, which jumps where the brightest channel changes",
                                       "change colours outside of the differentiated part, or mix channels by rgb arithmetic"}}},
    .infer = infer_colours,
    .kernel = [](KernelContext& g) { kernels::hsv_to_rgb(g.in(0), g.out()); },
    .batch = batch_last_axes,
});

constexpr const OpDef* kOps[] = {&kAdjustHue, &kAdjustSaturation, &kHsvToRgb};

}  // namespace

OpFamily image_ops() { return kOps; }

}  // namespace internal

namespace image {

Tensor adjust_contrast(const Tensor& x, double factor, Where where) {
  const Tensor mean = reduce_mean(x, {-3, -2}, true, where);
  return add(multiply(subtract(x, mean, where), factor, where), mean, where);
}

Tensor adjust_hue(const Tensor& x, double delta, Where where) { return apply(internal::kAdjustHue, {&x}, where, internal::HueAttrs{delta}); }

Tensor adjust_saturation(const Tensor& x, double factor, Where where) {
  return apply(internal::kAdjustSaturation, {&x}, where, internal::SaturationAttrs{factor});
}

Tensor hsv_to_rgb(const Tensor& x, Where where) { return apply(internal::kHsvToRgb, {&x}, where); }

Tensor adjust_brightness(const Tensor& x, const Operand& delta) {
  internal::require_defined("adjust_brightness", x);
  return x + delta;
}

Tensor adjust_gamma(const Tensor& x, const Operand& gamma, const Operand& gain) {
  internal::require_defined("adjust_gamma", x);
  if (gamma.is_number() && !(gamma.number() >= 0)) throw ValueError("adjust_gamma", fmt::format("gamma is {}", gamma.number()), "it is 0 or more");
  return pow(x, gamma) * gain;
}

Tensor per_image_standardization(const Tensor& x, Where where) {
  internal::require_image("per_image_standardization", x);
  const Tensor image = is_floating(x.dtype()) ? x : cast(x, float32, where);
  const int rank = x.rank();
  const auto pixels = static_cast<double>(x.shape()[rank - 3] * x.shape()[rank - 2] * x.shape()[rank - 1]);
  const Tensor deviation = maximum(reduce_std(image, {-3, -2, -1}, true, where), 1 / std::sqrt(pixels), where);
  return divide(subtract(image, reduce_mean(image, {-3, -2, -1}, true, where), where), deviation, where);
}

Tensor rgb_to_grayscale(const Tensor& x, Where where) {
  internal::require_defined("rgb_to_grayscale", x);
  const Tensor weights = constant({{0.2989}, {0.5870}, {0.1140}}, x.dtype(), where);
  return tensordot(x, weights, {-1}, {0}, where);
}

Tensor grayscale_to_rgb(const Tensor& x, Where where) {
  internal::require_defined("grayscale_to_rgb", x);
  if (x.rank() < 2 || x.shape().back() != 1) {
    throw ShapeError("grayscale_to_rgb", fmt::format("the images are {}", x.signature()), "they have at least two axes, the last one of 1 channel");
  }
  Ints multiples;
  for (int axis = 0; axis + 1 < x.rank(); ++axis) multiples.push_back(1);
  multiples.push_back(3);
  return tile(x, multiples, where);
}

namespace {

// Between integer types by whole factors: 256 to 1 from u8 to the upper half of i16.
Tensor rescaled(const Tensor& x, DType dtype, const Where& where) {
  const double from = static_cast<double>(highest_integer(x.dtype())) + 1, to = static_cast<double>(highest_integer(dtype)) + 1;
  if (from >= to) return cast(floordiv(x, static_cast<std::int64_t>(from / to), where), dtype, where);
  return multiply(cast(x, dtype, where), static_cast<std::int64_t>(to / from), where);
}

}  // namespace

Tensor convert_image_dtype(const Tensor& x, DType dtype, bool saturate, Where where) {
  internal::require_defined("convert_image_dtype", x);
  if (x.dtype() == dtype) return x;
  const auto has_scale = [](DType d) { return is_integer(d) || is_floating(d); };
  if (!has_scale(x.dtype()) || !has_scale(dtype)) {
    throw DTypeError("convert_image_dtype", fmt::format("{} has no scale towards {}", name_of(x.dtype()), name_of(dtype)),
                     "images are of numbers; cast(x, float32) makes 0 and 1 of false and true");
  }
  const bool from_floating = is_floating(x.dtype()), to_floating = is_floating(dtype);
  if (from_floating && to_floating) return cast(x, dtype, where);
  if (to_floating) return multiply(cast(x, dtype, where), 1 / static_cast<double>(highest_integer(x.dtype())), where);
  if (!from_floating) return rescaled(x, dtype, where);
  const Tensor scaled = multiply(x, static_cast<double>(highest_integer(dtype)) + 0.5, where);
  return saturate ? saturate_cast(scaled, dtype, where) : cast(scaled, dtype, where);
}

}  // namespace image
}  // namespace whygrad
