// Profile in Python.
#pragma once

#include <nanobind/nanobind.h>

namespace whygrad::python {

void bind_profile(nanobind::module_& m);

}  // namespace whygrad::python
