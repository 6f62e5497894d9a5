// Matrices with leading axes.
#pragma once

#include "kernels/layout.hpp"
#include "ops/core/context.hpp"

#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/shape.hpp>

namespace whygrad::internal {

// [..., n] as [rows, n]; a vector is one row.
Tensor rows_below(const Tensor& t);

// The same for kernels; `contiguous` has at least one axis.
inline kernels::Layout rows_below(const kernels::View& contiguous) { return kernels::Layout::rows(contiguous, contiguous.rank - 1); }

}  // namespace whygrad::internal
