// Control flow in eager form: the chosen code runs at once, and the choice is remembered, so that an explanation can name the branch that was not
// taken.
#pragma once

#include <whygrad/base/gradient_flow.hpp>
#include <whygrad/tensor/tensor.hpp>

#include <concepts>
#include <functional>
#include <utility>
#include <vector>

namespace whygrad {

namespace internal {

// Reads a truth value and notes it. Throws ShapeError unless it has one element, DTypeError unless it is bool.
WG_API bool choose(Construct construct, const Tensor& predicate, const Where& where);
// The number of the first true predicate, of `count`; `count` itself, which stands for another function, where none is true and there is one.
// Predicates behind the chosen one are only looked at where `exclusive`. Throws ValueError where none is true and there is no other function, and,
// where `exclusive`, where more than one is true.
WG_API std::size_t choose_case(std::size_t count, const std::function<Tensor(std::size_t)>& predicate, bool otherwise, bool exclusive,
                               const Where& where);
// Reads a branch index and notes it. One out of range stands for `branches`, the function that runs otherwise, or, where there is none, for the last
// branch, as in TensorFlow. Throws ValueError where there is nothing to run.
WG_API std::size_t choose_branch(const Tensor& index, std::size_t branches, bool otherwise, const Where& where);
// Takes trips while condition() is true, over as many variables, which the caller keeps. trip() runs the body once and returns how many values came
// of it. Notes each decision and the end. Throws ValueError where the number of values is another.
WG_API void run_loop(std::size_t variables, const std::function<Tensor()>& condition, const std::function<std::size_t()>& trip,
                     std::int64_t maximum_iterations, const Where& where);

}  // namespace internal

// Runs true_fn() if the bool scalar `predicate` is true, else false_fn(), and returns what that returns (tf.cond). Gradients flow through the code
// that ran; none flows to the predicate.
template <std::invocable True, std::invocable False>
requires std::same_as<std::invoke_result_t<True>, std::invoke_result_t<False>>
auto cond(const Tensor& predicate, True&& true_fn, False&& false_fn, Where where = Where::here()) {
  return internal::choose(Construct::kCond, predicate, where) ? std::forward<True>(true_fn)() : std::forward<False>(false_fn)();
}

using Branch = std::function<Tensor()>;

struct CaseOptions {
  bool exclusive = false;  // more than one true predicate is an error
};

// Runs the function beside the first true predicate (tf.case), or `otherwise`. Throws ValueError where none is true and there is no `otherwise`, and,
// with `exclusive`, where more than one is true.
WG_API Tensor case_(const std::vector<std::pair<Tensor, Branch>>& branches, const Branch& otherwise = {}, const CaseOptions& options = {},
                    Where where = Where::here());

// Runs branches[index] (tf.switch_case); an index out of range runs `otherwise`, or the last branch where that is not given. index: i32 or i64
// scalar.
WG_API Tensor switch_case(const Tensor& index, const std::vector<Branch>& branches, const Branch& otherwise = {}, Where where = Where::here());

struct WhileLoopOptions {
  std::int64_t maximum_iterations = -1;  // no limit
};

// Runs vars = body(vars) while condition(vars), a bool scalar, is true, and returns the last vars (tf.while_loop). The number of vars must not
// change. Throws ValueError where body returns another number or an empty tensor, DTypeError where it changes a dtype.
WG_API std::vector<Tensor> while_loop(const std::function<Tensor(const std::vector<Tensor>&)>& condition,
                                      const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body, std::vector<Tensor> vars,
                                      WhileLoopOptions options = {}, Where where = Where::here());

}  // namespace whygrad
