#include "autodiff/tape_state.hpp"
#include "explain/analysis.hpp"
#include "explain/tape_adapter.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/explain/explanation.hpp>

#include <memory>
#include <numeric>

namespace whygrad {
namespace {

Explanation explanation_of(const internal::TapeFacts& facts, std::span<const std::size_t> sources, internal::Outcome outcome) {
  auto graph = std::make_shared<const FlowGraph>(internal::flow_graph_of(facts, sources));
  std::vector<Finding> findings = internal::analyse(*graph, outcome);
  return Explanation(std::move(findings), std::move(graph));
}

}  // namespace

Explanation Gradient::why() const {
  if (facts_ == nullptr) return {};
  const std::size_t sources[] = {source_};
  return explanation_of(*facts_, sources, internal::Outcome::kAbsent);
}

void Gradient::throw_missing() const {
  if (facts_ == nullptr)
    throw ValueError("Gradient", "this Gradient holds neither a value nor a reason", "it was made by default; assign what gradient() returns");
  throw MissingGradient("gradient", why().to_string(), {*this});
}

Explanation explain(const GradientTape& tape, const Targets& targets, const Sources& sources, Where where) {
  const internal::TapeState& state = *tape.state();
  state.check_thread("explain");
  internal::check_asked(targets.items(), sources.items());
  if (targets.items().empty()) throw ValueError("explain", "there is no target", "pass at least one");
  const auto facts = internal::facts_of(state, targets.items(), sources.items(), internal::Log::mine().next_id(), where);
  std::vector<std::size_t> all(sources.items().size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return explanation_of(*facts, all, internal::Outcome::kOpen);
}

Explanation explain(const GradientTape& tape, const Targets& targets, std::initializer_list<Watchable> sources, Where where) {
  return explain(tape, targets, Sources(std::vector<Watchable>(sources)), where);
}

Explanation explain(const GradientTape& tape, const Targets& targets, const Watchable& source, Where where) {
  return explain(tape, targets, Sources(std::vector<Watchable>{source}), where);
}

}  // namespace whygrad
