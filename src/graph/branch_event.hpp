// Choices in traces: the record of a branch, and its gradient.
#pragma once

#include "graph/graph.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace whygrad::internal {

// Inputs: the predicate or index, then those of the bodies, one body after the other. Outputs: those of the node in the graph (Branches).
extern const OpDef kBranchEvent;
struct BranchAttrs {
  Construct construct;
};
struct SavedBranch final : SavedObject {
  std::shared_ptr<const Branches> branches;
  Tensor predicate;
  std::vector<std::vector<Tensor>> inputs;  // by body
  std::vector<std::vector<Tensor>> once;    // by body
  std::vector<bool> exists;                 // by result: false if the bodies return nothing there
};

// Traces each body and records the choice. Throws ValueError if the bodies return different numbers of values, ShapeError or DTypeError if the shapes
// or dtypes of these values differ.
std::vector<Tensor> trace_branch(Tracer& tracer, Construct construct, const Tensor& predicate,
                                 const std::vector<std::function<std::vector<Tensor>()>>& bodies, const Where& where);

}  // namespace whygrad::internal
