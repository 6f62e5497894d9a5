// Sorting, the largest elements, distinct elements. Real dtypes. Equal elements keep their order, and NaN comes first.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

enum class Direction : std::uint8_t { kAscending, kDescending };

// x sorted along `axis`. Composed with gather, so dx = dy at the original positions.
WG_API Tensor sort(const Tensor& x, std::int64_t axis = -1, Direction direction = Direction::kAscending, Where where = Where::here());
// The positions in x of the elements of sort(x) along `axis`: int32, of x's shape. Carries no gradient.
WG_API Tensor argsort(const Tensor& x, std::int64_t axis = -1, Direction direction = Direction::kAscending, Where where = Where::here());

struct TopK {
  Tensor values;
  Tensor indices;
};
// The k largest elements along the last axis, in descending order, and their places: x [.., n] gives values [.., k] and indices [.., k], int16,
// int32 or int64. dx = dy at these places, 0 elsewhere; the indices carry no gradient. Throws ValueError unless 0 <= k <= n, ShapeError for a scalar.
WG_API TopK top_k(const Tensor& x, std::int64_t k = 1, DType index_type = int32, Where where = Where::here());

struct Unique {
  Tensor y;
  Tensor idx;
};
// The m distinct elements of x [n] in the order in which they first occur, y [m], and for each element of x its place in y, idx int32 or int64 [n].
// There is no gradient rule, as in TensorFlow.
WG_API Unique unique(const Tensor& x, DType out_idx = int32, Where where = Where::here());

}  // namespace whygrad
