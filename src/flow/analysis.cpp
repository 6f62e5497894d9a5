// Runs the judges for every source, and lists the steps of each path.
#include "flow/analysis.hpp"

#include "flow/behind_fault.hpp"
#include "flow/fault_path.hpp"
#include "flow/flow_path.hpp"
#include "flow/judge_source.hpp"
#include "flow/passed_edges.hpp"
#include "flow/reach.hpp"
#include "flow/relevance.hpp"
#include "flow/source_names.hpp"
#include "flow/verdict.hpp"
#include "flow/words.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/flow/explanation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

// A path may be a million ops long. Steps far from its ends and its stops are counted, not listed.
constexpr std::size_t kHead = 4, kAround = 2, kTail = 8, kStopsListed = 16;

// As variable_text, without quotation marks.
std::string step_name(const FlowGraph::Variable& v) { return v.apart[0] == '\0' ? std::string(v.name) : fmt::format("{} ({})", v.name, v.apart); }

Step source_step(const FlowGraph& graph, const FlowGraph::Source& source, const FlowPath& path) {
  const FlowGraph::Value& value = graph.values[path.source];
  Step step;
  step.status = Step::Status::kSource;
  step.signature = graph.signature(path.source);
  if (source.variable != kNone) {
    step.name = step_name(graph.variables[source.variable]);
    step.note = graph.variables[source.variable].noun;
    step.place = place_of(graph.variables[source.variable].where);
  } else {
    step.name = source_name(graph, path.source).name;
    if (step.name.empty()) step.name = value.op != kNone ? op_text(graph, value.op) : "tensor";
    step.note = "tensor";
    if (value.op != kNone) step.place = place_of(graph.ops[value.op].where);
  }
  step.index = value.op;
  if (!path.stops.empty() && path.stops[0].op == kNone) step.status = Step::Status::kStops;
  return step;
}

// For each hop kNone, or the number of the stop that it belongs to.
std::vector<std::size_t> stops_by_hop(const FlowPath& path) {
  std::vector<std::size_t> at(path.hops.size(), path.stops.size());
  for (std::size_t s = path.stops.size(); s-- > 0;) {
    if (path.stops[s].op == kNone) continue;
    for (std::size_t h = path.stops[s].first_hop; h <= path.stops[s].last_hop; ++h) at[h] = s;
  }
  return at;
}

const char* missed_note(FlowGraph::Standing standing) {
  switch (standing) {
    case FlowGraph::Standing::kBefore: return "before the tape";
    case FlowGraph::Standing::kPaused: return "while the tape was paused";
    case FlowGraph::Standing::kBetween: return "while the tape was left";
    case FlowGraph::Standing::kAfter: return "after the tape";
    case FlowGraph::Standing::kReset: return "before the tape's reset";
    case FlowGraph::Standing::kRecorded: break;
  }
  return "";
}

Step op_step(const FlowGraph& graph, const FlowPath& path, std::size_t h, std::size_t stop) {
  const Hop& hop = path.hops[h];
  Step step;
  step.name = op_text(graph, hop.op);
  step.scope = scope_text(graph, hop.op);
  step.index = hop.op;
  step.signature = graph.signature(hop.out);
  step.place = place_of(graph.ops[hop.op].where);
  if (stop == path.stops.size()) {
    const FlowDType made = graph.values[hop.out].dtype;
    if (!is_differentiable(made)) step.note = fmt::format("carries {}", plural_of(made));
    return step;
  }
  // The last of several consecutive ops outside of the tape is the one to point at.
  if (path.stops[stop].op != hop.op) {
    step.note = path.beside != kNone ? "takes it in" : missed_note(graph.ops[hop.op].standing);
  } else {
    step.status = stop == 0 ? Step::Status::kStops : Step::Status::kStopsAsWell;
  }
  return step;
}

// The op to blame, if it is on the path.
Step beside_step(const FlowGraph& graph, Index op) {
  Step step;
  step.status = Step::Status::kStops;
  step.beside = true;
  const std::string call = composed_by(graph, op);
  step.name = call.empty() ? op_text(graph, op) : fmt::format("{}/{}", call, op_text(graph, op));
  step.scope = scope_text(graph, op);
  step.index = op;
  step.signature = graph.signature(graph.ops[op].first_output);
  step.place = place_of(graph.ops[op].where);
  return step;
}

// Whether both are steps of one call of a composed function, which are listed as one.
bool continues_call(const Step& last, const Step& step) {
  return last.status == Step::Status::kFlows && !last.beside && last.name == step.name && last.place.line == step.place.line &&
         last.place.column == step.place.column && last.place.file == step.place.file;
}

std::vector<Step> steps_of(const FlowGraph& graph, const FlowGraph::Source& source, const FlowPath& path) {
  const std::size_t count = path.hops.size();
  const std::vector<std::size_t> stops = stops_by_hop(path);
  std::vector<std::uint8_t> listed(count);
  const auto list = [&listed, count](std::size_t from, std::size_t to) {
    for (std::size_t h = from; h < std::min(to, count); ++h) listed[h] = 1;
  };
  list(0, kHead);
  list(count - std::min(count, kTail), count);
  for (std::size_t s = 0; s < std::min(path.stops.size(), kStopsListed); ++s) {
    for (const std::size_t h : {path.stops[s].first_hop, path.stops[s].last_hop}) list(h - std::min(h, kAround), h + 1 + kAround);
  }
  std::vector<Step> steps{source_step(graph, source, path)};
  std::size_t left_out = 0;
  for (std::size_t h = 0; h < count; ++h) {
    if (listed[h] == 0) {
      ++left_out;
      continue;
    }
    const std::size_t before = steps.size();
    if (path.beside != kNone && h == path.stops[0].first_hop) steps.push_back(beside_step(graph, path.beside));
    Step step = op_step(graph, path, h, stops[h]);
    if (const std::string call = composed_by(graph, path.hops[h].op); !call.empty()) {
      const bool stands_out = stops[h] != path.stops.size();
      step.name = stands_out ? fmt::format("{}/{}", call, step.name) : call;
      if (!stands_out && left_out == 0 && continues_call(steps.back(), step)) {
        step.left_out = steps.back().left_out;
        steps.back() = std::move(step);
        continue;
      }
    }
    steps.push_back(std::move(step));
    steps[before].left_out = std::exchange(left_out, 0);
  }
  return steps;
}

class Analysis {
 public:
  explicit Analysis(const FlowGraph& graph) : graph_(graph), carries_(carrying_values(graph)), edges_(graph) {}

  void look_at(const FlowGraph::Source& source, std::vector<Finding>& findings) const {
    if (graph_.targets.empty()) {
      findings.push_back(without_target(source));
    } else if (const FlowGraph::Numbers* answer = graph_.numbers_at(source.gradient); answer != nullptr && !source.replaced) {
      look_at_answer(source, *answer, findings);
    } else {
      look_at_missing(source, findings);
    }
  }

  void look_for_cuts(const FlowGraph::Source& source, std::vector<Finding>& findings) const {
    const std::vector<Hop> cuts = cuts_of(graph_, source);
    if (cuts.empty()) return;
    const SourceQuestion question{graph_, source, carries_};
    std::vector<Verdict> verdicts;
    verdicts.reserve(cuts.size());
    for (const Hop& cut : cuts) verdicts.push_back(judge_stop(question, path_of(source, cut), {*stop_at(graph_, cut), cut.op, 0, 0}));
    Verdict first = verdicts[0];
    first.also.insert(first.also.begin(), first.cause);
    first.cause = Cause::kPartialGradient;
    verdicts.erase(verdicts.begin());
    findings.push_back(describe(question, path_of(source, cuts[0]), first, verdicts));
    findings.back().status = Finding::Status::kPartial;
  }

 private:
  // The unintended stops on data paths from the source to the targets, at most as many as are listed.
  static std::vector<Hop> cuts_of(const FlowGraph& graph, const FlowGraph::Source& source) {
    const std::vector<std::uint8_t> follows = descendants(graph, source.values), leads = leads_unstopped(graph);
    std::vector<Hop> cuts;
    for (Index op = 0; op < graph.ops.size() && cuts.size() < kStopsListed; ++op) {
      const auto inputs = graph.inputs_of(op);
      const FlowGraph::Op& o = graph.ops[op];
      if (graph.kind_of(op) != OpKind::kCompute || o.outputs == 0 || leads[o.first_output] == 0) continue;
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Hop hop{op, i, inputs[i], o.first_output};
        if (follows[hop.in] == 0 || graph.answer(op, i).role != Role::kData || !is_differentiable(graph.values[hop.in].dtype)) continue;
        if (stop_at(graph, hop) && !stops_on_purpose(graph.answer(op, i))) cuts.push_back(hop);
      }
    }
    return cuts;
  }
  // Nobody expects a gradient through the ops of a function that has a custom gradient.
  static bool stops_on_purpose(const FlowGraph::Answer& answer) {
    return answer.flow == GradientFlow::kStopGradient || answer.flow == GradientFlow::kReplaced || is_users_rule(answer.flow);
  }
  // The values from which data reach a target without such a stop.
  static std::vector<std::uint8_t> leads_unstopped(const FlowGraph& graph) {
    std::vector<std::uint8_t> leads(graph.values.size());
    for (const Index t : graph.targets) leads[t] = 1;
    for (auto op = static_cast<Index>(graph.ops.size()); op-- > 0;) {
      const FlowGraph::Op& o = graph.ops[op];
      const auto first = leads.begin() + o.first_output;
      if (std::none_of(first, first + o.outputs, [](std::uint8_t l) { return l != 0; })) continue;
      const auto inputs = graph.inputs_of(op);
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const FlowGraph::Answer& answer = graph.answer(op, i);
        if (!stops_on_purpose(answer) && answer.role == Role::kData) leads[inputs[i]] = 1;
      }
    }
    return leads;
  }
  FlowPath path_of(const FlowGraph::Source& source, const Hop& cut) const {
    FlowPath path{.connected = true, .source = source.values[0], .target = graph_.targets[0], .hops = {cut}, .stops = {}};
    path.stops.push_back({*stop_at(graph_, cut), cut.op, 0, 0});
    return path;
  }

  void look_at_missing(const FlowGraph::Source& source, std::vector<Finding>& findings) const {
    FlowPath path = cheapest_path(graph_, carries_, source, graph_.targets);
    if (graph_.tape.question == FlowGraph::Question::kOpen && path.connected && path.stops.empty()) return;
    const SourceQuestion question{graph_, source, carries_};
    std::vector<Verdict> verdicts = path.stops.empty() ? std::vector{judge_without_stop(question, path)} : judge_stops(question, path, kStopsListed);
    const bool lost = !path.connected && verdicts[0].op != kNone && graph_.kind_of(verdicts[0].op) == OpKind::kHostRead;
    if (lost) go_over_read(question, path, verdicts);
    const Verdict verdict = std::move(verdicts[0]);
    verdicts.erase(verdicts.begin());
    mark_blamed(path, verdict);
    findings.push_back(describe(question, path, verdict, verdicts));
    if (source.replaced) call_replaced(findings.back(), source.replaced_by);
  }

  // NOTE [numbers that were read to the host]
  // What the program did with them is not known, so that no path leads to the target. The paths to the read, and from where the numbers seem to have
  // come back, are known, and whatever stops the gradient on them has to be mended as well: an action that was chosen by argmax and handed to an
  // environment would still have no gradient if it stayed a tensor.
  void go_over_read(const SourceQuestion& question, FlowPath& path, std::vector<Verdict>& verdicts) const {
    Verdict read = std::move(verdicts[0]);
    path = cheapest_path(graph_, carries_, question.source, {graph_.inputs_of(read.op)[0]});
    FlowPath rest = path_from(read.back);
    verdicts = judge_stops(question, path, kStopsListed);
    const auto of_metric = [](const Verdict& v) { return v.cause == Cause::kMetricAsLoss; };
    const bool mended = std::any_of(verdicts.begin(), verdicts.end(), of_metric);
    std::vector<Verdict> behind = judge_stops(question, rest, kStopsListed);
    if (!verdicts.empty()) tell_read(read, verdicts[0]);
    path.hops.push_back({read.op, 0, path.target, path.target});
    path.stops.push_back({read.cause, read.op, path.hops.size() - 1, path.hops.size() - 1});
    append(path, rest);
    path.target = graph_.targets[0];
    const std::size_t known = verdicts.size();
    verdicts.push_back(std::move(read));
    verdicts.insert(verdicts.end(), std::make_move_iterator(behind.begin()), std::make_move_iterator(behind.end()));
    for (std::size_t k = known; mended && k < verdicts.size(); ++k) verdicts[k].remedy.clear();  // another loss is needed
  }
  // From an op's results to a target. Nobody would watch them.
  FlowPath path_from(Index op) const {
    if (op == kNone) return {};
    FlowGraph::Source results;
    for (Index v = graph_.ops[op].first_output; v < graph_.ops[op].first_output + graph_.ops[op].outputs; ++v) results.values.push_back(v);
    FlowPath path = cheapest_path(graph_, carries_, results, graph_.targets);
    std::erase_if(path.stops, [](const Stop& stop) { return stop.op == kNone; });
    return path;
  }
  static void append(FlowPath& path, const FlowPath& rest) {
    const std::size_t moved = path.hops.size();
    path.hops.insert(path.hops.end(), rest.hops.begin(), rest.hops.end());
    for (Stop stop : rest.stops) {
      stop.first_hop += moved;
      stop.last_hop += moved;
      path.stops.push_back(stop);
    }
  }
  // What stops the gradient before the read is to blame first, though what the program did with the numbers is only likely.
  static void tell_read(const Verdict& read, Verdict& first) {
    first.confidence = read.confidence;
    first.also.push_back(read.cause);
    first.evidence.push_back(read.why);
    first.evidence.insert(first.evidence.end(), read.evidence.begin(), read.evidence.end());
  }

  // On a path without a stop: the op to blame, such as a custom gradient that returned nothing.
  static void mark_blamed(FlowPath& path, const Verdict& verdict) {
    if (!path.stops.empty()) return;
    const auto at = std::find_if(path.hops.begin(), path.hops.end(), [&verdict](const Hop& hop) { return hop.op == verdict.op; });
    if (at == path.hops.end()) return;
    const auto hop = static_cast<std::size_t>(at - path.hops.begin());
    path.stops.push_back({verdict.cause, verdict.op, hop, hop});
  }

  // Zeros that the caller asked for were not computed by an op. The reason why there is no gradient remains the finding.
  static void call_replaced(Finding& f, const char* replaced_by) {
    f.status = Finding::Status::kZero;
    f.also.insert(f.also.begin(), f.cause);
    const std::string zeros = *replaced_by != '\0' ? fmt::format("`{}` answers 0 where `gradient` answers that there is none", replaced_by)
                                                   : "the zeros were asked for with UnconnectedGradients::zero";
    f.evidence.insert(f.evidence.begin(), fmt::format("there is no gradient ({} {}); {}", f.code(), reason(f.cause).name, zeros));
    f.cause = Cause::kDisconnectedZero;
  }

  void look_at_answer(const FlowGraph::Source& source, const FlowGraph::Numbers& answer, std::vector<Finding>& findings) const {
    if (answer.finite() && !answer.all_zero()) return;
    const SourceQuestion question{graph_, source, carries_};
    Found found = answer.finite() ? judge_zero(question, edges_) : judge_not_finite(question, edges_);
    lead_over(graph_, found.path, found.verdict.op);
    answer.finite() ? add_zeros_behind(question, edges_, found) : add_nonfinite_behind(question, edges_, found);
    Finding f = describe(question, found.path, found.verdict, found.others);
    f.status = answer.finite() ? Finding::Status::kZero : answer.nans != 0 ? Finding::Status::kNan : Finding::Status::kInf;
    for (Step& step : f.path) {
      if (step.status == Step::Status::kStops) step.status = answer.finite() ? Step::Status::kZero : Step::Status::kNonFinite;
      if (step.status != Step::Status::kStopsAsWell) continue;
      const auto known = [&step](const Stop& stop) { return stop.op == step.index; };
      const auto stop = std::find_if(found.path.stops.begin(), found.path.stops.end(), known);
      step.note = table_text(f.status, stop == found.path.stops.end() ? f.cause : stop->cause);
    }
    findings.push_back(std::move(f));
  }

  static Verdict judge_without_stop(const SourceQuestion& q, const FlowPath& path) {
    if (path.connected) return judge_open_path(q, path);
    Verdict unconnected = judge_unconnected(q);
    if (is_differentiable(q.graph.values[q.source.values[0]].dtype)) return unconnected;
    // An integer never has a gradient, so this check comes first.
    Verdict v = judge_source(q, {.source = q.source.values[0]});
    v.also.push_back(unconnected.cause);
    v.evidence.push_back(unconnected.why);
    return v;
  }

  Finding without_target(const FlowGraph::Source& source) const {
    Finding f;
    f.cause = Cause::kWrongTarget;
    f.source = source_text(graph_, source);
    f.source_signature = graph_.signature(source.values[0]);
    f.place = place_of(graph_.tape.asked_at);
    f.why = "no target was given, so there is nothing to differentiate";
    f.remedy = "pass the loss as the target";
    return f;
  }

  Finding describe(const SourceQuestion& q, const FlowPath& path, const Verdict& verdict, const std::vector<Verdict>& others) const {
    Finding f;
    const Index target = path.connected ? path.target : graph_.targets[0], maker = graph_.values[target].op;
    if (graph_.values[target].variable != kNone) {
      f.target = graph_.variables[graph_.values[target].variable].name;
    } else if (maker != kNone) {
      f.target = called_by_program(maker);
      if (f.target.empty()) f.target = op_text(graph_, maker);
      f.target_place = place_of(graph_.ops[maker].where);
    }
    const Index source = q.source.values[0];
    f.source = q.source.variable != kNone ? fmt::format("{} {}", graph_.variables[q.source.variable].noun, source_text(graph_, q.source))
                                          : value_text(graph_, source);
    if (q.source.variable != kNone) f.source_name = graph_.variables[q.source.variable].name;
    f.source_signature = graph_.signature(source);
    f.asked = q.source.variable != kNone ? graph_.tape.asked_variables : graph_.tape.asked_tensors;
    f.cause = verdict.cause;
    f.also = verdict.also;
    if (verdict.op != kNone && graph_.kind_of(verdict.op) != OpKind::kConstant) name_op(f, verdict.op);
    if (verdict.op != kNone) f.scope = scope_text(graph_, verdict.op);
    f.place = place_of(verdict.where);
    f.evidence = verdict.evidence;
    f.why = verdict.why;
    if (!f.op.empty() && f.why.starts_with(f.op + " ")) f.why.replace(0, f.op.size(), op_text(graph_, verdict.op));  // a sentence of its record
    // A call that asked for the gradient as well, such as a model's fit(), is no function that the loss is computed with.
    const bool by_function = !f.called.empty() && !same_place(graph_.ops[verdict.op].where, graph_.tape.asked_at);
    if (by_function) f.evidence.push_back(fmt::format("`{}` was called by `{}`", op_text(graph_, verdict.op), f.called));
    f.remedy = verdict.remedy;
    // A caller cannot change the inside of a function.
    const bool rewrites = f.remedy.find("write ") != f.remedy.npos;
    if (rewrites && by_function && is_one_of_several(graph_, verdict.op)) {
      f.remedy += fmt::format("; for that, write out what `{}` computes", f.called);
    }
    f.confidence = verdict.confidence;
    if (!path.connected) return f;
    f.path = steps_of(graph_, q.source, path);
    // The op that computed the source, such as the one that replaced a variable.
    const bool made_here = verdict.op != kNone && verdict.op == graph_.values[path.source].op && f.path[0].status == Step::Status::kStops;
    if (made_here) f.path[0].name = fmt::format("{} = {}", f.path[0].name, op_text(graph_, verdict.op));
    for (const Verdict& other : others) {
      f.others.push_back({.cause = other.cause, .place = place_of(other.where), .remedy = other.remedy});
      if (other.op == kNone) continue;
      f.others.back().op = graph_.name_of(other.op);
      f.others.back().name = op_text(graph_, other.op);
    }
    return f;
  }

  // The ops of a custom gradient's rule are called by the rule, not at the place of the function.
  std::string called_by_program(Index op) const {
    if (graph_.kind_of(op) != OpKind::kCompute) return {};
    const bool of_rule = graph_.ops[op].inputs != 0 && is_users_rule(graph_.answer(op, 0).flow);
    return of_rule ? std::string() : called_instead(graph_.ops[op].where, graph_.name_of(op));
  }

  static bool same_place(const Where& a, const Where& b) {
    const Place p = place_of(a), q = place_of(b);
    return p.known() && p.column == q.column && p.line == q.line && p.file == q.file;
  }

  void name_op(Finding& f, Index op) const {
    f.op = graph_.name_of(op);
    f.op_type = graph_.type_of(op);
    f.called = called_by_program(op);
  }

  const FlowGraph& graph_;
  const std::vector<std::uint8_t> carries_;
  const PassedEdges edges_;
};

// Translates the finding to the program's language, and drops uninformative callers.
void finish(std::vector<Finding>& findings, const Place& asked) {
  for (Finding& f : findings) {
    spell(f);
    shorten_callers(f.place, asked);
    shorten_callers(f.target_place, asked);
    for (Step& step : f.path) shorten_callers(step.place, asked);
    for (OtherBreak& other : f.others) shorten_callers(other.place, asked);
  }
}

}  // namespace

std::vector<Finding> analyse(const FlowGraph& graph) {
  std::vector<Finding> findings;
  const Analysis analysis(graph);
  for (const FlowGraph::Source& source : graph.sources) {
    if (graph.tape.question == FlowGraph::Question::kPartial) {
      analysis.look_for_cuts(source, findings);
    } else {
      analysis.look_at(source, findings);
    }
  }
  finish(findings, place_of(graph.tape.asked_at));
  return findings;
}

}  // namespace whygrad::internal

namespace whygrad {

Explanation explain(std::shared_ptr<const FlowGraph> graph) {
  if (graph == nullptr) throw ValueError("explain", "there is no graph", "pass one that holds a computation");
  if (std::optional<FlowGraph> part = internal::relevant_part(*graph)) graph = std::make_shared<const FlowGraph>(std::move(*part));
  std::vector<Finding> findings = internal::analyse(*graph);
  return Explanation(std::move(findings), std::move(graph));
}

Explanation explain(FlowGraph graph) { return explain(std::make_shared<const FlowGraph>(std::move(graph))); }

}  // namespace whygrad
