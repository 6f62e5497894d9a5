// cond, case, switch_case and while_loop: functions that run eagerly, and the records of their choices.
#include "autodiff/control_flow.hpp"

#include "tensor/build.hpp"
#include "tensor/log.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {
namespace internal {

constexpr OpDef kChoiceEvent = define_event({
    .name = "choice",
    .doc = "Control flow looked at a value and chose what to run.",
    .inputs = {{"predicate",
                NotDifferentiable{"it only decides which code runs; the result does not change as long as the decision does not",
                                  "compute the result from the value itself, for example with where(), maximum() or a smooth weight"},
                Role::kCondition}},
    .attrs = {attr<&ChoiceAttrs::construct>("construct", "cond, case, switch_case or while_loop"),
              attr<&ChoiceAttrs::loop_end>("loop_end", "whether a loop ended here"),
              attr<&ChoiceAttrs::choice>("choice", "1 or 0 for a predicate, the branch, or the trips of a loop that ended")},
    .kind = OpKind::kChoice,
});

namespace {

void check_truths(std::size_t truths, std::size_t count, bool otherwise, bool exclusive) {
  if (exclusive && truths > 1) {
    throw ValueError("case", fmt::format("Input error: exclusive, and {} of the {} predicates are true", truths, count),
                     "leave exclusive out to run the function of the first");
  }
  if (!otherwise && truths == 0) {
    throw ValueError("case", fmt::format("Input error: none of the {} predicates is true", count),
                     "give a function that runs in that case, after the pairs");
  }
}

void check_scalar(const char* op, const Tensor& value, const char* what) {
  if (!value.defined()) throw ValueError(op, fmt::format("the {} is an empty handle", what), "pass a tensor that holds a value");
  if (value.size() != 1) {
    throw ShapeError(op, fmt::format("the {} is {}", what, value.signature()),
                     "it must have exactly one element; reduce it with reduce_all, reduce_any or reduce_sum");
  }
}

void check_truth(const char* op, const Tensor& predicate) {
  check_scalar(op, predicate, "predicate");
  if (predicate.dtype() == DType::kBool) return;
  throw DTypeError(op, fmt::format("the predicate is {}", predicate.signature()), "compare it first, as in x > 0");
}

bool truth_of(const char* op, const Tensor& predicate) {
  check_truth(op, predicate);
  const Tracer* const tracer = Tracer::mine();
  if (tracer != nullptr && is_chosen_later(predicate)) {
    throw UnsupportedError(op, fmt::format("what it decides by is only known when the traced function `{}` runs", tracer->name()),
                           "let the graph choose, with cond() or where(); or call the function without tracing it");
  }
  return only_element<bool>(predicate);
}

void check_index(const Tensor& index) {
  check_scalar("switch_case", index, "branch index");
  if (index.dtype() == DType::kI32 || index.dtype() == DType::kI64) return;
  throw DTypeError("switch_case", fmt::format("the branch index is {}", index.signature()), "it must be int32 or int64");
}

constexpr OpDef kAssertEvent = define_event({
    .name = "assert",
    .doc = "A condition that must hold when a traced function runs.",
    .inputs = {{"conditions", NotDifferentiable{"it is only checked", "nothing needs to change for it"}, Role::kCondition}},
    .variadic = true,
});

// What case must find when the graph runs.
void check_case_later(Tracer& tracer, const std::vector<Tensor>& predicates, bool otherwise, bool exclusive, const Where& where) {
  const auto check = [otherwise, exclusive](const std::vector<Tensor>& values) {
    const auto truths = std::count_if(values.begin(), values.end(), [](const Tensor& t) { return only_element<bool>(t); });
    check_truths(static_cast<std::size_t>(truths), values.size(), otherwise, exclusive);
    return std::vector<Tensor>();
  };
  tracer.call_host({.op = &kAssertEvent, .run = check}, predicates, where);
}

void note(Construct construct, const Tensor* value, bool loop_end, std::int64_t choice, const Where& where) {
  ChoiceAttrs attrs{};
  attrs.construct = construct;
  attrs.loop_end = loop_end;
  attrs.choice = choice;
  Log::mine().append_event(kChoiceEvent, value, &attrs, sizeof(attrs), where);
}

}  // namespace

bool is_chosen_later(const Tensor& predicate) {
  Tracer* const tracer = Tracer::mine();
  return tracer != nullptr && predicate.defined() && tracer->inside(predicate).is_abstract();
}

std::vector<Tensor> trace_choice(Construct construct, const Tensor& predicate, const std::vector<Body>& bodies, const Where& where) {
  if (bodies.empty()) throw ValueError(name_of(construct), "there are no branches", "give at least one function");
  construct == Construct::kSwitchCase ? check_index(predicate) : check_truth(name_of(construct), predicate);
  return Tracer::mine()->branch(construct, predicate, bodies, where);
}

std::vector<Tensor> trace_case(const std::vector<Tensor>& predicates, const std::vector<Body>& bodies, bool exclusive, const Where& where) {
  for (const Tensor& predicate : predicates) check_truth("case", predicate);
  const bool otherwise = bodies.size() > predicates.size();
  if (exclusive || !otherwise) check_case_later(*Tracer::mine(), predicates, otherwise, exclusive, where);
  // One choice inside of the other, from the last to the first.
  Body rest = bodies.back();
  for (std::size_t i = otherwise ? predicates.size() : predicates.size() - 1; i-- > 1;) {
    rest = [&predicates, &bodies, &where, i, next = std::move(rest)] {
      return Tracer::mine()->branch(Construct::kCase, predicates[i], {bodies[i], next}, where);
    };
  }
  if (predicates.size() == 1 && !otherwise) return bodies[0]();
  return Tracer::mine()->branch(Construct::kCase, predicates[0], {bodies[0], rest}, where);
}

bool choose(Construct construct, const Tensor& predicate, const Where& where) {
  const bool choice = truth_of(name_of(construct), predicate);
  note(construct, &predicate, false, choice ? 1 : 0, where);
  return choice;
}

std::size_t choose_case(std::size_t count, const std::function<Tensor(std::size_t)>& predicate, bool otherwise, bool exclusive, const Where& where) {
  if (exclusive) {
    std::size_t truths = 0;
    for (std::size_t i = 0; i < count; ++i) truths += truth_of("case", predicate(i)) ? 1 : 0;
    check_truths(truths, count, true, true);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (choose(Construct::kCase, predicate(i), where)) return i;
  }
  check_truths(0, count, otherwise, false);
  return count;
}

std::size_t choose_branch(const Tensor& index, std::size_t branches, bool otherwise, const Where& where) {
  if (branches == 0) throw ValueError("switch_case", "there are no branches", "give at least one function");
  check_index(index);
  const std::int64_t i = index.dtype() == DType::kI32 ? only_element<std::int32_t>(index) : only_element<std::int64_t>(index);
  const std::int64_t last = static_cast<std::int64_t>(branches) - (otherwise ? 0 : 1);
  const std::int64_t choice = i < 0 || i > last ? last : i;
  note(Construct::kSwitchCase, &index, false, choice, where);
  return static_cast<std::size_t>(choice);
}

LoopRest run_loop(std::size_t variables, const std::function<Tensor()>& condition, const std::function<std::size_t()>& trip,
                  std::int64_t maximum_iterations, const Where& where) {
  std::int64_t trips = 0;
  while (maximum_iterations < 0 || trips < maximum_iterations) {
    Tensor predicate = condition();
    if (is_chosen_later(predicate)) {
      check_truth(name_of(Construct::kWhileLoop), predicate);
      return {std::move(predicate), maximum_iterations < 0 ? maximum_iterations : maximum_iterations - trips};
    }
    if (!choose(Construct::kWhileLoop, predicate, where)) break;
    if (const std::size_t returned = trip(); returned != variables) {
      throw ValueError("while_loop", fmt::format("the body took {} values and returned {}", variables, returned),
                       "return one value for each loop variable, in their order");
    }
    ++trips;
  }
  note(Construct::kWhileLoop, nullptr, true, trips, where);
  return {};
}

std::vector<Tensor> trace_rest(const LoopRest& rest, const std::function<Tensor(const std::vector<Tensor>&)>& condition,
                               const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body, const std::vector<Tensor>& variables,
                               const Where& where) {
  return Tracer::mine()->loop({condition, body}, rest.predicate, variables, rest.maximum_iterations, where);
}

}  // namespace internal

namespace {

internal::Body body_of(const Branch& branch) {
  return [branch] { return std::vector<Tensor>{branch()}; };
}

}  // namespace

Tensor case_(const std::vector<std::pair<Tensor, Branch>>& branches, const Branch& otherwise, const CaseOptions& options, Where where) {
  if (std::any_of(branches.begin(), branches.end(), [](const auto& branch) { return internal::is_chosen_later(branch.first); })) {
    std::vector<Tensor> predicates;
    std::vector<internal::Body> bodies;
    for (const auto& [predicate, branch] : branches) {
      predicates.push_back(predicate);
      bodies.push_back(body_of(branch));
    }
    if (otherwise) bodies.push_back(body_of(otherwise));
    return internal::trace_case(predicates, bodies, options.exclusive, where)[0];
  }
  const auto predicate = [&](std::size_t i) { return branches[i].first; };
  const std::size_t chosen = internal::choose_case(branches.size(), predicate, static_cast<bool>(otherwise), options.exclusive, where);
  return chosen == branches.size() ? otherwise() : branches[chosen].second();
}

Tensor switch_case(const Tensor& index, const std::vector<Branch>& branches, const Branch& otherwise, Where where) {
  if (internal::is_chosen_later(index)) {
    std::vector<internal::Body> bodies;
    bodies.reserve(branches.size() + 1);
    for (const Branch& branch : branches) bodies.push_back(body_of(branch));
    if (otherwise) bodies.push_back(body_of(otherwise));
    return internal::trace_choice(Construct::kSwitchCase, index, bodies, where)[0];
  }
  const std::size_t chosen = internal::choose_branch(index, branches.size(), static_cast<bool>(otherwise), where);
  return chosen == branches.size() ? otherwise() : branches[chosen]();
}

namespace {

void check_same_dtypes(const std::vector<Tensor>& before, const std::vector<Tensor>& after) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!after[i].defined()) {
      throw ValueError("while_loop", fmt::format("the body returned an empty handle for loop variable {}", i), "return a tensor that holds a value");
    }
    if (after[i].dtype() != before[i].dtype()) {
      throw DTypeError("while_loop", fmt::format("loop variable {} went in as {} and came out as {}", i, before[i].signature(), after[i].signature()),
                       "a loop variable keeps its dtype; cast it in the body");
    }
  }
}

}  // namespace

std::vector<Tensor> while_loop(const std::function<Tensor(const std::vector<Tensor>&)>& condition,
                               const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body, std::vector<Tensor> vars,
                               WhileLoopOptions options, Where where) {
  for (std::size_t i = 0; i < vars.size(); ++i) {
    if (!vars[i].defined()) throw ValueError("while_loop", fmt::format("loop variable {} is an empty handle", i), "pass a tensor that holds a value");
  }
  const auto trip = [&] {
    std::vector<Tensor> next = body(vars);
    if (next.size() != vars.size()) return next.size();  // an error, which the loop raises
    check_same_dtypes(vars, next);
    vars = std::move(next);
    return vars.size();
  };
  const internal::LoopRest rest = internal::run_loop(
      vars.size(), [&] { return condition(vars); }, trip, options.maximum_iterations, where);
  return rest.predicate.defined() ? internal::trace_rest(rest, condition, body, vars, where) : vars;
}

}  // namespace whygrad
