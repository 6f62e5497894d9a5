// The record of a Python function that computes with arrays.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad::python {

extern const OpDef kHostFunctionEvent;

}  // namespace whygrad::python
