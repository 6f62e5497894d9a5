// Reads the names that the program gives to its values from the source code.
#pragma once

#include <whygrad/flow/flow_graph.hpp>

#include <string>
#include <vector>

namespace whygrad::internal {

// A name and the line that gives it; no name if the source is unclear or cannot be read.
struct SourceName {
  std::string name;
  std::string file;
  std::uint32_t line = 0;
};

// The name of the variable that was created there.
SourceName source_name_of_variable(const Where& made_at);
// The name of a value that an op of the graph computed, if the result of the call is given a name directly.
SourceName source_name(const FlowGraph& graph, FlowGraph::Index value);

struct VariableToName {
  FlowGraph::Index variable;
  bool named;  // by the program
};
// Names unnamed variables by the source code, and distinguishes those that share a name. They come in the order in which they were created.
void tell_variables_apart(FlowGraph& graph, const std::vector<VariableToName>& variables);

// The function that the program called at the op's place, as written there, if it differs from the op: "norm" of its `sqrt`.
std::string called_instead(const Where& where, const std::string& op);
// The op's name as a program in another language writes it there, "torch.argmax" or "x.argmax"; otherwise `op`.
std::string as_written(const Where& where, const std::string& op);
// The function of a library that the program called and that is composed of several ops, this one among them: "tf.norm" of its `sqrt`; "" where the
// program called the op itself, or something of its own, such as a layer.
std::string composed_by(const FlowGraph& graph, FlowGraph::Index op);
// Whether the call at the op's place ran other ops as well.
bool is_one_of_several(const FlowGraph& graph, FlowGraph::Index op);

// The only function that one line of C++ calls, unless it is `op`.
std::string only_call(const std::string& line, const std::string& op);
// The name that one line of C++ gives to the result of `function` or of an operator: "h" for "const Tensor h = tanh(x);" and "tanh".
std::string declared_name(const std::string& line, const std::string& function);

}  // namespace whygrad::internal
