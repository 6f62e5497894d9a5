// Control flow in eager form: the chosen code runs at once. The choice is recorded, so that an explanation can name the branch that was not taken.
#pragma once

#include <whygrad/autodiff/results.hpp>
#include <whygrad/base/gradient_flow.hpp>
#include <whygrad/tensor/tensor.hpp>

#include <concepts>
#include <functional>
#include <utility>
#include <vector>

namespace whygrad {

namespace internal {

// Whether a function is traced whose graph will know the predicate or index only when it runs.
WG_API bool is_chosen_later(const Tensor& predicate);
using Body = std::function<std::vector<Tensor>()>;
// Then: traces all bodies, of which the graph will run one, and returns what that will give. bodies[0] stands for true, bodies[1] for false; the last
// one for an index out of range. Throws ShapeError and DTypeError as choose() does, and where the bodies return different numbers, shapes or dtypes.
WG_API std::vector<Tensor> trace_choice(Construct construct, const Tensor& predicate, const std::vector<Body>& bodies, const Where& where);
// The same for the function beside the first true predicate; where there is one body more, it stands for none.
WG_API std::vector<Tensor> trace_case(const std::vector<Tensor>& predicates, const std::vector<Body>& bodies, bool exclusive, const Where& where);

// Reads a truth value and records the decision. Throws ShapeError unless it has one element, DTypeError unless it is bool.
WG_API bool choose(Construct construct, const Tensor& predicate, const Where& where);
// Returns the index of the first true predicate of `count`. Returns `count` if none is true and there is an alternative function. Reads the
// predicates after the chosen one only if `exclusive`. Throws ValueError if none is true and there is no alternative, and, if `exclusive`, if more
// than one is true.
WG_API std::size_t choose_case(std::size_t count, const std::function<Tensor(std::size_t)>& predicate, bool otherwise, bool exclusive,
                               const Where& where);
// Reads a branch index and records the decision. An index out of range stands for `branches`, the alternative function, or, without one, for the last
// branch, as in TensorFlow. Throws ValueError if there is no function to run.
WG_API std::size_t choose_branch(const Tensor& index, std::size_t branches, bool otherwise, const Where& where);
// Where run_loop() stopped: at a decision that a graph will make when it runs. `predicate` is empty if the loop has ended.
struct LoopRest {
  Tensor predicate;
  std::int64_t maximum_iterations;  // that remain; below 0 there is no limit
};
// Runs iterations while condition() is true and known. The caller keeps the loop variables; trip() runs the body once and returns how many values it
// produced. Records each decision and the end. Throws ValueError if the number of values changes.
WG_API LoopRest run_loop(std::size_t variables, const std::function<Tensor()>& condition, const std::function<std::size_t()>& trip,
                         std::int64_t maximum_iterations, const Where& where);
// Traces the rest of a loop, which starts with these variables, and returns what the graph will give. Throws ShapeError, DTypeError and ValueError if
// the body returns other variables than it takes, or the condition something else than a bool scalar.
WG_API std::vector<Tensor> trace_rest(const LoopRest& rest, const std::function<Tensor(const std::vector<Tensor>&)>& condition,
                                      const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body,
                                      const std::vector<Tensor>& variables, const Where& where);

}  // namespace internal

// Runs true_fn() if the bool scalar `predicate` is true, else false_fn(), and returns its result (tf.cond). Gradients flow through the function that
// ran; none flows to the predicate.
template <std::invocable True, std::invocable False>
requires std::same_as<std::invoke_result_t<True>, std::invoke_result_t<False>>
auto cond(const Tensor& predicate, True&& true_fn, False&& false_fn, Where where = Where::here()) {
  using Results = internal::Results<std::invoke_result_t<True>>;
  if constexpr (Results::is_list) {
    if (internal::is_chosen_later(predicate)) {
      return Results::from(internal::trace_choice(Construct::kCond, predicate,
                                                  {[&] { return internal::list_of(true_fn); }, [&] { return internal::list_of(false_fn); }}, where));
    }
  }
  return internal::choose(Construct::kCond, predicate, where) ? std::forward<True>(true_fn)() : std::forward<False>(false_fn)();
}

using Branch = std::function<Tensor()>;

struct CaseOptions {
  bool exclusive = false;  // more than one true predicate is an error
};

// Runs the function of the first true predicate (tf.case), or `otherwise`. Throws ValueError if none is true and there is no `otherwise`, and, with
// `exclusive`, if more than one is true.
WG_API Tensor case_(const std::vector<std::pair<Tensor, Branch>>& branches, const Branch& otherwise = {}, const CaseOptions& options = {},
                    Where where = Where::here());

// Runs branches[index] (tf.switch_case). For an index out of range it runs `otherwise`, or the last branch if that is not given. index: i32 or i64
// scalar.
WG_API Tensor switch_case(const Tensor& index, const std::vector<Branch>& branches, const Branch& otherwise = {}, Where where = Where::here());

struct WhileLoopOptions {
  std::int64_t maximum_iterations = -1;  // no limit
};

// Runs vars = body(vars) while condition(vars), a bool scalar, is true, and returns the last vars (tf.while_loop). In a traced function the trips
// whose condition is known while it is traced become ops one after the other; the rest is a loop of the graph, whose variables keep their shapes.
// Throws ValueError if body returns another number of vars or an empty tensor, DTypeError if it changes a dtype, ShapeError if a loop of a graph
// changes a shape.
WG_API std::vector<Tensor> while_loop(const std::function<Tensor(const std::vector<Tensor>&)>& condition,
                                      const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body, std::vector<Tensor> vars,
                                      WhileLoopOptions options = {}, Where where = Where::here());

}  // namespace whygrad
