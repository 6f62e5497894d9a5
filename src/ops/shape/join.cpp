// Joining and splitting: concat, stack, split, unstack.
#include "kernels/layout.hpp"
#include "kernels/movement.hpp"
#include "ops/core/batch.hpp"
#include "ops/families.hpp"
#include "ops/shape/shape.hpp"

#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

namespace whygrad {
namespace internal {
namespace {

using kernels::Layout;

struct AxisAttrs {
  std::int64_t axis;
};

void batch_axis(BatchContext& c) { c.give_call(c.all_input_rows(), AxisAttrs{behind_rows(c.attrs<AxisAttrs>().axis)}); }

// ---- split, unstack: one tensor into many views ----

// Followed in memory by `count` numbers, so that a record can have any number of outputs: the end of each slice along the axis.
struct SplitAttrs {
  std::int64_t axis;
  std::int64_t count;
  const std::int64_t* ends() const { return reinterpret_cast<const std::int64_t*>(this + 1); }
  std::int64_t begin(std::int64_t k) const { return k == 0 ? 0 : ends()[k - 1]; }
};

std::vector<Tensor> split_sizes(const Tensor& x, int axis, std::span<const std::int64_t> sizes, const Where& where);

void batch_split(BatchContext& c) {
  const auto& a = c.attrs<SplitAttrs>();
  std::vector<std::int64_t> words = {a.axis + 1, a.count};
  words.insert(words.end(), a.ends(), a.ends() + a.count);
  c.give_call({c.input(0)}, words.data(), words.size() * sizeof(std::int64_t));
}

// The extents of the inputs along `axis`, for the gradient rules.
std::vector<std::int64_t> input_sizes(const VjpContext& g, int axis) {
  std::vector<std::int64_t> sizes;
  sizes.reserve(static_cast<std::size_t>(g.input_count()));
  for (int i = 0; i < g.input_count(); ++i) sizes.push_back(g.input_shape(i)[axis]);
  return sizes;
}
std::vector<Tensor> output_gradients(const VjpContext& g) {
  std::vector<Tensor> dys;
  dys.reserve(static_cast<std::size_t>(g.output_count()));
  for (int k = 0; k < g.output_count(); ++k) dys.push_back(g.dy(k));
  return dys;
}

constexpr OpDef kSplit = define_op({
    .name = "split",
    .doc = "Parts of x along an axis. dx = concat of the gradients.",
    .inputs = {{"x", Differentiable{}}},
    .outputs = {"parts"},
    .attrs = {attr<&SplitAttrs::axis>("axis", "the axis that is cut", Attr::kResolved),
              tail_attr<&SplitAttrs::count>("ends", "where on the axis each part ends")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<SplitAttrs>();
          const auto axis = static_cast<int>(a.axis);
          const Shape& shape = c.input(0).shape();
          const std::span ends(a.ends(), static_cast<std::size_t>(a.count));
          if (a.axis < 0 || a.axis >= shape.rank() || !std::is_sorted(ends.begin(), ends.end()) || (!ends.empty() && ends.front() < 0) ||
              (ends.empty() ? 0 : ends.back()) != shape[axis]) {
            c.shape_error(fmt::format("{} cut at [{}] along axis {}", c.input(0).signature(), fmt::join(ends, ", "), a.axis),
                          "the parts follow each other from 0 to the end of the axis");
          }
          for (std::int64_t k = 0; k < a.count; ++k) {
            Shape part = shape;
            part[axis] = a.ends()[k] - a.begin(k);
            c.output(c.input(0).dtype(), part);
          }
        },
    .view =
        [](ViewContext& v) {
          const auto& a = v.attrs<SplitAttrs>();
          std::copy_n(v.input_strides(), v.shape().rank(), v.strides);
          v.offset = a.begin(v.index()) * v.strides[a.axis];
        },
    .vjp = [](VjpContext& g) { g.give(0, concat(output_gradients(g), g.attrs<SplitAttrs>().axis)); },
    .batch = batch_split,
});

constexpr OpDef kUnstack = define_op({
    .name = "unstack",
    .doc = "The tensors that lie side by side along an axis of x. dx = stack of the gradients.",
    .type = "Unpack",
    .inputs = {{"x", Differentiable{}}},
    .outputs = {"parts"},
    .attrs = {attr<&AxisAttrs::axis>("axis", "the axis that goes")},
    .infer =
        [](InferContext& c) {
          const Shape& shape = c.input(0).shape();
          const int axis = c.axis(c.attrs<AxisAttrs>().axis);
          if (shape[axis] > 0xffff) c.value_error(fmt::format("{} results", shape[axis]), "it makes at most 65,535; slice out what is needed");
          Shape part;
          for (int i = 0; i < shape.rank(); ++i) {
            if (i != axis) part.push_back(shape[i]);
          }
          for (std::int64_t k = 0; k < shape[axis]; ++k) c.output(c.input(0).dtype(), part);
        },
    .view =
        [](ViewContext& v) {
          const int rank = v.input(0).rank(), axis = normalize_axis(v.op().name, v.attrs<AxisAttrs>().axis, rank);
          for (int i = 0, j = 0; i < rank; ++i) {
            if (i != axis) v.strides[j++] = v.input_strides()[i];
          }
          v.offset = v.index() * v.input_strides()[axis];
        },
    .vjp = [](VjpContext& g) { g.give(0, stack(output_gradients(g), g.attrs<AxisAttrs>().axis)); },
    .batch = batch_axis,
});

// ---- concat, stack: many into one ----

constexpr OpDef kConcat = define_op({
    .name = "concat",
    .doc = "Tensors one after the other along an axis. dx_i = its part of dy.",
    .type = "ConcatV2",
    .inputs = {{"tensors", Differentiable{}}},
    .variadic = true,
    .attrs = {attr<&AxisAttrs::axis>("axis", "the axis along which they follow each other")},
    .infer =
        [](InferContext& c) {
          Shape shape = c.input(0).shape();
          const int axis = c.axis(c.attrs<AxisAttrs>().axis);
          for (int i = 1; i < c.input_count(); ++i) {
            c.same_dtype(0, i);
            const Shape& other = c.input(i).shape();
            bool fits = other.rank() == shape.rank();
            for (int j = 0; fits && j < shape.rank(); ++j) fits = j == axis || other[j] == shape[j];
            if (!fits) {
              throw ShapeError(c.op().name, fmt::format("tensor 0 is {} and tensor {} is {}", c.input(0).signature(), i, c.input(i).signature()),
                               fmt::format("all extents but that of axis {} must agree", axis));
            }
            shape[axis] += other[axis];
          }
          c.output(c.input(0).dtype(), shape);
        },
    .kernel =
        [](KernelContext& g) {
          const int axis = normalize_axis(g.op().name, g.attrs<AxisAttrs>().axis, g.input(0).rank());
          std::int64_t begin = 0;
          for (int i = 0; i < g.input_count(); ++i) {
            const std::int64_t extent = g.input(i).shape()[axis];
            if (g.input(i).size() != 0) kernels::copy(g.in(i), Layout::part(g.out(), axis, begin, extent));
            begin += extent;
          }
        },
    .vjp =
        [](VjpContext& g) {
          const int axis = normalize_axis(g.op().name, g.attrs<AxisAttrs>().axis, g.output_shape().rank());
          std::vector<Tensor> parts = split_sizes(g.dy(), axis, input_sizes(g, axis), {});
          for (int i = 0; i < g.input_count(); ++i) {
            if (g.needs(i)) g.give(i, std::move(parts[static_cast<std::size_t>(i)]));
          }
        },
    .batch = batch_axis,
});

constexpr OpDef kStack = define_op({
    .name = "stack",
    .doc = "Tensors of one shape side by side along a new axis. dx_i = dy at i.",
    .type = "Pack",
    .inputs = {{"tensors", Differentiable{}}},
    .variadic = true,
    .attrs = {attr<&AxisAttrs::axis>("axis", "where the new axis stands in the result")},
    .infer =
        [](InferContext& c) {
          const Shape& shape = c.input(0).shape();
          const int axis = normalize_axis(c.op().name, c.attrs<AxisAttrs>().axis, shape.rank() + 1);
          for (int i = 1; i < c.input_count(); ++i) {
            c.same_dtype(0, i);
            if (c.input(i).shape() != shape) {
              throw ShapeError(c.op().name, fmt::format("tensor 0 is {} and tensor {} is {}", c.input(0).signature(), i, c.input(i).signature()),
                               "all shapes must agree; concat takes tensors that differ along one axis");
            }
          }
          c.output(c.input(0).dtype(), insert_axis(shape, axis, c.input_count()));
        },
    .kernel =
        [](KernelContext& g) {
          if (g.output().size() == 0) return;
          const kernels::View out = g.out();
          const int axis = normalize_axis(g.op().name, g.attrs<AxisAttrs>().axis, out.rank);
          for (int i = 0; i < g.input_count(); ++i) kernels::copy(g.in(i), Layout::at(out, axis, i));
        },
    .vjp =
        [](VjpContext& g) {
          std::vector<Tensor> parts = unstack(g.dy(), g.attrs<AxisAttrs>().axis);
          for (int i = 0; i < g.input_count(); ++i) {
            if (g.needs(i)) g.give(i, std::move(parts[static_cast<std::size_t>(i)]));
          }
        },
    .batch = batch_axis,
});

constexpr const OpDef* kOps[] = {&kConcat, &kSplit, &kStack, &kUnstack};

std::vector<Tensor> split_sizes(const Tensor& x, int axis, std::span<const std::int64_t> sizes, const Where& where) {
  std::vector<std::int64_t> words = {axis, static_cast<std::int64_t>(sizes.size())};
  std::int64_t end = 0;
  for (const std::int64_t size : sizes) words.push_back(end += size);
  const std::size_t bytes = words.size() * sizeof(std::int64_t);
  if (bytes > std::numeric_limits<std::uint16_t>::max()) {
    throw ValueError("split", fmt::format("{} parts", sizes.size()), "it makes at most 8,189; split in two steps");
  }
  const Tensor* input = &x;
  return apply_many(kSplit, {&input, 1}, words.data(), bytes, where);
}

Tensor join(const OpDef& op, const std::vector<Tensor>& tensors, std::int64_t axis, const Where& where) {
  std::vector<const Tensor*> inputs;
  inputs.reserve(tensors.size());
  for (const Tensor& t : tensors) inputs.push_back(&t);
  const AxisAttrs attrs{axis};
  Tensor out;
  apply(op, inputs, &attrs, sizeof(attrs), where, {&out, 1});
  return out;
}

}  // namespace

std::span<const OpDef* const> join_ops() { return kOps; }

}  // namespace internal

std::vector<Tensor> split(const Tensor& x, std::int64_t count, std::int64_t axis, Where where) {
  internal::require_defined("split", x);
  const int at = normalize_axis("split", axis, x.rank());
  const std::int64_t extent = x.shape()[at];
  if (count <= 0 || extent % count != 0) {
    throw ShapeError("split", fmt::format("axis {} of x, {}, has extent {}, which does not divide into {} parts", at, x.signature(), extent, count),
                     "give a divisor of the extent, or the sizes of the parts");
  }
  return internal::split_sizes(x, at, std::vector<std::int64_t>(static_cast<std::size_t>(count), extent / count), where);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t axis, Where where) {
  internal::require_defined("split", x);
  const int at = normalize_axis("split", axis, x.rank());
  std::vector<std::int64_t> resolved = sizes;
  std::int64_t left = x.shape()[at];
  auto open = resolved.end();
  bool fits = !sizes.empty();
  for (auto size = resolved.begin(); size != resolved.end(); ++size) {
    if (*size == -1 && open == resolved.end()) {
      open = size;
    } else {
      fits = fits && *size >= 0 && *size <= left;
      left -= fits ? *size : 0;
    }
  }
  if (!fits || (open == resolved.end() && left != 0)) {
    throw ShapeError("split",
                     fmt::format("sizes [{}] do not make up the {} of axis {} of x, {}", fmt::join(sizes, ", "), x.shape()[at], at, x.signature()),
                     "sizes are 0 or more and add up to the extent; one may be -1, the rest");
  }
  if (open != resolved.end()) *open = left;
  return internal::split_sizes(x, at, resolved, where);
}

std::vector<Tensor> unstack(const Tensor& x, std::int64_t axis, Where where) {
  const internal::AxisAttrs attrs{axis};
  const Tensor* input = &x;
  return apply_many(internal::kUnstack, {&input, 1}, &attrs, sizeof(attrs), where);
}

Tensor concat(const std::vector<Tensor>& tensors, std::int64_t axis, Where where) { return internal::join(internal::kConcat, tensors, axis, where); }
Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis, Where where) { return internal::join(internal::kStack, tensors, axis, where); }

}  // namespace whygrad
