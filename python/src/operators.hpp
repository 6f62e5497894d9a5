// Python's operators on tensors and variables, as slots of their types. The other operand may be a number, an array or a list, which takes the
// tensor's dtype. For other objects the result is NotImplemented, so that their own operator is tried.
#pragma once

#include <nanobind/nanobind.h>

namespace whygrad::python::operators {

PyObject* add(PyObject* a, PyObject* b) noexcept;
PyObject* subtract(PyObject* a, PyObject* b) noexcept;
PyObject* multiply(PyObject* a, PyObject* b) noexcept;
// Of integers the quotient is a float: float32 for 8 and 16 bits, else float64.
PyObject* divide(PyObject* a, PyObject* b) noexcept;
PyObject* floor_divide(PyObject* a, PyObject* b) noexcept;
PyObject* remainder(PyObject* a, PyObject* b) noexcept;
PyObject* power(PyObject* a, PyObject* b, PyObject* modulus) noexcept;
PyObject* matrix_multiply(PyObject* a, PyObject* b) noexcept;
// Of truth values, or of the bits of integers.
PyObject* bit_and(PyObject* a, PyObject* b) noexcept;
PyObject* bit_or(PyObject* a, PyObject* b) noexcept;
PyObject* bit_xor(PyObject* a, PyObject* b) noexcept;
PyObject* left_shift(PyObject* a, PyObject* b) noexcept;
PyObject* right_shift(PyObject* a, PyObject* b) noexcept;
PyObject* negative(PyObject* a) noexcept;
PyObject* absolute(PyObject* a) noexcept;
PyObject* invert(PyObject* a) noexcept;
// Elementwise, as in TensorFlow 2. Objects that are not tensors are not equal to one; neither are tensors whose shapes do not fit.
PyObject* compare(PyObject* a, PyObject* b, int op) noexcept;

}  // namespace whygrad::python::operators
