// What the records of ops and events say, as the definitions of a FlowGraph.
#pragma once

#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

// Everything but the type, whose text the graph has to hold.
FlowGraph::Def definition_of(const OpDef& op);
// What the op's record says for one input.
FlowGraph::Answer answer_of(const OpDef& op, const InputDef& in);
// What the op's record says it can make that is not finite.
FlowGraph::Spoils spoils_of(const OpDef& op);

}  // namespace whygrad::internal
