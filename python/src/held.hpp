// Python objects inside C++ ones.
#pragma once

#include "module.hpp"

#include <memory>

namespace whygrad::python {

// A Python object that any thread may let go of, also after the interpreter's end.
using Held = std::shared_ptr<PyObject>;

inline Held hold(nb::handle object) {
  return Held(object.inc_ref().ptr(), [](PyObject* p) {
    if (!Py_IsInitialized()) return;
    locked([p] { Py_DECREF(p); });
  });
}

}  // namespace whygrad::python
