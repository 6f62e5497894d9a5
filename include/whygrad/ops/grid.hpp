// Coordinates: grids, masks from lengths, conversion of flat positions. Composed of other ops.
#pragma once

#include <whygrad/ops/op.hpp>

#include <vector>

namespace whygrad {

enum class Indexing : std::uint8_t {
  kXy,  // the first axis of points is the second axis of the results, as x runs along the columns of a picture
  kIj,  // axis i of the points is axis i of the results
};
// The coordinates of all points of a grid. The arguments are n tensors of one dtype: the k1 .. kn coordinates along each axis, in row-major order.
// The results are n tensors [k1, k2, .. kn], or [k2, k1, .. kn] for kXy. dx = dy summed over the other axes. Throws DTypeError.
WG_API std::vector<Tensor> meshgrid(const std::vector<Tensor>& coordinates, Indexing indexing = Indexing::kXy, Where where = Where::here());

// lengths [..] gives [.., longest], true at j where j < length. A `longest` below 0 means the largest of the lengths. As `dtype`, 1 for true. No
// gradient.
WG_API Tensor sequence_mask(const Tensor& lengths, std::int64_t longest = -1, DType dtype = DType::kBool, Where where = Where::here());

// The coordinates of positions in the flat, row-major order of a tensor of `extents`: int32 or int64 [..] gives [n, ..], one row for each of the n
// extents. Throws ValueError for a position outside.
WG_API Tensor unravel_index(const Tensor& places, const Ints& extents, Where where = Where::here());

}  // namespace whygrad
