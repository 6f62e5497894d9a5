// Choices in traces: what a branch leaves in a log, and its gradient.
#pragma once

#include "graph/graph.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace whygrad::internal {

// Inputs: the predicate or index, then those of the bodies, one body after the other. Outputs: as of Graph's node.
extern const OpDef kBranchEvent;
struct BranchAttrs {
  Construct construct;
};
struct SavedBranch final : SavedObject {
  std::shared_ptr<const Branches> branches;
  Tensor predicate;
  std::vector<std::vector<Tensor>> inputs;  // by body
  std::vector<std::vector<Tensor>> once;    // by body
  std::vector<bool> exists;                 // by result: some bodies return nothing in its place
};

// Traces each body and records the choice. Throws ValueError where the bodies return different numbers of values, ShapeError and DTypeError where
// these differ.
std::vector<Tensor> trace_branch(Tracer& tracer, Construct construct, const Tensor& predicate,
                                 const std::vector<std::function<std::vector<Tensor>()>>& bodies, const Where& where);

}  // namespace whygrad::internal
