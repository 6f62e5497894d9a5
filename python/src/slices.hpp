// IndexedSlices: Python's class (whygrad/_slices.py) and the engine's.
#pragma once

#include "module.hpp"

#include <whygrad/autodiff/gradient.hpp>
#include <whygrad/ops/indexed_slices.hpp>

namespace whygrad::python {

bool is_slices(nb::handle object);
nb::object wrap(const IndexedSlices& slices, const Where& where);
// Of an object that is_slices(). `rows`: of the whole tensor.
IndexedSlices to_slices(nb::handle object, std::int64_t rows, const Where& where);
// The gradient of a variable, from a tensor, or slices of one.
Gradient to_gradient(nb::handle object, const Variable& variable, const Where& where);

}  // namespace whygrad::python
