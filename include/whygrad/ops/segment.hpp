// Sums, means, extremes and products by segment.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

// Sums of the slices of data with the same id: data [i.., k..] and segment_ids int32 or int64 [i..] give [num_segments, k..]; 0 for an id without
// slices. Slices with a negative id are left out. ddata = gather(dy, segment_ids). Throws IndexError for an id of num_segments or more, ShapeError,
// DTypeError.
WG_API Tensor unsorted_segment_sum(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());
// Means of the slices with the same id; 0 for an id without slices. Of integers float32 or float64, as of a quotient. Composed of
// unsorted_segment_sum and divide.
WG_API Tensor unsorted_segment_mean(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());
// The sum of the parts that bear one id, divided by the root of their number; 0 for an id that no part bears. Floating. Composed of
// unsorted_segment_sum, sqrt and divide.
WG_API Tensor unsorted_segment_sqrt_n(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());
// The same for ids [n] that ascend, as many as the last one says: [last + 1, k..]. Composed of unsorted_segment_sum. Throws ValueError where they do
// not ascend.
WG_API Tensor segment_sum(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());

// The largest, the smallest, the product of the slices with the same id; the dtype's lowest, its highest, 1 for an id without slices. Real dtypes. dy
// goes to the extreme, and equal ones share it; of a product, ddata = dy times the product of the other slices. Throws as unsorted_segment_sum does.
WG_API Tensor unsorted_segment_max(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());
WG_API Tensor unsorted_segment_min(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());
WG_API Tensor unsorted_segment_prod(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());

// The same for ascending ids [n], of which the last one gives the number of segments; 0 (1 for the product) for an id without slices.
WG_API Tensor segment_mean(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());
WG_API Tensor segment_max(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());
WG_API Tensor segment_min(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());
WG_API Tensor segment_prod(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());

}  // namespace whygrad
