// Translation of C++ exceptions to Python's.
#pragma once

#include "module.hpp"

namespace whygrad::python {

// Sets Python's error from the exception that is being handled, for functions that Python calls without nanobind.
void set_error() noexcept;
// Makes nanobind translate exceptions in the same way.
void install_error_translation();

// Returns f(), or null with Python's error set.
template <class F>
PyObject* guarded(F&& f) noexcept {
  try {
    return std::forward<F>(f)().release().ptr();
  } catch (...) {
    set_error();
    return nullptr;
  }
}

}  // namespace whygrad::python
