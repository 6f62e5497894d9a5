// Calls of traced functions, opened for explanations.
#pragma once

#include "autodiff/tape_state.hpp"

#include <memory>

namespace whygrad::internal {

// The same facts over a copy of the log in which calls are opened. The records of a call's trace take the place of the call. The records of a
// branch's bodies stand before the branch, which joins their results. Null if the log has no call. A call stays as it is if its function no longer
// exists.
std::shared_ptr<const TapeFacts> with_calls_opened(const TapeFacts& facts);

}  // namespace whygrad::internal
