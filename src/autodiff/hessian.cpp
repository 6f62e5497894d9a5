// Hessians and their products with vectors.
#include <whygrad/autodiff/hessian.hpp>

#include <whygrad/autodiff/forward.hpp>
#include <whygrad/autodiff/jacobian.hpp>
#include <whygrad/base/error.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace {

// The gradient of f at x.
Tensor gradient_of(const char* name, const std::function<Tensor(const Tensor&)>& f, const Tensor& x, const Where& where) {
  GradientTape tape({}, where);
  tape.watch(x, where);
  const Tensor y = f(x);
  if (!y.defined() || y.size() != 1) {
    throw ShapeError(name, fmt::format("the function gives {}", y.defined() ? y.signature() : "nothing"),
                     "second derivatives are of a function with one number as the result; reduce it with reduce_sum or reduce_mean");
  }
  return *tape.gradient(y, x, {}, where);
}

void check_given(const char* name, const Tensor& x) {
  if (!x.defined()) throw ValueError(name, "x is an empty handle", "give a tensor that holds a value");
}

}  // namespace

Tensor hessian(const std::function<Tensor(const Tensor&)>& f, const Tensor& x, Where where) {
  check_given("hessian", x);
  GradientTape outer({}, where);
  outer.watch(x, where);
  const Tensor gradient = gradient_of("hessian", f, x, where);
  return *jacobian(outer, gradient, x, {}, where);
}

Tensor hessian_vector_product(const std::function<Tensor(const Tensor&)>& f, const Tensor& x, const Tensor& v, Where where) {
  check_given("hessian_vector_product", x);
  ForwardAccumulator forward(x, v, where);
  const Tensor gradient = gradient_of("hessian_vector_product", f, x, where);
  return *forward.jvp(gradient, UnconnectedGradients::none, where);
}

}  // namespace whygrad
