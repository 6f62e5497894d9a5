// Ops that pick elements by position. Positions are i32 or i64 tensors and carry no gradient: they say where, not how much.
#pragma once

#include <whygrad/ops/creation.hpp>

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

}  // namespace whygrad
