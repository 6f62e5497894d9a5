#include "explain/judge_source.hpp"
#include "explain/verdict.hpp"
#include "explain/words.hpp"

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

// The op's own answer, in the words of its record.
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
  const DType made = q.graph.values[path.hops[stop.first_hop].out].dtype;
  if (!is_differentiable(made)) v.also.push_back(Cause::kIntDtype);
  if (&stop != path.stops.data() || !is_metric(q, path)) return v;
  v.also.insert(v.also.begin(), v.cause);
  v.cause = Cause::kMetricAsLoss;
  if (is_differentiable(made) || made == DType::kBool) {  // an op that gives positions has a loss of its own to offer
    v.remedy =
        fmt::format("train on a smooth loss of what goes into `{}`, such as sigmoid_cross_entropy_with_logits, and keep this number for reading",
                    op_text(q.graph, v.op));
  }
  return v;
}

Verdict became_integer(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = q.graph;
  const Hop& hop = path.hops[stop.first_hop];
  Verdict v = at_op(g, Cause::kIntDtype, hop.op);
  v.why = fmt::format("`{}` makes {} of {}, and only floating and complex values carry a gradient", op_text(g, hop.op),
                      name_of(g.values[hop.out].dtype), name_of(g.values[hop.in].dtype));
  v.remedy = "keep the values floating here; to round them in the forward pass only, wrap the step in grad_pass_through";
  return v;
}

Verdict went_through_state(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = q.graph;
  const Hop& hop = path.hops[stop.last_hop];
  Verdict v = declared(q, path, stop);
  const Index variable = g.values[hop.out].variable;
  const char* name = variable != kNone ? g.variables[variable].name : "the variable";
  const std::string reader = stop.last_hop + 1 < path.hops.size() ? at_place(g.ops[path.hops[stop.last_hop + 1].op].where) : "";
  if (stop.cause == Cause::kStateful) {
    v.evidence.push_back(fmt::format("assigned to `{}`{}, and read back from it{}", name, at_place(v.where), reader));
    return v;
  }
  v.also = {Cause::kStateful, Cause::kUnused};
  v.why = fmt::format("variable `{}` began as a copy of {}; the target was computed from the copy, which is not connected to it", name,
                      value_text(g, hop.in));
  v.remedy = fmt::format("ask for the gradient with respect to `{}`, or compute the target from {} itself", name, source_text(g, q.source));
  v.evidence.push_back(fmt::format("`{}` was made{}, and used{}", name, at_place(v.where), reader));
  return v;
}

Verdict left_and_came_back(const SourceQuestion& q, const FlowPath& path, const Stop& stop) {
  const FlowGraph& g = q.graph;
  const Hop& hop = path.hops[stop.first_hop];
  Index read = hop.op;
  while (read-- > 0) {
    if (g.kind_of(read) == FlowGraph::Kind::kHostRead && g.inputs_of(read)[0] == hop.in) break;
  }
  Verdict v = read != kNone ? at_op(g, Cause::kLeftFramework, read) : at_op(g, Cause::kLeftFramework, hop.op);
  v.why = fmt::format("{} was read to the host here and came back as a constant, which remembers nothing of where its numbers came from",
                      value_text(g, hop.in));
  v.evidence.push_back(fmt::format("the constant made{} holds the same bytes", at_place(g.ops[hop.op].where)));
  v.confidence = Confidence::kLikely;
  return v;
}

Verdict not_recorded(const SourceQuestion& q, const Stop& stop) {
  const FlowGraph& g = q.graph;
  const FlowGraph::Op& op = g.ops[stop.op];
  Verdict v = at_op(g, stop.cause, stop.op);
  // A step of a gradient rule, or a whole backward pass.
  const bool of_gradient = op.rule_of_def != kNone || g.def_of(stop.op).backward_pass;
  const std::string name = op_text(g, stop.op), boundary = op.boundary != kNone ? at_place(g.boundaries[op.boundary]) : "";
  switch (op.standing) {
    case FlowGraph::Standing::kPaused:
      v.why = fmt::format("`{}` ran while recording was stopped{}, so the tape knows nothing of it", name, boundary);
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
      v.remedy = "compute it again under the tape, each time the gradient is taken";
      v.also.push_back(Cause::kRebound);
      break;
  }
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
    case Cause::kOutsideTape:
    case Cause::kTapePaused:
    case Cause::kTapeReset: return not_recorded(question, stop);
    default: return declared(question, path, stop);
  }
}

Verdict judge_open_path(const SourceQuestion& question, const FlowPath& path) {
  const FlowGraph& g = question.graph;
  const auto user_rule = [&g](const Hop& h) { return g.answer(h.op, h.input).flow == FlowGraph::Flow::kUserRule; };
  const auto at = std::find_if(path.hops.begin(), path.hops.end(), user_rule);
  if (at != path.hops.end()) {
    Verdict v = at_op(g, Cause::kCustomGradient, at->op);
    if (g.ops[at->op].returns_at != kNone) v.where = g.boundaries[g.ops[at->op].returns_at];
    v.why = fmt::format("the backward function of this custom gradient returned no gradient for input {}, {}", at->input, value_text(g, at->in));
    v.remedy = fmt::format("return a gradient for input {} from the backward function, of that input's shape", at->input);
    return v;
  }
  Verdict v;
  v.where = g.tape.asked_at;
  v.why = "every op on the way lets the gradient through, and yet none arrived";
  v.remedy = "this looks like a defect of whygrad; please report it with this text";
  v.confidence = Confidence::kUnknown;
  return v;
}

bool is_metric(const SourceQuestion& question, const FlowPath& path) {
  const FlowGraph& g = question.graph;
  if (question.carries[path.target] != 0) return false;  // something learns from it: it is a loss
  const auto shape = g.shape_of(path.target);
  if (std::any_of(shape.begin(), shape.end(), [](std::int64_t n) { return n != 1; })) return false;
  bool compared = false;
  for (std::size_t h = path.stops[0].first_hop; h < path.hops.size(); ++h) {
    // Behind the first stop, whatever that is: nothing here punishes a wrong answer more the farther off it is.
    if (h != path.stops[0].first_hop && !g.def_of(path.hops[h].op).counts) return false;
    compared |= g.values[path.hops[h].out].dtype == DType::kBool;
  }
  return compared;
}

}  // namespace whygrad::internal
