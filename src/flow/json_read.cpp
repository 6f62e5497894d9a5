// Reads explanations from JSON. The file may contain anything: every field is checked before its use, and every index against the array that it
// points into, so the analyses can rely on the resulting graph.
#include "flow/json_field.hpp"
#include "flow/json_names.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/flow/render.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <limits>
#include <string_view>

namespace whygrad {
namespace {

using Json = nlohmann::json;
using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

using internal::Field;

constexpr std::uint64_t kMostU32 = internal::kMostU32;
constexpr internal::FileKind kFlowFile = {"load_flow", "save_flow", ".wgflow", internal::kFlowFormat, internal::kFlowVersion};

// ---- Findings ----

Step read_step(const Field& field, std::size_t ops) {
  Step step;
  step.status = field["status"].name<Step::Status>();
  step.name = field["name"].text();
  step.scope = field.text_or_none("scope");
  step.signature = field.text_or_none("signature");
  step.note = field.text_or_none("note");
  step.place = field.place_or_none("place");
  if (field.has("left_out")) step.left_out = field["left_out"].count();
  step.beside = field.is_true("beside");
  step.index = field.index_or_none("op", ops);
  return step;
}

Finding read_finding(const Field& field, std::size_t ops) {
  Finding f;
  f.status = field["status"].name<Finding::Status>();
  f.cause = field["cause"].cause();
  f.confidence = field["confidence"].name<Confidence>();
  f.source = field["source"].text();
  f.source_name = field["source_name"].text();
  f.source_signature = field["source_signature"].text();
  f.target = field["target"].text();
  f.op = field["op"].text();
  f.op_type = field["op_type"].text();
  f.called = field.text_or_none("called");
  f.scope = field["scope"].text();
  f.why = field["why"].text();
  f.remedy = field["remedy"].text();
  f.target_place = field.place_or_none("target_place");
  f.place = field.place_or_none("place");
  if (field.has("asked")) f.asked = field["asked"].count();
  field["also"].each([&f](const Field& cause) { f.also.push_back(cause.cause()); });
  field["evidence"].each([&f](const Field& text) { f.evidence.push_back(text.text()); });
  field["path"].each([&f, ops](const Field& step) { f.path.push_back(read_step(step, ops)); });
  field["others"].each([&f](const Field& other) {
    f.others.push_back(
        {other["cause"].cause(), other["op"].text(), other.place_or_none("place"), other.text_or_none("name"), other.text_or_none("remedy")});
  });
  return f;
}

// ---- The graph ----

class GraphReader {
 public:
  explicit GraphReader(const Field& field) : field_(field) {}

  FlowGraph read() {
    field_["places"].each([this](const Field& place) { read_where(place); });
    field_["scopes"].each([this](const Field& scope) { graph_.scopes.push_back(graph_.keep(scope.text())); });
    field_["boundaries"].each([this](const Field& place) { graph_.boundaries.push_back(place.is_null() ? Where{} : where(place)); });
    field_["variables"].each([this](const Field& variable) {
      graph_.variables.push_back({graph_.keep(variable["name"].text()), where_or_none(variable, "place"), variable["trainable"].boolean(),
                                  graph_.keep(variable.text_or_none("apart"))});
      if (variable.has("noun")) graph_.variables.back().noun = graph_.keep(variable["noun"].text());
    });
    field_["numbers"].each([this](const Field& numbers) { read_numbers(numbers); });
    field_["defs"].each([this](const Field& def) { read_def(def); });
    op_count_ = field_["ops"].size();
    field_["values"].each([this](const Field& value) { read_value(value); });
    field_["ops"].each([this](const Field& op) { read_op(op); });
    check_makers();
    read_passed(field_["passed"]);
    field_["spots"].each([this](const Field& spot) { read_spot(spot); });
    field_["targets"].each([this](const Field& target) { graph_.targets.push_back(target.index(graph_.values.size())); });
    field_["sources"].each([this](const Field& source) { read_source(source); });
    const Field tape = field_["tape"];
    graph_.tape = {
        where_or_none(tape, "made_at"),       where_or_none(tape, "asked_at"),
        tape["watches_variables"].boolean(),  count_or_none(tape, "asked_variables"),
        count_or_none(tape, "asked_tensors"), tape.has("question") ? tape["question"].name<FlowGraph::Question>() : FlowGraph::Question::kOpen};
    return std::move(graph_);
  }

 private:
  void read_where(const Field& field) {
    const Place place = field.line();
    wheres_.push_back({graph_.keep(place.file), graph_.keep(place.function), place.line, place.column});
  }
  Where where(const Field& number) const { return wheres_[number.index(wheres_.size())]; }
  Where where_or_none(const Field& around, const char* key) const { return around.has(key) ? where(around[key]) : Where{}; }

  static Index count_or_none(const Field& around, const char* key) { return around.has(key) ? static_cast<Index>(around[key].count(kMostU32)) : 0; }

  void read_numbers(const Field& field) {
    FlowGraph::Numbers n;
    n.count = field["count"].count();
    n.zeros = field["zeros"].count(n.count);
    n.ones = field["ones"].count(n.count);
    n.nans = field["nans"].count(n.count);
    n.infs = field["infs"].count(n.count);
    n.min = field["min"].number();
    n.max = field["max"].number();
    n.norm = field["norm"].number();
    const Field bins = field["bins"];
    if (bins.size() != n.bins.size()) bins.fail(fmt::format("has {} entries, not {}", bins.size(), n.bins.size()));
    for (std::size_t i = 0; i < n.bins.size(); ++i) n.bins[i] = bins[i].count(n.count);
    graph_.numbers.push_back(n);
  }

  void read_def(const Field& field) {
    FlowGraph::Def def;
    def.name = graph_.keep(field["name"].text());
    def.type = graph_.keep(field["type"].text());
    def.kind = field["kind"].name<OpKind>();
    field["answers"].each([this, &def](const Field& answer) {
      def.answers.push_back({graph_.keep(answer["input"].text()), answer["flow"].name<GradientFlow>(), answer["role"].name<Role>(),
                             graph_.keep(answer.text_or_none("why")), graph_.keep(answer.text_or_none("remedy")), answer.is_true("factor")});
    });
    if (field.has("zero")) {
      const Field zero = field["zero"];
      def.zero.kind = zero["how"].name<ZeroGradient::Kind>();
      def.zero.remedy = graph_.keep(zero["remedy"].text());
      def.zero.single_element = graph_.keep(zero.text_or_none("single_element"));
    }
    if (field.has("nonfinite")) {
      const Field nonfinite = field["nonfinite"];
      def.nonfinite.kind = nonfinite["how"].name<NonFinite::Kind>();
      def.nonfinite.remedy = graph_.keep(nonfinite["remedy"].text());
      if (nonfinite.has("low")) def.nonfinite.low = nonfinite["low"].number();
      if (nonfinite.has("high")) def.nonfinite.high = nonfinite["high"].number();
      def.nonfinite.out_of_domain = graph_.keep(nonfinite.text_or_none("out_of_domain"));
      def.nonfinite.inf_is_mask = nonfinite.is_true("inf_is_mask");
    }
    if (field.has("integers")) {
      def.integers.why = graph_.keep(field["integers"]["why"].text());
      def.integers.remedy = graph_.keep(field["integers"]["remedy"].text());
    }
    if (field.has("construct")) def.construct = field["construct"].name<Construct>();
    def.in_metrics = field.is_true("in_metrics");
    def.backward_pass = field.is_true("backward_pass");
    graph_.defs.push_back(std::move(def));
  }

  void read_shape(const Field& shape, FlowGraph::Value& value) {
    value.first_extent = static_cast<Index>(graph_.extents.size());
    value.rank = FlowGraph::kUnknownRank;
    if (shape.is_null()) return;
    if (shape.size() > kMostRank) shape.fail(fmt::format("has {} extents; {} is the most", shape.size(), kMostRank));
    value.rank = static_cast<std::uint8_t>(shape.size());
    shape.each([this](const Field& extent) {
      graph_.extents.push_back(extent.is_null() ? FlowGraph::kUnknownExtent : static_cast<std::int64_t>(extent.count(kMostExtent)));
    });
  }

  void read_value(const Field& field) {
    FlowGraph::Value value;
    read_shape(field["shape"], value);
    value.dtype = field["dtype"].dtype();
    value.op = field.index_or_none("op", op_count_);
    value.variable = field.index_or_none("variable", graph_.variables.size());
    value.watched_from = field.index_or_none("watched_from", op_count_ + 1);
    value.looks_back = field.is_true("looks_back");
    value.unwatched_at = field.index_or_none("unwatched_at", graph_.boundaries.size());
    value.watched_elsewhere = field.index_or_none("watched_elsewhere", graph_.boundaries.size());
    value.numbers = field.index_or_none("numbers", graph_.numbers.size());
    value.gradient = field.index_or_none("gradient", graph_.numbers.size());
    if (field.has("origin")) value.origin = field["origin"].name<FlowGraph::Origin>();
    graph_.values.push_back(value);
  }

  void read_op(const Field& field) {
    const auto number = static_cast<Index>(graph_.ops.size());
    FlowGraph::Op op;
    op.def = field["def"].index(graph_.defs.size());
    op.where = where_or_none(field, "place");
    op.scope = field.index_or_none("scope", graph_.scopes.size());
    if (field.has("standing")) op.standing = field["standing"].name<FlowGraph::Standing>();
    op.boundary = field.index_or_none("boundary", graph_.boundaries.size());
    op.returns_at = field.index_or_none("returns_at", graph_.boundaries.size());
    op.rule_of_def = field.index_or_none("rule_of_def", graph_.defs.size());
    op.rule_of = field.index_or_none("rule_of", number);
    if (field.has("print")) op.print = field["print"].count();
    if (field.has("choice")) op.choice = field["choice"].integer();
    if (field.has("written")) op.written = field["written"].number();
    read_inputs(field["inputs"], number, op);
    op.outputs = static_cast<std::uint16_t>(field["outputs"].count(kMostValues));
    if (op.outputs != 0) op.first_output = field["first_output"].index(graph_.values.size());
    if (op.outputs > graph_.values.size() - op.first_output) field["outputs"].fail("reaches beyond the values");
    for (Index v = op.first_output; v < op.first_output + op.outputs; ++v) {
      if (graph_.values[v].op != number) field.fail(fmt::format("claims value {}, which another op made", v));
    }
    graph_.ops.push_back(op);
  }

  void read_inputs(const Field& field, Index number, FlowGraph::Op& op) {
    op.first_input = static_cast<Index>(graph_.inputs.size());
    if (field.size() > kMostValues) field.fail(fmt::format("has {} entries; {} is the most", field.size(), kMostValues));
    op.inputs = static_cast<std::uint16_t>(field.size());
    if (op.inputs != 0 && graph_.defs[op.def].answers.empty()) field.fail("are inputs of an op that has no answer about any");
    field.each([this, number](const Field& input) {
      const Index value = input.index(graph_.values.size());
      if (graph_.values[value].op != kNone && graph_.values[value].op >= number) input.fail(fmt::format("is {}, which is made later", value));
      graph_.inputs.push_back(value);
    });
  }

  // Every value that names its op must be among the outputs of that op.
  void check_makers() const {
    for (Index v = 0; v < graph_.values.size(); ++v) {
      const Index maker = graph_.values[v].op;
      if (maker == kNone) continue;
      const FlowGraph::Op& op = graph_.ops[maker];
      if (v < op.first_output || v - op.first_output >= op.outputs) field_["values"][v].fail(fmt::format("is no output of op {}", maker));
    }
  }

  void read_passed(const Field& field) {
    if (field.size() != 0 && field.size() != graph_.inputs.size()) {
      field.fail(fmt::format("has {} entries, and there are {} inputs", field.size(), graph_.inputs.size()));
    }
    field.each([this](const Field& number) { graph_.passed.push_back(number.is_null() ? kNone : number.index(graph_.numbers.size())); });
  }

  void read_spot(const Field& field) {
    FlowGraph::Spot spot;
    spot.op = field.index_or_none("op", graph_.ops.size());
    spot.input = field.index_or_none("input", spot.op == kNone ? 0 : graph_.ops[spot.op].inputs);
    field["at"].each([&spot](const Field& position) { spot.at.push_back(position.integer()); });
    spot.made = field["made"].number();
    field["given"].each([this, &spot](const Field& given) {
      spot.given.emplace_back(given.index_or_none("value", graph_.values.size()), given["element"].number());
    });
    graph_.spots.push_back(std::move(spot));
  }

  void read_source(const Field& field) {
    FlowGraph::Source source;
    field["values"].each([this, &source](const Field& value) { source.values.push_back(value.index(graph_.values.size())); });
    if (source.values.empty()) field.fail("has no value");
    source.variable = field.index_or_none("variable", graph_.variables.size());
    source.gradient = field.index_or_none("gradient", graph_.numbers.size());
    source.replaced = field.is_true("replaced");
    source.replaced_by = graph_.keep(field.text_or_none("replaced_by"));
    graph_.sources.push_back(std::move(source));
  }

  static constexpr std::size_t kMostRank = 8;
  static constexpr std::uint64_t kMostExtent = std::uint64_t{1} << 62;
  static constexpr std::size_t kMostValues = std::numeric_limits<std::uint16_t>::max();

  const Field& field_;
  FlowGraph graph_;
  std::vector<Where> wheres_;
  std::size_t op_count_ = 0;
};

}  // namespace

std::vector<Explanation> load_flow(const std::string& path) { return from_json(internal::text_of_file(kFlowFile, path), path); }

std::vector<Explanation> from_json(const std::string& text, const std::string& name) {
  const internal::JsonDocument document(kFlowFile, text, name);
  const Field& file = document.root();
  std::vector<Explanation> explanations;
  file["explanations"].each([&explanations](const Field& entry) {
    std::shared_ptr<const FlowGraph> graph;
    if (entry.has("graph")) graph = std::make_shared<const FlowGraph>(GraphReader(entry["graph"]).read());
    const std::size_t ops = graph == nullptr ? 0 : graph->ops.size();
    if (graph != nullptr && !entry.has("findings")) return explanations.push_back(explain(std::move(graph)));
    std::vector<Finding> findings;
    entry["findings"].each([&findings, ops](const Field& finding) { findings.push_back(read_finding(finding, ops)); });
    explanations.emplace_back(std::move(findings), std::move(graph));
  });
  return explanations;
}

}  // namespace whygrad
