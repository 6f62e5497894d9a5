// Verdicts about gradients that shrink or grow along a chain of ops.
#include "flow/shrinking.hpp"

#include "flow/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
using Numbers = FlowGraph::Numbers;
constexpr Index kNone = FlowGraph::kNone;
constexpr std::size_t kRepeated = 3;  // repetitions that make a chain

struct Range {
  double smallest, small, large;  // below: rounded or flushed to 0; practically lost; above: about to overflow
};
Range range_of(FlowDType dtype) {
  if (dtype == FlowDType::kF16) return {0x1p-25, 0x1p-14, 0x1p14};
  if (dtype == FlowDType::kF64 || dtype == FlowDType::kC128) return {0x1p-1022, 1e-290, 1e290};
  return {0x1p-126, 1e-30, 1e30};
}

// The effect of one kind of op on the gradient, over all its calls on the path after the fault.
struct Share {
  Index def = kNone;
  Index last = kNone;     // the call next to the source
  std::size_t calls = 0;  // calls with a known factor: not the one after which nothing, or nothing finite, was left
  double log_factor = 0;
  bool alike = true;  // every call grew it, or every call shrank it
};

std::vector<Share> shares_of(const FlowGraph& g, const FlowPath& path) {
  std::vector<Share> shares;
  for (std::size_t h = path.stops[0].first_hop; h < path.hops.size(); ++h) {
    const Hop& hop = path.hops[h];
    const Numbers* arrived = g.gradient_of(hop.out);
    const Numbers* passed = g.passed_to(hop.op, hop.input);
    if (arrived == nullptr || passed == nullptr || arrived->norm == 0) continue;
    auto at = std::find_if(shares.begin(), shares.end(), [&](const Share& s) { return s.def == g.ops[hop.op].def; });
    if (at == shares.end()) at = shares.insert(at, {.def = g.ops[hop.op].def, .last = hop.op});
    if (passed->norm == 0 || !passed->finite()) continue;
    ++at->calls;
    const double log_factor = std::log(passed->norm / arrived->norm);
    at->alike &= at->calls == 1 || (log_factor > 0) == (at->log_factor > 0);
    at->log_factor += log_factor;
  }
  return shares;
}

const char* calls_text(const Share& share) { return share.alike ? "with every call" : "over the calls"; }

bool is_activation(const FlowGraph& g, const Share& s) {
  const ZeroGradient::Kind kind = g.defs[s.def].zero.kind;
  return kind == ZeroGradient::kSaturates || kind == ZeroGradient::kUnderflows || kind == ZeroGradient::kNormalizes || kind == ZeroGradient::kDies;
}

}  // namespace

bool shrank_to_nothing(const FlowGraph& graph, const Hop& hop) {
  const Range range = range_of(graph.values[hop.in].dtype);
  const Numbers* arrived = graph.gradient_of(hop.out);
  if (arrived == nullptr || arrived->count == 0 || !arrived->finite()) return false;
  if (arrived->largest() < range.small) return true;
  if (!graph.answer(hop.op, hop.input).factor) return false;
  // A product that vanishes even for the largest factors.
  double largest = 0;
  const auto inputs = graph.inputs_of(hop.op);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i == hop.input || !graph.answer(hop.op, i).factor) continue;
    const Numbers* n = graph.numbers_of(inputs[i]);
    if (n == nullptr || n->all_zero()) return false;
    largest = std::max(largest, n->largest());
  }
  return largest != 0 && arrived->largest() * largest < range.smallest;
}

Verdict vanished(const SourceQuestion& question, const FlowPath& path) {
  const FlowGraph& g = question.graph;
  const Hop& fault = path.hops[path.stops[0].first_hop];
  // Among the repeated ops, a function that saturates rather than the weights between them; otherwise the one that shrank the gradient most.
  const Share* blamed = nullptr;
  const std::vector<Share> shares = shares_of(g, path);
  for (const Share& s : shares) {
    if (s.calls < kRepeated || s.log_factor >= 0) continue;
    if (blamed == nullptr || (is_activation(g, s) && !is_activation(g, *blamed)) ||
        (is_activation(g, s) == is_activation(g, *blamed) && s.log_factor < blamed->log_factor)) {
      blamed = &s;
    }
  }
  Verdict v;
  v.cause = Cause::kVanishing;
  v.op = blamed != nullptr ? blamed->last : fault.op;
  v.where = g.ops[v.op].where;
  v.remedy = reason(v.cause).remedy;
  const Numbers* arrived = g.gradient_of(fault.out);
  v.why = fmt::format("the gradient shrank on its way until {} has no number that small: at `{}` arrived {:.3g} at most",
                      name_of(g.values[fault.in].dtype), op_text(g, fault.op), arrived->largest());
  if (blamed == nullptr) return v;
  v.why = fmt::format("the gradient shrank {} of `{}` until {} has no number that small: at `{}` arrived {:.3g} at most", calls_text(*blamed),
                      op_text(g, v.op), name_of(g.values[fault.in].dtype), op_text(g, fault.op), arrived->largest());
  if (is_activation(g, *blamed)) v.also = {Cause::kZeroSaturated};
  v.evidence.push_back(fmt::format("{} calls of `{}` multiplied its norm by {:.3g} each{}", blamed->calls, op_text(g, v.op),
                                   std::exp(blamed->log_factor / static_cast<double>(blamed->calls)), blamed->alike ? "" : " on average"));
  return v;
}

bool grew_out_of_range(const FlowGraph& graph, const Hop& hop) {
  const Numbers* arrived = graph.gradient_of(hop.out);
  return arrived != nullptr && arrived->finite() && arrived->largest() > range_of(graph.values[hop.in].dtype).large;
}

Verdict exploded(const SourceQuestion& question, const FlowPath& path) {
  const FlowGraph& g = question.graph;
  const std::vector<Share> shares = shares_of(g, path);
  const Share* blamed = nullptr;
  for (const Share& s : shares) {
    if (s.calls >= kRepeated && s.log_factor > 0 && (blamed == nullptr || s.log_factor > blamed->log_factor)) blamed = &s;
  }
  Verdict v;
  if (blamed == nullptr) return v;
  v.cause = Cause::kExploding;
  v.also = {Cause::kNanOverflow};
  v.op = blamed->last;
  v.where = g.ops[v.op].where;
  v.why = fmt::format("the gradient grew {} of `{}` until {} could not hold it", calls_text(*blamed), op_text(g, v.op),
                      name_of(g.values[path.source].dtype));
  v.remedy = "clip gradients by their norm before they are this large, normalise the weights, or use fewer steps";
  v.evidence.push_back(fmt::format("{} calls of `{}` multiplied its norm by {:.3g} each{}", blamed->calls, op_text(g, v.op),
                                   std::exp(blamed->log_factor / static_cast<double>(blamed->calls)), blamed->alike ? "" : " on average"));
  return v;
}

}  // namespace whygrad::internal
