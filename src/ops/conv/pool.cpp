// Pooling in two dimensions and its gradients.
#include "ops/conv/pool.hpp"
#include "kernels/pool.hpp"
#include "ops/conv/windows.hpp"
#include "ops/core/batch.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/conv.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace internal {
namespace {

template <class Attrs>
constexpr AttrDef kWindow = attr<&Attrs::window>("window", "extents of a window along height and width");
template <class Attrs>
constexpr AttrDef kStrides = attr<&Attrs::strides>("strides", "steps along height and width");
constexpr AttrDef kImageShape = attr<&PoolGradAttrs::shape>("shape", "of the image", Attr::kResolved);

constexpr NotDifferentiable kPlaces = {"these are the places of the maxima: they say where, not how much", "differentiate with respect to dy"};

// For an image that was checked.
kernels::PoolParams params_of(const PoolAttrs& a, const Shape& image) {
  kernels::PoolParams p;
  for (int i = 0; i < 2; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const AxisWindows windows = place_windows(i, image[1 + i], a.window[at], a.strides[at], a.padding);
    p.window[i] = a.window[at];
    p.strides[i] = a.strides[at];
    p.pad_before[i] = windows.before;
    p.pad_after[i] = windows.after;
  }
  return p;
}

// The shape of the pooled image. Throws if the windows do not fit.
Shape check_pool(const InferContext& c, const PoolAttrs& a, const Shape& image) {
  if (image.rank() != 4) c.shape_error("the image is " + image.to_string(), "an image is [batch, height, width, channels]");
  check_positive(c, "the extents of the window", a.window);
  check_positive(c, "strides", a.strides);
  Shape out = image;
  for (int i = 0; i < 2; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const auto [before, after] = i == 0 ? a.padding.height : a.padding.width;
    if (std::max(before, after) >= a.window[at]) {
      c.value_error(fmt::format("padding {{{}, {}}} with a window of {}", before, after, a.window[at]),
                    "every window must cover an element of the image, so padding is less than the window");
    }
    out[1 + i] = place_windows(c, i, image[1 + i], a.window[at], a.strides[at], a.padding).count;
  }
  return out;
}

// For the gradient ops: input i must have the shape of the pooled image.
void check_pooled(const InferContext& c, int i, const Shape& image) {
  const Shape expected = check_pool(c, c.attrs<PoolGradAttrs>().pool(), image);
  if (c.input(i).shape() == expected) return;
  c.shape_error(fmt::format("{} must be {}, the shape of the pooled {}", c.op().inputs[i].name, expected.to_string(), image.to_string()),
                "give the window, strides and padding of that pooling");
}

void check_positions(const InferContext& c, int i) {
  const auto& a = c.attrs<PoolGradAttrs>();
  const DType expected = kernels::max_pool_position_dtype(params_of(a.pool(), a.shape));
  if (c.input(i).dtype() != expected) {
    c.dtype_error(fmt::format("positions are {}, not {}", name_of(c.input(i).dtype()), name_of(expected)), "give the second output of max_pool2d");
  }
}

PoolGradAttrs with_shape(const PoolAttrs& a, const Shape& shape) { return {a.window, a.strides, a.padding, shape}; }

void batch_pool_grad(BatchContext& c) {
  PoolGradAttrs attrs = c.attrs<PoolGradAttrs>();
  attrs.shape[0] *= c.rows();
  std::vector<Tensor> inputs;
  inputs.reserve(static_cast<std::size_t>(c.input_count()));
  for (int i = 0; i < c.input_count(); ++i) inputs.push_back(folded_input(c, i));
  c.give_call(inputs, attrs);
  c.unfold_given();
}

constexpr OpDef kMaxPool = define_op({
    .name = "max_pool2d",
    .doc = "The largest element of each window: x [n, h, w, c] -> [n, p, q, c], and its place in the window. dx = dy at the places of the maxima.",
    .type = "MaxPool",
    .inputs = {{"x", Differentiable{output(1)}}},
    .outputs = {"output", "positions"},
    .attrs = {kWindow<PoolAttrs>, kStrides<PoolAttrs>, kPaddingKind<PoolAttrs>, kPaddingHeight<PoolAttrs>, kPaddingWidth<PoolAttrs>},
    .infer =
        [](InferContext& c) {
          check_image(c, 0);
          const Shape out = check_pool(c, c.attrs<PoolAttrs>(), c.input(0).shape());
          c.output(c.input(0).dtype(), out);
          c.output(kernels::max_pool_position_dtype(params_of(c.attrs<PoolAttrs>(), c.input(0).shape())), out);
        },
    .kernel =
        [](KernelContext& g) {
          const kernels::View positions = g.out(1);
          kernels::max_pool2d(g.in(0), params_of(g.attrs<PoolAttrs>(), g.input(0).shape()), g.out(0), &positions);
        },
    .vjp = [](VjpContext& g) { g.give(0, max_pool2d_grad(g.dy(), g.output(1), with_shape(g.attrs<PoolAttrs>(), g.input_shape(0)))); },
    .batch = batch_images<1>,
});

constexpr OpDef kMaxPoolGrad = define_op({
    .name = "max_pool2d_grad",
    .doc = "The gradient of max_pool2d: zeros of the image's shape with dy added at the places of the maxima. ddy = the gradient at these places.",
    .type = "MaxPoolGrad",
    .inputs = {{"dy", Differentiable{input(1)}}, {"positions", kPlaces, Role::kIndex}},
    .attrs = {kWindow<PoolGradAttrs>, kStrides<PoolGradAttrs>, kPaddingKind<PoolGradAttrs>, kPaddingHeight<PoolGradAttrs>,
              kPaddingWidth<PoolGradAttrs>, kImageShape},
    .infer =
        [](InferContext& c) {
          check_image(c, 0);
          const Shape& shape = c.attrs<PoolGradAttrs>().shape;
          check_pooled(c, 0, shape);
          check_pooled(c, 1, shape);
          check_positions(c, 1);
          c.output(c.input(0).dtype(), shape);
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<PoolGradAttrs>();
          kernels::max_pool2d_backward(g.in(0), g.in(1), params_of(a.pool(), a.shape), g.out());
        },
    .vjp = [](VjpContext& g) { g.give(0, max_pool2d_pick(g.dy(), g.input(1), g.attrs<PoolGradAttrs>())); },
    .batch = batch_pool_grad,
});

constexpr OpDef kMaxPoolPick = define_op({
    .name = "max_pool2d_pick",
    .doc = "The elements of x at the places where max_pool2d found the maxima of another image. dx = dy added at these places.",
    .type = "MaxPoolGradGrad",
    .inputs = {{"x", Differentiable{input(1)}}, {"positions", kPlaces, Role::kIndex}},
    .attrs = {kWindow<PoolGradAttrs>, kStrides<PoolGradAttrs>, kPaddingKind<PoolGradAttrs>, kPaddingHeight<PoolGradAttrs>,
              kPaddingWidth<PoolGradAttrs>, kImageShape},
    .infer =
        [](InferContext& c) {
          check_image(c, 0);
          const Shape& shape = c.attrs<PoolGradAttrs>().shape;
          if (c.input(0).shape() != shape) c.shape_error("x must be " + shape.to_string(), "give an image of the shape that was pooled");
          check_pooled(c, 1, shape);
          check_positions(c, 1);
          c.output(c.input(0).dtype(), c.input(1).shape());
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<PoolGradAttrs>();
          kernels::max_pool2d_pick(g.in(0), g.in(1), params_of(a.pool(), a.shape), g.out());
        },
    .vjp = [](VjpContext& g) { g.give(0, max_pool2d_grad(g.dy(), g.input(1), g.attrs<PoolGradAttrs>())); },
    .batch = batch_pool_grad,
});

constexpr OpDef kAvgPool = define_op({
    .name = "avg_pool2d",
    .doc = "The mean of each window's elements inside the image: x [n, h, w, c] -> [n, p, q, c]. dx = dy in equal parts.",
    .type = "AvgPool",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {kWindow<PoolAttrs>, kStrides<PoolAttrs>, kPaddingKind<PoolAttrs>, kPaddingHeight<PoolAttrs>, kPaddingWidth<PoolAttrs>},
    .infer =
        [](InferContext& c) {
          check_image(c, 0);
          c.output(c.input(0).dtype(), check_pool(c, c.attrs<PoolAttrs>(), c.input(0).shape()));
        },
    .kernel = [](KernelContext& g) { kernels::avg_pool2d(g.in(0), params_of(g.attrs<PoolAttrs>(), g.input(0).shape()), g.out()); },
    .vjp = [](VjpContext& g) { g.give(0, avg_pool2d_grad(g.dy(), with_shape(g.attrs<PoolAttrs>(), g.input_shape(0)))); },
    .batch = batch_images<1>,
});

constexpr OpDef kAvgPoolGrad = define_op({
    .name = "avg_pool2d_grad",
    .doc = "The gradient of avg_pool2d: dy in equal parts to the elements of each window. ddy = avg_pool2d of the gradient.",
    .type = "AvgPoolGrad",
    .inputs = {{"dy", Differentiable{}}},
    .attrs = {kWindow<PoolGradAttrs>, kStrides<PoolGradAttrs>, kPaddingKind<PoolGradAttrs>, kPaddingHeight<PoolGradAttrs>,
              kPaddingWidth<PoolGradAttrs>, kImageShape},
    .infer =
        [](InferContext& c) {
          check_image(c, 0);
          const Shape& shape = c.attrs<PoolGradAttrs>().shape;
          check_pooled(c, 0, shape);
          c.output(c.input(0).dtype(), shape);
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<PoolGradAttrs>();
          kernels::avg_pool2d_backward(g.in(0), params_of(a.pool(), a.shape), g.out());
        },
    .vjp = [](VjpContext& g) { g.give(0, apply(kAvgPool, {&g.dy()}, {}, g.attrs<PoolGradAttrs>().pool())); },
    .batch = batch_pool_grad,
});

constexpr const OpDef* kOps[] = {&kAvgPool, &kAvgPoolGrad, &kMaxPool, &kMaxPoolGrad, &kMaxPoolPick};

PoolAttrs attrs_of(const std::array<std::int64_t, 2>& window, const nn::Pool2dOptions& options) {
  return {window, options.strides == std::array<std::int64_t, 2>{0, 0} ? window : options.strides, options.padding};
}

}  // namespace

Tensor max_pool2d_grad(const Tensor& dy, const Tensor& positions, const PoolGradAttrs& attrs) {
  return apply(kMaxPoolGrad, {&dy, &positions}, {}, attrs);
}
Tensor max_pool2d_pick(const Tensor& x, const Tensor& positions, const PoolGradAttrs& attrs) {
  return apply(kMaxPoolPick, {&x, &positions}, {}, attrs);
}
Tensor avg_pool2d_grad(const Tensor& dy, const PoolGradAttrs& attrs) { return apply(kAvgPoolGrad, {&dy}, {}, attrs); }

std::array<Tensor, 2> max_pool2d_with_positions(const Tensor& x, const PoolAttrs& attrs, const Where& where) {
  std::array<Tensor, 2> outputs;
  const Tensor* input = &x;
  apply(kMaxPool, {&input, 1}, &attrs, sizeof(attrs), where, outputs);
  return outputs;
}

OpFamily pool_ops() { return kOps; }

}  // namespace internal

namespace nn {

Tensor max_pool2d(const Tensor& x, const std::array<std::int64_t, 2>& window, const Pool2dOptions& options, Where where) {
  return internal::max_pool2d_with_positions(x, internal::attrs_of(window, options), where)[0];
}
Tensor avg_pool2d(const Tensor& x, const std::array<std::int64_t, 2>& window, const Pool2dOptions& options, Where where) {
  return apply(internal::kAvgPool, {&x}, where, internal::attrs_of(window, options));
}

}  // namespace nn
}  // namespace whygrad
