// Writes and reads the graph of a function as JSON; docs/graph.schema.json describes the fields. What was read is consistent: every index lies within
// its array, and every value is made before it is used.
#include "flow/json_field.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/flow/function_graph.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace whygrad {
namespace {

using Graph = FunctionGraph::Graph;
using Node = FunctionGraph::Node;
using Index = FunctionGraph::Index;
using Json = nlohmann::ordered_json;
using internal::Field;

constexpr internal::FileKind kGraphFile = {"load_graph", "save_graph", ".wggraph", "whygrad-graph", 1};

// ---- Writing ----

void put_text(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

void put_place(Json& object, const Place& place) {
  if (!place.known()) return;
  object["place"] = {{"file", place.file}, {"line", place.line}};
  if (place.column != 0) object["place"]["column"] = place.column;
  put_text(object["place"], "function", place.function);
}

Json graph_json(const Graph& graph);

Json node_json(const Node& node) {
  Json json = {{"op", node.op}, {"inputs", node.inputs}, {"outputs", node.outputs}};
  if (node.outputs != 0) json["first_output"] = node.first_output;
  put_text(json, "variable", node.variable);
  put_text(json, "scope", node.scope);
  put_place(json, node.place);
  for (const Node::Step& step : node.steps) json["steps"].push_back({{"op", step.op}, {"inputs", step.inputs}, {"output", step.output}});
  for (const FunctionGraph::Body& body : node.bodies) {
    Json from = Json::array();
    for (const Index i : body.from) from.push_back(i == FunctionGraph::kNone ? Json(nullptr) : Json(i));
    json["bodies"].push_back({{"name", body.name}, {"from", std::move(from)}, {"graph", graph_json(body.graph)}});
  }
  return json;
}

Json graph_json(const Graph& graph) {
  Json json = {
      {"values", Json::array()}, {"inputs", Json::array()}, {"given", graph.given}, {"constants", graph.constants}, {"nodes", Json::array()}};
  for (const FunctionGraph::Value& value : graph.values) json["values"].push_back({{"dtype", name_of(value.dtype)}, {"shape", value.shape}});
  for (const FunctionGraph::Input& input : graph.inputs) {
    json["inputs"].push_back({{"value", input.value}});
    put_text(json["inputs"].back(), "name", input.name);
  }
  for (const Node& node : graph.nodes) json["nodes"].push_back(node_json(node));
  json["outputs"] = graph.outputs;
  if (graph.memory) {
    const FunctionGraph::Memory& m = *graph.memory;
    json["memory"] = {{"arena", m.arena}, {"inputs", m.inputs}, {"constants", m.constants}, {"results", m.results}, {"peak", m.peak}};
  }
  return json;
}

// ---- Reading ----

class GraphReader {
 public:
  GraphReader(const Field& field, int depth) : field_(field), depth_(depth) {}

  Graph read() {
    if (depth_ > kDeepest) field_.fail(fmt::format("lies {} bodies deep; {} is the most", depth_, kDeepest));
    field_["values"].each([this](const Field& value) { read_value(value); });
    made_.resize(graph_.values.size());
    field_["inputs"].each([this](const Field& input) { graph_.inputs.push_back({making(input["value"]), input.text_or_none("name")}); });
    field_["given"].each([this](const Field& value) { graph_.given.push_back(given(value)); });
    field_["constants"].each([this](const Field& value) { graph_.constants.push_back(making(value)); });
    field_["nodes"].each([this](const Field& node) { read_node(node); });
    field_["outputs"].each([this](const Field& value) { graph_.outputs.push_back(made(value)); });
    if (field_.has("memory")) {
      const Field memory = field_["memory"];
      graph_.memory = {memory["arena"].count(), memory["inputs"].count(), memory["constants"].count(), memory["results"].count(),
                       memory["peak"].count()};
    }
    return std::move(graph_);
  }

 private:
  void read_value(const Field& field) {
    FunctionGraph::Value value{field["dtype"].dtype(), {}};
    field["shape"].each([&value](const Field& extent) { value.shape.push_back(static_cast<std::int64_t>(extent.count(kMostExtent))); });
    graph_.values.push_back(std::move(value));
  }

  // A value that something makes, and nothing has made before.
  Index making(const Field& field) {
    const Index v = field.index(graph_.values.size());
    if (made_[v] != 0) field.fail(fmt::format("is {}, which is made already", v));
    made_[v] = 1;
    return v;
  }
  // A given value may be an input too.
  Index given(const Field& field) {
    const Index v = field.index(graph_.values.size());
    made_[v] = 1;
    return v;
  }
  Index made(const Field& field) const {
    const Index v = field.index(graph_.values.size());
    if (made_[v] == 0) field.fail(fmt::format("is {}, which nothing made before", v));
    return v;
  }

  void read_node(const Field& field) {
    Node node;
    node.op = field["op"].text();
    field["inputs"].each([&](const Field& input) { node.inputs.push_back(made(input)); });
    node.variable = field.text_or_none("variable");
    node.scope = field.text_or_none("scope");
    node.place = field.place_or_none("place");
    node.outputs = static_cast<Index>(field["outputs"].count(graph_.values.size()));
    if (node.outputs != 0) node.first_output = field["first_output"].index(graph_.values.size());
    if (node.outputs > graph_.values.size() - node.first_output) field["outputs"].fail("reaches beyond the values");
    if (field.has("steps")) field["steps"].each([&](const Field& step) { read_step(step, node); });
    if (field.has("bodies")) field["bodies"].each([&](const Field& body) { read_body(body, node); });
    for (Index v = node.first_output; v < node.first_output + node.outputs; ++v) {
      // The caller may have an output, and the steps of a fused node make its outputs.
      if (made_[v] != 0 && node.steps.empty() && std::find(graph_.given.begin(), graph_.given.end(), v) == graph_.given.end()) {
        field.fail(fmt::format("makes value {}, which is made already", v));
      }
      if (made_[v] == 0 && !node.steps.empty()) field["steps"].fail(fmt::format("do not make value {}", v));
      made_[v] = 1;
    }
    graph_.nodes.push_back(std::move(node));
  }

  void read_step(const Field& field, Node& node) {
    Node::Step step;
    step.op = field["op"].text();
    field["inputs"].each([&](const Field& input) { step.inputs.push_back(made(input)); });
    step.output = making(field["output"]);
    node.steps.push_back(std::move(step));
  }

  void read_body(const Field& field, Node& node) {
    FunctionGraph::Body body;
    body.name = field["name"].text();
    field["from"].each([&](const Field& from) { body.from.push_back(from.is_null() ? FunctionGraph::kNone : from.index(node.inputs.size())); });
    body.graph = GraphReader(field["graph"], depth_ + 1).read();
    if (body.from.size() != body.graph.inputs.size()) {
      field["from"].fail(fmt::format("has {} entries, and the graph {} inputs", body.from.size(), body.graph.inputs.size()));
    }
    node.bodies.push_back(std::move(body));
  }

  static constexpr int kDeepest = 100;
  static constexpr std::uint64_t kMostExtent = std::uint64_t{1} << 62;

  const Field& field_;
  int depth_;
  Graph graph_;
  std::vector<char> made_;  // by value
};

}  // namespace

std::string to_json(const FunctionGraph& graph) {
  Json json = {{"format", kGraphFile.format}, {"version", kGraphFile.version}, {"name", graph.name}};
  put_place(json, graph.place);
  json["traced"] = graph_json(graph.traced);
  json["compiled"] = graph_json(graph.compiled);
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

FunctionGraph graph_from_json(const std::string& text, const std::string& name) {
  const internal::JsonDocument document(kGraphFile, text, name);
  const Field& root = document.root();
  FunctionGraph graph;
  graph.name = root["name"].text();
  graph.place = root.place_or_none("place");
  const Field traced = root["traced"], compiled = root["compiled"];
  graph.traced = GraphReader(traced, 0).read();
  graph.compiled = GraphReader(compiled, 0).read();
  return graph;
}

void save_graph(const FunctionGraph& graph, const std::string& path) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << to_json(graph);
  file.close();
  if (!file) throw IoError("save_graph", fmt::format("{} cannot be written: {}", path, std::strerror(errno)), "check the folder and its permissions");
}

FunctionGraph load_graph(const std::string& path) { return graph_from_json(internal::text_of_file(kGraphFile, path), path); }

}  // namespace whygrad
