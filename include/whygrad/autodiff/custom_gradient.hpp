// Functions whose gradient the user writes.
#pragma once

#include <whygrad/autodiff/tape.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace whygrad {

// What a backward function returns when its forward function read variables that were not among the inputs.
struct CustomGradients {
  std::vector<Tensor> inputs;
  std::vector<Tensor> variables;
};

// The result of a forward function and its gradient rule. Give one of the two rules. An empty Tensor in what a rule returns says that this input
// gets no gradient; explanations then name the custom gradient.
struct CustomResult {
  std::vector<Tensor> outputs;
  // One dy per output -> one dx per input.
  std::function<std::vector<Tensor>(const std::vector<Tensor>& dys)> backward = {};
  // The same for a function that read trainable variables, which are handed over in the order in which they were first read.
  std::function<CustomGradients(const std::vector<Tensor>& dys, const std::vector<Variable>& variables)> backward_with_variables = {};
  // Where the rule begins and where it returns, if the caller knows: what is said of the rule itself points at the one, what is said of a gradient
  // that it does not return at the other.
  Where begins_at = {}, returns_at = {};
};

// Calls f(inputs) and gives its outputs the gradient that f returns beside them (tf.custom_gradient). The open tapes record what f computes: the rule
// may close over it, and what f hands to the outside has its own gradient. Of the outputs the rule decides alone, unless a tape knows of a gradient
// of none of the inputs: to that tape they are what f computed. The rule is run under the tapes that record at that time, so it has a gradient
// itself. An input of integers gets what the rule returns for it, if it is watched and another input carries a gradient.
//
// Throws ValueError where an input or output is an empty tensor, f gives no rule, or a rule returns another number of gradients than asked for, or f
// read trainable variables but its rule does not take them; ShapeError where a gradient has not its input's shape. What f or the rule throws comes
// through.
WG_API std::vector<Tensor> custom_gradient(const std::function<CustomResult(const std::vector<Tensor>& inputs)>& f,
                                           const std::vector<Watchable>& inputs, Where where = Where::here());

// The same for one input and one output: f(x) returns {y, backward} with backward(dy) -> dx.
using UnaryBackward = std::function<Tensor(const Tensor& dy)>;
WG_API Tensor custom_gradient(const std::function<std::pair<Tensor, UnaryBackward>(const Tensor& x)>& f, const Watchable& x,
                              Where where = Where::here());

// f(x) with the gradient of the identity (tf.grad_pass_through): for a step without a derivative that training should ignore, such as rounding.
// Throws ShapeError or DTypeError unless f(x) has x's shape and dtype.
WG_API Tensor grad_pass_through(const std::function<Tensor(const Tensor&)>& f, const Watchable& x, Where where = Where::here());

}  // namespace whygrad
