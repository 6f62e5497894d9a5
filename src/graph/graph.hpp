// The graph of a traced function: what its ops compute from what, without the log.
#pragma once

#include "autodiff/variable_impl.hpp"
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

// NOTE [one graph, and what stands on it]
// Nodes stand in the order in which they may run, values in the order in which they are made. A pure node that is added twice is one node, so
// whatever stands on a graph finds what is there: the graph of a derivative begins with a copy of the function's graph, under the same numbers, and
// what its rules compute once more (a value that a cond or a called function computes again) is found to be there already. Which of the values a
// backward pass is given, and which it computes once more, is thus a choice made on numbers (graph/derivative.cpp), and no node has to know of it.
class TracedFunction;

// The bodies of a branch. The node's inputs behind the first are those of the bodies, one body after the other; its outputs are the results, which
// all bodies have, and then what each of them computed that no other run would give again (TracedFunction::once), zeros where another one ran.
struct Branches {
  std::vector<std::shared_ptr<TracedFunction>> bodies;
  std::size_t results = 0;
};

class Graph {
 public:
  using Index = std::int32_t;
  static constexpr Index kNone = -1;

  struct Value {
    TensorSpec spec;
    Index node = kNone;   // that makes it; kNone for an input and a constant
    Index input = kNone;  // which input it is
    Tensor constant;      // elements, for a constant
  };

  struct Node {
    enum class Kind : std::uint8_t {
      kOp,
      kRead,    // the value of a variable after something may have written it
      kWrite,   // a variable takes its input
      kHost,    // a function of the host
      kBranch,  // one of several graphs, by its first input
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
    std::shared_ptr<VariableImpl> variable;  // of a read and a write
    std::shared_ptr<const HostCall> host;
    std::shared_ptr<const Branches> branches;

    // Whether it gives the same for the same inputs, and does nothing else.
    bool is_pure() const;
    bool has_effect() const;
  };

  Index add_input(const TensorSpec& spec);
  Index add_constant(const Tensor& constant);
  // The first output of `node`, whose outputs get the specs, or of one that is there and makes the same.
  Index add(Node node, std::span<const TensorSpec> outputs);

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Value>& values() const { return values_; }
  const Value& value(Index v) const { return values_[static_cast<std::size_t>(v)]; }
  const Node& node(Index n) const { return nodes_[static_cast<std::size_t>(n)]; }
  const std::vector<Index>& inputs() const { return inputs_; }
  Index node_count() const { return static_cast<Index>(nodes_.size()); }
  Index value_count() const { return static_cast<Index>(values_.size()); }

  // One line per node: "%4 = matmul(%0, %1)  f32[4, 2]  model.py:12". `outputs` are named at the end.
  std::string to_string(std::span<const Index> outputs) const;

 private:
  std::uint64_t hash_of(const Node& node) const;
  bool same(const Node& a, const Node& b) const;

  std::vector<Node> nodes_;
  std::vector<Value> values_;
  std::vector<Index> inputs_;
  std::unordered_multimap<std::uint64_t, Index> pure_;  // nodes by hash
  std::unordered_map<const TensorImpl*, Index> constants_;
};

}  // namespace whygrad::internal
