// Converts the records of ops and events to the definitions of a FlowGraph.
#pragma once

#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

// All fields except the type, whose text the graph must own.
FlowGraph::Def definition_of(const OpDef& op);
// The declaration of input i in the op's record.
FlowGraph::Answer answer_of(const OpDef& op, int i);

}  // namespace whygrad::internal
