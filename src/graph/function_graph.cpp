// Draws graphs up as data.
#include "graph/function_graph.hpp"

#include "flow/words.hpp"
#include "graph/trace.hpp"

#include <whygrad/tensor/name_scope.hpp>

#include <algorithm>
#include <iterator>

namespace whygrad::internal {
namespace {

using Index = Graph::Index;
using Data = FunctionGraph::Graph;

Data data_of(TracedFunction& function, const Program* program);

FunctionGraph::Index at(Index v) { return static_cast<FunctionGraph::Index>(v); }

FunctionGraph::Value value_of(const TensorSpec& spec) {
  const std::span<const std::int64_t> dims = spec.shape.extents();
  return {flow_dtype(spec.dtype), {dims.begin(), dims.end()}};
}

const char* op_of(const Graph::Node& node) {
  if (node.kind == Graph::Node::Kind::kRead) return "read";
  if (node.kind == Graph::Node::Kind::kFused) return "fused";
  if (node.kind == Graph::Node::Kind::kMatmulAdd) return "matmul_add";
  return node.op->name;
}

// Values that do not leave the node are added behind the others.
void add_steps(Data& data, const Graph::Node& node, FunctionGraph::Node& to) {
  const kernels::FusedLoop& loop = node.fused->loop;
  std::vector<FunctionGraph::Index> values = to.inputs;
  for (std::size_t s = 0; s < loop.steps.size(); ++s) {
    FunctionGraph::Node::Step step{node.fused->ops[s]->name, {}, 0};
    for (int i = 0; i < kernels::FusedLoop::operands(loop.steps[s].kind); ++i)
      step.inputs.push_back(values[static_cast<std::size_t>(loop.steps[s].inputs[i])]);
    if (const std::int16_t output = loop.places[s].output; output != kernels::FusedLoop::kNone) {
      step.output = at(node.first_output + output);
    } else {
      step.output = static_cast<FunctionGraph::Index>(data.values.size());
      data.values.push_back({flow_dtype(loop.dtypes[values.size()]), loop.shape});
    }
    values.push_back(step.output);
    to.steps.push_back(std::move(step));
  }
}

void add_node(Data& data, const Graph::Node& node, const char* needed) {
  FunctionGraph::Node to;
  to.op = op_of(node);
  for (const Index v : node.inputs) to.inputs.push_back(at(v));
  to.outputs = at(node.outputs);
  if (node.outputs != 0) to.first_output = at(node.first_output);
  if (node.variable != nullptr) to.variable = node.variable->name;
  to.scope = scope_path(node.scope);
  to.place = place_of(node.where);
  if (node.fused != nullptr) add_steps(data, node, to);
  if (node.bodies != nullptr) {
    for (const NodePart& part : node.bodies->parts(needed, needed != nullptr)) {
      FunctionGraph::Body body{part.name, {}, data_of(*part.function, part.program)};
      for (const std::ptrdiff_t i : part.from) body.from.push_back(i < 0 ? FunctionGraph::kNone : static_cast<FunctionGraph::Index>(i));
      to.bodies.push_back(std::move(body));
    }
  }
  data.nodes.push_back(std::move(to));
}

// `needed`: Program::needed() of the graph, or null if it is not planned.
Data data_of(const Plan& plan, const char* needed) {
  Data data;
  for (const Graph::Value& value : plan.graph.values()) data.values.push_back(value_of(value.spec));
  for (const Index v : plan.graph.inputs()) data.inputs.push_back({at(v), {}});
  for (const Index v : plan.given) data.given.push_back(at(v));
  for (Index v = 0; v < plan.graph.value_count(); ++v) {
    if (plan.graph.value(v).constant.defined()) data.constants.push_back(at(v));
  }
  for (const Graph::Node& node : plan.graph.nodes()) add_node(data, node, needed != nullptr ? needed + node.first_output : nullptr);
  for (const Index v : plan.outputs) data.outputs.push_back(at(v));
  return data;
}

// As the program runs it, or as the function was traced.
Data data_of(TracedFunction& function, const Program* program) {
  std::vector<Index> outputs;
  std::copy_if(function.outputs().begin(), function.outputs().end(), std::back_inserter(outputs), [](Index v) { return v != Graph::kNone; });
  Data data = program != nullptr ? data_of(program->plan(), program->needed().data())
                                 : data_of(needed_part(function.graph(), outputs, function.given(), function.first_own_node()), nullptr);
  if (program != nullptr) data.memory = program->memory();
  for (std::size_t i = 0; i < data.inputs.size(); ++i) {
    if (const auto& variable = function.inputs()[i].variable; variable != nullptr) data.inputs[i].name = variable->name;
  }
  return data;
}

}  // namespace

std::string Plan::to_string() const { return text_of(data_of(*this, nullptr)); }

FunctionGraph function_graph(TracedFunction& function) {
  return {function.name(), place_of(function.where()), data_of(function, nullptr), data_of(function, &function.program(false))};
}

}  // namespace whygrad::internal
