// Colours and contrast of images.
#include <whygrad/ops/image.hpp>

#include "kernels/image.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/reduce.hpp>

#include <fmt/format.h>

#include <cmath>

namespace whygrad {
namespace internal {
namespace {

struct HueAttrs {
  double delta = 0;
};

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
    .kernel = [](KernelContext& g) { kernels::adjust_hue(g.in(0), g.attrs<HueAttrs>().delta, g.out()); },
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
