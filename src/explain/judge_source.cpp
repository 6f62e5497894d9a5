#include "explain/judge_source.hpp"

#include "explain/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

Where made_at(const FlowGraph& graph, const FlowGraph::Source& source, Index value) {
  if (source.variable != kNone) return graph.variables[source.variable].where;
  const Index op = graph.values[value].op;
  return op != kNone ? graph.ops[op].where : Where{};
}

std::int64_t elements(const FlowGraph& graph, Index value) {
  const auto shape = graph.shape_of(value);
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

// The variable that the value was computed from by ops that kept all of its elements: what a rebound name was before. kNone if there is none.
Index rebound_variable(const FlowGraph& graph, Index value) {
  std::vector<std::uint8_t> chain(graph.values.size());
  chain[value] = 1;
  const std::int64_t count = elements(graph, value);
  for (Index op = graph.values[value].op; op != kNone; op = op == 0 ? kNone : op - 1) {
    const FlowGraph::Op& o = graph.ops[op];
    const auto first = chain.begin() + o.first_output;
    if (std::none_of(first, first + o.outputs, [](std::uint8_t c) { return c != 0; })) continue;
    for (const Index in : graph.inputs_of(op)) {
      if (elements(graph, in) != count) continue;
      if (graph.values[in].variable != kNone) return graph.values[in].variable;
      chain[in] = 1;
    }
  }
  return kNone;
}

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
    v.cause = Cause::kNonTrainable;
    v.also = {Cause::kNotWatched};
    v.why = fmt::format("`{}` was made with trainable = false, so tapes do not watch it by themselves", variable.name);
    v.remedy = fmt::format("make it trainable; or, for this tape only, call tape.watch({}) before it is used", variable.name);
  } else if (!g.tape.watches_variables) {
    v.where = g.tape.made_at;
    v.why = fmt::format("the tape was made with watch_accessed_variables = false, and nobody called tape.watch({})", variable.name);
    v.remedy = fmt::format("call tape.watch({}) before it is used, or leave watch_accessed_variables on", variable.name);
  } else if (path.hops.empty()) {
    v.why = fmt::format("`{}` itself is the target, but it was not read while the tape recorded", variable.name);
    v.remedy = "read it under the tape, and differentiate what is computed from it";
  } else {
    v.cause = Cause::kOutsideTape;
    v.also = {Cause::kNotWatched};
    v.op = path.hops[0].op;
    v.where = g.ops[v.op].where;
    v.why =
        fmt::format("the value that `{}` used was read from `{}` while the tape did not record; a tape watches a variable when it is read under it",
                    op_text(g, v.op), variable.name);
    v.remedy = fmt::format("use `{}` itself under the tape instead of a Tensor that was taken from it before", variable.name);
  }
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
  if (g.recorded(maker) && g.kind_of(maker) == FlowGraph::Kind::kCompute && g.ops[maker].inputs != 0) {
    v.why = fmt::format("{} was computed on the tape, but from nothing that the tape watches, so it was not followed", name);
    return v;
  }
  const Index variable = g.kind_of(maker) == FlowGraph::Kind::kCompute ? rebound_variable(g, value) : kNone;
  if (variable != kNone) {
    const char* old_name = g.variables[variable].name;
    v.cause = Cause::kRebound;
    v.also = {Cause::kWrongSource, Cause::kOutsideTape, Cause::kNotWatched};
    v.op = maker;
    v.why = fmt::format(
        "the source is not variable `{}` any more but the tensor that `{}` made from it, outside this tape; tapes do not watch tensors by themselves",
        old_name, op_text(g, maker));
    v.remedy = fmt::format("ask for the variable and keep it one: change it with {}.assign(), assign_add() or assign_sub() instead of a new tensor",
                           old_name);
    return v;
  }
  v.why = fmt::format("the source is {}, a tensor; only trainable variables are watched without being told", name);
  return v;
}

}  // namespace

Verdict judge_source(const SourceQuestion& question, const FlowPath& path) {
  const FlowGraph::Value& value = question.graph.values[path.source];
  if (!is_differentiable(value.dtype)) return integer_source(question, path.source);
  if (value.watched_from != kNone && !path.hops.empty()) return late_watch(question, path);
  return question.source.variable != kNone ? variable_source(question, path) : tensor_source(question, path);
}

}  // namespace whygrad::internal
