// Elementwise ops. Two operands broadcast as in NumPy: shapes are aligned at their last axes and an axis of 1 is repeated; the gradient of an operand
// is summed over the axes along which it was repeated. Operands of one op have one dtype (another is a DTypeError that names the cast to write), but
// a bare number takes the dtype of the tensor that it meets. A shape that does not broadcast is a ShapeError.
//
// Below, y is the result and dy its incoming gradient. Values and gradients at the edges (0, ties, NaN, Inf) are TensorFlow's. The derivative of a
// complex function is conjugated, as in TensorFlow.
#pragma once

#include <whygrad/ops/operand.hpp>

#include <span>

namespace whygrad {

// ---- Arithmetic ----

// a + b. da = dy, db = dy.
WG_API Tensor add(const Operand& a, const Operand& b, Where where = Where::here());
// a - b. da = dy, db = -dy.
WG_API Tensor subtract(const Operand& a, const Operand& b, Where where = Where::here());
// a * b. da = dy b, db = dy a.
WG_API Tensor multiply(const Operand& a, const Operand& b, Where where = Where::here());
// a / b for floating and complex tensors; integers throw DTypeError. da = dy / b, db = -dy a / b^2.
WG_API Tensor divide(const Operand& a, const Operand& b, Where where = Where::here());
// floor(a / b). Carries no gradient. Throws ValueError where an integer is divided by 0.
WG_API Tensor floordiv(const Operand& a, const Operand& b, Where where = Where::here());
// a - floor(a / b) b, with the sign of b. da = dy, db = -dy floor(a / b). Throws ValueError for an integer modulo 0.
WG_API Tensor floormod(const Operand& a, const Operand& b, Where where = Where::here());
// The larger (smaller) of a and b, NaN where either is NaN. The gradient goes to the chosen one, to `a` where they are equal, to `b` at NaN.
WG_API Tensor maximum(const Operand& a, const Operand& b, Where where = Where::here());
WG_API Tensor minimum(const Operand& a, const Operand& b, Where where = Where::here());
// a^b. da = dy b a^(b - 1), db = dy y log(a), taken as 0 where a <= 0. Throws ValueError for an integer to a negative power.
WG_API Tensor pow(const Operand& a, const Operand& b, Where where = Where::here());
// The angle of the point (x, y) in (-pi, pi]. dy' = dy x / (x^2 + y^2), dx = -dy y / (x^2 + y^2), where dy' is the gradient of `y`.
WG_API Tensor atan2(const Operand& y, const Operand& x, Where where = Where::here());
// (a - b)^2; complex: |a - b|^2. da = 2 dy (a - b), db = -da.
WG_API Tensor squared_difference(const Operand& a, const Operand& b, Where where = Where::here());
// a log(b), 0 where a is 0. da = dy log(b), db = dy a / b, both 0 where a is 0.
WG_API Tensor xlogy(const Operand& a, const Operand& b, Where where = Where::here());
// a log(1 + b), 0 where a is 0. da = dy log(1 + b), db = dy a / (1 + b), both 0 where a is 0.
WG_API Tensor xlog1py(const Operand& a, const Operand& b, Where where = Where::here());
// a / b, 0 where a is 0. da = dy / b, db = -dy a / b^2, both 0 where a is 0.
WG_API Tensor xdivy(const Operand& a, const Operand& b, Where where = Where::here());
// a * b, 0 where b is 0 even if a is NaN or Inf. da = dy b, db = dy a with the same rule.
WG_API Tensor multiply_no_nan(const Operand& a, const Operand& b, Where where = Where::here());
// a / b, 0 where b is 0. da = dy / b, db = -dy a / b^2, both 0 where b is 0.
WG_API Tensor divide_no_nan(const Operand& a, const Operand& b, Where where = Where::here());
// The sum of at least one tensor of one shape and dtype. Every input gets dy.
WG_API Tensor add_n(std::span<const Tensor> inputs, Where where = Where::here());

// -x. dx = -dy.
WG_API Tensor negative(const Tensor& x, Where where = Where::here());
// |x|, real for complex x. dx = dy sign(x).
WG_API Tensor abs(const Tensor& x, Where where = Where::here());
// -1, 0 or 1; complex: x / |x|, or 0. dx = 0 for real x, a gradient that flows but carries nothing.
WG_API Tensor sign(const Tensor& x, Where where = Where::here());

// ---- Powers, exponentials and logarithms; floating and complex unless said otherwise ----

// x^2, integers too. dx = 2 dy x.
WG_API Tensor square(const Tensor& x, Where where = Where::here());
// x^(1/2). dx = dy / (2 y), 0 where dy is 0.
WG_API Tensor sqrt(const Tensor& x, Where where = Where::here());
// x^(-1/2). dx = -dy y^3 / 2, 0 where dy is 0.
WG_API Tensor rsqrt(const Tensor& x, Where where = Where::here());
// 1 / x. dx = -dy y^2, 0 where dy is 0.
WG_API Tensor reciprocal(const Tensor& x, Where where = Where::here());
// e^x. dx = dy y.
WG_API Tensor exp(const Tensor& x, Where where = Where::here());
// e^x - 1, exact near 0. Floating. dx = dy e^x.
WG_API Tensor expm1(const Tensor& x, Where where = Where::here());
// The natural logarithm. dx = dy / x.
WG_API Tensor log(const Tensor& x, Where where = Where::here());
// log(1 + x), exact near 0. Floating. dx = dy / (1 + x).
WG_API Tensor log1p(const Tensor& x, Where where = Where::here());
// 1 / (1 + e^-x). dx = dy y (1 - y).
WG_API Tensor sigmoid(const Tensor& x, Where where = Where::here());
// log(sigmoid(x)) without overflow. Floating. dx = dy sigmoid(-x).
WG_API Tensor log_sigmoid(const Tensor& x, Where where = Where::here());
// The error function 2 / sqrt(pi) * integral of e^(-t^2) from 0 to x. Floating. dx = dy 2 / sqrt(pi) e^(-x^2).
WG_API Tensor erf(const Tensor& x, Where where = Where::here());
// 1 - erf(x), exact for large x. Floating. dx = -dy 2 / sqrt(pi) e^(-x^2).
WG_API Tensor erfc(const Tensor& x, Where where = Where::here());

// ---- Trigonometry; sin, cos, tan, sinh, cosh, tanh take complex too ----

// dx = dy cos(x).
WG_API Tensor sin(const Tensor& x, Where where = Where::here());
// dx = -dy sin(x).
WG_API Tensor cos(const Tensor& x, Where where = Where::here());
// dx = dy / cos(x)^2.
WG_API Tensor tan(const Tensor& x, Where where = Where::here());
// dx = dy / sqrt(1 - x^2).
WG_API Tensor asin(const Tensor& x, Where where = Where::here());
// dx = -dy / sqrt(1 - x^2).
WG_API Tensor acos(const Tensor& x, Where where = Where::here());
// dx = dy / (1 + x^2).
WG_API Tensor atan(const Tensor& x, Where where = Where::here());
// dx = dy cosh(x).
WG_API Tensor sinh(const Tensor& x, Where where = Where::here());
// dx = dy sinh(x).
WG_API Tensor cosh(const Tensor& x, Where where = Where::here());
// dx = dy (1 - y^2).
WG_API Tensor tanh(const Tensor& x, Where where = Where::here());
// dx = dy / cosh(y).
WG_API Tensor asinh(const Tensor& x, Where where = Where::here());
// dx = dy / sinh(y).
WG_API Tensor acosh(const Tensor& x, Where where = Where::here());
// dx = dy / (1 - x^2).
WG_API Tensor atanh(const Tensor& x, Where where = Where::here());

// ---- Rounding. No gradient flows; x + stop_gradient(round(x) - x) rounds and passes the gradient straight through. ----

WG_API Tensor floor(const Tensor& x, Where where = Where::here());
WG_API Tensor ceil(const Tensor& x, Where where = Where::here());
// To the nearest integer, ties to even. rint is the same under TensorFlow's other name.
WG_API Tensor round(const Tensor& x, Where where = Where::here());
WG_API Tensor rint(const Tensor& x, Where where = Where::here());

// ---- Comparison and logic: the result is bool, and no gradient flows ----

WG_API Tensor equal(const Operand& a, const Operand& b, Where where = Where::here());
WG_API Tensor not_equal(const Operand& a, const Operand& b, Where where = Where::here());
WG_API Tensor less(const Operand& a, const Operand& b, Where where = Where::here());
WG_API Tensor less_equal(const Operand& a, const Operand& b, Where where = Where::here());
WG_API Tensor greater(const Operand& a, const Operand& b, Where where = Where::here());
WG_API Tensor greater_equal(const Operand& a, const Operand& b, Where where = Where::here());
// Of bool tensors.
WG_API Tensor logical_and(const Tensor& a, const Tensor& b, Where where = Where::here());
WG_API Tensor logical_or(const Tensor& a, const Tensor& b, Where where = Where::here());
WG_API Tensor logical_xor(const Tensor& a, const Tensor& b, Where where = Where::here());
WG_API Tensor logical_not(const Tensor& x, Where where = Where::here());
WG_API Tensor is_nan(const Tensor& x, Where where = Where::here());
WG_API Tensor is_inf(const Tensor& x, Where where = Where::here());
WG_API Tensor is_finite(const Tensor& x, Where where = Where::here());

// ---- Choice and conversion ----

// a where `cond` (bool) is true, else b; all three broadcast. da = dy where cond is true, else 0; db the other way round.
WG_API Tensor where(const Tensor& cond, const Operand& a, const Operand& b, Where where = Where::here());
// min(max(x, low), high); low and high broadcast to x. dx = dy where low <= x <= high, else 0; the bound that was taken gets dy.
WG_API Tensor clip_by_value(const Tensor& x, const Operand& low, const Operand& high, Where where = Where::here());
// x as another dtype, `x` itself where it has that dtype. Floating to integer truncates and saturates, NaN gives 0; to bool: x != 0; complex to real
// takes the real part. dx = dy, cast back; nothing flows through integers and bool.
WG_API Tensor cast(const Tensor& x, DType dtype, Where where = Where::here());
// cast, with the nearest number that fits in the place of one that does not: of clip_by_value, whose gradient it has, and cast. Of complex x the real
// part. Throws DTypeError for bool to another dtype and back: a truth value has no bounds.
WG_API Tensor saturate_cast(const Tensor& x, DType dtype, Where where = Where::here());

}  // namespace whygrad
