// Verdicts about gradients that shrink or grow along a chain of ops.
#pragma once

#include "flow/verdict.hpp"

namespace whygrad::internal {

// Whether the incoming gradient was so small that the dtype had no smaller number to pass on.
bool shrank_to_nothing(const FlowGraph& graph, const Hop& hop);
// The verdict about a gradient that shrank to 0. The path's stop is the op that passed on 0.
Verdict vanished(const SourceQuestion& question, const FlowPath& path);

// Whether the incoming gradient of the op was close to the largest number of its dtype.
bool grew_out_of_range(const FlowGraph& graph, const Hop& hop);
// The verdict about a gradient that grew: the repeated op, or nothing if there is none.
Verdict exploded(const SourceQuestion& question, const FlowPath& path);

}  // namespace whygrad::internal
