// How much an op computes.
#pragma once

#include <whygrad/ops/op.hpp>
#include <whygrad/tensor/spec.hpp>

namespace whygrad::internal {

// Multiplications and additions of a batch of products a [.., m, k] @ b [.., k, n]; 0 for an op that is none.
double flops_of(const OpDef& op, const Shape& a, const Shape& b, const TensorSpec& out);

}  // namespace whygrad::internal
