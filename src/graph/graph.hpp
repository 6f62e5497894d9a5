// The graph of a traced function: its ops and the values that they read and compute. It does not need the log.
#pragma once

#include "autodiff/variable_impl.hpp"
#include "graph/bodies.hpp"
#include "kernels/fused.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/ops/op.hpp>
#include <whygrad/tensor/spec.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace whygrad::internal {

// The ops of a fused node, by step.
struct FusedOps {
  kernels::FusedLoop loop;
  std::vector<const OpDef*> ops;
};

// NOTE [one graph, and what stands on it]
// Nodes are stored in an order in which they may run, values in the order in which they are made. A pure node that is added twice is stored once.
// A graph that builds on another one therefore reuses its nodes: the graph of a derivative begins with a copy of the function's graph, with the same
// indices. When the derivative's rules compute a value of the function again (as a cond or a called function does), the node is found in the copy.
// Which values a backward pass receives, and which it computes again, is thus a choice of value indices (TracedFunction::saved). No node depends on
// that choice.
class Graph {
 public:
  using Index = std::int32_t;
  static constexpr Index kNone = -1;

  struct Value {
    TensorSpec spec;
    Index node = kNone;   // the node that computes it; kNone for an input or a constant
    Index input = kNone;  // the index among the inputs; kNone if it is none
    Tensor constant;      // the elements of a constant; else empty
  };

  struct Node {
    enum class Kind : std::uint8_t {
      kOp,
      kRead,       // reads a variable that may have been written before in the same run
      kWrite,      // assigns its input to a variable
      kHost,       // calls a function of the host
      kBodies,     // runs graphs of its own, as a branch and a loop do
      kFused,      // runs several elementwise ops in one sweep
      kMatmulAdd,  // adds the product of its first two inputs to the third, in place where it can
      kTranspose,  // stores the transpose of a matrix
    };
    Kind kind = Kind::kOp;
    const OpDef* op = nullptr;
    Where where;
    std::uint32_t scope = 0;
    std::vector<Index> inputs;
    Index first_output = 0;
    Index outputs = 0;
    std::shared_ptr<const std::byte[]> attrs;
    std::size_t attrs_bytes = 0;
    std::shared_ptr<VariableImpl> variable;  // for kRead and kWrite
    std::shared_ptr<const HostCall> host;
    std::shared_ptr<const NodeBodies> bodies;
    std::shared_ptr<const FusedOps> fused;

    // Whether its results depend on its inputs only and it has no side effects.
    bool is_pure() const;
    bool has_effect() const;
  };

  Index add_input(const TensorSpec& spec);
  Index add_constant(const Tensor& constant);
  // Adds `node` with outputs of these specs. A pure node that the graph has already is not added again. Returns the node's first output.
  Index add(Node node, std::span<const TensorSpec> outputs);

  // Adds a value that the caller of a program has.
  Index add_given(const TensorSpec& spec);
  // Adds `node` without a search for an equal one.
  Index append(Node node, std::span<const TensorSpec> outputs);

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Value>& values() const { return values_; }
  const Value& value(Index v) const { return values_[static_cast<std::size_t>(v)]; }
  const Node& node(Index n) const { return nodes_[static_cast<std::size_t>(n)]; }
  const std::vector<Index>& inputs() const { return inputs_; }
  Index node_count() const { return static_cast<Index>(nodes_.size()); }
  Index value_count() const { return static_cast<Index>(values_.size()); }

 private:
  std::uint64_t hash_of(const Node& node) const;
  bool same(const Node& a, const Node& b) const;

  std::vector<Node> nodes_;
  std::vector<Value> values_;
  std::vector<Index> inputs_;
  std::unordered_multimap<std::uint64_t, Index> pure_;  // pure nodes by hash
  std::unordered_map<const TensorImpl*, Index> constants_;
};

}  // namespace whygrad::internal
