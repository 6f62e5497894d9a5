// Judges the source itself, if it leads to the target.
#pragma once

#include "flow/verdict.hpp"

namespace whygrad::internal {

// Not watched, watched too late, not trainable, an integer, or a tensor that replaced a variable.
Verdict judge_source(const SourceQuestion& question, const FlowPath& path);

// A variable (by index) that tapes do not watch by default.
Verdict not_trainable(const FlowGraph& graph, FlowGraph::Index variable);

// The variable from which the value was computed by ops that kept all of its elements: the previous owner of the name of a tensor. kNone if there is
// none.
FlowGraph::Index variable_behind(const FlowGraph& graph, FlowGraph::Index value);

// Whether a tensor that was computed from a variable took over the name that the program gave to the variable.
enum class SameName { kYes, kNo, kUnknown };
SameName same_name(const FlowGraph& graph, FlowGraph::Index value, FlowGraph::Index variable);

}  // namespace whygrad::internal
