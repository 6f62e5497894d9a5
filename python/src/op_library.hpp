// Ops of the user's own.
#pragma once

#include <whygrad/ops/op.hpp>

#include <span>
#include <string>

namespace whygrad::python {

// The records that the shared library offers (whygrad/ops/op_library.hpp); it stays loaded. Throws IoError where the file cannot be loaded,
// ValueError where it offers no ops, incomplete ones, or was built for another version.
std::span<const OpDef* const> load_op_library(const std::string& path);

}  // namespace whygrad::python
