// Further facts about a value that is not finite: what hides it, and why an op received a 0.
#include "flow/nonfinite_verdicts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
constexpr Index kNone = FlowGraph::kNone;
constexpr std::size_t kMostSteps = 16, kNearSteps = 4;

bool chooses(const FlowGraph& g, Index op) {
  for (std::size_t i = 0; i < g.ops[op].inputs; ++i) {
    if (g.answer(op, i).role == Role::kCondition) return true;
  }
  return false;
}
// A slice or a diagonal: it has no other operand that carries data.
bool takes_part(const FlowGraph& g, Index op) {
  if (g.def_of(op).zero.kind != ZeroGradient::kMasks) return false;
  std::size_t data = 0;
  for (std::size_t i = 0; i < g.ops[op].inputs; ++i) data += g.answer(op, i).role == Role::kData ? 1 : 0;
  return data == 1;
}

double smallest_normal(FlowDType dtype) {
  switch (dtype) {
    case FlowDType::kF16: return 0x1p-24;  // half numbers are computed in float, which represents their subnormals
    case FlowDType::kF64:
    case FlowDType::kC128: return std::numeric_limits<double>::min();
    default: return std::numeric_limits<float>::min();
  }
}

// A constant's single number, if its dtype changed its meaning: "1e-08 is 0 in f16".
std::string lost_text(const FlowGraph& g, Index value) {
  const Index maker = g.values[value].op;
  const Numbers* n = g.numbers_of(value);
  if (maker == kNone || g.kind_of(maker) != OpKind::kConstant || n == nullptr || n->count != 1) return {};
  const double written = g.ops[maker].written;
  if (!std::isfinite(written) || written == 0 || n->nans != 0) return {};
  const FlowDType dtype = g.values[value].dtype;
  if (n->infs != 0) return fmt::format("{:.6g} is {} in {}", written, written < 0 ? "-Inf" : "Inf", name_of(dtype));
  const double held = n->min;
  if (std::abs(held) < smallest_normal(dtype)) return fmt::format("{:.6g} is 0 in {}", written, name_of(dtype));
  if (held == written || held != std::round(held) || std::abs(held) > 1) return {};
  return fmt::format("{:.15g} is {:.6g} in {}", written, held, name_of(dtype));
}

// Searches the operands of an op, and those of a few ops before it.
std::string lost_near(const FlowGraph& g, Index op, std::size_t steps) {
  if (g.ops[op].inputs > kNearSteps) return {};  // a list
  for (const Index in : g.inputs_of(op)) {
    if (std::string text = lost_text(g, in); !text.empty()) return text;
    const Index maker = g.values[in].op;
    if (steps == 0 || maker == kNone || g.kind_of(maker) != OpKind::kCompute) continue;
    if (std::string text = lost_near(g, maker, steps - 1); !text.empty()) return text;
  }
  return {};
}

}  // namespace

Hidden hidden_behind(const NonFiniteFacts& facts, Index value) {
  const FlowGraph& g = facts.graph;
  std::vector<std::uint8_t> bad(g.values.size());
  bad[value] = 1;
  const Index maker = g.values[value].op;
  for (Index op = maker != kNone ? maker + 1 : 0; op < g.ops.size(); ++op) {
    const auto inputs = g.inputs_of(op);
    if (std::none_of(inputs.begin(), inputs.end(), [&bad](Index in) { return bad[in] != 0; })) continue;
    const FlowGraph::Op& o = g.ops[op];
    bool made_bad = false;
    for (Index out = o.first_output; out < o.first_output + o.outputs; ++out) {
      bad[out] = g.numbers_of(out) == nullptr || facts.nonfinite_value(out) ? 1 : 0;
      made_bad |= bad[out] != 0;
    }
    if (!made_bad && chooses(g, op)) return {op, true};
    if (!made_bad && takes_part(g, op)) return {op, false};
  }
  return {};
}

void judge_lost_number(const NonFiniteFacts& facts, Index op, Verdict& v) {
  if (v.cause == Cause::kNanOverflow) return;  // no small number keeps a product in range
  const std::string lost = lost_near(facts.graph, op, kNearSteps);
  if (lost.empty()) return;
  v.why = fmt::format("{}, so `{}` was not kept away from what it cannot take: {}", lost, facts.name(op), v.why);
  v.confidence = Confidence::kLikely;  // the purpose of the number is not recorded
  v.remedy =
      "write a number that the type can hold, such as 1e-3, or compute this part in float32, from what goes into it on; for losses take one that "
      "works on logits";
}

void note_underflow(const NonFiniteFacts& facts, Index op, Verdict& v) {
  const FlowGraph& g = facts.graph;
  std::vector<std::uint8_t> behind(g.values.size());
  for (const Index in : g.inputs_of(op)) {
    const Numbers* n = g.numbers_of(in);
    behind[in] = n != nullptr && n->zeros != 0 ? 1 : 0;
  }
  for (Index at = op; at-- > 0;) {
    const FlowGraph::Op& o = g.ops[at];
    if (o.outputs != 1 || behind[o.first_output] == 0) continue;
    const auto inputs = g.inputs_of(at);
    const Numbers* given = inputs.empty() ? nullptr : g.numbers_of(inputs[0]);
    if (g.def_of(at).zero.kind == ZeroGradient::kUnderflows && given != nullptr && given->finite()) {
      const Numbers& made = *g.numbers_of(o.first_output);
      v.evidence.push_back(
          fmt::format("zeros come from `{}`{}, which made {} of its {} results 0: it was given numbers down to {:.4g}, and so small a "
                      "result is 0 in {}",
                      facts.name(at), at_place(o.where), made.zeros, made.count, given->min, name_of(g.values[inputs[0]].dtype)));
      v.remedy =
          "keep the exponents smaller, for instance by dividing them by a larger number, or compute with logarithms throughout (reduce_logsumexp): "
          "a small number added to the 0 brings nothing back";
      return;
    }
    for (const Index in : inputs) {
      const Numbers* n = g.numbers_of(in);
      if (n != nullptr && n->zeros != 0) behind[in] = 1;
    }
  }
}

Index overflow_behind(const NonFiniteFacts& facts, Index op) {
  const FlowGraph& g = facts.graph;
  if (facts.nonfinite_input(op) != kNone) return kNone;
  for (std::size_t steps = 0; steps < kMostSteps && !chooses(g, op); ++steps) {
    if (const Index in = facts.nonfinite_input(op); in != kNone) {
      const Index maker = g.values[facts.roots[in]].op;
      return maker != kNone && g.def_of(maker).nonfinite.kind == NonFinite::kOverflow && facts.nonfinite_input(maker) == kNone ? maker : kNone;
    }
    const auto inputs = g.inputs_of(op);
    const auto zeros = [&g](Index in) { return g.numbers_of(in) != nullptr && g.numbers_of(in)->zeros != 0; };
    const auto at = std::find_if(inputs.begin(), inputs.end(), zeros);
    if (at == inputs.end() || g.values[*at].op == kNone) return kNone;
    op = g.values[*at].op;
    if (g.kind_of(op) != OpKind::kCompute) return kNone;
  }
  return kNone;
}

}  // namespace whygrad::internal
