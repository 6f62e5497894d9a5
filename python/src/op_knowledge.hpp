// What the op records know of another engine's ops.
#pragma once

#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/ops/op.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace whygrad::python {

// How an input of an op is answered by the other engine.
struct EngineAnswer {
  std::string flow = "flows", role = "data";  // as in files of graphs
  std::string input, why, remedy;             // where the engine knows words of its own
};

// What a collector says of an op; the words that it leaves empty come from the record of that TensorFlow type or name, `like`, where there is one.
struct EngineOp {
  std::string name, type, like, kind = "compute";
  std::vector<EngineAnswer> answers;
  bool backward_pass = false;
  std::string zero, nonfinite;  // hazards that the engine's op has and the record does not, as in files of graphs
};
FlowGraph::Def definition_of(const EngineOp& op);

// By type, such as "ArgMax", by name, such as "argmax", or an event: "constant", "host_read", "variable", "assign", "gradient", "custom_gradient",
// "choice", "slices", "element". Null where there is none.
const OpDef* known_op(std::string_view type_or_name);

// Whether a record says something of this type or name: that of an op of ours, or one of TensorFlow's types (tensorflow_ops).
bool knows_op(std::string_view type_or_name);
// What it says of each input that passes no gradient; empty where it says nothing.
std::vector<GradientFlow> known_flows(std::string_view type_or_name);
// As a program writes it: of "ArgMax" argmax, of "HSVToRGB" hsv_to_rgb.
std::string name_of_type(std::string_view type);

}  // namespace whygrad::python
