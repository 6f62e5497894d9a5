// Transpose, broadcast, reverse and slices: other layouts of the same elements.
#include "kernels/layout.hpp"
#include "kernels/movement.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/shape/shape.hpp"

#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace whygrad {
namespace internal {
namespace {

using kernels::Layout;

// ---- The order of axes ----

struct TransposeAttrs {
  Ints perm;
};

// The axis of x that becomes axis i of the result.
int source_axis(const Ints& perm, int rank, int i) {
  if (perm.empty()) return rank - 1 - i;
  return static_cast<int>(perm[i] < 0 ? perm[i] + rank : perm[i]);
}

void batch_transpose(BatchContext& c) {
  const Ints& perm = c.attrs<TransposeAttrs>().perm;
  Ints whole{0};
  for (int i = 0; i < c.input_rank(0); ++i) whole.push_back(source_axis(perm, c.input_rank(0), i) + 1);
  c.give_call({c.input(0)}, TransposeAttrs{whole});
}

constexpr OpDef kTranspose = define_op({
    .name = "transpose",
    .doc = "Axis i of the result is axis perm[i] of x. dx = transpose(dy) by the inverse of perm.",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&TransposeAttrs::perm>("perm", "the axis of x for each axis of the result; none given: all in reverse")},
    .infer =
        [](InferContext& c) {
          const Shape& shape = c.input(0).shape();
          const Ints& perm = c.attrs<TransposeAttrs>().perm;
          if (!perm.empty() && perm.size() != shape.rank()) {
            c.shape_error(fmt::format("perm [{}] names {} axes, x has {}", fmt::join(perm, ", "), perm.size(), shape.rank()),
                          "name every axis of x once");
          }
          bool seen[Shape::kMaxRank] = {};
          for (const std::int64_t p : perm) {
            if (std::exchange(seen[c.axis(p)], true))
              c.shape_error(fmt::format("perm [{}] names axis {} twice", fmt::join(perm, ", "), p), "name every axis of x once");
          }
          Shape result;
          for (int i = 0; i < shape.rank(); ++i) result.push_back(shape[source_axis(perm, shape.rank(), i)]);
          c.output(c.input(0).dtype(), result);
        },
    .view =
        [](ViewContext& v) {
          const int rank = v.shape().rank();
          for (int i = 0; i < rank; ++i) v.strides[i] = v.input_strides()[source_axis(v.attrs<TransposeAttrs>().perm, rank, i)];
        },
    .vjp =
        [](VjpContext& g) {
          const Ints& perm = g.attrs<TransposeAttrs>().perm;
          Ints inverse = perm;
          for (int i = 0; i < perm.size(); ++i) inverse[source_axis(perm, perm.size(), i)] = i;
          g.give(0, transpose(g.dy(), inverse));
        },
    .batch = batch_transpose,
});

struct BroadcastAttrs {
  Shape shape;
};

void batch_broadcast(BatchContext& c) { c.give_call({c.input_aligned(0, c.output_shape().rank())}, BroadcastAttrs{c.with_rows(c.output_shape())}); }

constexpr OpDef kBroadcastTo = define_op({
    .name = "broadcast_to",
    .doc = "x repeated along new leading axes and axes of extent 1. dx = dy summed over these.",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&BroadcastAttrs::shape>("shape", "the shape of the result")},
    .infer =
        [](InferContext& c) {
          const Shape &from = c.input(0).shape(), &to = c.attrs<BroadcastAttrs>().shape;
          bool fits = from.rank() <= to.rank();
          for (int i = 0; fits && i < from.rank(); ++i) fits = from.back(i) == to.back(i) || from.back(i) == 1;
          if (!fits) {
            c.shape_error(
                fmt::format("{} does not broadcast to {}", from.to_string(), to.to_string()),
                "axes are aligned at the end; an axis of x must be equal or 1. Insert an axis with expand_dims where they should align otherwise");
          }
          c.output(c.input(0).dtype(), to);
        },
    .view =
        [](ViewContext& v) {
          const Shape& from = v.input(0).shape();
          const int added = v.shape().rank() - from.rank();
          for (int i = added; i < v.shape().rank(); ++i) v.strides[i] = from[i - added] == 1 ? 0 : v.input_strides()[i - added];
        },
    .vjp = [](VjpContext& g) { g.give(0, sum_to(g.dy(), g.input_shape(0))); },
    .batch = batch_broadcast,
});

struct ReverseAttrs {
  Ints axes;
};

void batch_reverse(BatchContext& c) { c.give_call({c.input(0)}, ReverseAttrs{behind_rows(c.attrs<ReverseAttrs>().axes)}); }

constexpr OpDef kReverse = define_op({
    .name = "reverse",
    .doc = "x with some axes running backwards. dx = reverse(dy).",
    .type = "ReverseV2",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&ReverseAttrs::axes>("axis", "the axes that run backwards")},
    .infer =
        [](InferContext& c) {
          bool seen[Shape::kMaxRank] = {};
          for (const std::int64_t axis : c.attrs<ReverseAttrs>().axes) {
            if (std::exchange(seen[c.axis(axis)], true)) c.value_error(fmt::format("axis {} is named twice", axis), "name each axis once");
          }
          c.output(c.input(0).dtype(), c.input(0).shape());
        },
    .view =
        [](ViewContext& v) {
          const int rank = v.shape().rank();
          std::copy_n(v.input_strides(), rank, v.strides);
          for (const std::int64_t axis : v.attrs<ReverseAttrs>().axes) {
            const int i = static_cast<int>(axis < 0 ? axis + rank : axis);
            v.offset += v.strides[i] * std::max<std::int64_t>(v.shape()[i] - 1, 0);
            v.strides[i] = -v.strides[i];
          }
        },
    .vjp = [](VjpContext& g) { g.give(0, reverse(g.dy(), g.attrs<ReverseAttrs>().axes)); },
    .batch = batch_reverse,
});

// ---- Parts ----

struct SliceAttrs {
  Part part;
  Shape shape;  // of the result
};

// Whether the elements of a part of this shape are elements of the whole.
bool is_inside(const Part& part, const Shape& shape, const Shape& whole) {
  if (shape.rank() != whole.rank()) return false;
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return true;
  for (int i = 0; i < shape.rank(); ++i) {
    std::int64_t last = 0;
    if (__builtin_mul_overflow(shape[i] - 1, part.strides[i], &last) || __builtin_add_overflow(last, part.begin[i], &last)) return false;
    if (std::min(part.begin[i], last) < 0 || std::max(part.begin[i], last) >= whole[i]) return false;
  }
  return true;
}

void infer_part(InferContext& c) {
  const auto& a = c.attrs<SliceAttrs>();
  const Shape& x = c.input(0).shape();
  if (!is_inside(a.part, a.shape, x)) [[unlikely]]
    c.shape_error(fmt::format("a part {} is not inside of {}", a.shape.to_string(), x.to_string()), "begin and strides name elements of each axis");
  c.output(c.input(0).dtype(), a.shape);
}
void view_part(ViewContext& v) {
  const Part& part = v.attrs<SliceAttrs>().part;
  for (int i = 0; i < v.shape().rank(); ++i) {
    v.strides[i] = v.input_strides()[i] * part.strides[i];
    // An empty slice has no first element, and `begin` may lie after the last one.
    if (v.shape().size() != 0) v.offset += v.input_strides()[i] * part.begin[i];
  }
}
void fill_around(VjpContext& g) { g.give(0, slice_grad(g.dy(), g.attrs<SliceAttrs>().part, g.input_shape(0))); }

void batch_part(BatchContext& c) {
  const auto& a = c.attrs<SliceAttrs>();
  SliceAttrs whole{{PerAxis{0}, PerAxis{1}}, c.with_rows(a.shape)};
  for (int i = 0; i < a.shape.rank(); ++i) {
    whole.part.begin.push_back(a.part.begin[i]);
    whole.part.strides.push_back(a.part.strides[i]);
  }
  c.give_call({c.input(0)}, whole);
}

constexpr AttrDef kBegin = attr<&SliceAttrs::part, &Part::begin>("begin", "the first element on each axis", Attr::kResolved);
constexpr AttrDef kSteps = attr<&SliceAttrs::part, &Part::strides>("strides", "the step on each axis", Attr::kResolved);

constexpr ZeroGradient kLeavesOut{ZeroGradient::kMasks, "take the part that should learn: elements outside of it get no gradient"};

constexpr OpDef kSlice = define_op({
    .name = "slice",
    .doc = "The block of `size` elements of x from `begin` on. dx is dy amid zeros.",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {kBegin, kSteps, attr<&SliceAttrs::shape>("size", "the extents of the result")},
    .infer = infer_part,
    .view = view_part,
    .vjp = fill_around,
    .batch = batch_part,
    .zero = kLeavesOut,
});

constexpr OpDef kStridedSlice = define_op({
    .name = "strided_slice",
    .doc = "x[begin:end:stride] on each axis. dx is dy amid zeros.",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {kBegin, kSteps, attr<&SliceAttrs::shape>("size", "the extents of the result")},
    .infer = infer_part,
    .view = view_part,
    .vjp = fill_around,
    .batch = batch_part,
    .zero = kLeavesOut,
});

constexpr OpDef kSliceGrad = define_op({
    .name = "slice_grad",
    .doc = "The gradient of slice and strided_slice: zeros of the whole's shape with dy at the part. ddy = the part of the gradient.",
    .type = "StridedSliceGrad",
    .inputs = {{"dy", Differentiable{}}},
    .attrs = {kBegin, kSteps, attr<&SliceAttrs::shape>("shape", "the extents of the whole")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<SliceAttrs>();
          if (!is_inside(a.part, c.input(0).shape(), a.shape))
            c.shape_error("dy is no part of " + a.shape.to_string(), "give dy the shape of the slice and begin and strides of that slice");
          c.output(c.input(0).dtype(), a.shape);
        },
    .kernel =
        [](KernelContext& g) {
          alignas(16) const char zero[16] = {};
          kernels::fill(g.out(), zero);
          const Part& part = g.attrs<SliceAttrs>().part;
          const Shape& dy = g.input(0).shape();
          if (dy.size() == 0) return;
          Layout place(g.out());
          for (int i = 0; i < dy.rank(); ++i) place = Layout::part(place, i, part.begin[i], dy[i], part.strides[i]);
          kernels::copy(g.in(0), place);
        },
    .vjp =
        [](VjpContext& g) {
          g.give(0, apply(kStridedSlice, {&g.dy()}, {}, SliceAttrs{g.attrs<SliceAttrs>().part, g.input_shape(0)}));
        },
    .batch = batch_part,
});

constexpr const OpDef* kOps[] = {&kBroadcastTo, &kReverse, &kSlice, &kSliceGrad, &kStridedSlice, &kTranspose};

void check_count(const char* op, const char* what, const Ints& given, const Tensor& x, bool exact) {
  if (exact ? given.size() == x.rank() : given.size() <= x.rank()) return;
  throw ShapeError(op, fmt::format("{} has {} numbers, x is {}", what, given.size(), x.signature()), "give one number for each axis of x");
}

}  // namespace

Tensor slice_grad(const Tensor& dy, const Part& part, const Shape& shape) { return apply(kSliceGrad, {&dy}, {}, SliceAttrs{part, shape}); }

std::span<const OpDef* const> layout_ops() { return kOps; }

}  // namespace internal

Tensor transpose(const Tensor& x, const Ints& perm, Where where) { return apply(internal::kTranspose, {&x}, where, internal::TransposeAttrs{perm}); }
Tensor broadcast_to(const Tensor& x, const Shape& shape, Where where) {
  return apply(internal::kBroadcastTo, {&x}, where, internal::BroadcastAttrs{shape});
}
Tensor reverse(const Tensor& x, const Ints& axes, Where where) { return apply(internal::kReverse, {&x}, where, internal::ReverseAttrs{axes}); }

Tensor slice(const Tensor& x, const Ints& begin, const Ints& size, Where where) {
  internal::require_defined("slice", x);
  internal::check_count("slice", "begin", begin, x, true);
  internal::check_count("slice", "size", size, x, true);
  internal::SliceAttrs attrs;
  for (int i = 0; i < x.rank(); ++i) {
    const std::int64_t extent = x.shape()[i];
    if (begin[i] < 0 || begin[i] > extent || size[i] < -1 || size[i] > extent - begin[i]) {
      throw IndexError("slice", fmt::format("{} elements from {} on axis {} leave x, {}", size[i], begin[i], i, x.signature()),
                       "begin + size may be at most the extent, size -1 takes the rest; strided_slice counts negative numbers from the end");
    }
    attrs.part.begin.push_back(begin[i]);
    attrs.part.strides.push_back(1);
    attrs.shape.push_back(size[i] == -1 ? extent - begin[i] : size[i]);
  }
  return apply(internal::kSlice, {&x}, where, attrs);
}

Tensor strided_slice(const Tensor& x, const Ints& begin, const Ints& end, const Ints& strides, Where where) {
  internal::require_defined("strided_slice", x);
  internal::check_count("strided_slice", "begin", begin, x, false);
  if (begin.size() != end.size() || (!strides.empty() && strides.size() != begin.size())) {
    throw ShapeError("strided_slice", fmt::format("begin, end and strides have {}, {} and {} numbers", begin.size(), end.size(), strides.size()),
                     "give all of them one number for each axis that is cut; strides may be left out");
  }
  internal::SliceAttrs attrs;
  for (int i = 0; i < x.rank(); ++i) {
    const std::int64_t extent = x.shape()[i];
    const bool named = i < begin.size();
    // A step over the whole axis is equivalent to any longer one.
    const std::int64_t longest = std::max<std::int64_t>(extent, 1);
    const std::int64_t stride = named && !strides.empty() ? std::clamp(strides[i], -longest, longest) : 1;
    if (stride == 0)
      throw ValueError("strided_slice", fmt::format("the stride of axis {} is 0", i), "a stride of 1 takes every element, -1 takes them backwards");
    // As in Python: bounds are clipped to [0, extent], or to [-1, extent - 1] for a negative stride.
    const std::int64_t low = stride > 0 ? 0 : -1, high = stride > 0 ? extent : extent - 1;
    const auto bound = [&](std::int64_t at) { return std::clamp(at < 0 ? at + extent : at, low, high); };
    const std::int64_t first = named ? bound(begin[i]) : 0, last = named ? bound(end[i]) : extent;
    const std::int64_t steps = stride > 0 ? (last - first + stride - 1) / stride : (last - first + stride + 1) / stride;
    attrs.part.begin.push_back(first);
    attrs.part.strides.push_back(stride);
    attrs.shape.push_back(std::max<std::int64_t>(steps, 0));
  }
  return apply(internal::kStridedSlice, {&x}, where, attrs);
}

namespace {

// Entries as bounds of axes, and the shape that the result then takes.
class MaskedSlice {
 public:
  MaskedSlice(const Tensor& x, const Ints& begin, const Ints& end, const Ints& strides, const SliceMasks& masks) : x_(x) {
    if (begin.size() != end.size() || (!strides.empty() && strides.size() != begin.size())) {
      throw ShapeError(kName, fmt::format("begin, end and strides have {}, {} and {} numbers", begin.size(), end.size(), strides.size()),
                       "give all of them one number for each entry; strides may be left out");
    }
    const auto has = [](std::uint32_t mask, int i) { return ((mask >> i) & 1u) != 0; };
    int named = 0;
    for (int i = 0; i < begin.size(); ++i) named += has(masks.ellipsis | masks.new_axis, i) ? 0 : 1;
    if (named > x.rank()) throw IndexError(kName, fmt::format("{} entries for {}", named, x.signature()), fmt::format("give at most {}", x.rank()));
    for (int i = 0, ellipses = 0; i < begin.size(); ++i) {
      const std::int64_t stride = strides.empty() ? 1 : strides[i];
      if (has(masks.ellipsis, i)) {
        if (++ellipses > 1) throw ValueError(kName, "there are two ellipses", "one stands for all axes that the other entries leave over");
        for (int axes = x.rank() - named; axes > 0; --axes) keep(0, kToEnd, 1);
      } else if (has(masks.new_axis, i)) {
        extents_.push_back(1);
      } else if (has(masks.shrink_axis, i)) {
        take(begin[i], stride);
      } else {
        // Whatever lies beyond an end of the axis is cut to it.
        const std::int64_t first = stride < 0 ? kToEnd : 0, last = stride < 0 ? -kToEnd : kToEnd;
        keep(has(masks.begin, i) ? first : begin[i], has(masks.end, i) ? last : end[i], stride);
      }
    }
    while (begin_.size() < x.rank()) keep(0, kToEnd, 1);
  }

  Tensor result(const Where& where) const {
    const Tensor part = strided_slice(x_, begin_, end_, strides_, where);
    Ints shape;
    for (const std::int64_t extent : extents_) shape.push_back(extent < 0 ? part.shape()[static_cast<int>(-1 - extent)] : extent);
    return extents_.size() == part.rank() && taken_ == 0 ? part : reshape(part, shape, where);
  }

 private:
  static constexpr const char* kName = "strided_slice";

  void cut(std::int64_t first, std::int64_t last, std::int64_t stride) {
    begin_.push_back(first);
    end_.push_back(last);
    strides_.push_back(stride);
  }
  void keep(std::int64_t first, std::int64_t last, std::int64_t stride) {
    extents_.push_back(-1 - begin_.size());  // that of this axis of the part
    cut(first, last, stride);
  }
  void take(std::int64_t at, std::int64_t stride) {
    const int axis = begin_.size();
    const std::int64_t extent = x_.shape()[axis];
    if (at < -extent || at >= extent) {
      throw IndexError(kName, fmt::format("element {} of axis {} of {} is out of range", at, axis, x_.signature()),
                       fmt::format("the axis has extent {}", extent));
    }
    if (stride != 1) throw ValueError(kName, fmt::format("the stride of a single element is {}", stride), "write 1: there is nothing to step over");
    ++taken_;
    cut(at, at == -1 ? kToEnd : at + 1, 1);
  }

  const Tensor& x_;
  Ints begin_, end_, strides_, extents_;
  int taken_ = 0;
};

}  // namespace

Tensor strided_slice(const Tensor& x, const Ints& begin, const Ints& end, const Ints& strides, const SliceMasks& masks, Where where) {
  internal::require_defined("strided_slice", x);
  return MaskedSlice(x, begin, end, strides, masks).result(where);
}

}  // namespace whygrad
