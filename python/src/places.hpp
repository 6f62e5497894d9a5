// Places in Python programs.
#pragma once

#include "module.hpp"

#include <whygrad/base/where.hpp>

namespace whygrad::python {

// The place of the innermost Python frame outside of this package and of NumPy: a number for its code object, and the instruction offset. Makes no
// string and no traceback. Unknown if there is no such frame, as on a thread that Python did not start.
Where caller() noexcept;

// An instruction of a code object.
Where place_in(nb::handle code, std::uint32_t offset);

}  // namespace whygrad::python
