// What the program calls the values that it makes, read from its source.
#pragma once

#include <whygrad/flow/flow_graph.hpp>

#include <string>
#include <vector>

namespace whygrad::internal {

// A name and the line that gives it; no name where the source does not say it plainly, or cannot be read.
struct SourceName {
  std::string name;
  std::string file;
  std::uint32_t line = 0;
};

// Of the variable that was made there.
SourceName source_name_of_variable(const Where& made_at);
// Of a value that an op of the graph made: where the result of the call is given a name as it is.
SourceName source_name(const FlowGraph& graph, FlowGraph::Index value);

struct VariableToName {
  FlowGraph::Index variable;
  bool named;  // by the program
};
// Gives variables without a name one from the source, and to those that share a name what tells them apart. They come in the order in which they were
// made.
void tell_variables_apart(FlowGraph& graph, const std::vector<VariableToName>& variables);

// The function that the program called where the op stands, as it is written there, where that is another than the op: "norm" of its `sqrt`.
std::string called_instead(const Where& where, const std::string& op);
// Whether the call at the op's place made other ops as well.
bool is_one_of_several(const FlowGraph& graph, FlowGraph::Index op);

// The function that one line of C++ calls, where it calls one alone, and it is not `op`.
std::string only_call(const std::string& line, const std::string& op);
// The name that one line of C++ gives to what a call of `function` or an operator makes: "h" for "const Tensor h = tanh(x);" and "tanh".
std::string declared_name(const std::string& line, const std::string& function);

}  // namespace whygrad::internal
