// Converts the records of ops and events to the definitions of a FlowGraph.
#include "explain/op_definition.hpp"

#include "autodiff/custom_gradient.hpp"
#include "autodiff/gradient_event.hpp"
#include "autodiff/variable_impl.hpp"
#include "ops/core/events.hpp"

namespace whygrad::internal {
FlowGraph::Answer answer_of(const OpDef& op, int i) {
  const InputDef& in = op.inputs[i];
  const GradientAnswer& g = in.gradient;
  return {.input = in.name,
          .flow = op.users_rule ? GradientFlow::kUserRule : g.flow,
          .role = in.role,
          .why = g.why != nullptr ? g.why : "",
          .remedy = g.remedy != nullptr ? g.remedy : "",
          .factor = (op.factors & input(i)) != 0};
}

FlowGraph::Def definition_of(const OpDef& op) {
  FlowGraph::Def def{.name = op.name,
                     .kind = op.kind,
                     .answers = {},
                     .zero = op.zero,
                     .nonfinite = op.nonfinite,
                     .integers = op.integers,
                     .in_metrics = op.in_metrics,
                     .backward_pass = &op == &kGradientEvent};
  for (int i = 0; i < op.inputs.count; ++i) def.answers.push_back(answer_of(op, i));
  // A constant with the elements of a host read has that read as its input.
  if (def.kind == OpKind::kConstant) def.answers.push_back(answer_of(kHostReadEvent, 0));
  return def;
}

}  // namespace whygrad::internal
