// What our op records say about another engine's ops.
#pragma once

#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/ops/op.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace whygrad::python {

// How the other engine treats one input of an op.
struct EngineAnswer {
  std::string flow = "flows", role = "data";  // words of docs/flow.schema.json
  std::string input, why, remedy;             // set if the collector has words of its own
};

// A collector's description of an op. Words that it leaves empty come from the op record whose TensorFlow type or name is `like`, if any.
struct EngineOp {
  std::string name, type, like, kind = "compute";
  std::vector<EngineAnswer> answers;
  bool backward_pass = false;
  std::string zero, nonfinite;  // hazards that the engine's op has and the record has not; words of docs/flow.schema.json
};
FlowGraph::Def definition_of(const EngineOp& op);

// The op record of a type, such as "ArgMax", of a name, such as "argmax", or of an event: "constant", "host_read", "variable", "assign", "gradient",
// "custom_gradient", "choice", "slices", "element". Null if there is none.
const OpDef* known_op(std::string_view type_or_name);

// Whether something is known of this type or name: it has an op record of ours, or is one of TensorFlow's types (tensorflow_ops).
bool knows_op(std::string_view type_or_name);
// What is known of each input that passes no gradient; empty if nothing is known.
std::vector<GradientFlow> known_flows(std::string_view type_or_name);
// The name that a program writes: argmax for "ArgMax", hsv_to_rgb for "HSVToRGB".
std::string name_of_type(std::string_view type);

}  // namespace whygrad::python
