// Second derivatives of functions with one number as the result.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <functional>

namespace whygrad {

// The matrix of second derivatives of f at x, of the shape of x twice: the jacobian of the gradient. Throws ShapeError unless f gives one element,
// and MissingGradient, with the reason, where f or its gradient does not depend on x.
WG_API Tensor hessian(const std::function<Tensor(const Tensor&)>& f, const Tensor& x, Where where = Where::here());
// The product of that matrix and v, without the matrix: the derivative of the gradient in the direction v, forwards over backwards. It costs a few
// times what f costs, whatever the size of x. Throws as hessian does, and ShapeError or DTypeError for a v that is not as x.
WG_API Tensor hessian_vector_product(const std::function<Tensor(const Tensor&)>& f, const Tensor& x, const Tensor& v, Where where = Where::here());

}  // namespace whygrad
