// Abstract tensors: ops that are checked and recorded without memory or arithmetic.
#pragma once

#include <whygrad/base/where.hpp>
#include <whygrad/tensor/spec.hpp>

namespace whygrad {

// Returns a tensor with a dtype, a shape and a device, but without elements. An op with an abstract input checks its inputs, infers the specs of its
// results and is recorded as always. It computes nothing, and its results are abstract too. To read the elements of an abstract tensor throws
// ValueError; so does an op whose result shape depends on them (unique, bincount, where with one argument).
WG_API Tensor abstract(const TensorSpec& spec, Where where = Where::here());

}  // namespace whygrad
