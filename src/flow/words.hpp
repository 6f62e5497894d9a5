// How values, ops and places are called in explanations.
#pragma once

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <string>

namespace whygrad::internal {

Place place_of(const Where& where);
// Leaves out the callers that it shares with the place that asked, which say nothing about it.
void shorten_callers(Place& place, const Place& asked);
// Of an op, as somebody sees it who asked about this graph.
Place place_of(const FlowGraph& graph, FlowGraph::Index op);
// "no gradient", "zero gradient"
const char* status_text(Finding::Status status);
// "train.cpp:17", or "" where the place is unknown: the file without its folders, since the line is what one looks for.
std::string short_place(const Place& place);
std::string short_place(const Where& where);
// " at train.cpp:17", or "".
std::string at_place(const Where& where);
// "line 17", or "train.cpp:17" where it is not in the file that asked.
std::string line_text(const Place& place, const Place& asked);
// ", called from line 12": of one or two callers, or "".
std::string called_from(const Place& place);

// The op's name for the user: "matmul", "gradient of matmul".
std::string op_text(const FlowGraph& graph, FlowGraph::Index op);
// The path of the name scope that the op was called in, or "".
std::string scope_text(const FlowGraph& graph, FlowGraph::Index op);
// "`w`", or "`w` (line 5)" where there are several of this name.
std::string variable_text(const FlowGraph& graph, FlowGraph::Index variable);
// "variable `w`", "`h` (line 6)", "the result of `add` at train.cpp:6", "the constant made at train.cpp:3", "a tensor".
std::string value_text(const FlowGraph& graph, FlowGraph::Index value);
// Puts the texts into the words of the program's language; safe to repeat.
void spell(Finding& finding);
// What a source is called: "`w`" for a variable, else as value_text.
std::string source_text(const FlowGraph& graph, const FlowGraph::Source& source);
// Why nothing is known of how a value was made; "" where it is known or does not matter.
std::string unknown_origin(const FlowGraph& graph, FlowGraph::Index value);

// "0.25", "NaN", "-Inf".
std::string number_text(double x);

}  // namespace whygrad::internal
