// Texts for numbers, values and places.
#include "flow/words.hpp"

#include "flow/source_names.hpp"

#include <whygrad/base/foreign_place.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace whygrad::internal {

using Index = FlowGraph::Index;

namespace {

Place place_of(const ForeignPlace& foreign) {
  Place place{foreign.file, foreign.function, foreign.line, foreign.column};
  for (const ForeignPlace& caller : foreign.callers) place.callers.push_back(place_of(caller));
  for (const ForeignPlace& inside : foreign.inside) place.inside.push_back(place_of(inside));
  return place;
}

bool same_line(const Place& a, const Place& b) { return a.line == b.line && a.file == b.file && a.function == b.function; }

}  // namespace

Place place_of(const Where& where) {
  if (where.file == nullptr) return place_of(resolve_foreign(where));
  return {where.file, where.function != nullptr ? where.function : "", where.line, where.column};
}

void shorten_callers(Place& place, const Place& asked) {
  const auto shared = [&asked](const Place& caller) {
    return std::any_of(asked.callers.begin(), asked.callers.end(), [&caller](const Place& other) { return same_line(caller, other); });
  };
  place.callers.erase(std::find_if(place.callers.begin(), place.callers.end(), shared), place.callers.end());
  // The frame of a comprehension has its caller's line.
  std::vector<Place> callers;
  for (Place& caller : place.callers) {
    const Place& before = callers.empty() ? place : callers.back();
    if (caller.line != before.line || caller.file != before.file) callers.push_back(std::move(caller));
  }
  place.callers = std::move(callers);
}

Place place_of(const FlowGraph& graph, Index op) {
  Place place = place_of(graph.ops[op].where);
  if (!place.callers.empty()) shorten_callers(place, place_of(graph.tape.asked_at));
  return place;
}

const char* status_text(Finding::Status status) {
  switch (status) {
    case Finding::Status::kAbsent: return "no gradient";
    case Finding::Status::kZero: return "zero gradient";
    case Finding::Status::kNan: return "NaN gradient";
    case Finding::Status::kInf: return "infinite gradient";
    case Finding::Status::kPartial: return "only part of the gradient";
  }
  return "";
}

std::string short_place(const Place& place) { return place.short_text(); }

std::string short_place(const Where& where) { return short_place(place_of(where)); }

std::string at_place(const Where& where) {
  const std::string text = short_place(where);
  return text.empty() ? text : " at " + text;
}

std::string line_text(const Place& place, const Place& asked) {
  return place.file == asked.file || !asked.known() ? fmt::format("line {}", place.line) : short_place(place);
}

std::string called_from(const Place& place) {
  constexpr std::size_t kNamed = 2;
  std::string text;
  for (std::size_t i = 0; i < std::min(place.callers.size(), kNamed); ++i) {
    const Place& caller = place.callers[i];
    text += caller.file == place.file ? fmt::format(", called from line {}", caller.line) : fmt::format(", called from {}", short_place(caller));
  }
  return text;
}

namespace {

// What the program called to read numbers, such as "float" or "w.numpy".
std::string reader_text(const Where& where, const std::string& name) {
  const std::string called = where.file == nullptr ? called_instead(where, name) : std::string();
  return called.empty() || called.find_first_of("()[] ") != called.npos ? name : called;
}

}  // namespace

std::string op_text(const FlowGraph& graph, Index op) {
  const std::string name = graph.name_of(op);
  if (graph.ops[op].rule_of_def != FlowGraph::kNone) return "gradient of " + name;
  if (graph.kind_of(op) == OpKind::kHostRead) return reader_text(graph.ops[op].where, name);
  return graph.kind_of(op) == OpKind::kCompute ? as_written(graph.ops[op].where, name) : name;
}

std::string scope_text(const FlowGraph& graph, Index op) {
  const Index scope = graph.ops[op].scope;
  return scope == FlowGraph::kNone ? "" : graph.scopes[scope];
}

std::string variable_text(const FlowGraph& graph, Index variable) {
  const FlowGraph::Variable& v = graph.variables[variable];
  return v.apart[0] == '\0' ? fmt::format("`{}`", v.name) : fmt::format("`{}` ({})", v.name, v.apart);
}

std::string value_text(const FlowGraph& graph, Index value) {
  const FlowGraph::Value& v = graph.values[value];
  if (v.variable != FlowGraph::kNone) return fmt::format("{} {}", graph.variables[v.variable].noun, variable_text(graph, v.variable));
  if (v.op == FlowGraph::kNone) return fmt::format("a tensor {}", graph.signature(value));
  const Place made_at = place_of(graph, v.op);
  if (const SourceName found = source_name(graph, value); !found.name.empty()) {
    Place line = made_at;
    if (line.line != found.line || line.file != found.file) line = {.file = found.file, .line = found.line};
    return fmt::format("`{}` ({}{})", found.name, line_text(line, place_of(graph.tape.asked_at)), called_from(line));
  }
  const std::string place = made_at.known() ? fmt::format(" at {}{}", short_place(made_at), called_from(made_at)) : "";
  if (graph.kind_of(v.op) == OpKind::kFeed) return fmt::format("the data set's element{}", place);
  if (graph.kind_of(v.op) == OpKind::kConstant) return fmt::format("the constant made{}", place);
  return fmt::format("the result of `{}`{}", op_text(graph, v.op), place);
}

void spell(Finding& f) {
  f.why = spelled(std::move(f.why));
  f.remedy = spelled(std::move(f.remedy));
  for (std::string& evidence : f.evidence) evidence = spelled(std::move(evidence));
  for (Step& step : f.path) step.note = spelled(std::move(step.note));
  for (OtherBreak& other : f.others) other.remedy = spelled(std::move(other.remedy));
}

const char* plural_of(FlowDType dtype) {
  if (dtype == FlowDType::kBool) return "truth values";
  if (dtype == FlowDType::kOther) return "no numbers";
  return dtype == FlowDType::kString ? "text" : "integers";
}

namespace {

bool is_of_zero(Cause cause) { return cause >= Cause::kDisconnectedZero && cause <= Cause::kVanishing; }

}  // namespace

const char* table_text(Finding::Status status, Cause cause) {
  if (status == Finding::Status::kAbsent) return "would stop it as well";
  if (status == Finding::Status::kZero) return "would make it 0 as well";
  return is_of_zero(cause) ? "would make it 0 then" : "no finite slope either";
}

const char* remains_text(Finding::Status status, Cause cause) {
  switch (status) {
    case Finding::Status::kAbsent: return "stops it as well";
    case Finding::Status::kZero: return "would make it 0 as well";
    case Finding::Status::kNan:
    case Finding::Status::kInf: return is_of_zero(cause) ? "would make it 0 then" : "has no finite slope here either";
    case Finding::Status::kPartial: return "cuts off another part";
  }
  return "";
}

std::vector<std::string> further_remedies(const Finding& f) {
  std::vector<std::string> texts;
  for (const OtherBreak& other : f.others) {
    if (other.remedy.empty()) continue;
    const std::string line = other.place.known() ? fmt::format(" ({})", line_text(other.place, f.target_place)) : "";
    texts.push_back(
        fmt::format("`{}`{} {}: {}", other.name.empty() ? other.op : other.name, line, remains_text(f.status, other.cause), other.remedy));
  }
  return texts;
}

std::string source_text(const FlowGraph& graph, const FlowGraph::Source& source) {
  if (source.variable != FlowGraph::kNone) return variable_text(graph, source.variable);
  return value_text(graph, source.values[0]);
}

std::string unknown_origin(const FlowGraph& graph, Index value) {
  switch (graph.values[value].origin) {
    case FlowGraph::Origin::kForgotten: return "made more than 65,536 operations ago, or while explanations were switched off";
    case FlowGraph::Origin::kForeign: return "made on another thread";
    case FlowGraph::Origin::kMade:
    case FlowGraph::Origin::kOld: break;
  }
  return {};
}

std::string number_text(double x) {
  if (std::isnan(x)) return "NaN";
  if (std::isinf(x)) return x < 0 ? "-Inf" : "Inf";
  return fmt::format("{:.6g}", x == 0 ? 0 : x);
}

}  // namespace whygrad::internal
