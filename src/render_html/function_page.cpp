// The page of a function's graph. It is drawn as any graph is: what runs within an op, the ops of a sweep and the bodies of a loop or a branch, is a
// name scope below it.
#include "base/bytes_text.hpp"
#include "render_html/page.hpp"

#include <whygrad/flow/render.hpp>
#include <whygrad/render_html/html.hpp>

#include <fmt/format.h>

#include <map>
#include <memory>
#include <utility>

namespace whygrad {
namespace {

using namespace render_html;
using Graph = FunctionGraph::Graph;
using Node = FunctionGraph::Node;
using Index = FlowGraph::Index;

class FlowOfFunction {
 public:
  explicit FlowOfFunction(const Graph& graph) { add_graph(graph, "", nullptr); }
  FlowGraph take() { return std::move(flow_); }

 private:
  // By value of a graph, the value of the drawing.
  using Values = std::vector<Index>;

  Index def(const std::string& name) {
    const auto [at, added] = defs_.try_emplace(name, static_cast<Index>(flow_.defs.size()));
    if (added) {
      const char* kept = flow_.keep(name);
      flow_.defs.push_back({.name = kept, .type = kept, .answers = {FlowGraph::Answer{}}});
    }
    return at->second;
  }

  Index scope(const std::string& path) {
    if (path.empty()) return FlowGraph::kNone;
    const auto [at, added] = scopes_.try_emplace(path, static_cast<Index>(flow_.scopes.size()));
    if (added) flow_.scopes.push_back(flow_.keep(path));
    return at->second;
  }

  Where where(const Place& place) {
    if (!place.known()) return {};
    const auto [at, added] = files_.try_emplace(place.file + '\n' + place.function);
    if (added) at->second = {flow_.keep(place.file), flow_.keep(place.function)};
    return {at->second.first, at->second.second, place.line, place.column};
  }

  Index add_value(const FunctionGraph::Value& value, Index op) {
    FlowGraph::Value v;
    v.op = op;
    v.dtype = value.dtype;
    v.first_extent = static_cast<Index>(flow_.extents.size());
    v.rank = static_cast<std::uint8_t>(std::min<std::size_t>(value.shape.size(), FlowGraph::kUnknownRank - 1));
    flow_.extents.insert(flow_.extents.end(), value.shape.begin(), value.shape.begin() + v.rank);
    flow_.values.push_back(v);
    return static_cast<Index>(flow_.values.size() - 1);
  }

  // A value that nothing in the graph makes.
  Index add_leaf(const FunctionGraph::Value& value, const std::string& name, const char* noun) {
    const Index v = add_value(value, FlowGraph::kNone);
    flow_.values[v].variable = static_cast<Index>(flow_.variables.size());
    flow_.variables.push_back({.name = flow_.keep(name), .noun = noun});
    return v;
  }

  // Adds an op without outputs, which add_value(..., op) follows.
  Index add_op(const std::string& name, const Place& place, const std::string& path, const std::vector<Index>& inputs) {
    FlowGraph::Op op;
    op.def = def(name);
    op.where = where(place);
    op.scope = scope(path);
    op.first_input = static_cast<Index>(flow_.inputs.size());
    op.inputs = static_cast<std::uint16_t>(std::min<std::size_t>(inputs.size(), 0xffff));
    op.first_output = static_cast<Index>(flow_.values.size());
    flow_.inputs.insert(flow_.inputs.end(), inputs.begin(), inputs.begin() + op.inputs);
    flow_.ops.push_back(op);
    return static_cast<Index>(flow_.ops.size() - 1);
  }
  Index add_output(Index op, const FunctionGraph::Value& value) {
    ++flow_.ops[op].outputs;
    return add_value(value, op);
  }

  static std::vector<Index> mapped(const std::vector<FunctionGraph::Index>& values, const Values& at) {
    std::vector<Index> result;
    result.reserve(values.size());
    for (const FunctionGraph::Index v : values) result.push_back(at[v]);
    return result;
  }

  static std::string below(const std::string& path, const std::string& name) {
    return path.empty() || name.empty() ? path + name : fmt::format("{}/{}", path, name);
  }
  // A name of its own for what runs within the node.
  static std::string name_within(const Node& node) { return node.outputs == 0 ? node.op : fmt::format("{} %{}", node.op, node.first_output); }

  void add_steps(const Graph& graph, const Node& node, const std::string& path, Values& at) {
    const std::string inside = below(path, name_within(node));
    for (const Node::Step& step : node.steps) {
      const Index op = add_op(step.op, node.place, inside, mapped(step.inputs, at));
      at[step.output] = add_output(op, graph.values[step.output]);
    }
  }

  // Adds the ops of the bodies, and behind them the op itself: it reads their results, and what no body is given.
  void add_bodies(const Graph& graph, const Node& node, const std::string& path, Values& at) {
    const std::string inside = below(path, name_within(node));
    std::vector<char> given(node.inputs.size());
    std::vector<Index> results;
    for (const FunctionGraph::Body& body : node.bodies) {
      std::vector<Index> from;
      for (const FunctionGraph::Index i : body.from) {
        from.push_back(i == FunctionGraph::kNone ? FlowGraph::kNone : at[node.inputs[i]]);
        if (i != FunctionGraph::kNone) given[i] = 1;
      }
      const std::vector<Index> made = add_graph(body.graph, below(inside, body.name), &from);
      results.insert(results.end(), made.begin(), made.end());
    }
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (given[i] == 0) results.push_back(at[node.inputs[i]]);
    }
    add_outputs(graph, node, add_op(node.op, node.place, inside, results), at);
  }

  void add_outputs(const Graph& graph, const Node& node, Index op, Values& at) {
    for (FunctionGraph::Index k = 0; k < node.outputs; ++k) at[node.first_output + k] = add_output(op, graph.values[node.first_output + k]);
  }

  // `from`: what the inputs of a body are outside of it. Returns the results.
  std::vector<Index> add_graph(const Graph& graph, const std::string& path, const std::vector<Index>* from) {
    Values at(graph.values.size(), FlowGraph::kNone);
    for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
      const FunctionGraph::Input& input = graph.inputs[i];
      const FunctionGraph::Value& value = graph.values[input.value];
      const std::string name = input.name.empty() ? fmt::format("input {}", i) : input.name;
      const bool entered = from != nullptr && i < from->size() && (*from)[i] != FlowGraph::kNone;
      at[input.value] =
          entered ? add_output(add_op(name, {}, path, {(*from)[i]}), value) : add_leaf(value, name, input.name.empty() ? "input" : "variable");
    }
    for (const FunctionGraph::Index v : graph.given) at[v] = add_leaf(graph.values[v], "given", "value that the caller has");
    for (const FunctionGraph::Index v : graph.constants) at[v] = add_leaf(graph.values[v], "constant", "constant");
    for (const Node& node : graph.nodes) {
      const std::string inside = below(path, node.scope);
      if (!node.steps.empty()) {
        add_steps(graph, node, inside, at);
      } else if (!node.bodies.empty()) {
        add_bodies(graph, node, inside, at);
      } else {
        const std::string name = node.variable.empty() ? node.op : fmt::format("{} {}", node.op, node.variable);
        add_outputs(graph, node, add_op(name, node.place, inside, mapped(node.inputs, at)), at);
      }
    }
    std::vector<Index> results = mapped(graph.outputs, at);
    if (from == nullptr) add_op("return", {}, path, results);
    return results;
  }

  FlowGraph flow_;
  std::map<std::string, Index> defs_, scopes_;
  std::map<std::string, std::pair<const char*, const char*>> files_;
};

Json pictures_json(const FlowGraph& flow) {
  const std::vector<OpStatus> status(flow.ops.size(), OpStatus::kAside);
  const ScopeTree tree(flow);
  Json groups = Json::array(), names = Json::array(), group_of_op = Json::array();
  for (View& view : graph_views(flow, tree, status, Contents::kListed)) groups.push_back(view_json(std::move(view)));
  for (Index op = 0; op < flow.ops.size(); ++op) {
    names.push_back(name_of(status[op]));
    group_of_op.push_back(tree.group_of_op(op));
  }
  return {{"paths", Json::array()}, {"groups", std::move(groups)}, {"status", std::move(names)}, {"group_of_op", std::move(group_of_op)}};
}

Json facts_of(const Graph& graph) {
  Json facts = Json::array();
  const auto add = [&facts](const char* name, const std::string& text) { facts.push_back({name, text}); };
  add("steps", std::to_string(graph.nodes.size()));
  add("ops", std::to_string(internal::count_ops(graph)));
  if (!graph.memory) return facts;
  const auto add_bytes = [&](const char* name, std::uint64_t bytes) { add(name, internal::bytes_text(bytes)); };
  add_bytes("at most", graph.memory->peak);
  add_bytes("arena", graph.memory->arena);
  add_bytes("results", graph.memory->results);
  add_bytes("inputs", graph.memory->inputs);
  add_bytes("constants", graph.memory->constants);
  return facts;
}

}  // namespace

std::string to_html(const FunctionGraph& graph) {
  std::vector<Explanation> drawn;
  Json stages = Json::array(), pictures = Json::array();
  for (const bool after_passes : {false, true}) {
    auto flow = std::make_shared<FlowGraph>(FlowOfFunction(graph.stage(after_passes)).take());
    pictures.push_back(pictures_json(*flow));
    drawn.emplace_back(std::vector<Finding>(), std::move(flow));
    stages.push_back({{"name", after_passes ? "after passes" : "before passes"}, {"facts", facts_of(graph.stage(after_passes))}});
  }
  return page_of({{"title", graph.name},
                  {"note", graph.place.short_text()},
                  {"flow", Json::parse(to_json(drawn))},
                  {"pictures", std::move(pictures)},
                  {"stages", std::move(stages)},
                  {"reasons", Json::object()}});
}

}  // namespace whygrad
