// Gathering and scattering by positions along several axes, and conversion of conditions to positions.
#include "kernels/gather_nd.hpp"
#include "kernels/movement.hpp"
#include "ops/core/defined.hpp"
#include "ops/core/events.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"

#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/sparse.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace whygrad {
namespace internal {
namespace {

int depth_of(const Shape& indices) { return static_cast<int>(indices.back()); }

// Throws IndexError unless `bad` is -1: the position of an index of input i that is outside of `shape`.
void check_places(const KernelContext& g, int i, const Shape& shape, std::int64_t bad) {
  const Tensor& indices = g.input(i);
  if (bad >= 0) refuse_index(g.op().name, indices, bad, shape[static_cast<int>(bad % indices.shape().back())]);
}

// The shape of the slices at rows of `indices` in `shape`. Throws if the rows are longer than its rank.
Shape named_shape(const InferContext& c, const Shape& indices, const Shape& shape) {
  if (indices.rank() == 0 || indices.back() > shape.rank()) {
    c.shape_error(fmt::format("rows of indices {} name no places in {}", indices.to_string(), shape.to_string()),
                  "the last axis of indices has one number for each axis that is walked, at most the rank of what is indexed");
  }
  Shape named;
  for (int i = 0; i + 1 < indices.rank(); ++i) named.push_back(indices[i]);
  for (int i = depth_of(indices); i < shape.rank(); ++i) named.push_back(shape[i]);
  return named;
}

void check_updates(const InferContext& c, const Shape& indices, const Shape& updates, const Shape& shape) {
  const Shape expected = named_shape(c, indices, shape);
  if (updates != expected) {
    c.shape_error(fmt::format("updates must be {}", expected.to_string()), "give one part for each row of indices, of the shape of what it names");
  }
}

// Input i, indices [rows, i.., r], as places in what has the axis of the rows: [rows, i.., 1 + r].
Tensor places_in_rows(const BatchContext& c, int i) {
  const Tensor indices = c.input_rows(i);
  Shape column = indices.shape();
  column[column.rank() - 1] = 1;
  return concat({broadcast_to(row_numbers(c, column.rank(), indices.dtype()), column, c.where()), indices}, -1, c.where());
}

void batch_gather_nd(BatchContext& c) {
  if (!c.has_rows(0)) return c.give_call({c.input(0), c.input(1)});
  c.give_call({c.input(0), places_in_rows(c, 1)});
}

constexpr OpDef kGatherNd = define_op({
    .name = "gather_nd",
    .doc = "The parts of params that the rows of indices [i.., r] name by their places along the first r axes: [i.., k..]. dparams = dy, scattered.",
    .inputs = {{"params", Differentiable{input(1)}}, {"indices", kPosition, Role::kIndex}},
    .infer =
        [](InferContext& c) {
          check_index_dtype(c, 1);
          c.output(c.input(0).dtype(), named_shape(c, c.input(1).shape(), c.input(0).shape()));
        },
    .kernel = [](KernelContext& g) { check_places(g, 1, g.input(0).shape(), kernels::gather_nd(g.in(0), g.in(1), g.out())); },
    .vjp =
        [](VjpContext& g) {
          const Tensor indices = g.input(1);
          if (depth_of(indices.shape()) == 1) return give_rows(g, 0, squeeze(indices, {-1}));
          g.give(0, scatter_nd(indices, g.dy(), g.input_shape(0)));
        },
    .batch = batch_gather_nd,
    .zero = {ZeroGradient::kMasks, "let the indices name what should learn: parts that are not taken get no gradient"},
});

struct ScatterAttrs {
  Shape shape;
};

void infer_scatter(InferContext& c) {
  check_index_dtype(c, 0);
  check_updates(c, c.input(0).shape(), c.input(1).shape(), c.attrs<ScatterAttrs>().shape);
  c.output(c.input(1).dtype(), c.attrs<ScatterAttrs>().shape);
}

void run_scatter(KernelContext& g) {
  alignas(16) const char zero[16] = {};
  kernels::fill(g.out(), zero);
  check_places(g, 0, g.output().shape(), kernels::scatter_nd(kernels::Scatter::kAdd, g.in(0), g.in(1), g.out()));
}

void scatter_vjp(VjpContext& g) { g.give(1, gather_nd(g.dy(), g.input(0))); }

void batch_scatter(BatchContext& c) {
  c.give_call({places_in_rows(c, 0), c.input_rows(1)}, ScatterAttrs{c.with_rows(c.attrs<ScatterAttrs>().shape)});
}

constexpr OpDef kScatterNd = define_op({
    .name = "scatter_nd",
    .doc = "Zeros to which updates [i.., k..] are added at the places that the rows of indices [i.., r] name. dupdates = gather_nd(dy, indices).",
    .inputs = {{"indices", kPosition, Role::kIndex}, {"updates", Differentiable{input(0)}}},
    .attrs = {attr<&ScatterAttrs::shape>("shape", "of the result", Attr::kRequired)},
    .infer = infer_scatter,
    .kernel = run_scatter,
    .vjp = scatter_vjp,
    .batch = batch_scatter,
});

// The same op under the name that users of sparse tensors know.
constexpr OpDef kSparseToDense = define_op({
    .name = "sparse_to_dense",
    .doc = "The whole of a sparse tensor: zeros with values [n] at the places indices [n, r]. dvalues = gather_nd(dy, indices).",
    .inputs = {{"indices", kPosition, Role::kIndex}, {"values", Differentiable{input(0)}}},
    .attrs = {attr<&ScatterAttrs::shape>("dense_shape", "of the result", Attr::kRequired)},
    .infer = infer_scatter,
    .kernel = run_scatter,
    .vjp = scatter_vjp,
    .batch = batch_scatter,
});

// x with updates.
template <kernels::Scatter How>
void run_scatter_into(KernelContext& g) {
  kernels::copy(g.in(0), g.out());
  check_places(g, 1, g.output().shape(), kernels::scatter_nd(How, g.in(1), g.in(2), g.out()));
}

void batch_scatter_into(BatchContext& c) { c.give_call({c.input_rows(0), places_in_rows(c, 1), c.input_rows(2)}); }

constexpr OpDef kTensorScatterNdUpdate = define_op({
    .name = "tensor_scatter_nd_update",
    .doc = "x with the parts that the rows of indices [i.., r] name replaced by updates [i.., k..]. dx = dy, 0 at these places; dupdates = dy there.",
    .type = "TensorScatterUpdate",
    .inputs = {{"x", Differentiable{input(1)}}, {"indices", kPosition, Role::kIndex}, {"updates", Differentiable{input(1)}}},
    .infer =
        [](InferContext& c) {
          check_index_dtype(c, 1);
          c.same_dtype(0, 2);
          check_updates(c, c.input(1).shape(), c.input(2).shape(), c.input(0).shape());
          c.output(c.input(0).dtype(), c.input(0).shape());
        },
    .kernel = run_scatter_into<kernels::Scatter::kSet>,
    .vjp =
        [](VjpContext& g) {
          const Tensor indices = g.input(1);
          const DType dtype = g.input_dtype(0);
          if (g.needs(0)) g.give(0, tensor_scatter_nd_update(g.dy(), indices, zeros_for_gradient(dtype, g.input_shape(2))));
          if (g.needs(2)) g.give(2, gather_nd(g.dy(), indices));
        },
    .batch = batch_scatter_into,
    .zero = {ZeroGradient::kMasks, "let the indices spare what should learn: parts that are replaced get no gradient"},
});

// The elements of x and of the updates that equal the result share dy evenly.
void scatter_extreme_vjp(VjpContext& g) {
  const Tensor x = g.input(0), indices = g.input(1), updates = g.input(2);
  const Tensor x_chosen = cast(equal(x, g.output()), x.dtype());
  const Tensor updates_chosen = cast(equal(updates, gather_nd(g.output(), indices)), x.dtype());
  const Tensor shares = g.dy() / (x_chosen + scatter_nd(indices, updates_chosen, g.input_shape(0)));
  if (g.needs(0)) g.give(0, shares * x_chosen);
  if (g.needs(2)) g.give(2, gather_nd(shares, indices) * updates_chosen);
}

void infer_scatter_extreme(InferContext& c) {
  check_index_dtype(c, 1);
  c.same_dtype(0, 2);
  if (c.input(0).dtype() == DType::kBool || is_complex(c.input(0).dtype())) refuse_dtype(c, "real numbers");
  check_updates(c, c.input(1).shape(), c.input(2).shape(), c.input(0).shape());
  c.output(c.input(0).dtype(), c.input(0).shape());
}

template <kernels::Scatter How>
consteval OpDef scatter_extreme_op(const char* name, const char* doc, const char* type) {
  constexpr Differentiable kFromAll{input(0) | input(1) | input(2) | output(0)};
  return define_op({
      .name = name,
      .doc = doc,
      .type = type,
      .inputs = {{"x", kFromAll}, {"indices", kPosition, Role::kIndex}, {"updates", kFromAll}},
      .infer = infer_scatter_extreme,
      .kernel = run_scatter_into<How>,
      .vjp = scatter_extreme_vjp,
      .batch = batch_scatter_into,
      .zero = {ZeroGradient::kMasks, "only the extreme at each place gets a gradient; tensor_scatter_nd_add gives every part one"},
  });
}
constexpr OpDef kTensorScatterNdMax = scatter_extreme_op<kernels::Scatter::kMax>(
    "tensor_scatter_nd_max",
    "The larger of x and the updates [i.., k..] at the places that the rows of indices [i.., r] name. dy goes to the largest; "
    "equal ones share it.",
    "TensorScatterMax");
constexpr OpDef kTensorScatterNdMin = scatter_extreme_op<kernels::Scatter::kMin>(
    "tensor_scatter_nd_min",
    "The smaller of x and the updates [i.., k..] at the places that the rows of indices [i.., r] name. dy goes to the "
    "smallest; equal ones share it.",
    "TensorScatterMin");

constexpr OpDef kWhereNotZero = define_op({
    .name = "where_not_zero",
    .doc = "The places where x is not 0, in row-major order: int64 [n, rank of x].",
    .type = "Where",
    .inputs = {{"x", NotDifferentiable{"the result is a list of places; a place does not move when x moves a little",
                                       "choose between values with where(cond, a, b), or weigh them with a probability such as sigmoid(x)"}}},
    .infer =
        [](InferContext& c) {
          const Tensor& x = c.elements(0);
          c.output(DType::kI64, {kernels::count_not_zero(view_of(x)), x.rank()});
        },
    .kernel = [](KernelContext& g) { kernels::places_not_zero(g.in(0), g.out()); },
    .shape_reads = input(0),
});

constexpr const OpDef* kOps[] = {&kGatherNd,    &kScatterNd, &kSparseToDense, &kTensorScatterNdMax, &kTensorScatterNdMin, &kTensorScatterNdUpdate,
                                 &kWhereNotZero};

}  // namespace

OpFamily gather_nd_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor gather_nd(const Tensor& params, const Tensor& indices, Where where) { return apply(kGatherNd, {&params, &indices}, where); }
Tensor gather_nd(const Tensor& params, const Tensor& indices, std::int64_t batch_dims, Where where) {
  if (batch_dims == 0) return gather_nd(params, indices, where);
  require_defined("gather_nd", params);
  require_defined("gather_nd", indices);
  bool fits = batch_dims > 0 && batch_dims < indices.rank() && batch_dims <= params.rank();
  for (int i = 0; fits && i < batch_dims; ++i) fits = params.shape()[i] == indices.shape()[i];
  if (!fits) {
    throw ShapeError("gather_nd", fmt::format("batch_dims is {}, params {} and indices {}", batch_dims, params.signature(), indices.signature()),
                     "the leading batch_dims axes of both are the same, and indices has at least one more");
  }
  // Each row of indices is told its place along the leading axes.
  Shape leading(indices.shape().extents().first(static_cast<std::size_t>(indices.rank() - 1)));
  std::vector<Tensor> columns;
  for (int axis = 0; axis < batch_dims; ++axis) {
    Ints along;
    for (int i = 0; i < leading.rank(); ++i) along.push_back(i == axis ? -1 : 1);
    const Tensor place = reshape(range(0, leading[axis], 1, indices.dtype(), where), along, where);
    columns.push_back(expand_dims(broadcast_to(place, leading, where), -1, where));
  }
  columns.push_back(indices);
  return gather_nd(params, concat(columns, -1, where), where);
}
Tensor scatter_nd(const Tensor& indices, const Tensor& updates, const Shape& shape, Where where) {
  return apply(kScatterNd, {&indices, &updates}, where, ScatterAttrs{shape});
}
Tensor sparse_to_dense(const SparseTensor& x, Where where) {
  return apply(kSparseToDense, {&x.indices, &x.values}, where, ScatterAttrs{x.dense_shape});
}
Tensor tensor_scatter_nd_update(const Tensor& x, const Tensor& indices, const Tensor& updates, Where where) {
  return apply(kTensorScatterNdUpdate, {&x, &indices, &updates}, where);
}
Tensor tensor_scatter_nd_add(const Tensor& x, const Tensor& indices, const Tensor& updates, Where where) {
  require_defined("tensor_scatter_nd_add", x);
  return add(x, scatter_nd(indices, updates, x.shape(), where), where);
}
Tensor tensor_scatter_nd_sub(const Tensor& x, const Tensor& indices, const Tensor& updates, Where where) {
  return tensor_scatter_nd_add(x, indices, negative(updates, where), where);
}

Tensor tensor_scatter_nd_max(const Tensor& x, const Tensor& indices, const Tensor& updates, Where where) {
  return apply(kTensorScatterNdMax, {&x, &indices, &updates}, where);
}
Tensor tensor_scatter_nd_min(const Tensor& x, const Tensor& indices, const Tensor& updates, Where where) {
  return apply(kTensorScatterNdMin, {&x, &indices, &updates}, where);
}

Tensor where(const Tensor& x, Where where) { return apply(kWhereNotZero, {&x}, where); }

Tensor boolean_mask(const Tensor& x, const Tensor& mask, std::int64_t axis, Where where) {
  require_defined("boolean_mask", x);
  require_defined("boolean_mask", mask);
  const int at = normalize_axis("boolean_mask", axis, std::max(x.rank(), 1));
  bool fits = mask.rank() > 0 && at + mask.rank() <= x.rank();
  for (int i = 0; fits && i < mask.rank(); ++i) fits = mask.shape()[i] == x.shape()[at + i];
  if (!fits) {
    throw ShapeError("boolean_mask", fmt::format("a mask {} does not lie over x, {}, from axis {} on", mask.signature(), x.signature(), at),
                     "the mask has the extents of the axes that it covers, and at least one axis");
  }
  if (mask.dtype() != DType::kBool) {
    throw DTypeError("boolean_mask", fmt::format("the mask is {}", mask.signature()), "write a comparison, such as x > 0, or cast(mask, bool_)");
  }
  Ints rows;
  for (int i = 0; i < at; ++i) rows.push_back(x.shape()[i]);
  rows.push_back(mask.size());
  for (int i = at + mask.rank(); i < x.rank(); ++i) rows.push_back(x.shape()[i]);
  const Tensor places = squeeze(whygrad::where(reshape(mask, {mask.size()}, where), where), {1}, where);
  return gather(reshape(x, rows, where), places, at, 0, where);
}

}  // namespace whygrad
