// Gradients that shrink, or grow, op by op.
#pragma once

#include "flow/verdict.hpp"

namespace whygrad::internal {

// Whether what arrived was so small already that the type had no smaller number to pass on.
bool shrank_to_nothing(const FlowGraph& graph, const Hop& hop);
// The verdict about that; the path's stop is the op that passed on 0.
Verdict vanished(const SourceQuestion& question, const FlowPath& path);

// Whether what arrived at the op was close to the largest number of its type.
bool grew_out_of_range(const FlowGraph& graph, const Hop& hop);
// The verdict about that: the op that was repeated on the way, or nothing if there is none.
Verdict exploded(const SourceQuestion& question, const FlowPath& path);

}  // namespace whygrad::internal
