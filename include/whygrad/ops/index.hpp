// Ops that pick elements by position. Positions are i32 or i64 tensors and carry no gradient: they say where, not how much.
#pragma once

#include <whygrad/ops/creation.hpp>

#include <optional>

namespace whygrad {

// The parts of params, along `axis`, that the indices name: params [b.., o.., n, k..] and indices [b.., i..] give [b.., o.., i.., k..], where b are
// the first `batch_dims` axes, which both share, and n stands at `axis`. dparams = zeros to which dy is added where it was taken from. Throws
// IndexError for an index outside [0, n) and says which; ShapeError where the shared axes differ; ValueError unless 0 <= batch_dims <= axis;
// DTypeError for indices of another type.
WG_API Tensor gather(const Tensor& params, const Tensor& indices, std::int64_t axis = 0, std::int64_t batch_dims = 0, Where where = Where::here());

struct OneHotOptions {
  Number on_value = 1;
  Number off_value = 0;
  std::int64_t axis = -1;  // where the new axis stands in the result
  DType dtype = float32;
};
// on_value where the new axis, `depth` long, equals the index, off_value elsewhere: indices [i..] give [i.., depth]. An index outside [0, depth)
// gives off_value throughout. Carries no gradient. Throws DTypeError for indices of another type, ValueError for a negative depth.
WG_API Tensor one_hot(const Tensor& indices, std::int64_t depth, const OneHotOptions& options = {}, Where where = Where::here());

// ---- Positions along several axes at once: each row of indices [.., r] names a part of x by its place along the first r axes of x ----

// The parts of params that the rows of indices [i.., r] name: [i.., k..], where k are params' axes after the first r. dparams = zeros to which dy is
// added where it was taken from. Throws IndexError for a place that does not exist, ShapeError where r is more than params' rank, DTypeError.
WG_API Tensor gather_nd(const Tensor& params, const Tensor& indices, Where where = Where::here());
// The same in each entry of the leading `batch_dims` axes, which both share: params [b.., n.., k..] and indices [b.., i.., r] give [b.., i.., k..].
WG_API Tensor gather_nd(const Tensor& params, const Tensor& indices, std::int64_t batch_dims, Where where = Where::here());
// Zeros of `shape` to which the updates [i.., k..] are added at the places that indices [i.., r] name. dupdates = gather_nd(dy, indices). Throws as
// gather_nd does.
WG_API Tensor scatter_nd(const Tensor& indices, const Tensor& updates, const Shape& shape, Where where = Where::here());
// x with the parts that indices [i.., r] name replaced by updates [i.., k..]; of several for one place the last counts. dx = dy, 0 at these places;
// dupdates = dy at these places. Throws as gather_nd does.
WG_API Tensor tensor_scatter_nd_update(const Tensor& x, const Tensor& indices, const Tensor& updates, Where where = Where::here());
// The larger (smaller) of x and all updates at each place. dy goes to the extreme; equal ones share it. Throws as gather_nd does.
WG_API Tensor tensor_scatter_nd_max(const Tensor& x, const Tensor& indices, const Tensor& updates, Where where = Where::here());
WG_API Tensor tensor_scatter_nd_min(const Tensor& x, const Tensor& indices, const Tensor& updates, Where where = Where::here());
// x + scatter_nd(indices, updates, x.shape()).
WG_API Tensor tensor_scatter_nd_add(const Tensor& x, const Tensor& indices, const Tensor& updates, Where where = Where::here());
// x - scatter_nd(indices, updates, x.shape()).
WG_API Tensor tensor_scatter_nd_sub(const Tensor& x, const Tensor& indices, const Tensor& updates, Where where = Where::here());

namespace nn {

// The rows of params [n, k..] that ids int32 or int64 [i..] name: [i.., k..]. None is longer than max_norm: clip_by_norm over their own axes. Throws
// as gather does.
WG_API Tensor embedding_lookup(const Tensor& params, const Tensor& ids, std::optional<double> max_norm = {}, Where where = Where::here());

}  // namespace nn

// ---- Conditions as positions ----

// Where the elements of x are not 0 (of bool: true), in row-major order: int64 [n, rank of x]. Carries no gradient.
WG_API Tensor where(const Tensor& x, Where where = Where::here());
// The parts of x along `axis`, and the axes after it, where `mask` (bool, of the shape of these axes) is true: x [a, b, c] with a mask [a, b] gives
// [n, c]. They are taken with gather. Throws ShapeError, DTypeError.
WG_API Tensor boolean_mask(const Tensor& x, const Tensor& mask, std::int64_t axis = 0, Where where = Where::here());

}  // namespace whygrad
