// Choices in traces: the record of a branch, and its gradient.
#pragma once

#include "graph/bodies.hpp"

#include <whygrad/base/gradient_flow.hpp>
#include <whygrad/ops/op.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace whygrad::internal {

class TracedFunction;
class Tracer;

// The bodies of a branch. The node's first input chooses the body. Its further inputs are those of the bodies, one body after the other. Its outputs
// are first the results, which all bodies have. Then come, for each body, the values that another run would not reproduce (TracedFunction::once);
// these are zeros if another body ran.
class Branches final : public NodeBodies {
 public:
  explicit Branches(std::vector<std::shared_ptr<TracedFunction>> bodies);
  const std::vector<std::shared_ptr<TracedFunction>>& bodies() const { return bodies_; }

  bool is_pure() const override;
  bool has_effect() const override;
  bool same(const NodeBodies& other) const override;
  std::vector<std::shared_ptr<VariableImpl>> writes() const override;
  std::vector<NodePart> parts(const char* needed, bool planned) const override;
  void run(std::span<const Tensor* const> inputs, std::span<Tensor> outputs, const char* needed) const override;

 private:
  std::vector<std::shared_ptr<TracedFunction>> bodies_;
  std::size_t results_ = 0;  // those that exist
};

// Inputs: the predicate or index, then those of the bodies, one body after the other. Outputs: those of the node in the graph.
extern const OpDef kBranchEvent;
struct BranchAttrs {
  Construct construct;
};
struct SavedBranch final : SavedBodies {
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
