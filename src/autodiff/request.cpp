// What gradient() and the jacobians share: checks of the arguments and the answer.
#include "autodiff/request.hpp"

#include "autodiff/rows.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/base/foreign_place.hpp>
#include <whygrad/ops/creation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>

namespace whygrad::internal {
namespace {

std::string at(const Where& where) {
  if (where.file != nullptr) return fmt::format(" at {}:{}", where.file, where.line);
  const ForeignPlace place = resolve_foreign(where);
  return place.file.empty() ? std::string() : fmt::format(" at {}:{}", place.file, place.line);
}

}  // namespace

void check_usable(const TapeState& tape, const char* op) {
  tape.check_thread(op);
  if (tape.consumed()) {
    throw TapeError(
        op, fmt::format("[WG108] this tape was used up by gradient(){}", at(tape.consumed_at())),
        "a tape answers once and then frees its buffers; ask for all sources in one call, or make it GradientTape tape({.persistent = true})");
  }
}

Tensor resolve_seed(const Seed& seed, const Tensor& target, std::size_t number, const Where& where) {
  if (!seed.tensor().defined()) {
    return fill(target.shape(), seed.number().value_or(1.0), target.dtype(), where);
  }
  if (seed.tensor().dtype() != target.dtype()) {
    throw DTypeError("gradient", fmt::format("output gradient {} is {} and its target {}", number, seed.tensor().signature(), target.signature()),
                     "give each output gradient the dtype of its target");
  }
  if (seed.tensor().shape() != target.shape()) {
    throw ShapeError("gradient", fmt::format("output gradient {} is {} and its target {}", number, seed.tensor().signature(), target.signature()),
                     "give each output gradient the shape of its target");
  }
  return seed.tensor();
}

namespace {

// What stands for a value in the trace that goes on, if one does.
Tensor here(const Tensor& value) {
  Tracer* const tracer = Tracer::mine();
  return tracer == nullptr ? value : tracer->inside(value);
}

}  // namespace

Question make_question(const TapeState& tape, const std::vector<Watchable>& targets, const std::vector<Watchable>& sources,
                       const GradientOptions& options, const Where& where) {
  check_asked(targets, sources);
  if (!options.output_gradients.empty() && options.output_gradients.size() != targets.size()) {
    throw ValueError("gradient", fmt::format("{} output gradients are given for {} targets", options.output_gradients.size(), targets.size()),
                     "give one per target, or none for ones");
  }
  Question q;
  q.zeros = options.unconnected_gradients == UnconnectedGradients::zero;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Tensor target = here(tensor_of(targets[i]));
    Question::Target t{target.id(), {}};
    if (is_differentiable(target.dtype()))
      t.seed = resolve_seed(options.output_gradients.empty() ? Seed() : options.output_gradients[i], target, i, where);
    q.targets.push_back(std::move(t));
  }
  struct Watched {
    const VariableImpl* variable;
    ValueId id;
  };
  std::vector<Watched> watched;  // sorted by variable, in the order of the values
  watched.reserve(tape.watches().size());
  for (const Watch& w : tape.watches()) {
    if (w.variable != nullptr) watched.push_back({w.variable.get(), w.id});
  }
  const auto by_variable = [](const Watched& a, const Watched& b) { return std::less<>()(a.variable, b.variable); };
  std::stable_sort(watched.begin(), watched.end(), by_variable);
  q.sources.reserve(sources.size());
  for (const Watchable& source : sources) {
    auto& ids = q.sources.emplace_back();
    if (!source.is_variable()) {
      ids.push_back(here(source.tensor()).id());
      continue;
    }
    const Watched wanted{source.variable().shared().get(), 0};
    const auto [first, last] = std::equal_range(watched.begin(), watched.end(), wanted, by_variable);
    std::transform(first, last, std::back_inserter(ids), [](const Watched& w) { return w.id; });
  }
  return q;
}

std::vector<Gradient> gradients_of(const Request& r, std::vector<DenseOrRows> values, std::vector<char>& replaced) {
  std::vector<Gradient> result;
  std::shared_ptr<const TapeFacts> facts;
  replaced.assign(r.sources.size(), 0);
  for (std::size_t s = 0; s < r.sources.size(); ++s) {
    if (values[s].is_rows()) {
      result.emplace_back(values[s].rows());
    } else if (values[s].defined()) {
      result.emplace_back(std::move(values[s].tensor()));
    } else if (r.options.unconnected_gradients == UnconnectedGradients::zero) {
      const Tensor source = tensor_of(r.sources[s]);
      result.emplace_back(zeros(source.shape(), source.dtype(), r.where));
      replaced[s] = 1;
    } else {
      if (facts == nullptr) facts = r.facts();
      result.emplace_back(facts, s);
    }
  }
  return result;
}

GradientObserver* admit(const TapeState& tape, const char* op, const std::vector<Watchable>& sources, const Where& where) {
  tape.check_thread(op);
  // A gradient that a gradient rule takes is part of the outer request.
  GradientObserver* const observer = Log::mine().backward.cause == 0 ? GradientObserver::mine() : nullptr;
  // Who diagnoses wants to see the gradient of each row.
  if (observer != nullptr && RowProgram::any_listens()) throw NotByRows("a gradient that a diagnosis looks at");
  if (observer != nullptr && tape.consumed()) observer->used_up(tape, sources, where);
  check_usable(tape, op);
  return observer;
}

}  // namespace whygrad::internal
