// Positions along several axes at once, and conditions as positions.
#include "kernels/elementwise.hpp"
#include "kernels/index.hpp"
#include "kernels/movement.hpp"
#include "ops/core/defined.hpp"
#include "ops/core/events.hpp"
#include "ops/core/packed.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"

#include <whygrad/ops/shape_ops.hpp>
#include <whygrad/ops/sparse.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace whygrad {
namespace internal {
namespace {

// A tensor of `shape` seen as [places, part]: its first `depth` axes, which a row of indices walks, and what it finds there.
struct Parts {
  std::int64_t extents[2];
  std::int64_t strides[2];

  Parts(const Shape& shape, int depth) : extents{1, 1} {
    for (int i = 0; i < shape.rank(); ++i) extents[i < depth ? 0 : 1] *= shape[i];
    strides[0] = extents[1];
    strides[1] = 1;
  }
  // Of contiguous elements.
  kernels::View view(const kernels::View& v) const { return {v.data, extents, strides, 2, v.dtype, v.device}; }
};

int depth_of(const Shape& indices) { return static_cast<int>(indices.back()); }

// For each row of indices [.., r] its place among the first r axes of `shape`, counted row by row: int64 [rows].
Tensor places_of(const OpContext& c, const Tensor& indices, const Shape& shape) {
  const int depth = depth_of(indices.shape());
  const std::int64_t rows = depth == 0 ? Parts(indices.shape(), indices.rank() - 1).extents[0] : indices.size() / depth;
  const Tensor wide = make_tensor(DType::kI64, indices.shape());
  Tensor places = make_tensor(DType::kI64, {rows});
  kernels::cast(view_of(indices), view_of(wide));
  const auto* index = view_of(wide).as<std::int64_t>();
  auto* place = view_of(places).as<std::int64_t>();
  for (std::int64_t row = 0; row < rows; ++row) {
    place[row] = 0;
    for (int i = 0; i < depth; ++i) {
      const std::int64_t at = index[row * depth + i];
      if (at < 0 || at >= shape[i]) refuse_index(c.op().name, indices, row * depth + i, shape[i]);
      place[row] = place[row] * shape[i] + at;
    }
  }
  return places;
}

// The shape of what rows of `indices` name in `shape`; throws where they are longer than its rank.
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

constexpr OpDef kGatherNd = define_op({
    .name = "gather_nd",
    .doc = "The parts of params that the rows of indices [i.., r] name by their places along the first r axes: [i.., k..]. dparams = dy, scattered.",
    .inputs = {{"params", Differentiable{input(1)}}, {"indices", kPosition, Role::kIndex}},
    .infer =
        [](InferContext& c) {
          check_index_dtype(c, 1);
          c.output(c.input(0).dtype(), named_shape(c, c.input(1).shape(), c.input(0).shape()));
        },
    .kernel =
        [](KernelContext& g) {
          const Tensor &params = g.input(0), &indices = g.input(1);
          const Packed packed(params);
          const Parts parts(params.shape(), depth_of(indices.shape())), picked(g.output().shape(), indices.rank() - 1);
          kernels::gather(parts.view(packed.view()), view_of(places_of(g, indices, params.shape())), 0, 0, picked.view(g.out()));
        },
    .vjp = [](VjpContext& g) { g.give(0, scatter_nd(g.input(1), g.dy(), g.input_shape(0))); },
    .zero = {ZeroHazard::kMasked, "let the indices name what should learn: parts that are not taken get no gradient"},
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
  const Tensor &indices = g.input(0), &updates = g.input(1);
  const Packed packed(updates);
  const Parts parts(g.output().shape(), depth_of(indices.shape())), given(updates.shape(), indices.rank() - 1);
  alignas(16) const char zero[16] = {};
  kernels::fill(g.out(), zero);
  kernels::scatter_add(view_of(places_of(g, indices, g.output().shape())), given.view(packed.view()), 0, parts.view(g.out()));
}

void scatter_vjp(VjpContext& g) { g.give(1, gather_nd(g.dy(), g.input(0))); }

constexpr OpDef kScatterNd = define_op({
    .name = "scatter_nd",
    .doc = "Zeros to which updates [i.., k..] are added at the places that the rows of indices [i.., r] name. dupdates = gather_nd(dy, indices).",
    .inputs = {{"indices", kPosition, Role::kIndex}, {"updates", Differentiable{input(0)}}},
    .attrs = {attr<&ScatterAttrs::shape>("shape", "of the result", Attr::kRequired)},
    .infer = infer_scatter,
    .kernel = run_scatter,
    .vjp = scatter_vjp,
});

// The same under the name by which users of sparse tensors know it.
constexpr OpDef kSparseToDense = define_op({
    .name = "sparse_to_dense",
    .doc = "The whole of a sparse tensor: zeros with values [n] at the places indices [n, r]. dvalues = gather_nd(dy, indices).",
    .inputs = {{"indices", kPosition, Role::kIndex}, {"values", Differentiable{input(0)}}},
    .attrs = {attr<&ScatterAttrs::shape>("dense_shape", "of the result", Attr::kRequired)},
    .infer = infer_scatter,
    .kernel = run_scatter,
    .vjp = scatter_vjp,
});

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
    .kernel =
        [](KernelContext& g) {
          kernels::copy(g.in(0), g.out());
          const Tensor places = places_of(g, g.input(1), g.output().shape());
          const Packed updates(g.input(2));
          const auto* place = view_of(places).as<std::int64_t>();
          const std::int64_t part =
              Parts(g.output().shape(), depth_of(g.input(1).shape())).extents[1] * static_cast<std::int64_t>(size_of(g.output().dtype()));
          for (std::int64_t i = 0; i < places.size(); ++i) {
            std::memcpy(g.out().as<char>() + place[i] * part, updates.view().as<char>() + i * part, static_cast<std::size_t>(part));
          }
        },
    .vjp =
        [](VjpContext& g) {
          const Tensor indices = g.input(1);
          const DType dtype = g.input_dtype(0);
          if (g.needs(0)) g.give(0, tensor_scatter_nd_update(g.dy(), indices, zeros_for_gradient(dtype, g.input_shape(2))));
          if (g.needs(2)) g.give(2, gather_nd(g.dy(), indices));
        },
    .zero = {ZeroHazard::kMasked, "let the indices spare what should learn: parts that are replaced get no gradient"},
});

template <class T>
void scatter_extreme(KernelContext& g, bool largest, const std::int64_t* place, std::int64_t places, std::int64_t part) {
  const Packed updates(g.input(2));
  const T* from = updates.view().as<T>();
  T* to = g.out().as<T>();
  for (std::int64_t i = 0; i < places; ++i) {
    for (std::int64_t k = 0; k < part; ++k, ++from) {
      T& element = to[place[i] * part + k];
      if (largest ? *from > element : *from < element) element = *from;  // as in TensorFlow, a NaN among the updates loses
    }
  }
}

// Halves are compared as floats: what is chosen is one of them.
template <bool Largest>
void run_scatter_extreme(KernelContext& g) {
  const DType own = g.output().dtype();
  if (own == DType::kF16 || own == DType::kBF16) {
    const Tensor x = make_tensor(DType::kF32, g.input(0).shape()), updates = make_tensor(DType::kF32, g.input(2).shape());
    Tensor out = make_tensor(DType::kF32, g.output().shape());
    kernels::cast(g.in(0), view_of(x));
    kernels::cast(g.in(2), view_of(updates));
    const Tensor* inputs[] = {&x, &g.input(1), &updates};
    KernelContext wide(g.op(), inputs, nullptr, {&out, 1});
    run_scatter_extreme<Largest>(wide);
    return kernels::cast(view_of(out), g.out());
  }
  kernels::copy(g.in(0), g.out());
  const Tensor places = places_of(g, g.input(1), g.output().shape());
  const auto* place = view_of(places).as<std::int64_t>();
  const std::int64_t n = places.size(), part = Parts(g.output().shape(), depth_of(g.input(1).shape())).extents[1];
  switch (own) {
    case DType::kU8: return scatter_extreme<std::uint8_t>(g, Largest, place, n, part);
    case DType::kI8: return scatter_extreme<std::int8_t>(g, Largest, place, n, part);
    case DType::kI16: return scatter_extreme<std::int16_t>(g, Largest, place, n, part);
    case DType::kI32: return scatter_extreme<std::int32_t>(g, Largest, place, n, part);
    case DType::kI64: return scatter_extreme<std::int64_t>(g, Largest, place, n, part);
    case DType::kF32: return scatter_extreme<float>(g, Largest, place, n, part);
    default: return scatter_extreme<double>(g, Largest, place, n, part);
  }
}

// What is equal to the result at its place, of x and of the updates, shares dy evenly.
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

template <bool Largest>
consteval OpDef scatter_extreme_op(const char* name, const char* doc, const char* type) {
  constexpr Differentiable kFromAll{input(0) | input(1) | input(2) | output(0)};
  return define_op({
      .name = name,
      .doc = doc,
      .type = type,
      .inputs = {{"x", kFromAll}, {"indices", kPosition, Role::kIndex}, {"updates", kFromAll}},
      .infer = infer_scatter_extreme,
      .kernel = run_scatter_extreme<Largest>,
      .vjp = scatter_extreme_vjp,
      .zero = {ZeroHazard::kMasked, "only the extreme at each place gets a gradient; tensor_scatter_nd_add gives every part one"},
  });
}
constexpr OpDef kTensorScatterNdMax = scatter_extreme_op<true>(
    "tensor_scatter_nd_max",
    "The larger of x and the updates [i.., k..] at the places that the rows of indices [i.., r] name. dy goes to the largest; "
    "equal ones share it.",
    "TensorScatterMax");
constexpr OpDef kTensorScatterNdMin =
    scatter_extreme_op<false>("tensor_scatter_nd_min",
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
          const Tensor truth = make_tensor(DType::kBool, x.shape());
          kernels::cast(view_of(x), view_of(truth));
          const bool* elements = view_of(truth).as<bool>();
          c.output(DType::kI64, {std::count(elements, elements + x.size(), true), x.rank()});
        },
    .kernel =
        [](KernelContext& g) {
          const Tensor& x = g.input(0);
          const Tensor truth = make_tensor(DType::kBool, x.shape());
          kernels::cast(g.in(0), view_of(truth));
          auto* place = g.out().as<std::int64_t>();
          for (std::int64_t i = 0; i < x.size(); ++i) {
            if (!view_of(truth).as<bool>()[i]) continue;
            std::int64_t rest = i;
            for (int axis = x.rank() - 1; axis >= 0; --axis) {
              place[axis] = rest % x.shape()[axis];
              rest /= x.shape()[axis];
            }
            place += x.rank();
          }
        },
    .shape_reads = input(0),
});

constexpr const OpDef* kOps[] = {&kGatherNd,    &kScatterNd, &kSparseToDense, &kTensorScatterNdMax, &kTensorScatterNdMin, &kTensorScatterNdUpdate,
                                 &kWhereNotZero};

}  // namespace

OpFamily nd_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor gather_nd(const Tensor& params, const Tensor& indices, Where where) { return apply(kGatherNd, {&params, &indices}, where); }
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
