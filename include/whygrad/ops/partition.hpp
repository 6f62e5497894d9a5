// Tensors divided into parts by number, and put together again.
#pragma once

#include <whygrad/ops/op.hpp>

#include <vector>

namespace whygrad {

// The parts of data [i.., k..] by the number that partitions int32 or int64 [i..] gives them: num_partitions tensors [n, k..], in the order of data.
// ddata = the gradients at the places of their parts. Throws IndexError for a number outside [0, num_partitions), ShapeError, DTypeError.
WG_API std::vector<Tensor> dynamic_partition(const Tensor& data, const Tensor& partitions, std::int64_t num_partitions, Where where = Where::here());
// One tensor of the parts data[i] [j.., k..] at the places indices[i] [j..]; where several are put at one place, the last one stays. Zeros at places
// that none names. ddata[i] = gather(dy, indices[i]), as in TensorFlow, so that parts which were overwritten get a gradient too. Throws ShapeError,
// DTypeError, IndexError for a negative place.
WG_API Tensor dynamic_stitch(const std::vector<Tensor>& indices, const std::vector<Tensor>& data, Where where = Where::here());

}  // namespace whygrad
