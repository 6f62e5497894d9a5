// Functions that are asked a second time where the engine refused their arguments.
#pragma once

#include "module.hpp"

namespace whygrad::python {

void bind_dispatch(nb::module_& m);

}  // namespace whygrad::python
