// Judges a path that an op without a derivative cuts.
#include "flow/judge_source.hpp"
#include "flow/verdict.hpp"
#include "flow/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

Verdict at_op(const FlowGraph& graph, Cause cause, Index op) {
  Verdict v;
  v.cause = cause;
  v.op = op;
  v.where = graph.ops[op].where;
  v.remedy = reason(cause).remedy;
  return v;
}

// The reason and remedy in the op's record.
Verdict declared(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = q.graph;
  const Hop& hop = path.hops[stop.last_hop];
  const FlowGraph::Answer& answer = g.answer(hop.op, hop.input);
  Verdict v = at_op(g, stop.cause, hop.op);
  v.why = answer.why;
  v.remedy = answer.remedy;
  if (g.ops[hop.op].rule_of_def != kNone)
    v.evidence.push_back(fmt::format("the gradient rule of `{}` uses `{}`", g.name_of(hop.op), g.def_of(hop.op).name));
  return v;
}

Verdict not_differentiable(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  Verdict v = declared(q, path, stop);
  const FlowDType made = q.graph.values[path.hops[stop.first_hop].out].dtype;
  if (!is_differentiable(made)) v.also.push_back(Cause::kIntDtype);
  if (!is_metric(q, path, stop)) return v;
  v.also.insert(v.also.begin(), v.cause);
  v.cause = Cause::kMetricAsLoss;
  if (is_differentiable(made) || made == FlowDType::kBool) {  // an op that returns positions has a loss of its own to suggest
    v.remedy =
        fmt::format("train on a smooth loss of what goes into `{}`, such as sigmoid_cross_entropy_with_logits, and keep this number for reading",
                    op_text(q.graph, v.op));
  }
  return v;
}

// Whether a result of the op is floating, as the values are that a sort returns beside their places.
bool returns_numbers_too(const FlowGraph& g, Index op) {
  const FlowGraph::Op& o = g.ops[op];
  for (Index v = o.first_output; v < o.first_output + o.outputs; ++v) {
    if (is_differentiable(g.values[v].dtype)) return true;
  }
  return false;
}

Verdict became_integer(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = q.graph;
  const Hop& hop = path.hops[stop.first_hop];
  Verdict v = at_op(g, Cause::kIntDtype, hop.op);
  if (const FlowGraph::Def& def = g.def_of(hop.op); *def.integers.why != '\0') {  // not because of its dtype, but because of its meaning
    v.cause = Cause::kNondiffOp;
    v.also = {Cause::kIntDtype};
    v.why = def.integers.why;
    v.remedy = def.integers.remedy;
    return v;
  }
  if (returns_numbers_too(g, hop.op)) {
    v.cause = Cause::kNondiffOp;
    v.also = {Cause::kIntDtype};
    v.why =
        fmt::format("the integers that `{}` returns beside its other results are positions or counts: they do not move when its input moves a little",
                    op_text(g, hop.op));
    v.remedy = "use the other results, such as the values that stand at these positions: they carry a gradient";
    return v;
  }
  v.why = fmt::format("`{}` makes {} of {}, and only floating and complex values carry a gradient", op_text(g, hop.op),
                      name_of(g.values[hop.out].dtype), name_of(g.values[hop.in].dtype));
  v.remedy = "keep the values floating here; to round them in the forward pass only, wrap the step in grad_pass_through";
  return v;
}

// The first hop after the stop that uses numbers again, and neither writes the variable again nor returns elements of a data set; the number of hops
// if there is none.
std::size_t first_reader(const FlowGraph& g, const FlowPath& path, const Stop& stop) {
  std::size_t h = stop.last_hop + 1;
  const auto uses_numbers = [&g](const Hop& hop) {
    return g.answer(hop.op, hop.input).flow != GradientFlow::kState && g.values[hop.in].dtype != FlowDType::kOther;
  };
  while (h < path.hops.size() && !uses_numbers(path.hops[h])) ++h;
  return h;
}

// A value that left through a data set, or was computed by the function of one.
Verdict went_through_data_set(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = q.graph;
  Verdict v = declared(q, path, stop);
  v.also = {Cause::kLeftFramework};
  const std::size_t reader = first_reader(g, path, stop);
  const bool left = reader != stop.last_hop + 1 && place_of(v.where).known();
  if (!place_of(v.where).known())
    v.where = g.ops[path.hops[reader - 1].op].where;  // the result of one function of the data set is the input of the next
  if (!left) {
    v.evidence.push_back(fmt::format("{} came out of a data set as new numbers{}", value_text(g, path.hops[stop.last_hop].in), at_place(v.where)));
  } else {
    v.evidence.push_back(fmt::format("it left by `{}`{} and came back as new numbers{}", op_text(g, v.op), at_place(v.where),
                                     at_place(g.ops[path.hops[reader - 1].op].where)));
  }
  if (!g.recorded(v.op)) v.confidence = Confidence::kLikely;  // the data are connected to it, but training through them may not be intended
  return v;
}

Verdict went_through_state(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = q.graph;
  const Hop& hop = path.hops[stop.last_hop];
  if (g.kind_of(hop.op) == OpKind::kFeed) return went_through_data_set(q, path, stop);
  Verdict v = declared(q, path, stop);
  const Index variable = g.values[hop.out].variable;
  const std::string name = variable != kNone ? variable_text(g, variable) : "the variable";
  const std::size_t read_by = first_reader(g, path, stop);
  const std::string reader = read_by < path.hops.size() ? at_place(g.ops[path.hops[read_by].op].where) : "";
  if (!g.recorded(hop.op)) v.confidence = Confidence::kLikely;  // what was written before the tape may be irrelevant
  if (stop.cause == Cause::kStateful) {
    v.evidence.push_back(fmt::format("`{}` wrote into {}{}, and it was read back{}", op_text(g, hop.op), name, at_place(v.where), reader));
    return v;
  }
  v.also = {Cause::kStateful, Cause::kUnused};
  v.why = fmt::format("{}{} began as a copy of {}; the target was computed from the copy, which is not connected to it",
                      variable != kNone ? fmt::format("{} ", g.variables[variable].noun) : std::string(), name, value_text(g, hop.in));
  v.remedy = fmt::format("ask for the gradient with respect to {}, or compute the target from {} itself", name, source_text(g, q.source));
  v.evidence.push_back(fmt::format("{} was made{}, and used{}", name, at_place(v.where), reader));
  return v;
}

Verdict left_and_came_back(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = q.graph;
  const Hop& hop = path.hops[stop.first_hop];
  // The log shows that a function on the host read numbers and returned others.
  if (g.kind_of(hop.op) == OpKind::kCompute) return declared(q, path, stop);
  Index read = hop.op;
  while (read-- > 0) {
    if (g.kind_of(read) == OpKind::kHostRead && g.inputs_of(read)[0] == hop.in) break;
  }
  Verdict v = read != kNone ? at_op(g, Cause::kLeftFramework, read) : at_op(g, Cause::kLeftFramework, hop.op);
  v.why = fmt::format("{} was read to the host here and came back as a constant, which remembers nothing of where its numbers came from",
                      value_text(g, hop.in));
  v.evidence.push_back(fmt::format("the constant made{} holds the same bytes", at_place(g.ops[hop.op].where)));
  v.confidence = Confidence::kLikely;
  return v;
}

// Whether the same line ran again under the tape on the result of the stop's op, which has the variable's name now: it replaced the variable by a
// tensor. Under another name it is a state that goes on from step to step, such as that of a recurrent net.
bool replaced_variable(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = q.graph;
  if (q.source.variable == kNone || stop.last_hop + 1 >= path.hops.size()) return false;
  const Hop& last = path.hops[stop.last_hop];
  const Place place = place_of(g.ops[last.op].where);
  const auto again = [&](const Hop& h) {
    const Place other = place_of(g.ops[h.op].where);
    return g.recorded(h.op) && g.ops[h.op].def == g.ops[last.op].def && place.known() && other.line == place.line && other.file == place.file;
  };
  return std::any_of(path.hops.begin() + static_cast<std::ptrdiff_t>(stop.last_hop) + 1, path.hops.end(), again) &&
         variable_behind(g, last.out) == q.source.variable && same_name(g, last.out, q.source.variable) != SameName::kNo;
}

Verdict not_recorded(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = q.graph;
  const FlowGraph::Op& op = g.ops[stop.op];
  Verdict v = at_op(g, stop.cause, stop.op);
  // A step of a gradient rule, or a whole backward pass.
  const bool of_gradient = op.rule_of_def != kNone || g.def_of(stop.op).backward_pass;
  if (of_gradient) v.also.push_back(Cause::kSecondOrder);
  const std::string name = op_text(g, stop.op), boundary = op.boundary != kNone ? at_place(g.boundaries[op.boundary]) : "";
  switch (op.standing) {
    case FlowGraph::Standing::kPaused:
      v.why = of_gradient ? fmt::format("`{}` gave a gradient whose own computation was not recorded", name)
                          : fmt::format("`{}` ran while recording was stopped{}, so the tape knows nothing of it", name, boundary);
      // An op that stops the recording itself says how to call it so that it does not.
      if (const FlowGraph::Answer& a = g.answer(stop.op, path.hops[stop.last_hop].input); a.flow == GradientFlow::kFlows && *a.remedy != '\0') {
        v.remedy = a.remedy;
      }
      break;
    case FlowGraph::Standing::kReset: v.why = fmt::format("the tape recorded `{}`, but was reset{} and forgot it", name, boundary); break;
    case FlowGraph::Standing::kBetween:
      v.why = fmt::format("`{}` ran between two recordings: the tape had been left{} and was entered again only later", name, boundary);
      break;
    case FlowGraph::Standing::kAfter:
      v.why = fmt::format("`{}` ran after the tape had stopped recording{}", name, boundary);
      v.remedy = !of_gradient ? "compute it while the tape still records: before exit(), or before the block that holds the tape ends"
                              : "ask the inner tape for its gradient while the outer tape still records: inside of the outer block";
      break;
    case FlowGraph::Standing::kBefore:
    case FlowGraph::Standing::kRecorded:
      v.why = fmt::format("`{}` ran before the tape was made{}; the tape saw only its finished result", name, boundary);
      v.remedy = !of_gradient ? "compute it again under the tape, each time the gradient is taken"
                              : "begin this tape, the outer one, first; under it compute what the inner tape is about and ask that for its gradient";
      v.also.push_back(Cause::kRebound);
      if (replaced_variable(q, path, stop)) {
        const FlowGraph::Variable& variable = g.variables[q.source.variable];
        v.cause = Cause::kRebound;
        v.also = {Cause::kOutsideTape, Cause::kWrongSource};
        v.why = fmt::format("`{}` replaced {} `{}`, made{}, by a tensor before the tape was made{}, and under the tape worked on that tensor", name,
                            variable.noun, variable.name, at_place(variable.where), boundary);
        v.remedy = "keep the variable: give the result a name of its own, or change the variable by its assign()";
      }
      break;
  }
  return v;
}

// A custom gradient whose rule returns nothing for the value: as one of its inputs, or because only its function used it.
Verdict not_answered(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = q.graph;
  const Hop& hop = path.hops[stop.last_hop];
  const FlowGraph::Answer& answer = g.answer(hop.op, hop.input);
  Verdict v = at_op(g, Cause::kCustomGradient, hop.op);
  if (answer.flow == GradientFlow::kUnanswered && *answer.remedy != '\0') {  // the rule was not asked at all
    v.also = {Cause::kNondiffOp};
    v.why = answer.why;
    v.remedy = answer.remedy;
    return v;
  }
  if (answer.flow == GradientFlow::kReplaced) {
    v.why = fmt::format(
        "{} was used inside of the function of this custom gradient; its backward function answers for the function's arguments and the "
        "variables that it read, for nothing else",
        source_text(g, q.source));
    v.remedy = fmt::format("pass {} to the function as an argument, and return a gradient for it too", source_text(g, q.source));
    return v;
  }
  if (g.ops[hop.op].returns_at != kNone) v.where = g.boundaries[g.ops[hop.op].returns_at];
  v.why = fmt::format("the backward function of this custom gradient returned no gradient for input {}, {}", hop.input, value_text(g, hop.in));
  v.remedy = fmt::format("return a gradient for input {} from the backward function, of that input's shape", hop.input);
  return v;
}

}  // namespace

Verdict judge_stop(const SourceQuestion& question, const FlowPath& path, const Stop& stop) {
  if (stop.op == kNone) return judge_source(question, path);
  switch (stop.cause) {
    case Cause::kNondiffOp: return not_differentiable(question, path, stop);
    case Cause::kIntDtype: return became_integer(question, path, stop);
    case Cause::kStateful:
    case Cause::kWrongSource: return went_through_state(question, path, stop);
    case Cause::kLeftFramework: return left_and_came_back(question, path, stop);
    case Cause::kCustomGradient: return not_answered(question, path, stop);
    case Cause::kOutsideTape:
    case Cause::kTapePaused:
    case Cause::kTapeReset: return not_recorded(question, path, stop);
    default: return declared(question, path, stop);
  }
}

namespace {

// The last stop that takes what this stop made, or what integer ops made of it, as positions or as conditions; null if none does.
const Stop* taker_of(const FlowGraph& g, const FlowPath& path, const Stop& stop) {
  const Stop* taker = nullptr;
  const bool is_source = stop.op == kNone;
  for (std::size_t h = is_source ? 0 : stop.last_hop + 1; h < path.hops.size(); ++h) {
    const Hop& hop = path.hops[h];
    if (is_differentiable(g.values[hop.in].dtype)) break;
    if (g.kind_of(hop.op) != OpKind::kCompute || g.answer(hop.op, hop.input).role == Role::kData) continue;
    for (const Stop& other : path.stops) {
      if (other.op == hop.op && other.last_hop == h) taker = &other;
    }
  }
  return taker;
}

bool same_site(const FlowGraph& g, const Stop& a, const Stop& b) {
  if (a.op == kNone || b.op == kNone || a.cause != b.cause || g.ops[a.op].def != g.ops[b.op].def) return false;
  const Where &p = g.ops[a.op].where, &q = g.ops[b.op].where;
  return p.file == q.file && p.function == q.function && p.line == q.line && p.column == q.column;
}

}  // namespace

std::vector<Verdict> judge_stops(const SourceQuestion& question, const FlowPath& path, std::size_t most) {
  const FlowGraph& g = question.graph;
  std::vector<Verdict> verdicts;
  const Stop* mended = nullptr;  // all stops up to this one are mended by an earlier remedy
  bool rest_is_mended = false;
  for (std::size_t s = 0; s < path.stops.size() && verdicts.size() < most; ++s) {
    const Stop& stop = path.stops[s];
    const auto again = [&](const Stop& other) { return same_site(g, stop, other); };
    if (std::any_of(path.stops.data(), &stop, again)) continue;
    Verdict v = judge_stop(question, path, stop);
    if (rest_is_mended || (mended != nullptr && &stop <= mended)) {
      v.remedy.clear();
    } else if (v.cause == Cause::kMetricAsLoss) {
      rest_is_mended = true;
    } else if (const Stop* taker = taker_of(g, path, stop); taker != nullptr) {
      mended = taker;
      v.remedy = fmt::format("`{}`{} takes only {}; {}", op_text(g, taker->op), at_place(g.ops[taker->op].where),
                             plural_of(g.values[path.hops[taker->last_hop].in].dtype), judge_stop(question, path, *taker).remedy);
    }
    verdicts.push_back(std::move(v));
  }
  return verdicts;
}

Verdict judge_open_path(const SourceQuestion& question, const FlowPath& path) {
  const FlowGraph& g = question.graph;
  Verdict v;
  const auto user_rule = [&g](const Hop& h) { return g.answer(h.op, h.input).flow == GradientFlow::kUserRule; };
  if (const auto at = std::find_if(path.hops.begin(), path.hops.end(), user_rule); at != path.hops.end()) {
    v = at_op(g, Cause::kCustomGradient, at->op);
    v.why = "every other op on the way lets the gradient through, so that the backward function of this custom gradient seems to have returned none";
    v.confidence = Confidence::kLikely;
    return v;
  }
  v.where = g.tape.asked_at;
  v.why = "every op on the way lets the gradient through, and yet none arrived";
  v.remedy = "this looks like a defect of whygrad; please report it with this text";
  v.confidence = Confidence::kUnknown;
  return v;
}

bool is_metric(const SourceQuestion& question, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = question.graph;
  if (question.carries[path.target] != 0) return false;  // it is a loss if something learns from it
  if (g.elements_of(path.target) != 1) return false;
  bool compared = false;
  for (std::size_t h = stop.first_hop; h < path.hops.size(); ++h) {
    // Applies after any stop: nothing here punishes a wrong answer more the farther off it is.
    if (h != stop.first_hop && !g.def_of(path.hops[h].op).in_metrics) return false;
    compared |= g.values[path.hops[h].out].dtype == FlowDType::kBool;
  }
  return compared;
}

}  // namespace whygrad::internal
