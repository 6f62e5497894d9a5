// What can be the matter with the source itself, although it leads to the target.
#pragma once

#include "flow/verdict.hpp"

namespace whygrad::internal {

// Not watched, watched too late, not trainable, an integer, or a tensor that took a variable's place.
Verdict judge_source(const SourceQuestion& question, const FlowPath& path);

// A variable (an index) that tapes leave alone by themselves.
Verdict not_trainable(const FlowGraph& graph, FlowGraph::Index variable);

// The variable that the value was computed from by ops that kept all of its elements: what a name that was given to a tensor was before. kNone if
// there is none.
FlowGraph::Index variable_behind(const FlowGraph& graph, FlowGraph::Index value);

}  // namespace whygrad::internal
