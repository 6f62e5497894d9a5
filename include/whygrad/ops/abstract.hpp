// Calls without elements: what an op would give, and a record of it, at the price of neither memory nor arithmetic.
#pragma once

#include <whygrad/base/where.hpp>
#include <whygrad/tensor/spec.hpp>

namespace whygrad {

// A tensor that has a dtype, a shape and a device, but no elements. An op that is given one checks its inputs, works out the specs of its results and
// is recorded as ever; it computes nothing, and its results are abstract too. To read elements of an abstract tensor throws ValueError, and so does
// an op the shape of whose results depends on them (unique, bincount, where with one argument).
WG_API Tensor abstract(const TensorSpec& spec, Where where = Where::here());

}  // namespace whygrad
