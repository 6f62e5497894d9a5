// A function's graph in the language of Graphviz.
#include "base/bytes_text.hpp"

#include <whygrad/flow/function_graph.hpp>

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whygrad {
namespace {

using Graph = FunctionGraph::Graph;
using Node = FunctionGraph::Node;
using Index = FunctionGraph::Index;
using internal::signature_of;

// Lines become lines of a label.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
    } else {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
  }
  return result + "\"";
}

class Dot {
 public:
  std::string make(const FunctionGraph& function, bool after_passes) {
    const Graph& graph = function.stage(after_passes);
    std::string title = fmt::format("{}, {} passes", function.name, after_passes ? "after" : "before");
    if (graph.memory) title += fmt::format("\n{} at most", internal::bytes_text(graph.memory->peak));
    text_ = fmt::format(
        "digraph {} {{\n  label={}; labelloc=t; compound=1;\n  fontname=\"sans-serif\"; node [fontname=\"sans-serif\", fontsize=11, "
        "shape=box, style=\"rounded,filled\", fillcolor=white]; edge [color=\"#7d838c\", arrowsize=0.7];\n",
        quoted(function.name), quoted(title));
    add_graph(graph, nullptr, nullptr, "  ");
    return text_ + "}\n";
  }

 private:
  using Names = std::map<Index, std::string>;  // of the boxes that make the values

  std::string box(const std::string& indent, const std::string& label, const char* attributes = "") {
    std::string name = fmt::format("n{}", next_++);
    text_ += fmt::format("{}{} [label={}{}];\n", indent, name, quoted(label), attributes);
    return name;
  }
  void edge(const std::string& from, const std::string& to) { edges_ += fmt::format("  {} -> {};\n", from, to); }

  static std::string label_of(const Graph& graph, const Node& node) {
    std::string label = node.op;
    if (!node.variable.empty()) label += " " + node.variable;
    for (Index k = 0; k < node.outputs; ++k) label += (k == 0 ? "\n" : ", ") + signature_of(graph.values[node.first_output + k]);
    if (const std::string place = node.place.short_text(); !place.empty()) label += "\n" + place;
    return label;
  }

  void open_cluster(const std::string& indent, const std::string& label) {
    text_ += fmt::format("{}subgraph cluster_{} {{\n{}  label={}; style=\"rounded,filled\"; fillcolor=\"#f2f0ea\"; color=\"#7d838c\";\n", indent,
                         next_++, indent, quoted(label));
  }

  void add_steps(const Graph& graph, const Node& node, Names& made, const std::string& indent) {
    open_cluster(indent, label_of(graph, node));
    for (const Node::Step& step : node.steps) {
      const std::string name = box(indent + "  ", step.op);
      for (const Index v : step.inputs) edge(made.at(v), name);
      made[step.output] = name;
    }
    text_ += indent + "}\n";
  }

  // The bodies' inputs are boxes that take from what the node takes from, and their results go into a box for the node.
  void add_bodies(const Graph& graph, const Node& node, Names& made, const std::string& indent) {
    open_cluster(indent, node.op);
    std::vector<std::string> results;
    std::vector<char> entered(node.inputs.size());
    for (const FunctionGraph::Body& body : node.bodies) {
      open_cluster(indent + "  ", body.name);
      std::vector<std::string> from;
      for (const Index i : body.from) {
        from.push_back(i == FunctionGraph::kNone ? std::string() : made.at(node.inputs[i]));
        if (i != FunctionGraph::kNone) entered[i] = 1;
      }
      add_graph(body.graph, &from, &results, indent + "    ");
      text_ += indent + "  }\n";
    }
    const std::string name = box(indent + "  ", label_of(graph, node));
    for (const std::string& result : results) edge(result, name);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (entered[i] == 0) edge(made.at(node.inputs[i]), name);
    }
    text_ += indent + "}\n";
    for (Index k = 0; k < node.outputs; ++k) made[node.first_output + k] = name;
  }

  // `from`: of the inputs of a body, the boxes that make them outside. `results` gets the boxes that make the results; without it they go into a box
  // `return`.
  void add_graph(const Graph& graph, const std::vector<std::string>* from, std::vector<std::string>* results, const std::string& indent) {
    Names made;
    for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
      const FunctionGraph::Input& input = graph.inputs[i];
      const std::string label = input.name.empty() ? fmt::format("input {}", i) : input.name;
      made[input.value] = box(indent, label + "\n" + signature_of(graph.values[input.value]), ", shape=ellipse, style=filled");
      if (from != nullptr && i < from->size() && !(*from)[i].empty()) edge((*from)[i], made[input.value]);
    }
    for (const Index v : graph.given) made[v] = box(indent, "given\n" + signature_of(graph.values[v]), ", shape=ellipse, style=filled");
    for (const Index v : graph.constants) made[v] = box(indent, "constant\n" + signature_of(graph.values[v]), ", shape=ellipse, style=dashed");
    for (const Node& node : graph.nodes) {
      if (!node.steps.empty()) {
        add_steps(graph, node, made, indent);
      } else if (!node.bodies.empty()) {
        add_bodies(graph, node, made, indent);
      } else {
        const std::string name = box(indent, label_of(graph, node));
        for (const Index v : node.inputs) edge(made.at(v), name);
        for (Index k = 0; k < node.outputs; ++k) made[node.first_output + k] = name;
      }
    }
    if (results != nullptr) {
      for (const Index v : graph.outputs) results->push_back(made.at(v));
      return;
    }
    const std::string name = box(indent, "return", ", shape=ellipse");
    for (const Index v : graph.outputs) edge(made.at(v), name);
    text_ += std::exchange(edges_, {});
  }

  std::string text_, edges_;
  std::size_t next_ = 0;
};

}  // namespace

std::string to_dot(const FunctionGraph& graph, bool after_passes) { return Dot().make(graph, after_passes); }

}  // namespace whygrad
