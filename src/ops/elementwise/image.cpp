// Colours and contrast of images.
#include <whygrad/ops/image.hpp>

#include "kernels/movement.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/reduce.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace whygrad {
namespace internal {
namespace {

struct HueAttrs {
  double delta = 0;
};

// Turns the hue of one pixel: brightest and darkest stay, the rest moves around the six edges of the colour cube between them.
void turn_hue(double* rgb, double delta) {
  const auto [darkest, brightest] = std::minmax({rgb[0], rgb[1], rgb[2]});
  const double range = brightest - darkest;
  if (range == 0) return;
  const int top = rgb[0] == brightest ? 0 : rgb[1] == brightest ? 1 : 2;
  const double hue = 2 * top + (rgb[(top + 1) % 3] - rgb[(top + 2) % 3]) / range + 6 * delta;
  for (int i = 0; i < 3; ++i) {
    const double apart = std::fmod(std::fmod(hue - 2 * i, 6) + 6, 6);  // from the pure colour, in sixths of the circle
    rgb[i] = darkest + range * std::clamp(2 - std::min(apart, 6 - apart), 0.0, 1.0);
  }
}

constexpr OpDef kAdjustHue = define_op({
    .name = "adjust_hue",
    .doc = "x [.., 3], colours as red, green and blue, with their hue turned by delta, where 1 is once around.",
    .inputs = {{"x", NotImplemented{"there is no gradient rule for adjust_hue, in TensorFlow neither",
                                    "turn the hue outside of the differentiated part, or write it with rgb arithmetic of differentiable ops"}}},
    .attrs = {attr<&HueAttrs::delta>("delta", "how far, in [-1, 1]", Attr::kRequired)},
    .infer =
        [](InferContext& c) {
          const InputSpec x = c.input(0);
          if (!is_floating(x.dtype())) refuse_dtype(c, "floating numbers");
          if (x.rank() == 0 || x.shape().back() != 3) c.shape_error("a colour has three channels", "the last axis holds red, green and blue");
          const double delta = c.attrs<HueAttrs>().delta;
          if (!(std::abs(delta) <= 1)) c.value_error(fmt::format("delta is {}", delta), "delta is a part of the circle of colours, in [-1, 1]");
          c.output(x.dtype(), x.shape());
        },
    .kernel =
        [](KernelContext& g) {
          const Tensor wide = make_tensor(DType::kF64, g.output().shape());
          kernels::cast(g.in(0), view_of(wide));
          double* rgb = view_of(wide).as<double>();
          for (std::int64_t i = 0; i < wide.size(); i += 3) turn_hue(rgb + i, g.attrs<HueAttrs>().delta);
          kernels::cast(view_of(wide), g.out());
        },
});

constexpr const OpDef* kOps[] = {&kAdjustHue};

}  // namespace

OpFamily image_ops() { return kOps; }

}  // namespace internal

namespace image {

Tensor adjust_contrast(const Tensor& x, double factor, Where where) {
  const Tensor mean = reduce_mean(x, {-3, -2}, true, where);
  return add(multiply(subtract(x, mean, where), factor, where), mean, where);
}

Tensor adjust_hue(const Tensor& x, double delta, Where where) { return apply(internal::kAdjustHue, {&x}, where, internal::HueAttrs{delta}); }

}  // namespace image
}  // namespace whygrad
