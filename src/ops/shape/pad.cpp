// Padding with a number or a mirror image, and repetition.
#include "kernels/index.hpp"
#include "kernels/layout.hpp"
#include "kernels/movement.hpp"
#include "ops/core/batch.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"
#include "ops/shape/shape.hpp"

#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <complex>

namespace whygrad {

// The name of the mode in attributes.
constexpr const char* name_of(PadMode mode) { return mode == PadMode::kReflect ? "reflect" : mode == PadMode::kSymmetric ? "symmetric" : "constant"; }

namespace internal {
namespace {

using kernels::Layout;

struct PadAttrs {
  Ints before;
  Ints after;
  PadMode mode = PadMode::kConstant;
  Number constant_value = 0.0;
};

constexpr std::int64_t kMostPadding = std::int64_t{1} << 48;  // more than any memory holds, and sums of extents do not overflow

// Mirrored padding cannot be longer than the elements that it mirrors.
void check_mirror(const InferContext& c, int axis) {
  const auto& a = c.attrs<PadAttrs>();
  const std::int64_t most = c.input(0).shape()[axis] - (a.mode == PadMode::kReflect ? 1 : 0);
  if (std::max(a.before[axis], a.after[axis]) > most) {
    c.shape_error(fmt::format("{{{}, {}}} on axis {} is more than the {} elements that {} can mirror", a.before[axis], a.after[axis], axis,
                              std::max<std::int64_t>(most, 0), name_of(a.mode)),
                  "pad in two steps, or with a constant");
  }
}

kernels::Mirror mirror_of(PadMode mode) { return mode == PadMode::kReflect ? kernels::Mirror::kReflect : kernels::Mirror::kSymmetric; }

// For each position along the padded axis the position along x's axis.
Tensor mirror_indices(std::int64_t before, std::int64_t extent, std::int64_t padded, PadMode mode) {
  const Tensor positions = make_tensor(int64, {extent});
  Tensor indices = make_tensor(int64, {padded});
  constexpr std::int64_t kFirst = 0, kStep = 1;
  kernels::range(view_of(positions), &kFirst, &kStep);
  kernels::mirror_pad(view_of(positions), &before, mirror_of(mode), view_of(indices));
  log_constant(indices, {}, {});
  return indices;
}

Tensor mirror_grad(const Tensor& dy, const PadAttrs& a, const Shape& shape) {
  Tensor dx = dy;
  for (int i = 0; i < shape.rank(); ++i) {
    if (dx.shape()[i] == shape[i]) continue;
    Shape folded = dx.shape();
    folded[i] = shape[i];
    dx = gather_grad(dx, mirror_indices(a.before[i], shape[i], dx.shape()[i], a.mode), {.axis = i, .batch_dims = 0, .shape = folded});
  }
  return dx;
}

void batch_pad(BatchContext& c) {
  PadAttrs whole = c.attrs<PadAttrs>();
  whole.before = after(0, whole.before);
  whole.after = after(0, whole.after);
  c.give_call({c.input(0)}, whole);
}

constexpr OpDef kPad = define_op({
    .name = "pad",
    .doc = "x with elements around it: a constant, or x mirrored. dx = the part of dy that x became, and what its mirror images received.",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&PadAttrs::before>("before", "new elements before each axis"), attr<&PadAttrs::after>("after", "new elements after each axis"),
              attr<&PadAttrs::mode>("mode", "constant, reflect or symmetric"),
              attr<&PadAttrs::constant_value>("constant_value", "of new elements where the mode is constant")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<PadAttrs>();
          Shape shape = c.input(0).shape();
          if (a.before.size() != shape.rank()) {
            c.shape_error(fmt::format("{} pairs of paddings are given", a.before.size()),
                          "give {before, after} for every axis of x; {0, 0} leaves one as it is");
          }
          for (int i = 0; i < shape.rank(); ++i) {
            if (std::min(a.before[i], a.after[i]) < 0 || std::max(a.before[i], a.after[i]) > kMostPadding) {
              c.shape_error(fmt::format("{{{}, {}}} on axis {} is negative or beyond measure", a.before[i], a.after[i], i),
                            "slice cuts elements away");
            }
            if (a.mode != PadMode::kConstant) check_mirror(c, i);
            shape[i] += a.before[i] + a.after[i];
          }
          c.output(c.input(0).dtype(), Shape(shape.extents()));
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<PadAttrs>();
          if (a.mode == PadMode::kConstant) {
            std::complex<double> element;
            a.constant_value.store(g.output().dtype(), &element, g.op().name);
            kernels::pad(g.in(0), a.before.begin(), &element, g.out());
          } else {
            kernels::mirror_pad(g.in(0), a.before.begin(), mirror_of(a.mode), g.out());
          }
        },
    .vjp =
        [](VjpContext& g) {
          const auto& a = g.attrs<PadAttrs>();
          const Shape shape = g.input_shape(0);
          g.give(0, a.mode == PadMode::kConstant ? slice(g.dy(), a.before, shape) : mirror_grad(g.dy(), a, shape));
        },
    .batch = batch_pad,
});

struct TileAttrs {
  Ints multiples;
};

// The part of `out` that has x's extents from axis `from` on.
Layout begun(const kernels::View& out, const Shape& x, int from) {
  Layout part(out);
  for (int axis = from; axis < x.rank(); ++axis) part = Layout::part(part, axis, 0, x[axis]);
  return part;
}

// Copies the filled part of `out`, the first `filled` elements along `axis`, until all is filled. The part doubles each time, so n repetitions take
// log(n) copies.
void repeat_along(const kernels::View& out, int axis, std::int64_t filled) {
  const std::int64_t extent = out.shape[axis];
  while (filled < extent) {
    const std::int64_t more = std::min(filled, extent - filled);
    kernels::copy(Layout::part(out, axis, 0, more), Layout::part(out, axis, filled, more));
    filled += more;
  }
}

void batch_tile(BatchContext& c) { c.give_call({c.input(0)}, TileAttrs{after(1, c.attrs<TileAttrs>().multiples)}); }

constexpr OpDef kTile = define_op({
    .name = "tile",
    .doc = "x set side by side multiples[i] times along axis i. dx = the sum over the copies.",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&TileAttrs::multiples>("multiples", "how many copies along each axis")},
    .infer =
        [](InferContext& c) {
          const Ints& multiples = c.attrs<TileAttrs>().multiples;
          Shape shape = c.input(0).shape();
          if (multiples.size() != shape.rank() || std::any_of(multiples.begin(), multiples.end(), [](std::int64_t m) { return m < 0; })) {
            c.shape_error(fmt::format("multiples are [{}]", fmt::join(multiples, ", ")),
                          "give one number, 0 or more, for every axis of x; 1 leaves it as it is");
          }
          for (int i = 0; i < shape.rank(); ++i) {
            if (__builtin_mul_overflow(shape[i], multiples[i], &shape[i]))
              c.shape_error(fmt::format("{} copies are too many", multiples[i]), "tile less");
          }
          c.output(c.input(0).dtype(), Shape(shape.extents()));
        },
    .kernel =
        [](KernelContext& g) {
          if (g.output().size() == 0) return;
          const Shape& x = g.input(0).shape();
          kernels::copy(g.in(0), begun(g.out(), x, 0));
          for (int i = 0; i < x.rank(); ++i) repeat_along(begun(g.out(), x, i + 1), i, x[i]);
        },
    .vjp =
        [](VjpContext& g) {
          // One axis at a time, as [before, copies, extent, after], so that the rank stays within the limit.
          const Shape shape = g.input_shape(0);
          Tensor dx = g.dy();
          std::int64_t before = 1;
          for (int i = 0; i < shape.rank(); ++i) {
            const std::int64_t copies = g.attrs<TileAttrs>().multiples[i];
            if (copies != 1) {
              Shape folded = dx.shape();
              folded[i] = shape[i];
              const std::int64_t size = before * shape[i], after = size == 0 ? 0 : folded.size() / size;
              dx = reshape(reduce_sum(reshape(dx, {before, copies, shape[i], after}), {1}), folded);
            }
            before *= shape[i];
          }
          g.give(0, dx);
        },
    .batch = batch_tile,
});

constexpr const OpDef* kOps[] = {&kPad, &kTile};

}  // namespace

std::span<const OpDef* const> pad_ops() { return kOps; }

}  // namespace internal

Tensor pad(const Tensor& x, const std::vector<std::array<std::int64_t, 2>>& paddings, const PadOptions& options, Where where) {
  internal::PadAttrs attrs{{}, {}, options.mode, options.constant_value};
  for (const auto& [before, after] : paddings) {
    attrs.before.push_back(before);
    attrs.after.push_back(after);
  }
  return apply(internal::kPad, {&x}, where, attrs);
}

Tensor tile(const Tensor& x, const Ints& multiples, Where where) { return apply(internal::kTile, {&x}, where, internal::TileAttrs{multiples}); }

Tensor repeat(const Tensor& x, std::int64_t count, std::int64_t axis, Where where) {
  internal::require_defined("repeat", x);
  const int at = normalize_axis("repeat", axis, x.rank());
  if (count < 0) throw ValueError("repeat", fmt::format("count is {}", count), "repeat 0 times or more");
  const Shape copies(internal::insert_axis(x.shape(), at + 1, count).extents());  // throws if there are too many
  Shape result = x.shape();
  result[at] *= count;
  return reshape(broadcast_to(expand_dims(x, at + 1, where), copies, where), result, where);
}

}  // namespace whygrad
