// Common parts of sparse tensors.
#pragma once

#include "ops/core/context.hpp"

namespace whygrad::internal {

// The event of integers that were worked out of other integers on the host: which rows to take, in which order, and where they stand.
const OpDef& positions_op();

}  // namespace whygrad::internal
