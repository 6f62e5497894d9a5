// Calls of traced functions, opened for explanations.
#pragma once

#include "autodiff/tape_state.hpp"

#include <memory>

namespace whygrad::internal {

// The same facts over a log in which the records of a call's trace stand in the place of the call, and those of a branch's bodies before the branch,
// which joins their results. Null where the log has no call. A function that is gone leaves its calls as they are.
std::shared_ptr<const TapeFacts> with_calls_opened(const TapeFacts& facts);

}  // namespace whygrad::internal
