// Writes explanations as JSON; docs/flow.schema.json describes the fields. Fields without information (an index kNone, an empty text) are left out.
#include "flow/json_names.hpp"
#include "flow/words.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/base/foreign_place.hpp>
#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/flow/render.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <tuple>

namespace whygrad {
namespace {

using Json = nlohmann::ordered_json;
using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;
using internal::name_in_file;

void put_text(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}
void put_index(Json& object, const char* key, Index index) {
  if (index != kNone) object[key] = index;
}

// JSON files are UTF-8. Other bytes of a path become U+FFFD.
std::string dumped(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace); }

// JSON has no numbers that are not finite.
Json number_json(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  return number;
}

Json place_json(const Place& place) {
  Json json = {{"file", place.file}, {"line", place.line}};
  if (place.column != 0) json["column"] = place.column;
  put_text(json, "function", place.function);
  return json;
}
void put_place(Json& object, const char* key, const Place& place) {
  if (!place.known()) return;
  object[key] = place_json(place);
  for (const Place& caller : place.callers) object[key]["callers"].push_back(place_json(caller));
  for (const Place& inside : place.inside) object[key]["inside"].push_back(place_json(inside));
}

// ---- Findings ----

Json step_json(const Step& step) {
  Json json = {{"status", name_in_file(step.status)}, {"name", step.name}};
  put_text(json, "scope", step.scope);
  put_text(json, "signature", step.signature);
  put_text(json, "note", step.note);
  put_place(json, "place", step.place);
  if (step.beside) json["beside"] = true;
  if (step.left_out != 0) json["left_out"] = step.left_out;
  put_index(json, "op", step.index);
  return json;
}

Json finding_json(const Finding& f) {
  Json json = {{"status", name_in_file(f.status)},
               {"code", f.code()},
               {"cause", reason(f.cause).name},
               {"confidence", name_in_file(f.confidence)},
               {"group", f.group()},
               {"source", f.source},
               {"source_name", f.source_name},
               {"source_signature", f.source_signature},
               {"target", f.target},
               {"op", f.op},
               {"op_type", f.op_type},
               {"called", f.called},
               {"scope", f.scope},
               {"why", f.why},
               {"remedy", f.remedy}};
  if (f.asked != 0) json["asked"] = f.asked;
  put_place(json, "target_place", f.target_place);
  put_place(json, "place", f.place);
  json["also"] = Json::array();
  for (const Cause cause : f.also) json["also"].push_back(reason(cause).name);
  json["evidence"] = f.evidence;
  json["path"] = Json::array();
  for (const Step& step : f.path) json["path"].push_back(step_json(step));
  json["others"] = Json::array();
  for (const OtherBreak& other : f.others) {
    Json entry = {{"code", reason(other.cause).code}, {"cause", reason(other.cause).name}, {"op", other.op}};
    put_text(entry, "name", other.name);
    put_text(entry, "remedy", other.remedy);
    put_place(entry, "place", other.place);
    json["others"].push_back(std::move(entry));
  }
  return json;
}

// ---- The graph ----

class GraphJson {
 public:
  explicit GraphJson(const FlowGraph& graph) : graph_(graph) {}

  Json make() {
    Json json = {{"tape", tape()}, {"targets", graph_.targets}, {"sources", sources()}, {"scopes", scopes()}, {"variables", variables()}};
    json["boundaries"] = Json::array();
    for (const Where& where : graph_.boundaries) json["boundaries"].push_back(place(where));
    json["defs"] = defs();
    json["ops"] = ops();
    json["values"] = values();
    json["numbers"] = numbers();
    json["spots"] = spots();
    json["passed"] = Json::array();
    for (const Index n : graph_.passed) json["passed"].push_back(n == kNone ? Json() : Json(n));
    json["places"] = places_;
    return json;
  }

 private:
  // The index of a place in `places`; null if it is unknown. Many ops share one, and converting a foreign place to text is expensive.
  Json place(const Where& where) {
    const auto key = std::tuple(where.file, where.function, where.line, where.column);
    const auto [at, added] = known_.try_emplace(key, kNone);
    if (added) {
      if (const Place words = internal::place_of(where); words.known()) {
        Json json = place_json(words);  // lines that were reached in several ways are one place here
        const auto [line, fresh] = lines_.try_emplace(dumped(json), static_cast<Index>(places_.size()));
        if (fresh) places_.push_back(std::move(json));
        at->second = line->second;
      }
    }
    return at->second == kNone ? Json() : Json(at->second);
  }
  void put_where(Json& object, const char* key, const Where& where) {
    if (Json number = place(where); !number.is_null()) object[key] = std::move(number);
  }

  Json tape() {
    Json json = {{"watches_variables", graph_.tape.watches_variables}, {"question", name_in_file(graph_.tape.question)}};
    if (graph_.tape.asked_variables != 0) json["asked_variables"] = graph_.tape.asked_variables;
    if (graph_.tape.asked_tensors != 0) json["asked_tensors"] = graph_.tape.asked_tensors;
    put_where(json, "made_at", graph_.tape.made_at);
    put_where(json, "asked_at", graph_.tape.asked_at);
    return json;
  }

  Json sources() const {
    Json json = Json::array();
    for (const FlowGraph::Source& source : graph_.sources) {
      json.push_back({{"values", source.values}});
      put_index(json.back(), "variable", source.variable);
      put_index(json.back(), "gradient", source.gradient);
      if (source.replaced) json.back()["replaced"] = true;
      put_text(json.back(), "replaced_by", source.replaced_by);
    }
    return json;
  }

  Json scopes() const {
    Json json = Json::array();
    for (const char* scope : graph_.scopes) json.push_back(scope);
    return json;
  }

  Json variables() {
    Json json = Json::array();
    for (const FlowGraph::Variable& variable : graph_.variables) {
      json.push_back({{"name", variable.name}, {"trainable", variable.trainable}});
      put_text(json.back(), "apart", variable.apart);
      if (variable.noun != std::string_view(FlowGraph::Variable{}.noun)) put_text(json.back(), "noun", variable.noun);
      put_where(json.back(), "place", variable.where);
    }
    return json;
  }

  Json defs() const {
    Json json = Json::array();
    for (const FlowGraph::Def& def : graph_.defs) {
      Json entry = {{"name", def.name}, {"type", def.type}, {"kind", name_in_file(def.kind)}, {"answers", Json::array()}};
      if (def.zero.kind != ZeroGradient::kNever) entry["zero"] = zero(def.zero);
      if (def.nonfinite.kind != NonFinite::kNever) entry["nonfinite"] = nonfinite(def.nonfinite);
      if (*def.integers.why != '\0') entry["integers"] = {{"why", spelled(def.integers.why)}, {"remedy", spelled(def.integers.remedy)}};
      if (def.kind == OpKind::kChoice || def.kind == OpKind::kLoopEnd) entry["construct"] = name_in_file(def.construct);
      if (def.in_metrics) entry["in_metrics"] = true;
      if (def.backward_pass) entry["backward_pass"] = true;
      for (const FlowGraph::Answer& answer : def.answers) {
        Json a = {{"input", answer.input}, {"flow", name_in_file(answer.flow)}, {"role", name_in_file(answer.role)}};
        put_text(a, "why", spelled(answer.why));
        put_text(a, "remedy", spelled(answer.remedy));
        if (answer.factor) a["factor"] = true;
        entry["answers"].push_back(std::move(a));
      }
      json.push_back(std::move(entry));
    }
    return json;
  }

  static Json zero(const ZeroGradient& zero) {
    Json json = {{"how", name_in_file(zero.kind)}, {"remedy", spelled(zero.remedy)}};
    put_text(json, "single_element", spelled(zero.single_element));
    return json;
  }
  static Json nonfinite(const NonFinite& nonfinite) {
    Json json = {{"how", name_in_file(nonfinite.kind)}, {"remedy", spelled(nonfinite.remedy)}};
    if (nonfinite.low > -std::numeric_limits<double>::infinity()) json["low"] = nonfinite.low;
    if (nonfinite.high < std::numeric_limits<double>::infinity()) json["high"] = nonfinite.high;
    put_text(json, "out_of_domain", spelled(nonfinite.out_of_domain));
    if (nonfinite.inf_is_mask) json["inf_is_mask"] = true;
    return json;
  }

  Json ops() {
    Json json = Json::array();
    for (Index i = 0; i < graph_.ops.size(); ++i) {
      const FlowGraph::Op& op = graph_.ops[i];
      Json entry = {{"def", op.def}, {"inputs", graph_.inputs_of(i)}, {"outputs", op.outputs}};
      if (op.outputs != 0) entry["first_output"] = op.first_output;
      put_where(entry, "place", op.where);
      put_index(entry, "scope", op.scope);
      if (op.standing != FlowGraph::Standing::kRecorded) entry["standing"] = name_in_file(op.standing);
      put_index(entry, "boundary", op.boundary);
      put_index(entry, "returns_at", op.returns_at);
      put_index(entry, "rule_of_def", op.rule_of_def);
      put_index(entry, "rule_of", op.rule_of);
      if (op.print != 0) entry["print"] = op.print;
      if (op.choice != 0) entry["choice"] = op.choice;
      if (!std::isnan(op.written)) entry["written"] = number_json(op.written);
      json.push_back(std::move(entry));
    }
    return json;
  }

  // An unknown extent is null, and so is the shape if the rank is unknown.
  Json shape_json(Index value) const {
    if (graph_.values[value].rank == FlowGraph::kUnknownRank) return nullptr;
    Json json = Json::array();
    for (const std::int64_t extent : graph_.shape_of(value)) json.push_back(extent == FlowGraph::kUnknownExtent ? Json(nullptr) : Json(extent));
    return json;
  }

  Json values() const {
    Json json = Json::array();
    for (Index i = 0; i < graph_.values.size(); ++i) {
      const FlowGraph::Value& value = graph_.values[i];
      Json entry = {{"dtype", name_of(value.dtype)}, {"shape", shape_json(i)}};
      put_index(entry, "op", value.op);
      put_index(entry, "variable", value.variable);
      put_index(entry, "watched_from", value.watched_from);
      if (value.looks_back) entry["looks_back"] = true;
      put_index(entry, "unwatched_at", value.unwatched_at);
      put_index(entry, "watched_elsewhere", value.watched_elsewhere);
      put_index(entry, "numbers", value.numbers);
      put_index(entry, "gradient", value.gradient);
      if (value.origin != FlowGraph::Origin::kMade) entry["origin"] = name_in_file(value.origin);
      json.push_back(std::move(entry));
    }
    return json;
  }

  Json numbers() const {
    Json json = Json::array();
    for (const FlowGraph::Numbers& n : graph_.numbers) {
      json.push_back({{"count", n.count},
                      {"zeros", n.zeros},
                      {"ones", n.ones},
                      {"nans", n.nans},
                      {"infs", n.infs},
                      {"min", number_json(n.min)},
                      {"max", number_json(n.max)},
                      {"norm", number_json(n.norm)},
                      {"bins", n.bins}});
    }
    return json;
  }

  Json spots() const {
    Json json = Json::array();
    for (const FlowGraph::Spot& spot : graph_.spots) {
      Json entry = {{"at", spot.at}, {"made", number_json(spot.made)}, {"given", Json::array()}};
      put_index(entry, "op", spot.op);
      put_index(entry, "input", spot.input);
      for (const auto& [value, element] : spot.given) {
        Json given = {{"element", number_json(element)}};
        put_index(given, "value", value);
        entry["given"].push_back(std::move(given));
      }
      json.push_back(std::move(entry));
    }
    return json;
  }

  const FlowGraph& graph_;
  std::map<std::tuple<const char*, const char*, std::uint32_t, std::uint32_t>, Index> known_;
  std::map<std::string, Index> lines_;
  Json places_ = Json::array();
};

}  // namespace

std::string to_json(const Explanations& explanations) {
  Json json = {{"format", internal::kFlowFormat}, {"version", internal::kFlowVersion}, {"explanations", Json::array()}};
  for (const Explanation& explanation : explanations) {
    Json entry = {{"findings", Json::array()}};
    for (const Finding& finding : explanation.findings()) entry["findings"].push_back(finding_json(finding));
    if (explanation.graph() != nullptr) entry["graph"] = GraphJson(*explanation.graph()).make();
    json["explanations"].push_back(std::move(entry));
  }
  return dumped(json) + "\n";
}

void save_flow(const Explanations& explanations, const std::string& path) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << to_json(explanations);
  file.close();
  if (!file) throw IoError("save_flow", fmt::format("{} cannot be written: {}", path, std::strerror(errno)), "check the folder and its permissions");
}

}  // namespace whygrad
