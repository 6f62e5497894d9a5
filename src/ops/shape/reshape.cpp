// Other shapes of the same elements.
#include "kernels/movement.hpp"
#include "ops/core/batch.hpp"
#include "ops/families.hpp"
#include "ops/shape/shape.hpp"

#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {
namespace internal {
namespace {

void infer_same(InferContext& c) { c.output(c.input(0).dtype(), c.input(0).shape()); }
void view_same(ViewContext& v) { std::copy_n(v.input_strides(), v.shape().rank(), v.strides); }
void pass_on(VjpContext& g) {
  if (const IndexedSlices* rows = g.dy_rows()) return g.give(0, *rows);
  g.give(0, g.dy());
}

constexpr OpDef kIdentity = define_op({
    .name = "identity",
    .doc = "x. dx = dy.",
    .inputs = {{"x", Differentiable{}}},
    .infer = infer_same,
    .view = view_same,
    .vjp = pass_on,
    .batch = batch_last_axes,
    .in_metrics = true,
});

// A new tensor: the gradient with respect to it does not include other reads of the variable.
constexpr OpDef kReadValue = define_op({
    .name = "read_value",
    .doc = "The value of a variable as a tensor of its own. dx = dy.",
    .type = "ReadVariableOp",
    .inputs = {{"x", Differentiable{}}},
    .infer = infer_same,
    .view = view_same,
    .vjp = pass_on,
    .batch = batch_last_axes,
});

constexpr OpDef kStopGradient = define_op({
    .name = "stop_gradient",
    .doc = "x, as a constant: no gradient flows through.",
    .inputs = {{"x", NotDifferentiable{"the program asks for it here: what stop_gradient returns counts as constant",
                                       "take stop_gradient away where this path is meant to be trained", GradientFlow::kStopGradient}}},
    .infer = infer_same,
    .view = view_same,
    .batch = batch_last_axes,
});

constexpr OpDef kCopy = define_op({
    .name = "copy",
    .doc = "x in memory of its own, row-major. dx = dy.",
    .inputs = {{"x", Differentiable{}}},
    .infer = infer_same,
    .kernel = [](KernelContext& g) { kernels::copy(g.in(0), g.out()); },
    .vjp = pass_on,
    .batch = batch_last_axes,
});

struct ReshapeAttrs {
  Shape shape;
};

void view_reshaped(ViewContext& v) {
  if (!reshape_strides(v.input(0).shape(), v.input_strides(), v.shape(), v.strides)) {
    throw ValueError(v.op().name, "a view of " + v.input(0).signature() + " cannot be laid out as " + v.shape().to_string() + " without a copy",
                     "call reshape(), which copies where it must, or give it copy(x)");
  }
}
void restore_shape(VjpContext& g) { g.give(0, reshape(g.dy(), g.input_shape(0))); }

void batch_reshape(BatchContext& c) { c.give(0, reshape(c.input(0), c.with_rows(c.output_shape()), c.where())); }

constexpr OpDef kReshape = define_op({
    .name = "reshape",
    .doc = "The elements of x in row-major order under another shape. dx = reshape(dy).",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&ReshapeAttrs::shape>("shape", "the new extents")},
    .infer =
        [](InferContext& c) {
          const Shape& shape = c.attrs<ReshapeAttrs>().shape;
          if (shape.size() != c.input(0).size()) {
            c.shape_error(fmt::format("{} has {} elements, not the {} of x", shape.to_string(), shape.size(), c.input(0).size()),
                          "the number of elements must stay; give -1 for one extent and it is worked out");
          }
          c.output(c.input(0).dtype(), shape);
        },
    .view = view_reshaped,
    .vjp = restore_shape,
    .batch = batch_reshape,
    .in_metrics = true,
});

struct AxisAttrs {
  std::int64_t axis;
};

constexpr OpDef kExpandDims = define_op({
    .name = "expand_dims",
    .doc = "x with a new axis of extent 1. dx = reshape(dy).",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&AxisAttrs::axis>("axis", "where the new axis stands in the result")},
    .infer =
        [](InferContext& c) {
          const Shape& shape = c.input(0).shape();
          const int axis = normalize_axis(c.op().name, c.attrs<AxisAttrs>().axis, shape.rank() + 1);
          c.output(c.input(0).dtype(), insert_axis(shape, axis, 1));
        },
    .view = view_reshaped,
    .vjp = restore_shape,
    .batch = batch_reshape,
    .in_metrics = true,
});

struct SqueezeAttrs {
  Ints axes;
};

constexpr OpDef kSqueeze = define_op({
    .name = "squeeze",
    .doc = "x without axes of extent 1. dx = reshape(dy).",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&SqueezeAttrs::axes>("axis", "the axes to drop; none given: all of extent 1")},
    .infer =
        [](InferContext& c) {
          const Shape& shape = c.input(0).shape();
          bool drop[Shape::kMaxRank] = {};
          for (const std::int64_t axis : c.attrs<SqueezeAttrs>().axes) {
            const int i = c.axis(axis);
            if (shape[i] != 1)
              c.shape_error(fmt::format("axis {} has extent {}", axis, shape[i]),
                            "only an axis of extent 1 can be dropped; slice or reduce it first");
            drop[i] = true;
          }
          Shape kept;
          for (int i = 0; i < shape.rank(); ++i) {
            if (c.attrs<SqueezeAttrs>().axes.empty() ? shape[i] != 1 : !drop[i]) kept.push_back(shape[i]);
          }
          c.output(c.input(0).dtype(), kept);
        },
    .view = view_reshaped,
    .vjp = restore_shape,
    .batch = batch_reshape,
    .in_metrics = true,
});

constexpr const OpDef* kOps[] = {&kCopy, &kExpandDims, &kIdentity, &kReadValue, &kReshape, &kSqueeze, &kStopGradient};

// `extents` with -1 replaced by the inferred number.
Shape resolve(const Tensor& x, const Ints& extents) {
  Ints resolved = extents;
  std::int64_t known = 1;
  int open = -1;
  for (int i = 0; i < extents.size(); ++i) {
    if (extents[i] != -1) {
      if (__builtin_mul_overflow(known, extents[i], &known)) known = 0;
    } else if (open < 0) {
      open = i;
    } else {
      throw ShapeError("reshape", fmt::format("extents {} and {} are both -1", open, i), "only one extent can be worked out from the others");
    }
  }
  if (open >= 0) {
    if (known <= 0 || x.size() % known != 0) {
      throw ShapeError("reshape", fmt::format("{} elements of x, {}, do not divide into rows of {}", x.size(), x.signature(), known),
                       "the known extents must multiply to a divisor of the number of elements");
    }
    resolved[open] = x.size() / known;
  }
  return Shape(std::span(resolved.begin(), resolved.end()));
}

}  // namespace

bool reshape_strides(const Shape& from, const std::int64_t* from_strides, const Shape& to, std::int64_t* strides) {
  // Axes of extent 1 are irrelevant. The other axes of `from` and `to` are matched in groups with the same number of elements. The old axes of a
  // group must be nested without gaps; then the new ones can replace them.
  std::int64_t extents[Shape::kMaxRank], steps[Shape::kMaxRank];
  int count = 0;
  for (int i = 0; i < from.rank(); ++i) {
    if (from[i] == 1) continue;
    extents[count] = from[i];
    steps[count++] = from_strides[i];
  }
  row_major(to, strides);
  if (from.size() == 0) return true;
  for (int i = 0, j = 0; i < count;) {
    int i_end = i + 1, j_end = j + 1;
    std::int64_t old_size = extents[i], new_size = to[j];
    while (old_size != new_size) {
      if (new_size < old_size) {
        new_size *= to[j_end++];
      } else {
        old_size *= extents[i_end++];
      }
    }
    for (int k = i; k + 1 < i_end; ++k) {
      if (steps[k] != steps[k + 1] * extents[k + 1]) return false;
    }
    strides[j_end - 1] = steps[i_end - 1];
    for (int k = j_end - 1; k > j; --k) strides[k - 1] = strides[k] * to[k];
    i = i_end;
    j = j_end;
  }
  return true;
}

Shape insert_axis(const Shape& shape, int axis, std::int64_t extent) {
  Shape result;
  for (int i = 0; i <= shape.rank(); ++i) {
    if (i == axis) result.push_back(extent);
    if (i < shape.rank()) result.push_back(shape[i]);
  }
  return result;
}

std::span<const OpDef* const> reshape_ops() { return kOps; }

}  // namespace internal

Tensor read_value(const Tensor& x, Where where) { return apply(internal::kReadValue, {&x}, where); }
Tensor identity(const Tensor& x, Where where) { return apply(internal::kIdentity, {&x}, where); }
Tensor stop_gradient(const Tensor& x, Where where) { return apply(internal::kStopGradient, {&x}, where); }
Tensor copy(const Tensor& x, Where where) { return apply(internal::kCopy, {&x}, where); }

Tensor reshape(const Tensor& x, const Ints& shape, Where where) {
  internal::require_defined("reshape", x);
  const internal::ReshapeAttrs attrs{internal::resolve(x, shape)};
  std::int64_t strides[Shape::kMaxRank];
  if (!x.is_contiguous() && attrs.shape.size() == x.size() && !internal::reshape_strides(x.shape(), x.impl()->strides, attrs.shape, strides)) {
    const Tensor dense = copy(x, where);
    return apply(internal::kReshape, {&dense}, where, attrs);
  }
  return apply(internal::kReshape, {&x}, where, attrs);
}

Tensor expand_dims(const Tensor& x, std::int64_t axis, Where where) { return apply(internal::kExpandDims, {&x}, where, internal::AxisAttrs{axis}); }
Tensor squeeze(const Tensor& x, const Ints& axes, Where where) { return apply(internal::kSqueeze, {&x}, where, internal::SqueezeAttrs{axes}); }

}  // namespace whygrad
