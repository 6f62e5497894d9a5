// Makes the graph of a traced function from its records.
#pragma once

#include "graph/trace.hpp"

namespace whygrad::internal {

class GraphBuilder {
 public:
  // Goes on from the graph that the function has: that of the function which it is the derivative of, or nothing.
  explicit GraphBuilder(TracedFunction& function);

  void add_inputs();
  // What the trace did to the outside, and what it returned.
  void add_results();
  // The graph becomes the function's.
  void take_into();

  // The value of a tensor of the trace, with all that it is made of.
  Graph::Index value_of(const Tensor& tensor);
  const Graph& graph() const { return graph_; }

 private:
  // Adds all that `ids` are made of, and the records `also`.
  void add_all(std::vector<ValueId> ids, const std::vector<const Record*>& also);
  Graph::Index known(ValueId id);
  void add(const Record& record);
  void add_op(const Record& record);
  void add_call(const Record& record);
  void add_branch(const Record& record);
  void copy_node(const TracedFunction& callee, Graph::Index n, std::vector<Graph::Index>& at);
  void own(const Record& record, Graph::Index first);
  Graph::Node node_of(const Record& record);

  TracedFunction& function_;
  Graph graph_;
  LogSlice slice_;
  std::unordered_map<ValueId, Graph::Index> known_;
};

}  // namespace whygrad::internal
