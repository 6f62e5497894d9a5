// Ops of the user's own.
#pragma once

#include <whygrad/ops/op.hpp>

#include <span>
#include <string>

namespace whygrad::python {

// The records in the shared library (whygrad/ops/op_library.hpp), which stays loaded. Throws IoError if the file cannot be loaded, ValueError if it
// has no ops, incomplete ones, or was built for another version.
std::span<const OpDef* const> load_op_library(const std::string& path);

}  // namespace whygrad::python
