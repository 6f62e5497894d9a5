// What our op records say about another engine's ops: why an op stops a gradient, what to do about it, and how its numbers can spoil one.
#include "op_knowledge.hpp"

#include "flow_builder.hpp"
#include "tensorflow_ops/find.hpp"

#include "autodiff/control_flow.hpp"
#include "autodiff/custom_gradient.hpp"
#include "autodiff/gradient_event.hpp"
#include "autodiff/variable_impl.hpp"
#include "explain/op_definition.hpp"
#include "flow/json_names.hpp"
#include "ops/core/events.hpp"
#include "tensor/data_events.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <unordered_map>
#include <utility>

namespace whygrad::python {
namespace {

using Table = std::unordered_map<std::string, const OpDef*>;

bool passes_gradient(const OpDef& op) { return op.inputs.count > 0 && input_def(op, 0).gradient.differentiable(); }

// Several op records may have one type. The table keeps the one with the fewest inputs, which is the plain op: a matrix product, not the one with a
// bias and an activation. Among several of these it keeps one that passes a gradient, because that record also describes integer results: top_k, not
// argsort. A record without inputs comes last, because it says nothing about inputs.
Table make_table() {
  Table table;
  const auto inputs = [](const OpDef& op) { return op.inputs.count == 0 ? std::numeric_limits<int>::max() : op.inputs.count; };
  for (const OpDef* op : op_table()) {
    const OpDef*& known = table[type_of(*op)];
    const bool alike = known != nullptr && inputs(*op) == inputs(*known);
    if (known == nullptr || inputs(*op) < inputs(*known) || (alike && passes_gradient(*op) && !passes_gradient(*known))) known = op;
  }
  for (const OpDef* op : op_table()) table.try_emplace(op->name, op);
  const std::pair<const char*, const OpDef*> events[] = {
      {"constant", &internal::kConstantEvent}, {"host_read", &internal::kHostReadEvent}, {"variable", &internal::kVariableEvent},
      {"assign", &internal::kAssignEvent},     {"gradient", &internal::kGradientEvent},  {"custom_gradient", &internal::kCustomGradientEvent},
      {"choice", &internal::kChoiceEvent},     {"slices", &internal::slices_op()},       {"element", &internal::element_op()},
  };
  for (const auto& [name, op] : events) table[name] = op;
  return table;
}

template <class E>
E named(const std::string& name) {
  constexpr auto kNames = internal::names_of(E{});
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<E>(i);
  }
  throw ValueError("define", fmt::format("\"{}\" is none of {}", name, fmt::join(kNames, ", ")), "see docs/flow.schema.json");
}

// The record's words for one input: the input's own, or those of another input that passes no gradient either.
const FlowGraph::Answer* words_for(const FlowGraph::Def& known, std::size_t input, GradientFlow flow) {
  if (known.answers.empty()) return nullptr;
  const FlowGraph::Answer& own = known.answers[std::min(input, known.answers.size() - 1)];
  if (own.flow == flow && *own.why != '\0') return &own;
  const auto other =
      std::find_if(known.answers.begin(), known.answers.end(), [flow](const FlowGraph::Answer& a) { return *a.why != '\0' && a.flow == flow; });
  return other != known.answers.end() ? &*other : nullptr;
}

FlowGraph::Answer answer_of(const EngineAnswer& said, const FlowGraph::Def& known, std::size_t input) {
  FlowGraph::Answer a;
  a.flow = named<GradientFlow>(said.flow);
  a.role = named<Role>(said.role);
  a.input = known.answers.empty() ? "input" : known.answers[std::min(input, known.answers.size() - 1)].input;
  if (!said.input.empty()) a.input = interned(said.input);
  a.factor = input < known.answers.size() && known.answers[input].factor;
  if (a.flow == GradientFlow::kFlows || a.flow == GradientFlow::kUserRule) {
    a.why = interned(said.why);        // for the case that what it passes is always 0
    a.remedy = interned(said.remedy);  // for that, and for the case that it runs where nothing is recorded
    return a;
  }
  const FlowGraph::Answer* words = words_for(known, input, a.flow);
  if (words == nullptr && a.flow == GradientFlow::kNoRule) words = words_for(known, input, GradientFlow::kNoDerivative);
  a.why = words != nullptr ? words->why : interned(said.why);
  a.remedy = words != nullptr ? words->remedy : interned(said.remedy);
  return a;
}

// The definition that the op records give; without a name if there is no record.
FlowGraph::Def known_definition(const std::string& type_or_name) {
  const OpDef* op = known_op(type_or_name);
  FlowGraph::Def def = op != nullptr ? internal::definition_of(*op) : FlowGraph::Def{};
  const FoundType* found = find_type(type_or_name);
  if (found == nullptr) return def;
  const TypeRecord& r = *found->record;
  if (!found->name.empty() && (op == nullptr || *r.like != '\0')) def.name = found->name.c_str();
  if (*r.like != '\0') return def;
  def.zero = r.zero;
  def.nonfinite = r.nonfinite;
  if (*r.why != '\0') def.answers = {{.input = "input", .flow = r.flow, .why = r.why, .remedy = r.remedy}};
  return def;
}

// A kind of hazard, or "like softmax": the whole hazard of that op's record.
NonFinite nonfinite_of(const std::string& said) {
  constexpr std::string_view kLike = "like ";
  if (said.empty()) return {};
  if (!said.starts_with(kLike)) return {.kind = named<NonFinite::Kind>(said)};
  return known_definition(said.substr(kLike.size())).nonfinite;
}

}  // namespace

const OpDef* known_op(std::string_view type_or_name) {
  static const Table table = make_table();
  const auto at = table.find(std::string(type_or_name));
  if (at != table.end()) return at->second;
  const FoundType* found = find_type(type_or_name);
  return found != nullptr && *found->record->like != '\0' ? known_op(found->record->like) : nullptr;
}

bool knows_op(std::string_view type_or_name) { return find_type(type_or_name) != nullptr || known_op(type_or_name) != nullptr; }

std::vector<GradientFlow> known_flows(std::string_view type_or_name) {
  std::vector<GradientFlow> flows;
  if (const FoundType* found = find_type(type_or_name); found != nullptr && *found->record->why != '\0') return {found->record->flow};
  if (const OpDef* op = known_op(type_or_name); op != nullptr) {
    for (int i = 0; i < op->inputs.count; ++i) flows.push_back(internal::answer_of(*op, i).flow);
  }
  return flows;
}

std::string name_of_type(std::string_view type) {
  const FoundType* found = find_type(type);
  const OpDef* op = known_op(type);
  if (found != nullptr && !found->name.empty() && (op == nullptr || *found->record->like != '\0')) return found->name;
  return op != nullptr ? op->name : in_snake_case(type);
}

FlowGraph::Def definition_of(const EngineOp& op) {
  const FlowGraph::Def known = known_definition(op.like.empty() ? op.type : op.like);
  FlowGraph::Def def = known;
  if (!op.name.empty()) def.name = interned(op.name);
  if (*def.name == '\0') def.name = interned(op.type);
  def.type = interned(op.type);
  def.kind = named<OpKind>(op.kind);
  def.backward_pass = op.backward_pass;
  if (def.kind == OpKind::kLoopEnd) def.construct = Construct::kWhileLoop;
  if (!op.zero.empty() && def.zero.kind != named<ZeroGradient::Kind>(op.zero)) def.zero = {.kind = named<ZeroGradient::Kind>(op.zero)};
  if (const NonFinite said = nonfinite_of(op.nonfinite); said.kind != NonFinite::kNever && def.nonfinite.kind != said.kind) def.nonfinite = said;
  def.answers.clear();
  for (std::size_t i = 0; i < op.answers.size(); ++i) def.answers.push_back(answer_of(op.answers[i], known, i));
  // A constant has an input if it repeats a value that was read to the host.
  if (def.answers.empty()) def.answers = known.answers;
  if (def.answers.empty()) def.answers.emplace_back();
  return def;
}

}  // namespace whygrad::python
