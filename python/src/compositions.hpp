// Functions that the engine makes of other ops.
#pragma once

#include "module.hpp"

namespace whygrad::python {

void bind_matrix_algebra(nb::module_& m);
void bind_grid(nb::module_& m);
void bind_formulas(nb::module_& m);
void bind_sparse(nb::module_& m);

}  // namespace whygrad::python
