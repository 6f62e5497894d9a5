// What the records of ops and events say, as the definitions of a FlowGraph.
#include "explain/op_definition.hpp"

#include "autodiff/custom_gradient.hpp"
#include "autodiff/gradient_event.hpp"
#include "autodiff/variable_impl.hpp"
#include "ops/core/events.hpp"

namespace whygrad::internal {
namespace {

FlowGraph::Role role_of(Role role) {
  switch (role) {
    case Role::kData: return FlowGraph::Role::kData;
    case Role::kIndex: return FlowGraph::Role::kIndex;
    case Role::kCondition: return FlowGraph::Role::kCondition;
    case Role::kSeed: return FlowGraph::Role::kSeed;
    case Role::kShape: return FlowGraph::Role::kShape;
  }
  return FlowGraph::Role::kData;
}

FlowGraph::Flow flow_of(const OpDef& op, const GradientAnswer& answer) {
  if (op.users_rule) return FlowGraph::Flow::kUserRule;
  if (&op == &kVariableEvent) return FlowGraph::Flow::kCopy;
  if (answer.kind == GradientAnswer::Kind::kDifferentiable) return FlowGraph::Flow::kFlows;
  if (answer.kind == GradientAnswer::Kind::kNotImplemented) return FlowGraph::Flow::kNoRule;
  switch (answer.break_kind) {
    case Break::kNoDerivative: return FlowGraph::Flow::kNoDerivative;
    case Break::kStopGradient: return FlowGraph::Flow::kStopGradient;
    case Break::kState: return FlowGraph::Flow::kState;
    case Break::kHostRead: return FlowGraph::Flow::kHostRead;
  }
  return FlowGraph::Flow::kNoDerivative;
}

FlowGraph::Zeroes zeroes_of(const OpDef& op) {
  switch (op.zero.kind) {
    case ZeroHazard::kNone: return FlowGraph::Zeroes::kNo;
    case ZeroHazard::kDeadUnit: return FlowGraph::Zeroes::kDeadUnit;
    case ZeroHazard::kSaturated: return FlowGraph::Zeroes::kSaturated;
    case ZeroHazard::kShares: return FlowGraph::Zeroes::kShares;
    case ZeroHazard::kClip: return FlowGraph::Zeroes::kClip;
    case ZeroHazard::kFlat: return FlowGraph::Zeroes::kFlat;
    case ZeroHazard::kMasked: return FlowGraph::Zeroes::kMasked;
    case ZeroHazard::kTies: return FlowGraph::Zeroes::kTies;
  }
  return FlowGraph::Zeroes::kNo;
}

FlowGraph::Kind kind_of(const OpDef& op) {
  if (&op == &kConstantEvent) return FlowGraph::Kind::kConstant;
  if (&op == &kVariableEvent) return FlowGraph::Kind::kVariable;
  if (op.event == EventKind::kWrites) return FlowGraph::Kind::kAssign;
  if (op.event == EventKind::kFeeds) return FlowGraph::Kind::kFeed;
  if (&op == &kHostReadEvent) return FlowGraph::Kind::kHostRead;
  return FlowGraph::Kind::kCompute;
}

void describe_spoiling(const NonFiniteHazard& hazard, FlowGraph::Def& def) {
  if (hazard.remedy != nullptr) def.spoils_remedy = hazard.remedy;
  if (hazard.outside != nullptr) def.spoils_outside = hazard.outside;
  def.spoils_low = hazard.low;
  def.spoils_high = hazard.high;
  def.masks = hazard.masks;
}

}  // namespace

FlowGraph::Answer answer_of(const OpDef& op, const InputDef& in) {
  const GradientAnswer& g = in.gradient;
  return {in.name, flow_of(op, g), role_of(in.role), g.why != nullptr ? g.why : "", g.remedy != nullptr ? g.remedy : ""};
}

FlowGraph::Spoils spoils_of(const OpDef& op) {
  switch (op.nonfinite.kind) {
    case NonFiniteHazard::kNone: return FlowGraph::Spoils::kNo;
    case NonFiniteHazard::kSqrt0: return FlowGraph::Spoils::kSqrt0;
    case NonFiniteHazard::kLog0: return FlowGraph::Spoils::kLog0;
    case NonFiniteHazard::kDiv0: return FlowGraph::Spoils::kDiv0;
    case NonFiniteHazard::kPow: return FlowGraph::Spoils::kPow;
    case NonFiniteHazard::kTrig: return FlowGraph::Spoils::kTrig;
    case NonFiniteHazard::kOverflow: return FlowGraph::Spoils::kOverflow;
    case NonFiniteHazard::kSpecial: return FlowGraph::Spoils::kSpecial;
  }
  return FlowGraph::Spoils::kNo;
}

FlowGraph::Def definition_of(const OpDef& op) {
  FlowGraph::Def def{op.name, "", kind_of(op), {}, zeroes_of(op), spoils_of(op)};
  if (op.zero.remedy != nullptr) def.zeroes_remedy = op.zero.remedy;
  if (op.zero.alone != nullptr) def.zeroes_alone = op.zero.alone;
  describe_spoiling(op.nonfinite, def);
  if (op.integers.why != nullptr) def.integers_why = op.integers.why, def.integers_remedy = op.integers.remedy;
  def.counts = op.counts;
  def.backward_pass = &op == &kGradientEvent;
  for (const InputDef& in : op.inputs) def.answers.push_back(answer_of(op, in));
  // A constant that repeats what was read to the host has that read as its input.
  if (def.kind == FlowGraph::Kind::kConstant) def.answers.push_back(answer_of(kHostReadEvent, kHostReadEvent.inputs[0]));
  return def;
}

}  // namespace whygrad::internal
