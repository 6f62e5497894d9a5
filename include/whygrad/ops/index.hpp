// Ops that pick elements by position. Positions are i32 or i64 tensors and carry no gradient.
#pragma once

#include <whygrad/ops/creation.hpp>

#include <optional>

namespace whygrad {

// Slices of params along `axis`: params [b.., o.., n, k..] and indices [b.., i..] give [b.., o.., i.., k..], where b are the first `batch_dims` axes,
// common to both, and n is the extent of `axis`. dparams = zeros to which dy is added at the positions. Throws IndexError for an index outside [0,
// n), with its position; ShapeError if the common axes differ; ValueError unless 0 <= batch_dims <= axis; DTypeError for indices of another type.
WG_API Tensor gather(const Tensor& params, const Tensor& indices, std::int64_t axis = 0, std::int64_t batch_dims = 0, Where where = Where::here());

struct OneHotOptions {
  Number on_value = 1;
  Number off_value = 0;
  std::int64_t axis = -1;  // position of the new axis in the result
  DType dtype = float32;
};
// on_value where the position along the new axis, of extent `depth`, equals the index, otherwise off_value: indices [i..] give [i.., depth]. An index
// outside [0, depth) gives only off_value. Carries no gradient. Throws DTypeError for indices of another type, ValueError for a negative depth.
WG_API Tensor one_hot(const Tensor& indices, std::int64_t depth, const OneHotOptions& options = {}, Where where = Where::here());

// ---- Positions along several axes: each row of indices [.., r] is the position of a slice of x along its first r axes ----

// The slices of params at indices [i.., r]: [i.., k..], where k are params' axes after the first r. dparams = zeros to which dy is added at the
// positions. Throws IndexError for a position outside params, ShapeError if r is more than params' rank, DTypeError.
WG_API Tensor gather_nd(const Tensor& params, const Tensor& indices, Where where = Where::here());
// The same in each entry of the leading `batch_dims` axes, which both share: params [b.., n.., k..] and indices [b.., i.., r] give [b.., i.., k..].
WG_API Tensor gather_nd(const Tensor& params, const Tensor& indices, std::int64_t batch_dims, Where where = Where::here());
// Zeros of `shape` to which the updates [i.., k..] are added at the places that indices [i.., r] name. dupdates = gather_nd(dy, indices). Throws as
// gather_nd does.
WG_API Tensor scatter_nd(const Tensor& indices, const Tensor& updates, const Shape& shape, Where where = Where::here());
// x with its slices at indices [i.., r] replaced by updates [i.., k..]; the last of several updates for one position wins. dx = dy, 0 at these
// positions; dupdates = dy at these positions. Throws as gather_nd does.
WG_API Tensor tensor_scatter_nd_update(const Tensor& x, const Tensor& indices, const Tensor& updates, Where where = Where::here());
// The larger (smaller) of x and all updates at each position. dy goes to the extreme; equal ones share it. Throws as gather_nd does.
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

// The positions of the elements of x that are not 0 (bool: true), in row-major order: int64 [n, rank of x]. Carries no gradient.
WG_API Tensor where(const Tensor& x, Where where = Where::here());
// The slices of x along `axis` (and the following axes, as many as mask has) where `mask` (bool, of the shape of these axes) is true: x [a, b, c]
// with a mask [a, b] gives [n, c]. Composed with gather. Throws ShapeError, DTypeError.
WG_API Tensor boolean_mask(const Tensor& x, const Tensor& mask, std::int64_t axis = 0, Where where = Where::here());

}  // namespace whygrad
