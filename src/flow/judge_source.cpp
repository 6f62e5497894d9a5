// Runs the judges for one source.
#include "flow/judge_source.hpp"

#include "flow/source_line.hpp"
#include "flow/source_names.hpp"
#include "flow/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

Where made_at(const FlowGraph& graph, const FlowGraph::Source& source, Index value) {
  if (source.variable != kNone) return graph.variables[source.variable].where;
  const Index op = graph.values[value].op;
  return op != kNone ? graph.ops[op].where : Where{};
}

}  // namespace

Index variable_behind(const FlowGraph& graph, Index value) {
  std::vector<std::uint8_t> chain(graph.values.size());
  chain[value] = 1;
  const std::optional<std::uint64_t> count = graph.elements_of(value);
  if (!count.has_value()) return kNone;
  for (Index op = graph.values[value].op; op != kNone; op = op == 0 ? kNone : op - 1) {
    const FlowGraph::Op& o = graph.ops[op];
    const auto first = chain.begin() + o.first_output;
    if (std::none_of(first, first + o.outputs, [](std::uint8_t c) { return c != 0; })) continue;
    for (const Index in : graph.inputs_of(op)) {
      if (graph.elements_of(in) != count) continue;
      if (graph.values[in].variable != kNone) return graph.values[in].variable;
      chain[in] = 1;
    }
  }
  return kNone;
}

namespace {

Verdict integer_source(const SourceQuestion& q, Index value) {
  const FlowGraph& g = q.graph;
  Verdict v;
  v.cause = Cause::kIntDtype;
  v.where = made_at(g, q.source, value);
  v.why = fmt::format("{} is {}; a gradient says what a small change does, and only floating and complex values change by small amounts",
                      source_text(g, q.source), name_of(g.values[value].dtype));
  v.remedy = "make it floating from the start, such as 2.0f instead of 2; a cast on the way to the target comes too late";
  return v;
}

Verdict late_watch(const SourceQuestion& q, const FlowPath& path) {
  Verdict v;
  v.cause = Cause::kNotWatched;
  v.op = path.hops[0].op;
  v.where = q.graph.ops[v.op].where;
  v.why = fmt::format("`{}` used {} before the tape watched it; a tape follows a value only from tape.watch() on", op_text(q.graph, v.op),
                      source_text(q.graph, q.source));
  v.remedy = "call tape.watch() before the first op that uses it";
  return v;
}

Verdict variable_source(const SourceQuestion& q, const FlowPath& path) {
  const FlowGraph& g = q.graph;
  const FlowGraph::Variable& variable = g.variables[q.source.variable];
  Verdict v;
  v.cause = Cause::kNotWatched;
  v.where = variable.where;
  if (!variable.trainable) {
    v = not_trainable(g, q.source.variable);
  } else if (!g.tape.watches_variables) {
    v.where = g.tape.made_at;
    v.why = fmt::format("the tape was made with watch_accessed_variables = false, and nobody called tape.watch({})", variable.name);
    v.remedy = fmt::format("call tape.watch({}) before it is used, or leave watch_accessed_variables on", variable.name);
  } else if (path.hops.empty()) {
    v.why = fmt::format("{} itself is the target, but it was not read while the tape recorded", source_text(g, q.source));
    v.remedy = "read it under the tape, and differentiate what is computed from it";
  } else {
    v.cause = Cause::kOutsideTape;
    v.also = {Cause::kNotWatched};
    v.op = path.hops[0].op;
    v.where = g.ops[v.op].where;
    v.why = fmt::format("the value that `{}` used was read from {} while the tape did not record; a tape watches a variable when it is read under it",
                        op_text(g, v.op), source_text(g, q.source));
    v.remedy = fmt::format("use `{}` itself under the tape instead of a Tensor that was taken from it before", variable.name);
  }
  return v;
}

// Whether the line assigns to an existing name. A replacement of a C++ variable has another name, because its type differs.
bool is_assigned(const Place& place, const std::string& name) {
  const std::string line = source_line(place.file, place.line);
  const std::size_t begin = line.find_first_not_of(' ');
  return !name.empty() && begin != std::string::npos && line.compare(begin, name.size() + 2, name + " =") == 0;
}

}  // namespace

SameName same_name(const FlowGraph& g, Index value, Index variable) {
  const Place made = place_of(g.ops[g.values[value].op].where), declared = place_of(g.variables[variable].where);
  if (made.known() && made.line == declared.line && made.file == declared.file) return SameName::kYes;  // gain = Variable(...) * 2
  const auto last_part = [](const std::string& name) { return name.substr(name.find_last_of("./") + 1); };
  const std::string now = last_part(source_name(g, value).name), before = last_part(source_name_of_variable(g.variables[variable].where).name);
  if (!now.empty() && (now == before || now == last_part(g.variables[variable].name))) return SameName::kYes;
  const bool replaces = g.variables[variable].where.file != nullptr && is_assigned(made, now);
  return now.empty() || before.empty() || replaces ? SameName::kUnknown : SameName::kNo;
}

namespace {

// The source is a tensor that was computed from a variable, before the tape or from an earlier value of the variable.
Verdict made_of_variable(const SourceQuestion& q, Index value, Index variable) {
  const FlowGraph& g = q.graph;
  const Index maker = g.values[value].op;
  const char* name = g.variables[variable].name;
  const std::string declared = at_place(g.variables[variable].where);
  const char* when = g.recorded(maker)                                       ? ""
                     : g.ops[maker].standing == FlowGraph::Standing::kBefore ? ", before the tape was made"
                                                                             : ", outside this tape";
  Verdict v;
  v.op = maker;
  v.where = g.ops[maker].where;
  const auto asked = [variable](const FlowGraph::Source& source) { return source.variable == variable; };
  const bool has_both = std::any_of(g.sources.begin(), g.sources.end(), asked);
  const SameName same = has_both ? SameName::kNo : same_name(g, value, variable);
  if (same == SameName::kNo) {
    v.cause = Cause::kNotWatched;
    v.also = {Cause::kOutsideTape, Cause::kRebound};
    v.why = fmt::format("the source is a tensor that `{}` made from {} `{}`{}; tapes do not watch tensors by themselves", op_text(g, maker),
                        g.variables[variable].noun, name, when);
    v.remedy = "compute it under the tape, or call tape.watch() on it before it is used";
    return v;
  }
  v.cause = Cause::kRebound;
  v.also = {Cause::kWrongSource, Cause::kOutsideTape, Cause::kNotWatched};
  v.why = fmt::format("`{}` replaced {} `{}`, made{}, by a tensor{}; the source is that tensor, and tapes do not watch tensors by themselves",
                      op_text(g, maker), g.variables[variable].noun, name, declared, when);
  v.remedy =
      "keep the variable and ask for it: give the result a name of its own, or change the variable by its assign(), assign_add() or assign_sub()";
  if (same == SameName::kUnknown) v.confidence = Confidence::kLikely;  // it may be an intentional tensor beside the variable
  return v;
}

Verdict tensor_source(const SourceQuestion& q, const FlowPath& path) {
  const FlowGraph& g = q.graph;
  const Index value = path.source, maker = g.values[value].op;
  const std::string name = value_text(g, value);
  Verdict v;
  v.cause = Cause::kNotWatched;
  v.where = made_at(g, q.source, value);
  v.remedy = "call tape.watch() on it before it is used; a trainable Variable is watched by itself";
  if (const Index other = g.values[value].watched_elsewhere; other != kNone) {
    v.where = g.tape.made_at;
    const std::string asked = at_place(g.tape.made_at);
    if (asked == at_place(g.boundaries[other])) {  // with A() as a, A() as b
      v.why = fmt::format("two tapes were made{}: the one that was asked does not watch {}, and the other does", asked, name);
      v.remedy = "call watch() of the tape that is asked as well, before the first use: each tape follows only what it watches itself";
      return v;
    }
    v.why = fmt::format("another tape, made{}, watches {}; the one that was asked, made{}, does not", at_place(g.boundaries[other]), name,
                        at_place(g.tape.made_at));
    v.remedy = fmt::format("call watch() of the tape made{} as well, before the first use: each tape follows only what it watches itself",
                           at_place(g.tape.made_at));
    return v;
  }
  if (g.values[value].unwatched_at != kNone) {
    v.cause = Cause::kTapeReset;
    v.also = {Cause::kNotWatched};
    v.where = g.boundaries[g.values[value].unwatched_at];
    v.why = fmt::format("the tape watched {}, but was reset{} and forgot that too", name, at_place(v.where));
    v.remedy = "call tape.watch() again after the reset";
    return v;
  }
  if (maker == kNone) {
    const std::string origin = unknown_origin(g, value);
    v.why = origin.empty() ? "the source is a plain tensor that nobody watches"
                           : fmt::format("the source is a plain tensor that nobody watches ({})", origin);
    if (!path.hops.empty()) v.where = g.ops[path.hops[0].op].where;
    return v;
  }
  const Index variable = g.kind_of(maker) == OpKind::kCompute ? variable_behind(g, value) : kNone;
  if (variable != kNone) return made_of_variable(q, value, variable);
  if (g.recorded(maker) && g.kind_of(maker) == OpKind::kCompute && g.ops[maker].inputs != 0) {
    v.why = fmt::format("{} was computed on the tape, but from nothing that the tape watches, so it was not followed", name);
    return v;
  }
  v.why = fmt::format("the source is {}, a tensor; only trainable variables are watched without being told", name);
  return v;
}

}  // namespace

Verdict not_trainable(const FlowGraph& g, Index index) {
  const FlowGraph::Variable& variable = g.variables[index];
  Verdict v;
  v.cause = Cause::kNonTrainable;
  v.also = {Cause::kNotWatched};
  v.where = variable.where;
  v.why = fmt::format(
      "`{}` was made with trainable = false, as what is moved by assignment is, such as the statistics of a normalization: tapes do not watch it by "
      "themselves",
      variable.name);
  v.remedy = "ask for the trainable_variables only; or, if it should learn by gradients, make it trainable or call tape.watch() on it";
  return v;
}

Verdict judge_source(const SourceQuestion& question, const FlowPath& path) {
  const FlowGraph::Value& value = question.graph.values[path.source];
  if (!is_differentiable(value.dtype)) return integer_source(question, path.source);
  if (value.watched_from != kNone && !path.hops.empty()) return late_watch(question, path);
  return question.source.variable != kNone ? variable_source(question, path) : tensor_source(question, path);
}

}  // namespace whygrad::internal
