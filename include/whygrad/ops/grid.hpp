// Coordinates: grids of them, masks from lengths, places in flat order and back. Made of other ops.
#pragma once

#include <whygrad/ops/op.hpp>

#include <vector>

namespace whygrad {

enum class Indexing : std::uint8_t {
  kXy,  // the first axis of points runs along the second axis of the results, as x runs along the columns of a picture
  kIj,  // axis i runs along axis i
};
// The coordinates of all points of a grid: n tensors of any shape, read in row-major order as the coordinates along each axis, of k1 .. kn elements
// and one dtype, give n tensors [k1, k2, .. kn], or [k2, k1, .. kn] for kXy. dx = dy summed over the other axes. Throws DTypeError.
WG_API std::vector<Tensor> meshgrid(const std::vector<Tensor>& coordinates, Indexing indexing = Indexing::kXy, Where where = Where::here());

// lengths [..] gives [.., longest], true at j where j < length; `longest` below 0 stands for the largest of the lengths. As `dtype`, 1 for true. No
// gradient.
WG_API Tensor sequence_mask(const Tensor& lengths, std::int64_t longest = -1, DType dtype = DType::kBool, Where where = Where::here());

// The coordinates of places in the flat, row-major order of a tensor of `extents`: int32 or int64 [..] gives [n, ..], a row for each of the n
// extents. Throws ValueError for a place outside.
WG_API Tensor unravel_index(const Tensor& places, const Ints& extents, Where where = Where::here());

}  // namespace whygrad
