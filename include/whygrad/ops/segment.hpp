// Ops that move parts along an axis: added up by segment, or turned around.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

// The parts of data that bear one id, added up: data [i.., k..] and segment_ids int32 or int64 [i..] give [num_segments, k..]; 0 for an id that no
// part bears. ddata = gather(dy, segment_ids). Throws IndexError for an id outside [0, num_segments), ShapeError, DTypeError.
WG_API Tensor unsorted_segment_sum(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());
// The mean of the parts that bear one id; 0 for an id that no part bears. Floating dtypes. Composed of unsorted_segment_sum and divide.
WG_API Tensor unsorted_segment_mean(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());
// The same for ids [n] that ascend, as many as the last one says: [last + 1, k..]. Composed of unsorted_segment_sum. Throws ValueError where they do
// not ascend.
WG_API Tensor segment_sum(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());

// x with its elements moved by shift[i] along axis[i], those that leave at one end coming in at the other. dx = dy moved back. Throws ValueError
// where the lists differ in length, IndexError.
WG_API Tensor roll(const Tensor& x, const Ints& shift, const Ints& axis, Where where = Where::here());

}  // namespace whygrad
