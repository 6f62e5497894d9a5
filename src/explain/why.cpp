// Explanations of gradients and tapes: why() and explain().
#include "autodiff/backprop.hpp"
#include "explain/numbers.hpp"
#include "explain/recompute.hpp"
#include "explain/tape_adapter.hpp"
#include "explain/tape_numbers.hpp"
#include "flow/words.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/explain/explain.hpp>

#include <fmt/format.h>

#include <memory>
#include <numeric>

namespace whygrad {
namespace {

Explanation explanation_of(const internal::TapeFacts& facts, std::span<const std::size_t> sources, FlowGraph::Question question) {
  FlowGraph graph = internal::flow_graph_of(facts, sources);
  graph.tape.question = question;
  return explain(std::move(graph));
}

Explanation explanation_by_values(const internal::TapeState& tape, const internal::TapeFacts& facts, std::span<const std::size_t> all,
                                  const std::vector<Watchable>& targets, const std::vector<Watchable>& sources) {
  std::vector<const internal::Record*> records;
  auto graph = std::make_shared<FlowGraph>(internal::flow_graph_of(facts, all, &records));
  internal::TapeNumbers numbers(*graph, records, internal::known_values(*graph, records, targets, sources));
  numbers.look_at_values();
  const internal::Log::Silence silence;
  const internal::Question question = internal::make_question(tape, targets, sources, {}, facts.asked_at);
  const std::vector<Tensor> answers = internal::replay_backprop(
      tape, question, [&numbers](const internal::Record& record, std::span<const Tensor> arrived, std::span<const Tensor> passed) {
        numbers.look_at_step(record, arrived, passed);
      });
  for (std::size_t s = 0; s < answers.size(); ++s) {
    if (answers[s].defined()) numbers.look_at_answer(graph->sources[s], answers[s]);
  }
  graph->tape.question = FlowGraph::Question::kAbsent;
  return explain(std::move(graph));
}

// The log no longer knows the origin of a value, so no op is accused.
Explanation explanation_of(const Tensor& gradient) {
  const FlowGraph::Numbers n = internal::numbers_of(gradient);
  if (n.finite() && !n.all_zero()) return {};
  Finding f;
  f.status = n.finite() ? Finding::Status::kZero : n.nans != 0 ? Finding::Status::kNan : Finding::Status::kInf;
  f.source = "its source";
  f.source_signature = gradient.signature();
  f.why = n.finite() ? fmt::format("all {} elements are 0; what made them so was not kept", n.count)
                     : fmt::format("{} of {} elements are NaN and {} infinite; what made them so was not kept", n.nans, n.count, n.infs);
  f.remedy = "take the gradient inside of a Diagnosis with {.values = true}, which names the op and the line";
  f.confidence = Confidence::kUnknown;
  internal::spell(f);
  return Explanation({std::move(f)});
}

}  // namespace

Explanation Gradient::why() const {
  if (facts_ == nullptr) return value_.defined() ? explanation_of(value_) : Explanation();
  const std::size_t sources[] = {source_};
  return explanation_of(*facts_, sources, FlowGraph::Question::kAbsent);
}

void Gradient::throw_missing() const {
  if (facts_ == nullptr)
    throw ValueError("Gradient", "this Gradient holds neither a value nor a reason", "it was made by default; assign what gradient() returns");
  throw MissingGradient("gradient", why().to_string(), {*this});
}

Explanation explain(const GradientTape& tape, const Targets& targets, const Sources& sources, const ExplainOptions& options, Where where) {
  const internal::TapeState& state = *tape.state();
  state.check_thread("explain");
  internal::check_asked(targets.items(), sources.items());
  if (targets.items().empty()) throw ValueError("explain", "there is no target", "pass at least one");
  const auto facts = internal::facts_of(state, targets.items(), sources.items(), internal::Log::mine().next_id(), where);
  std::vector<std::size_t> all(sources.items().size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (options.values && !state.consumed()) return explanation_by_values(state, *facts, all, targets.items(), sources.items());
  return explanation_of(*facts, all, FlowGraph::Question::kOpen);
}

Explanation explain(const GradientTape& tape, const Targets& targets, std::initializer_list<Watchable> sources, const ExplainOptions& options,
                    Where where) {
  return explain(tape, targets, Sources(std::vector<Watchable>(sources)), options, where);
}

Explanation explain(const GradientTape& tape, const Targets& targets, const Watchable& source, const ExplainOptions& options, Where where) {
  return explain(tape, targets, Sources(std::vector<Watchable>{source}), options, where);
}

}  // namespace whygrad
