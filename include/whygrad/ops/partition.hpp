// Tensors divided into parts by number, and put together again.
#pragma once

#include <whygrad/ops/op.hpp>

#include <vector>

namespace whygrad {

// Distributes the slices of data [i.., k..] by the numbers in partitions, int32 or int64 [i..]: num_partitions tensors [n, k..], in the order of
// data. ddata = the gradients at the positions of their slices. Throws IndexError for a number outside [0, num_partitions), ShapeError, DTypeError.
WG_API std::vector<Tensor> dynamic_partition(const Tensor& data, const Tensor& partitions, std::int64_t num_partitions, Where where = Where::here());
// Combines the slices data[i] [j.., k..] at the positions indices[i] [j..] to one tensor; the last of several slices for one position wins. Zeros at
// positions that are not given. ddata[i] = gather(dy, indices[i]), as in TensorFlow, so slices that were overwritten get a gradient too. Throws
// ShapeError, DTypeError, IndexError for a negative position.
WG_API Tensor dynamic_stitch(const std::vector<Tensor>& indices, const std::vector<Tensor>& data, Where where = Where::here());

}  // namespace whygrad
