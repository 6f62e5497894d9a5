// Python objects inside C++ ones.
#pragma once

#include "module.hpp"

#include <memory>

namespace whygrad::python {

// A reference to a Python object that any thread may release, even after the interpreter's end.
using ObjectRef = std::shared_ptr<PyObject>;

inline ObjectRef hold(nb::handle object) {
  return ObjectRef(object.inc_ref().ptr(), [](PyObject* p) {
    if (!Py_IsInitialized()) return;
    locked([p] { Py_DECREF(p); });
  });
}

}  // namespace whygrad::python
