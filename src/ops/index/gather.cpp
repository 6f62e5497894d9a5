// gather and its gradient, and one_hot.
#include "kernels/index.hpp"
#include "kernels/movement.hpp"
#include "ops/core/batch.hpp"
#include "ops/core/element.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"

#include <whygrad/ops/norm.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {
namespace internal {
namespace {

// The axis and the number of common axes, with negative numbers resolved.
struct Place {
  int axis;
  int batch_dims;
};

Place place_of(const OpContext& c, std::int64_t axis, std::int64_t batch_dims, int params_rank, int indices_rank) {
  const int at = normalize_axis(c.op().name, axis, params_rank);
  const std::int64_t shared = batch_dims < 0 ? batch_dims + indices_rank : batch_dims;
  if (shared < 0 || shared > indices_rank || shared > at) {
    throw ValueError(c.op().name, fmt::format("batch_dims {} with axis {} and indices of rank {}", batch_dims, axis, indices_rank),
                     "the shared axes come first: batch_dims is at most axis and the rank of indices");
  }
  return {at, static_cast<int>(shared)};
}

// The shape of the gathered slices. Throws if the common axes differ.
Shape gathered_shape(const InferContext& c, const Shape& params, const Shape& indices, Place place) {
  for (int i = 0; i < place.batch_dims; ++i) {
    if (params[i] != indices[i])
      c.shape_error(fmt::format("axis {} is shared, but {} in params {} and {} in indices {}", i, params[i], params.to_string(), indices[i],
                                indices.to_string()),
                    "the first batch_dims axes of params and indices must agree");
  }
  Shape shape;
  for (int i = 0; i < place.axis; ++i) shape.push_back(params[i]);
  for (int i = place.batch_dims; i < indices.rank(); ++i) shape.push_back(indices[i]);
  for (int i = place.axis + 1; i < params.rank(); ++i) shape.push_back(params[i]);
  return shape;
}

struct GatherAttrs {
  std::int64_t axis;
  std::int64_t batch_dims;
};

void batch_gather(BatchContext& c) {
  const auto& a = c.attrs<GatherAttrs>();
  const Place place = place_of(c, a.axis, a.batch_dims, c.input_rank(0), c.input_rank(1));
  if (!c.has_rows(0) && place.axis == 0) return c.give_call({c.input(0), c.input(1)}, GatherAttrs{0, 0});
  if (!c.has_rows(1) && place.batch_dims == 0) return c.give_call({c.input(0), c.input(1)}, GatherAttrs{place.axis + 1, 0});
  c.give_call(c.all_input_rows(), GatherAttrs{place.axis + 1, place.batch_dims + 1});
}

constexpr OpDef kGather = define_op({
    .name = "gather",
    .doc = "The parts of params, along an axis, that the indices name. dparams = zeros to which dy is added where it was taken from.",
    .type = "GatherV2",
    .inputs = {{"params", Differentiable{input(1)}}, {"indices", kPosition, Role::kIndex}},
    .attrs = {attr<&GatherAttrs::axis>("axis", "the axis of params that the indices count along"),
              attr<&GatherAttrs::batch_dims>("batch_dims", "how many leading axes params and indices share")},
    .infer =
        [](InferContext& c) {
          check_index_dtype(c, 1);
          const auto& a = c.attrs<GatherAttrs>();
          const Shape &params = c.input(0).shape(), &indices = c.input(1).shape();
          c.output(c.input(0).dtype(), gathered_shape(c, params, indices, place_of(c, a.axis, a.batch_dims, params.rank(), indices.rank())));
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<GatherAttrs>();
          const Tensor &params = g.input(0), &indices = g.input(1);
          const Place place = place_of(g, a.axis, a.batch_dims, params.rank(), indices.rank());
          const std::int64_t bad = kernels::gather(g.in(0), g.in(1), place.axis, place.batch_dims, g.out());
          if (bad >= 0) refuse_index(g.op().name, indices, bad, params.shape()[place.axis]);
        },
    .vjp =
        [](VjpContext& g) {
          const auto& a = g.attrs<GatherAttrs>();
          const bool shared = (a.batch_dims < 0 ? a.batch_dims + g.input(1).rank() : a.batch_dims) != 0;
          if (!shared && normalize_axis(g.op().name, a.axis, g.input_shape(0).rank()) == 0) return give_rows(g, 0, g.input(1));
          g.give(0, gather_grad(g.dy(), g.input(1), {a.axis, a.batch_dims, g.input_shape(0)}));
        },
    .batch = batch_gather,
    .zero = {ZeroGradient::kMasks, "let the indices name what should learn: parts that are not taken get no gradient"},
});

void batch_gather_grad(BatchContext& c) {
  const auto& a = c.attrs<GatherGradAttrs>();
  const Place place = place_of(c, a.axis, a.batch_dims, a.shape.rank(), c.input_rank(1));
  const Shape shape = c.with_rows(a.shape);
  if (!c.has_rows(1) && place.batch_dims == 0) return c.give_call({c.input(0), c.input(1)}, GatherGradAttrs{place.axis + 1, 0, shape});
  c.give_call(c.all_input_rows(), GatherGradAttrs{place.axis + 1, place.batch_dims + 1, shape});
}

constexpr OpDef kGatherGrad = define_op({
    .name = "gather_grad",
    .doc = "The gradient of gather: zeros of params' shape to which dy is added where it was taken from. ddy = gather of the gradient.",
    .inputs = {{"dy", Differentiable{input(1)}}, {"indices", kPosition, Role::kIndex}},
    .attrs = {attr<&GatherGradAttrs::axis>("axis", "the axis of params that the indices count along"),
              attr<&GatherGradAttrs::batch_dims>("batch_dims", "how many leading axes params and indices share"),
              attr<&GatherGradAttrs::shape>("shape", "of params")},
    .infer =
        [](InferContext& c) {
          check_index_dtype(c, 1);
          const auto& a = c.attrs<GatherGradAttrs>();
          const Shape& indices = c.input(1).shape();
          const Shape expected = gathered_shape(c, a.shape, indices, place_of(c, a.axis, a.batch_dims, a.shape.rank(), indices.rank()));
          if (c.input(0).shape() != expected)
            c.shape_error("dy must be " + expected.to_string(), "give the gradient of what gather made from these indices");
          c.output(c.input(0).dtype(), a.shape);
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<GatherGradAttrs>();
          alignas(16) const char zero[16] = {};
          kernels::fill(g.out(), zero);
          const Place place = place_of(g, a.axis, a.batch_dims, a.shape.rank(), g.input(1).rank());
          kernels::scatter_add(g.in(1), g.in(0), place.axis, place.batch_dims, g.out());
        },
    .vjp =
        [](VjpContext& g) {
          const auto& a = g.attrs<GatherGradAttrs>();
          g.give(0, gather(g.dy(), g.input(1), a.axis, a.batch_dims));
        },
    .batch = batch_gather_grad,
});

struct OneHotAttrs {
  std::int64_t depth = 0;
  std::int64_t axis = -1;
  DType dtype = DType::kF32;
  Number on_value = 1.0, off_value = 0.0;
};

void batch_one_hot(BatchContext& c) {
  OneHotAttrs attrs = c.attrs<OneHotAttrs>();
  attrs.axis = behind_rows(attrs.axis);
  c.give_call({c.input(0)}, attrs);
}

constexpr OpDef kOneHot = define_op({
    .name = "one_hot",
    .doc = "on_value where the new axis, `depth` long, equals the index, off_value elsewhere: [i..] gives [i.., depth].",
    .inputs = {{"indices", kPosition, Role::kIndex}},
    .attrs = {attr<&OneHotAttrs::depth>("depth", "the extent of the new axis"),
              attr<&OneHotAttrs::axis>("axis", "where the new axis stands in the result"),
              attr<&OneHotAttrs::dtype>("dtype", "element type of the result"),
              attr<&OneHotAttrs::on_value>("on_value", "where the new axis equals the index"),
              attr<&OneHotAttrs::off_value>("off_value", "elsewhere")},
    .infer =
        [](InferContext& c) {
          check_index_dtype(c, 0);
          const auto& a = c.attrs<OneHotAttrs>();
          if (a.depth < 0) c.value_error(fmt::format("depth is {}", a.depth), "depth is the number of classes, 0 or more");
          const Shape& indices = c.input(0).shape();
          const int axis = normalize_axis(c.op().name, a.axis, indices.rank() + 1);
          Shape shape;
          for (int i = 0; i <= indices.rank(); ++i) {
            if (i == axis) shape.push_back(a.depth);
            if (i < indices.rank()) shape.push_back(indices[i]);
          }
          c.output(a.dtype, shape);
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<OneHotAttrs>();
          std::complex<double> on, off;
          a.on_value.store(a.dtype, &on, g.op().name);
          a.off_value.store(a.dtype, &off, g.op().name);
          kernels::one_hot(g.in(0), normalize_axis(g.op().name, a.axis, g.output().rank()), &on, &off, g.out());
        },
    .batch = batch_one_hot,
});

constexpr const OpDef* kOps[] = {&kGather, &kGatherGrad, &kOneHot};

}  // namespace

void check_index_dtype(const InferContext& c, int i) {
  const DType dtype = c.input(i).dtype();
  if (dtype != DType::kI32 && dtype != DType::kI64)
    c.dtype_error(fmt::format("indices are {}", name_of(dtype)), "positions are int32 or int64: write cast(indices, int64)");
}

void refuse_index(const char* op, const Tensor& indices, std::int64_t position, std::int64_t extent) {
  const std::int64_t value = integer_at(indices, position);
  std::string place;
  for (int i = indices.rank() - 1; i >= 0; --i) {
    const std::int64_t at = position % indices.shape()[i];
    position /= indices.shape()[i];
    place = fmt::format("{}{}{}", at, place.empty() ? "" : ", ", place);
  }
  throw IndexError(op, fmt::format("indices[{}] is {}, which is not in [0, {})", place, value, extent),
                   "an index must name an element that exists, and negative ones do not count from the end; check how it was computed");
}

void require_position_dtype(const char* op, DType dtype, std::initializer_list<DType> allowed) {
  if (std::find(allowed.begin(), allowed.end(), dtype) != allowed.end()) return;
  std::string names;
  for (const DType d : allowed) names += fmt::format("{}{}", names.empty() ? "" : " or ", name_of(d));
  throw DTypeError(op, fmt::format("positions of {}", name_of(dtype)), "they are " + names);
}

void give_rows(VjpContext& g, int input, const Tensor& indices) {
  const Shape params = g.input_shape(input);
  if (const IndexedSlices* dy = g.dy_rows(); dy != nullptr && indices.rank() == 1) {
    g.give(input, IndexedSlices(dy->values(), gather(indices, dy->indices()), params[0]));
    return;
  }
  Shape slices = params;
  slices[0] = indices.size();
  g.give(input, IndexedSlices(reshape(g.dy(), Ints(slices)), reshape(indices, {indices.size()}), params[0]));
}

Tensor gather_grad(const Tensor& dy, const Tensor& indices, const GatherGradAttrs& attrs) { return apply(kGatherGrad, {&dy, &indices}, {}, attrs); }

OpFamily gather_ops() { return kOps; }

}  // namespace internal

Tensor gather(const Tensor& params, const Tensor& indices, std::int64_t axis, std::int64_t batch_dims, Where where) {
  return apply(internal::kGather, {&params, &indices}, where, internal::GatherAttrs{axis, batch_dims});
}

Tensor nn::embedding_lookup(const Tensor& params, const Tensor& ids, std::optional<double> max_norm, Where where) {
  Tensor rows = gather(params, ids, 0, 0, where);
  if (!max_norm) return rows;
  Ints own;
  for (int i = ids.rank(); i < rows.rank(); ++i) own.push_back(i);
  return clip_by_norm(rows, *max_norm, own, where);
}

Tensor one_hot(const Tensor& indices, std::int64_t depth, const OneHotOptions& options, Where where) {
  return apply(internal::kOneHot, {&indices}, where, internal::OneHotAttrs{depth, options.axis, options.dtype, options.on_value, options.off_value});
}

}  // namespace whygrad
