// What a node of a graph runs if it is not one op: a branch or a loop with functions of its own.
#pragma once

#include "tensor/log.hpp"

#include <whygrad/tensor/spec.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace whygrad::internal {

class Program;
class TracedFunction;
struct VariableImpl;

// A function that a node runs, for those who look at the graph.
struct NodePart {
  std::string name;  // "condition", "branch 0"
  TracedFunction* function;
  std::vector<std::ptrdiff_t> from;  // for each input of the function, the input of the node; -1 if it is something else
  const Program* program;            // that runs it; null if it was not asked for
};

class NodeBodies {
 public:
  virtual ~NodeBodies() = default;

  // Whether the results depend on the inputs only and a run has no side effects.
  virtual bool is_pure() const = 0;
  virtual bool has_effect() const = 0;
  // Whether `other`, of the same op, gives the same results for the same inputs.
  virtual bool same(const NodeBodies& other) const = 0;
  // The variables that a run may write.
  virtual std::vector<std::shared_ptr<VariableImpl>> writes() const = 0;
  // `needed` is that of run(). The programs are planned if `planned`.
  virtual std::vector<NodePart> parts(const char* needed, bool planned) const = 0;
  // Computes the outputs, in row-major order. outputs[k] stays empty if `needed[k]` is 0 and it costs something. Throws what a kernel throws.
  virtual void run(std::span<const Tensor* const> inputs, std::span<Tensor> outputs, const char* needed) const = 0;
};

// What a record of a trace keeps that becomes a node with bodies.
struct SavedBodies : SavedObject {
  std::shared_ptr<const NodeBodies> bodies;
};

}  // namespace whygrad::internal
