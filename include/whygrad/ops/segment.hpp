// Ops that move parts along an axis: added up by segment, or turned around.
#pragma once

#include <whygrad/ops/op.hpp>

#include <vector>

namespace whygrad {

// The parts of data that bear one id, added up: data [i.., k..] and segment_ids int32 or int64 [i..] give [num_segments, k..]; 0 for an id that no
// part bears. A part with a negative id is left out. ddata = gather(dy, segment_ids). Throws IndexError for an id of num_segments or more,
// ShapeError, DTypeError.
WG_API Tensor unsorted_segment_sum(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());
// The mean of the parts that bear one id; 0 for an id that no part bears. Of integers float32 or float64, as of a quotient. Composed of
// unsorted_segment_sum and divide.
WG_API Tensor unsorted_segment_mean(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());
// The same for ids [n] that ascend, as many as the last one says: [last + 1, k..]. Composed of unsorted_segment_sum. Throws ValueError where they do
// not ascend.
WG_API Tensor segment_sum(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());

// The largest, the smallest, the product of the parts that bear one id; the dtype's lowest, its highest, 1 for an id that no part bears. Real dtypes.
// dy goes to the extreme, and equal ones share it; of a product, ddata = dy times the product of the other parts. Throws as unsorted_segment_sum
// does.
WG_API Tensor unsorted_segment_max(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());
WG_API Tensor unsorted_segment_min(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());
WG_API Tensor unsorted_segment_prod(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where = Where::here());

// The same for ids [n] that ascend, as many as the last one says; 0 (1 for the product) for an id that no part bears.
WG_API Tensor segment_mean(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());
WG_API Tensor segment_max(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());
WG_API Tensor segment_min(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());
WG_API Tensor segment_prod(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());

// The parts of data [i.., k..] by the number that partitions int32 or int64 [i..] gives them: num_partitions tensors [n, k..], in the order of data.
// ddata = the gradients at the places of their parts. Throws IndexError for a number outside [0, num_partitions), ShapeError, DTypeError.
WG_API std::vector<Tensor> dynamic_partition(const Tensor& data, const Tensor& partitions, std::int64_t num_partitions, Where where = Where::here());
// One tensor of the parts data[i] [j.., k..] at the places indices[i] [j..]; where several are put at one place, the last one stays. Zeros at places
// that none names. ddata[i] = gather(dy, indices[i]), as in TensorFlow, so that parts which were overwritten get a gradient too. Throws ShapeError,
// DTypeError, IndexError for a negative place.
WG_API Tensor dynamic_stitch(const std::vector<Tensor>& indices, const std::vector<Tensor>& data, Where where = Where::here());

// x with its elements moved by shift[i] along axis[i], those that leave at one end coming in at the other. dx = dy moved back. Throws ValueError
// where the lists differ in length, IndexError.
WG_API Tensor roll(const Tensor& x, const Ints& shift, const Ints& axis, Where where = Where::here());

}  // namespace whygrad
