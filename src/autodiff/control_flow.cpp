#include "autodiff/control_flow.hpp"

#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace internal {

constexpr OpDef kChoiceEvent = define_event({
    .name = "choice",
    .doc = "Control flow looked at a value and chose what to run.",
    .inputs = {{"predicate",
                NotDifferentiable{"it only decides which code runs; the result does not change as long as the decision does not",
                                  "compute the result from the value itself, for example with where(), maximum() or a smooth weight"},
                Role::kCondition}},
});

const char* name_of(Construct construct) {
  constexpr const char* kNames[] = {"cond", "case", "switch_case", "while_loop"};
  return kNames[static_cast<int>(construct)];
}

namespace {

void check_scalar(const char* op, const Tensor& value, const char* what) {
  if (!value.defined()) throw ValueError(op, fmt::format("the {} is an empty handle", what), "pass a tensor that holds a value");
  if (value.size() != 1) {
    throw ShapeError(op, fmt::format("the {} is {}", what, value.signature()),
                     "it must have exactly one element; reduce it with reduce_all, reduce_any or reduce_sum");
  }
}

void note(Construct construct, const Tensor* value, bool loop_end, std::int64_t choice, const Where& where) {
  ChoiceAttrs attrs{};
  attrs.construct = construct;
  attrs.loop_end = loop_end;
  attrs.choice = choice;
  Log::mine().append_event(kChoiceEvent, value, &attrs, sizeof(attrs), where);
}

}  // namespace

bool choose(Construct construct, const Tensor& predicate, const Where& where) {
  const char* op = name_of(construct);
  check_scalar(op, predicate, "predicate");
  if (predicate.dtype() != DType::kBool) {
    throw DTypeError(op, fmt::format("the predicate is {}", predicate.signature()), "compare it first, as in x > 0");
  }
  const bool choice = *reinterpret_cast<const bool*>(elements_of(predicate));
  note(construct, &predicate, false, choice ? 1 : 0, where);
  return choice;
}

std::size_t choose_branch(const Tensor& index, std::size_t branches, const Where& where) {
  check_scalar("switch_case", index, "branch index");
  std::int64_t i = 0;
  if (index.dtype() == DType::kI32) {
    i = *reinterpret_cast<const std::int32_t*>(elements_of(index));
  } else if (index.dtype() == DType::kI64) {
    i = *reinterpret_cast<const std::int64_t*>(elements_of(index));
  } else {
    throw DTypeError("switch_case", fmt::format("the branch index is {}", index.signature()), "it must be int32 or int64");
  }
  const std::int64_t last = static_cast<std::int64_t>(branches) - 1;
  const std::int64_t choice = i < 0 || i > last ? last : i;
  note(Construct::kSwitchCase, &index, false, choice, where);
  return static_cast<std::size_t>(choice);
}

void note_loop_end(std::int64_t trips, const Where& where) { note(Construct::kWhileLoop, nullptr, true, trips, where); }

}  // namespace internal

Tensor case_(const std::vector<std::pair<Tensor, Branch>>& branches, const Branch& otherwise, Where where) {
  for (const auto& [predicate, branch] : branches) {
    if (internal::choose(internal::Construct::kCase, predicate, where)) return branch();
  }
  if (!otherwise)
    throw ValueError("case", fmt::format("none of the {} predicates is true", branches.size()),
                     "give a function for that case as the second argument");
  return otherwise();
}

Tensor switch_case(const Tensor& index, const std::vector<Branch>& branches, const Branch& otherwise, Where where) {
  if (branches.empty()) throw ValueError("switch_case", "there are no branches", "give at least one function");
  std::vector<const Branch*> all;
  all.reserve(branches.size() + 1);
  for (const Branch& b : branches) all.push_back(&b);
  if (otherwise) all.push_back(&otherwise);
  return (*all[internal::choose_branch(index, all.size(), where)])();
}

std::vector<Tensor> while_loop(const std::function<Tensor(const std::vector<Tensor>&)>& condition,
                               const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body, std::vector<Tensor> vars,
                               WhileLoopOptions options, Where where) {
  for (std::size_t i = 0; i < vars.size(); ++i) {
    if (!vars[i].defined()) throw ValueError("while_loop", fmt::format("loop variable {} is an empty handle", i), "pass a tensor that holds a value");
  }
  std::int64_t trips = 0;
  while ((options.maximum_iterations < 0 || trips < options.maximum_iterations) &&
         internal::choose(internal::Construct::kWhileLoop, condition(vars), where)) {
    std::vector<Tensor> next = body(vars);
    if (next.size() != vars.size()) {
      throw ValueError("while_loop", fmt::format("the body took {} values and returned {}", vars.size(), next.size()),
                       "return one value for each loop variable, in their order");
    }
    for (std::size_t i = 0; i < vars.size(); ++i) {
      if (!next[i].defined()) {
        throw ValueError("while_loop", fmt::format("the body returned an empty handle for loop variable {}", i),
                         "return a tensor that holds a value");
      }
      if (next[i].dtype() != vars[i].dtype()) {
        throw DTypeError("while_loop", fmt::format("loop variable {} went in as {} and came out as {}", i, vars[i].signature(), next[i].signature()),
                         "a loop variable keeps its dtype; cast it in the body");
      }
    }
    vars = std::move(next);
    ++trips;
  }
  internal::note_loop_end(trips, where);
  return vars;
}

}  // namespace whygrad
