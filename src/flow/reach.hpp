// Descendants and ancestors of values in a FlowGraph.
#pragma once

#include <whygrad/flow/flow_graph.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace whygrad::internal {

// Whether the op uses the values of the input, and not its shape alone.
bool reads_values(const FlowGraph& graph, FlowGraph::Index op, std::size_t input);

// Whether the input is that of a user's gradient rule.
bool is_users_rule(GradientFlow flow);

// Whether the tape watched the value when this op used it.
bool watched_by(const FlowGraph& graph, FlowGraph::Index value, FlowGraph::Index op);

// Values that recorded ops computed from watched ones, so that they carry a gradient on the tape.
std::vector<std::uint8_t> carrying_values(const FlowGraph& graph);
// Whether one of the op's inputs [begin, end) carries a gradient, as far as the op lets it through; and the same for the op's outputs, once it is
// known for all earlier values.
bool carries_into(const FlowGraph& graph, FlowGraph::Index op, std::size_t begin, std::size_t end, const std::vector<std::uint8_t>& carries);
void carry_over(const FlowGraph& graph, FlowGraph::Index op, std::vector<std::uint8_t>& carries);

// The given values and their ancestors, regardless of stops of the gradient.
std::vector<std::uint8_t> ancestors(const FlowGraph& graph, const std::vector<FlowGraph::Index>& of);
// Whether an output of the op is among the values.
bool makes_any(const FlowGraph& graph, FlowGraph::Index op, const std::vector<std::uint8_t>& values);
// The given values and their descendants; with shapes, also values that depend only on the sizes of others.
enum class Through : bool { kValues, kShapesToo };
std::vector<std::uint8_t> descendants(const FlowGraph& graph, const std::vector<FlowGraph::Index>& of, Through through = Through::kValues);

}  // namespace whygrad::internal
