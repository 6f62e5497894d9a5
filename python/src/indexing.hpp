// x[...] as TensorFlow and NumPy have it: numbers, slices, an ellipsis, new axes, and scalar integer tensors.
#pragma once

#include "module.hpp"

namespace whygrad::python {

// The slot of Tensor and Variable. Throws Python's TypeError for other kinds of index, IndexError for a number out of range.
PyObject* subscript(PyObject* self, PyObject* key) noexcept;

// x with value, which broadcasts, in place of x[key].
Tensor with_part(const Tensor& x, nb::handle key, const Tensor& value, const Where& where);

}  // namespace whygrad::python
