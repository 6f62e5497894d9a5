// Common declarations of the two files of the Variable class.
#pragma once

#include "module.hpp"

#include <whygrad/autodiff/variable.hpp>

namespace whygrad::python {

void bind_variable_rows(nb::class_<Variable>& c);

}  // namespace whygrad::python
