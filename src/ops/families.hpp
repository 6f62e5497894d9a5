// The op records by family. A family's source file lists its records in one array at its end; op_table.cpp joins the arrays. No static registrar, which
// a linker may drop.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

using OpFamily = std::span<const OpDef* const>;

OpFamily arithmetic_ops();

}  // namespace whygrad::internal
