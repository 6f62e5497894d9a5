// Facts about a tensor's shape, as tensors for programs that compute with them. They carry no gradient.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

// The extents of x, [rank of x]. int32 or int64, else DTypeError.
WG_API Tensor shape(const Tensor& x, DType out_type = int32, Where where = Where::here());
// The number of elements of x, a scalar. int32 or int64, else DTypeError.
WG_API Tensor size(const Tensor& x, DType out_type = int32, Where where = Where::here());
// The number of axes of x, a scalar int32.
WG_API Tensor rank(const Tensor& x, Where where = Where::here());

}  // namespace whygrad
