// Convolution in two dimensions and its gradients.
#include "kernels/conv.hpp"
#include "ops/conv/windows.hpp"
#include "ops/core/packed.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/elementwise/gradients.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/conv.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace internal {
namespace {

using nn::Activation;

struct ConvAttrs {
  std::array<std::int64_t, 2> strides;
  std::array<std::int64_t, 2> dilations;
  nn::Padding padding;
};

// Of the gradient ops.
struct ConvGradAttrs {
  std::array<std::int64_t, 2> strides;
  std::array<std::int64_t, 2> dilations;
  nn::Padding padding;
  Shape shape;  // of the result: the image or the filters

  ConvAttrs conv() const { return {strides, dilations, padding}; }
};

template <class Attrs>
constexpr AttrDef kStrides = attr<&Attrs::strides>("strides", "steps along height and width");
template <class Attrs>
constexpr AttrDef kDilations = attr<&Attrs::dilations>("dilations", "distance between the elements of a filter");

std::int64_t reach(std::int64_t elements, std::int64_t dilation) { return (elements - 1) * dilation + 1; }

// For an image and filters that were checked.
kernels::ConvParams params_of(const ConvAttrs& a, const Shape& x, const Shape& filters) {
  kernels::ConvParams p;
  for (int i = 0; i < 2; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const AxisWindows windows = place_windows(i, x[1 + i], reach(filters[i], a.dilations[at]), a.strides[at], a.padding);
    p.strides[i] = a.strides[at];
    p.dilations[i] = a.dilations[at];
    p.pad_before[i] = windows.before;
    p.pad_after[i] = windows.after;
  }
  p.groups = filters[2] == 0 ? 1 : x[3] / filters[2];
  return p;
}

// The shape of conv2d's result. Throws if image and filters do not fit.
Shape check_conv(const InferContext& c, const ConvAttrs& a, const Shape& x, const Shape& filters) {
  if (x.rank() != 4 || filters.rank() != 4) {
    c.shape_error(fmt::format("the image is {} and the filters are {}", x.to_string(), filters.to_string()),
                  "an image is [batch, height, width, channels], filters are [height, width, channels, results]");
  }
  check_positive(c, "strides", a.strides);
  check_positive(c, "dilations", a.dilations);
  if (filters[0] < 1 || filters[1] < 1) c.shape_error("the filters are empty", "a filter has at least one element along height and width");
  const bool divides = filters[2] == 0 ? x[3] == 0 : x[3] % filters[2] == 0;
  if (!divides || (filters[2] != 0 && x[3] != 0 && filters[3] % (x[3] / filters[2]) != 0)) {
    c.shape_error(fmt::format("the image has {} channels, filters are [.., .., {}, {}]", x[3], filters[2], filters[3]),
                  "the third extent of filters must be the image's channels; or a divisor, for groups, which must divide the fourth extent too");
  }
  Shape out = {x[0], 0, 0, filters[3]};
  for (int i = 0; i < 2; ++i) {
    const auto at = static_cast<std::size_t>(i);
    out[1 + i] = place_windows(c, i, x[1 + i], reach(filters[i], a.dilations[at]), a.strides[at], a.padding).count;
  }
  return out;
}

// For the gradient ops: dy must have the shape of the convolution's result.
void check_dy(const InferContext& c, int dy, const Shape& x, const Shape& filters) {
  const Shape expected = check_conv(c, c.attrs<ConvGradAttrs>().conv(), x, filters);
  if (c.input(dy).shape() == expected) return;
  c.shape_error(fmt::format("{} must be {}, the shape of conv2d over {} with filters {}", c.op().inputs[dy].name, expected.to_string(), x.to_string(),
                            filters.to_string()),
                "give the strides, padding and shapes of that convolution");
}

Tensor backprop_input(const Tensor& dy, const Tensor& filters, const ConvAttrs& attrs, const Shape& shape, const Where& where = {});
Tensor backprop_filter(const Tensor& x, const Tensor& dy, const ConvAttrs& attrs, const Shape& shape, const Where& where = {});
Tensor forward(const Tensor& x, const Tensor& filters, const ConvAttrs& attrs, const Where& where = {});

// Gives dx and dfilters of a convolution, from the gradient dy of its result.
void give_conv_gradients(VjpContext& g, const Tensor& dy) {
  const auto& a = g.attrs<ConvAttrs>();
  if (g.needs(0)) g.give(0, backprop_input(dy, g.input(1), a, g.input_shape(0)));
  if (g.needs(1)) g.give(1, backprop_filter(g.input(0), dy, a, g.input_shape(1)));
}

// NOTE [convolutions of many rows]
// If only images differ from row to row, the rows are more images. If filters do, the rows are more filters: the axis of the rows goes before that of
// the results, and where images differ too each row is a group of channels. For the last, convolutions with groups of their own run row by row.

// t [rows, .., k] as [.., rows * k].
Tensor rows_into_last(const BatchContext& c, const Tensor& t) {
  Ints perm;
  for (int i = 1; i + 1 < t.rank(); ++i) perm.push_back(i);
  perm.push_back(0);
  perm.push_back(t.rank() - 1);
  Shape shape(t.shape().extents().subspan(1));
  shape[shape.rank() - 1] *= c.rows();
  return reshape(transpose(t, perm, c.where()), shape, c.where());
}

// t [.., rows * k] as [rows, .., k].
Tensor rows_out_of_last(const BatchContext& c, const Tensor& t) {
  Shape shape = t.shape();
  shape[shape.rank() - 1] = c.rows();
  shape.push_back(t.shape().back() / c.rows());
  Ints perm{t.rank() - 1};
  for (int i = 0; i + 1 < t.rank(); ++i) perm.push_back(i);
  perm.push_back(t.rank());
  return transpose(reshape(t, shape, c.where()), perm, c.where());
}

Tensor in_last(const BatchContext& c, int i) { return c.has_rows(i) ? rows_into_last(c, c.input(i)) : c.input(i); }

void batch_conv(BatchContext& c) {
  if (!c.has_rows(1)) return batch_images<1>(c);
  if (c.input_shape(0)[3] != c.input_shape(1)[2]) return;
  c.give_call({in_last(c, 0), in_last(c, 1)}, c.attrs<ConvAttrs>());
  c.give(0, rows_out_of_last(c, c.given(0)));
}

void batch_conv_transpose(BatchContext& c) {
  ConvGradAttrs attrs = c.attrs<ConvGradAttrs>();
  if (!c.has_rows(1)) {
    attrs.shape[0] *= c.rows();
    c.give_call({folded_input(c, 0), c.input(1)}, attrs);
    return c.unfold_given();
  }
  if (attrs.shape[3] != c.input_shape(1)[2]) return;
  attrs.shape[3] *= c.rows();
  c.give_call({rows_into_last(c, c.input_rows(0)), in_last(c, 1)}, attrs);
  c.give(0, rows_out_of_last(c, c.given(0)));
}

void batch_conv_filter(BatchContext& c) {
  ConvGradAttrs attrs = c.attrs<ConvGradAttrs>();
  if (c.input_shape(0)[3] != attrs.shape[2]) return;
  attrs.shape[3] *= c.rows();
  c.give_call({in_last(c, 0), rows_into_last(c, c.input_rows(1))}, attrs);
  c.give(0, rows_out_of_last(c, c.given(0)));
}

constexpr OpDef kConv2d = define_op({
    .name = "conv2d",
    .doc = "Cross-correlation: x [n, h, w, c], filters [kh, kw, c / groups, o] -> [n, p, q, o]. dx, dfilters: dy convolved with the other operand.",
    .type = "Conv2D",
    .inputs = {{"x", Differentiable{input(1)}}, {"filters", Differentiable{input(0)}}},
    .attrs = {kStrides<ConvAttrs>, kDilations<ConvAttrs>, kPaddingKind<ConvAttrs>, kPaddingHeight<ConvAttrs>, kPaddingWidth<ConvAttrs>},
    .infer =
        [](InferContext& c) {
          check_image(c, 0);
          c.same_dtype(0, 1);
          c.output(c.input(0).dtype(), check_conv(c, c.attrs<ConvAttrs>(), c.input(0).shape(), c.input(1).shape()));
        },
    .kernel =
        [](KernelContext& g) { kernels::conv2d(g.in(0), g.in(1), params_of(g.attrs<ConvAttrs>(), g.input(0).shape(), g.input(1).shape()), g.out()); },
    .vjp = [](VjpContext& g) { give_conv_gradients(g, g.dy()); },
    .batch = batch_conv,
    .zero = kZeroOperand,
    .nonfinite = kLargeOperands,
    .factors = input(0) | input(1),
});

void infer_conv_bias(InferContext& c) {
  check_image(c, 0);
  c.same_dtype(0, 1);
  c.same_dtype(0, 2);
  const Shape out = check_conv(c, c.attrs<ConvAttrs>(), c.input(0).shape(), c.input(1).shape());
  if (c.input(2).shape() != Shape{out[3]}) c.shape_error(fmt::format("bias must be [{}]", out[3]), "it has one number for each filter");
  c.output(c.input(0).dtype(), out);
}

template <Activation A>
void run_conv_bias(KernelContext& g) {
  const Packed bias(g.input(2));
  kernels::conv2d_bias(g.in(0), g.in(1), bias.view(), params_of(g.attrs<ConvAttrs>(), g.input(0).shape(), g.input(1).shape()),
                       A == Activation::kRelu ? kernels::Activation::kRelu : kernels::Activation::kNone, g.out());
}

template <Activation A>
void conv_bias_vjp(VjpContext& g) {
  const Tensor dz = A == Activation::kRelu ? relu_grad(g.dy(), g.output()) : g.dy();
  give_conv_gradients(g, dz);
  if (g.needs(2)) g.give(2, reduce_sum(dz, {0, 1, 2}));
}

constexpr OpDef kConv2dBias = define_op({
    .name = "conv2d_bias",
    .doc = "conv2d(x, filters) + bias: bias [o]. dbias = dy summed over batch, height and width.",
    .type = "Conv2D",
    .inputs = {{"x", Differentiable{input(1)}}, {"filters", Differentiable{input(0)}}, {"bias", Differentiable{}}},
    .attrs = {kStrides<ConvAttrs>, kDilations<ConvAttrs>, kPaddingKind<ConvAttrs>, kPaddingHeight<ConvAttrs>, kPaddingWidth<ConvAttrs>},
    .infer = infer_conv_bias,
    .kernel = run_conv_bias<Activation::kNone>,
    .vjp = conv_bias_vjp<Activation::kNone>,
    .batch = batch_images<1>,
    .zero = kZeroOperand,
    .nonfinite = kLargeOperands,
    .factors = input(0) | input(1),
});

constexpr OpDef kConv2dBiasRelu = define_op({
    .name = "conv2d_bias_relu",
    .doc = "relu(conv2d(x, filters) + bias): bias [o]. The gradients are those of conv2d_bias for dy where y > 0.",
    .type = "Relu",
    .inputs = {{"x", Differentiable{input(1) | output(0)}}, {"filters", Differentiable{input(0) | output(0)}}, {"bias", Differentiable{output(0)}}},
    .attrs = {kStrides<ConvAttrs>, kDilations<ConvAttrs>, kPaddingKind<ConvAttrs>, kPaddingHeight<ConvAttrs>, kPaddingWidth<ConvAttrs>},
    .infer = infer_conv_bias,
    .kernel = run_conv_bias<Activation::kRelu>,
    .vjp = conv_bias_vjp<Activation::kRelu>,
    .batch = batch_images<1>,
    .zero = kDies,
    .nonfinite = kLargeOperands,
});

constexpr OpDef kConv2dTranspose = define_op({
    .name = "conv2d_transpose",
    .doc = "The gradient of conv2d with respect to its image: x [n, p, q, o], filters [kh, kw, c / groups, o] -> [n, h, w, c]. dx = conv2d(dy, "
           "filters).",
    .type = "Conv2DBackpropInput",
    .inputs = {{"x", Differentiable{input(1)}}, {"filters", Differentiable{input(0)}}},
    .attrs = {kStrides<ConvGradAttrs>, kDilations<ConvGradAttrs>, kPaddingKind<ConvGradAttrs>, kPaddingHeight<ConvGradAttrs>,
              kPaddingWidth<ConvGradAttrs>, attr<&ConvGradAttrs::shape>("output_shape", "of the image")},
    .infer =
        [](InferContext& c) {
          check_image(c, 0);
          c.same_dtype(0, 1);
          const Shape& shape = c.attrs<ConvGradAttrs>().shape;
          check_dy(c, 0, shape, c.input(1).shape());
          c.output(c.input(0).dtype(), shape);
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<ConvGradAttrs>();
          kernels::conv2d_backward_input(g.in(0), g.in(1), params_of(a.conv(), a.shape, g.input(1).shape()), g.out());
        },
    .vjp =
        [](VjpContext& g) {
          const auto& a = g.attrs<ConvGradAttrs>();
          if (g.needs(0)) g.give(0, forward(g.dy(), g.input(1), a.conv()));
          if (g.needs(1)) g.give(1, backprop_filter(g.dy(), g.input(0), a.conv(), g.input_shape(1)));
        },
    .batch = batch_conv_transpose,
    .zero = kZeroOperand,
    .nonfinite = kLargeOperands,
    .factors = input(0) | input(1),
});

constexpr OpDef kConv2dBackpropFilter = define_op({
    .name = "conv2d_backprop_filter",
    .doc =
        "The gradient of conv2d with respect to its filters: x [n, h, w, c], dy [n, p, q, o] -> [kh, kw, c / groups, o]. ddy = conv2d(x, gradient).",
    .type = "Conv2DBackpropFilter",
    .inputs = {{"x", Differentiable{input(1)}}, {"dy", Differentiable{input(0)}}},
    .attrs = {kStrides<ConvGradAttrs>, kDilations<ConvGradAttrs>, kPaddingKind<ConvGradAttrs>, kPaddingHeight<ConvGradAttrs>,
              kPaddingWidth<ConvGradAttrs>, attr<&ConvGradAttrs::shape>("filter_shape", "of the filters")},
    .infer =
        [](InferContext& c) {
          check_image(c, 0);
          c.same_dtype(0, 1);
          const Shape& shape = c.attrs<ConvGradAttrs>().shape;
          check_dy(c, 1, c.input(0).shape(), shape);
          c.output(c.input(0).dtype(), shape);
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<ConvGradAttrs>();
          kernels::conv2d_backward_filter(g.in(0), g.in(1), params_of(a.conv(), g.input(0).shape(), a.shape), g.out());
        },
    .vjp =
        [](VjpContext& g) {
          const auto& a = g.attrs<ConvGradAttrs>();
          if (g.needs(0)) g.give(0, backprop_input(g.input(1), g.dy(), a.conv(), g.input_shape(0)));
          if (g.needs(1)) g.give(1, forward(g.input(0), g.dy(), a.conv()));
        },
    .batch = batch_conv_filter,
});

constexpr const OpDef* kOps[] = {&kConv2d, &kConv2dBackpropFilter, &kConv2dBias, &kConv2dBiasRelu, &kConv2dTranspose};

Tensor forward(const Tensor& x, const Tensor& filters, const ConvAttrs& attrs, const Where& where) {
  return apply(kConv2d, {&x, &filters}, where, attrs);
}
Tensor backprop_input(const Tensor& dy, const Tensor& filters, const ConvAttrs& attrs, const Shape& shape, const Where& where) {
  return apply(kConv2dTranspose, {&dy, &filters}, where, ConvGradAttrs{attrs.strides, attrs.dilations, attrs.padding, shape});
}
Tensor backprop_filter(const Tensor& x, const Tensor& dy, const ConvAttrs& attrs, const Shape& shape, const Where& where) {
  return apply(kConv2dBackpropFilter, {&x, &dy}, where, ConvGradAttrs{attrs.strides, attrs.dilations, attrs.padding, shape});
}

ConvAttrs attrs_of(const nn::Conv2dOptions& options) { return {options.strides, options.dilations, options.padding}; }

}  // namespace

OpFamily conv_ops() { return kOps; }

}  // namespace internal

namespace nn {

Tensor conv2d(const Tensor& x, const Tensor& filters, const Conv2dOptions& options, Where where) {
  return internal::forward(x, filters, internal::attrs_of(options), where);
}
Tensor conv2d_bias(const Tensor& x, const Tensor& filters, const Tensor& bias, const Conv2dOptions& options, Activation activation, Where where) {
  const OpDef& op = activation == Activation::kRelu ? internal::kConv2dBiasRelu : internal::kConv2dBias;
  return apply(op, {&x, &filters, &bias}, where, internal::attrs_of(options));
}
Tensor conv2d_transpose(const Tensor& x, const Tensor& filters, const Shape& output_shape, const Conv2dOptions& options, Where where) {
  return internal::backprop_input(x, filters, internal::attrs_of(options), output_shape, where);
}
Tensor conv2d_backprop_filter(const Tensor& x, const Shape& filter_shape, const Tensor& dy, const Conv2dOptions& options, Where where) {
  return internal::backprop_filter(x, dy, internal::attrs_of(options), filter_shape, where);
}

}  // namespace nn
}  // namespace whygrad
