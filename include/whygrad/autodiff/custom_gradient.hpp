// Functions with a gradient rule of the user's.
#pragma once

#include <whygrad/autodiff/tape.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace whygrad {

// The result of a backward function whose forward function read variables that are not among the inputs.
struct CustomGradients {
  std::vector<Tensor> inputs;
  std::vector<Tensor> variables;
};

// The result of a forward function and its gradient rule. Set one of the two rules. An empty Tensor among the results of a rule means that the input
// gets no gradient; explanations then name the custom gradient.
struct CustomResult {
  std::vector<Tensor> outputs;
  // One dy per output -> one dx per input.
  std::function<std::vector<Tensor>(const std::vector<Tensor>& dys)> backward = {};
  // The same for a function that read trainable variables. They are passed in the order of their first read.
  std::function<CustomGradients(const std::vector<Tensor>& dys, const std::vector<Variable>& variables)> backward_with_variables = {};
  // The lines where the rule begins and where it returns, if the caller knows them. Explanations point at the first for faults of the rule, and at
  // the second for a gradient that it does not return.
  Where begins_at = {}, returns_at = {};
};

// Calls f(inputs) and gives its outputs the gradient rule that f returns with them (tf.custom_gradient). The open tapes record the ops of f: the rule
// may capture their results, and values that f passes outside have their own gradients. The outputs have the gradient of the rule alone, except for a
// tape that knows of no gradient of any input: for it, they are what f computed. The rule runs under the tapes that record at that time, so it is
// differentiable itself. An integer input gets the gradient that the rule returns, if it is watched and another input carries a gradient.
//
// Throws ValueError if an input or output is an empty tensor, if f gives no rule, if a rule returns a wrong number of gradients, or if f read
// trainable variables and its rule does not take them; ShapeError if a gradient does not have its input's shape. Exceptions of f and of the rule
// propagate.
WG_API std::vector<Tensor> custom_gradient(const std::function<CustomResult(const std::vector<Tensor>& inputs)>& f,
                                           const std::vector<Watchable>& inputs, Where where = Where::here());

// The same for one input and one output: f(x) returns {y, backward} with backward(dy) -> dx.
using UnaryBackward = std::function<Tensor(const Tensor& dy)>;
WG_API Tensor custom_gradient(const std::function<std::pair<Tensor, UnaryBackward>(const Tensor& x)>& f, const Watchable& x,
                              Where where = Where::here());

// Returns f(x) with the gradient of the identity (tf.grad_pass_through), for a step without a derivative that training should ignore, such as
// rounding. Throws ShapeError or DTypeError unless f(x) has x's shape and dtype.
WG_API Tensor grad_pass_through(const std::function<Tensor(const Tensor&)>& f, const Watchable& x, Where where = Where::here());

}  // namespace whygrad
