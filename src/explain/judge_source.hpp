// What can be the matter with the source itself, although it leads to the target.
#pragma once

#include "explain/verdict.hpp"

namespace whygrad::internal {

// Not watched, watched too late, not trainable, an integer, or a tensor that took a variable's place.
Verdict judge_source(const SourceQuestion& question, const FlowPath& path);

}  // namespace whygrad::internal
