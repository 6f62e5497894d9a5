// Texts for values, ops and places in explanations.
#pragma once

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <string>
#include <vector>

namespace whygrad::internal {

Place place_of(const Where& where);
// Removes the callers that the place shares with the one that asked: they are not informative.
void shorten_callers(Place& place, const Place& asked);
// The place of an op, for the reader who asked about this graph.
Place place_of(const FlowGraph& graph, FlowGraph::Index op);
// "no gradient", "zero gradient"
const char* status_text(Finding::Status status);
// "train.cpp:17", or "" if the place is unknown: the file without its folders, because readers look for the line.
std::string short_place(const Place& place);
std::string short_place(const Where& where);
// " at train.cpp:17", or "".
std::string at_place(const Where& where);
// "line 17", or "train.cpp:17" if it is not in the file that asked.
std::string line_text(const Place& place, const Place& asked);
// ", called from line 12": one or two callers, or "".
std::string called_from(const Place& place);

// The op's name for the user: "matmul", "tf.matmul" if the program is seen to write it so, "gradient of matmul".
std::string op_text(const FlowGraph& graph, FlowGraph::Index op);
// The name scope of the op, or "".
std::string scope_text(const FlowGraph& graph, FlowGraph::Index op);
// "`w`", or "`w` (line 5)" if several have this name.
std::string variable_text(const FlowGraph& graph, FlowGraph::Index variable);
// "variable `w`", "`h` (line 6)", "the result of `add` at train.cpp:6", "the constant made at train.cpp:3", "a tensor".
std::string value_text(const FlowGraph& graph, FlowGraph::Index value);
// What a value without a gradient holds: "integers", "truth values", "text".
const char* plural_of(FlowDType dtype);
// What a further fault on the path does, after its name: "stops it as well"; and in a table.
const char* remains_text(Finding::Status status, Cause cause);
const char* table_text(Finding::Status status, Cause cause);
// "`cast` (line 14) stops it as well: keep the values floating here": for each further fault that has a remedy of its own.
std::vector<std::string> further_remedies(const Finding& finding);
// Translates the texts to the terms of the program's language. May be repeated.
void spell(Finding& finding);
// The text for a source: "`w`" for a variable, otherwise as value_text.
std::string source_text(const FlowGraph& graph, const FlowGraph::Source& source);
// Why the origin of a value is unknown; "" if it is known or irrelevant.
std::string unknown_origin(const FlowGraph& graph, FlowGraph::Index value);

// "0.25", "NaN", "-Inf".
std::string number_text(double x);

}  // namespace whygrad::internal
