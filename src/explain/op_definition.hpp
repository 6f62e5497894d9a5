// What the records of ops and events say, as the definitions of a FlowGraph.
#pragma once

#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

// Everything but the type, whose text the graph has to hold.
FlowGraph::Def definition_of(const OpDef& op);
// What the op's record says for its input i.
FlowGraph::Answer answer_of(const OpDef& op, int i);

}  // namespace whygrad::internal
