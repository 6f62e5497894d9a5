// What a traced function does to stay within its memory budget.
#include "base/bytes_text.hpp"
#include "graph/passes/schedule.hpp"
#include "graph/trace.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace whygrad::internal {
namespace {

using Index = Graph::Index;

std::size_t bytes_of(const Graph& graph, const std::vector<Index>& values) {
  return std::accumulate(values.begin(), values.end(), std::size_t{0}, [&](std::size_t sum, Index v) {
    const Graph::Value& value = graph.value(v);
    return sum + (value.node == Graph::kNone ? 0 : static_cast<std::size_t>(value.spec.shape.size()) * size_of(value.spec.dtype));
  });
}

std::size_t without(std::size_t budget, std::size_t held) { return budget - std::min(budget, held); }

}  // namespace

std::unique_ptr<Program> TracedFunction::plan(const std::vector<Index>& more) const {
  if (!budget_) return std::make_unique<Program>(graph_, results_and(more), given_, first_own_node_);
  const std::size_t held = bytes_of(graph_, given_);
  std::unique_ptr<Program> program = Program::within(without(*budget_, held), graph_, results_and(more), given_, first_own_node_);
  const std::size_t least = held + program->memory().peak;
  if (least <= *budget_) return program;
  const Plan& plan = program->plan();
  std::vector<Index> nodes(static_cast<std::size_t>(plan.graph.node_count()));
  std::iota(nodes.begin(), nodes.end(), 0);
  const Graph::Node& fullest = *Schedule(plan.graph, nodes, plan.outputs, plan.given).fullest().node;
  throw ValueError(
      name_,
      fmt::format("memory_budget is {}, and the least that was found for its values is {} at once, at `{}` ({}), with others computed again",
                  bytes_text(*budget_), bytes_text(least), fullest.op->name, line_of(fullest.where)),
      "give it that much, pass smaller batches, or split the function");
}

// Chooses what a call keeps for the gradient, so that it and its gradient stay within the budget. What is not kept is computed again.
void TracedFunction::keep_less(TracedFunction& backward) {
  const auto peak_of = [&](const std::vector<Index>& keep) {
    std::vector<Index> given = given_;
    given.insert(given.end(), keep.begin(), keep.end());
    const std::size_t before = bytes_of(graph_, given_), held = bytes_of(graph_, given);
    const auto forward = Program::within(without(*budget_, before), graph_, results_and(keep), given_, first_own_node_);
    const auto after = Program::within(without(*budget_, held), backward.graph_, backward.results_and({}), given, backward.first_own_node_);
    return std::max(before + forward->memory().peak, held + after->memory().peak);
  };
  std::size_t least = peak_of(*saved_);
  if (least <= *budget_) return;

  // The function and its derivative, one behind the other.
  std::vector<Index> outputs = results_and({});
  const std::vector<Index> gradients = backward.results_and({});
  outputs.insert(outputs.end(), gradients.begin(), gradients.end());
  const std::vector<Index> nodes = needed_nodes(backward.graph_, outputs, given_, first_own_node_);
  const auto boundary = std::lower_bound(nodes.begin(), nodes.end(), graph_.node_count());
  if (boundary == nodes.end()) return;
  Schedule schedule(backward.graph_, nodes, outputs, given_);
  const Graph::Node* const first = &backward.graph_.node(*boundary);
  const auto kept = [&] {
    std::vector<char> reads(static_cast<std::size_t>(graph_.value_count()));
    bool is_before = true;
    for (const Schedule::Step& step : schedule.steps()) {
      is_before &= step.node != first && !step.again;
      for (const Index v : step.inputs) {
        if (!is_before && v < graph_.value_count()) reads[static_cast<std::size_t>(v)] = 1;
      }
    }
    for (const Index v : outputs) {
      if (v < graph_.value_count()) reads[static_cast<std::size_t>(v)] = 1;
    }
    for (const Index v : once_) reads[static_cast<std::size_t>(v)] = 1;
    for (const Index v : given_) reads[static_cast<std::size_t>(v)] = 0;
    std::vector<Index> all;
    for (Index v = 0; v < graph_.value_count(); ++v) {
      if (reads[static_cast<std::size_t>(v)] != 0 && graph_.value(v).node != Graph::kNone) all.push_back(v);
    }
    return all;
  };
  constexpr std::size_t kParts = 8;
  const std::size_t all = bytes_of(graph_, *saved_);
  for (std::size_t part = kParts; part-- > 0 && least > *budget_;) {
    schedule.fit_at(*first, all / kParts * part);
    std::vector<Index> keep = kept();
    if (const std::size_t peak = peak_of(keep); peak < least) {
      least = peak;
      saved_ = std::move(keep);
    }
  }
}

}  // namespace whygrad::internal
