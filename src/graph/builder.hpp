// Makes the graph of a traced function from its records.
#pragma once

#include "graph/trace.hpp"

namespace whygrad::internal {

class GraphBuilder {
 public:
  // Continues the function's present graph: for a derivative a copy of the graph of the function that it differentiates, otherwise an empty one.
  explicit GraphBuilder(TracedFunction& function);

  void add_inputs();
  // Adds the side effects of the trace and its results.
  void add_results();
  // Moves the graph into the function.
  void take_into();

  // The value of a tensor of the trace. Adds all records that it is computed from.
  Graph::Index value_of(const Tensor& tensor);
  const Graph& graph() const { return graph_; }

 private:
  // Adds the records that `ids` are computed from, and the records `also`.
  void add_all(std::vector<ValueId> ids, const std::vector<const Record*>& also);
  Graph::Index known(ValueId id);
  void add(const Record& record);
  void add_op(const Record& record);
  void add_call(const Record& record);
  void copy_node(const TracedFunction& callee, Graph::Index n, std::vector<Graph::Index>& at);
  void own(const Record& record, Graph::Index first);
  Graph::Node node_of(const Record& record);

  TracedFunction& function_;
  Graph graph_;
  LogSlice slice_;
  std::unordered_map<ValueId, Graph::Index> known_;
};

}  // namespace whygrad::internal
