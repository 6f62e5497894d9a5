// Rounding, comparison, logic: elementwise ops through which no gradient flows.
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

namespace whygrad {
namespace internal {
namespace {

using kernels::Binary;
using kernels::Unary;

constexpr OpDef kFloor = unary_op<Unary::kFloor>(
    "floor", "The largest integer <= x, elementwise.",
    NotDifferentiable{"floor moves in steps: between them its derivative is 0, so nothing can be learned through it",
                      "to let the gradient pass as if floor were the identity, write x + stop_gradient(floor(x) - x); or floor after the loss"});
constexpr OpDef kCeil = unary_op<Unary::kCeil>(
    "ceil", "The smallest integer >= x, elementwise.",
    NotDifferentiable{"ceil moves in steps: between them its derivative is 0, so nothing can be learned through it",
                      "to let the gradient pass as if ceil were the identity, write x + stop_gradient(ceil(x) - x); or ceil after the loss"});
constexpr NotDifferentiable kRoundSteps{
    "rounding moves in steps: between them its derivative is 0, so nothing can be learned through it",
    "to let the gradient pass as if round were the identity, write x + stop_gradient(round(x) - x); or round after the loss"};
constexpr OpDef kRound = unary_op<Unary::kRound>("round", "The nearest integer, ties to even, elementwise.", kRoundSteps);
constexpr OpDef kRint = unary_op<Unary::kRint>("rint", "The nearest integer, ties to even, elementwise.", kRoundSteps);

constexpr NotDifferentiable kTruth{
    "the result is a truth value; moving an operand a little does not move it, so it has no derivative",
    "put a smooth measure into the loss, such as squared_difference(a, b) or sigmoid(a - b), and keep the comparison for metrics and for where()"};

template <Binary Op>
consteval OpDef comparison(const char* name, const char* doc) {
  return binary_op<Op>(name, doc, {"a", kTruth}, {"b", kTruth}, nullptr, {.in_metrics = true});
}
constexpr OpDef kEqual = comparison<Binary::kEqual>("equal", "Whether a == b, elementwise with broadcasting, as bool; NaN equals nothing.");
constexpr OpDef kNotEqual = comparison<Binary::kNotEqual>("not_equal", "Whether a != b, elementwise with broadcasting, as bool; NaN equals nothing.");
constexpr OpDef kLess = comparison<Binary::kLess>("less", "Whether a < b, elementwise with broadcasting, as bool.");
constexpr OpDef kLessEqual = comparison<Binary::kLessEqual>("less_equal", "Whether a <= b, elementwise with broadcasting, as bool.");
constexpr OpDef kGreater = comparison<Binary::kGreater>("greater", "Whether a > b, elementwise with broadcasting, as bool.");
constexpr OpDef kGreaterEqual = comparison<Binary::kGreaterEqual>("greater_equal", "Whether a >= b, elementwise with broadcasting, as bool.");

constexpr NotDifferentiable kLogic{
    "truth values are true or false with nothing between, so they have no derivative",
    "compute with probabilities in their place: p * q for `and`, p + q - p * q for `or`, 1 - p for `not`; and keep the "
    "condition for where(cond, a, b)"};

template <Binary Op>
consteval OpDef logic(const char* name, const char* doc) {
  return binary_op<Op>(name, doc, {"a", kLogic}, {"b", kLogic}, nullptr, {.in_metrics = true});
}
constexpr OpDef kLogicalAnd = logic<Binary::kLogicalAnd>("logical_and", "Whether a and b are true, elementwise with broadcasting; bool.");
constexpr OpDef kLogicalOr = logic<Binary::kLogicalOr>("logical_or", "Whether a or b is true, elementwise with broadcasting; bool.");
constexpr OpDef kLogicalXor =
    logic<Binary::kLogicalXor>("logical_xor", "Whether exactly one of a and b is true, elementwise with broadcasting; bool.");
constexpr OpDef kLogicalNot =
    unary_op<Unary::kLogicalNot>("logical_not", "Whether x is false, elementwise; bool.", kLogic, nullptr, {.in_metrics = true});

constexpr NotDifferentiable kTest{"the result is a truth value; moving x a little does not move it, so it has no derivative",
                                  "use the test only as a condition: where(is_finite(x), x, replacement) carries the gradient of x"};

constexpr OpDef kIsNan = unary_op<Unary::kIsNan>("is_nan", "Whether x is NaN, elementwise, as bool.", kTest);
constexpr OpDef kIsInf = unary_op<Unary::kIsInf>("is_inf", "Whether x is Inf or -Inf, elementwise, as bool.", kTest);
constexpr OpDef kIsFinite = unary_op<Unary::kIsFinite>("is_finite", "Whether x is neither NaN nor Inf, elementwise, as bool.", kTest);

constexpr const OpDef* kOps[] = {&kFloor,        &kCeil,       &kRound,     &kRint,       &kEqual,      &kNotEqual, &kLess,  &kLessEqual, &kGreater,
                                 &kGreaterEqual, &kLogicalAnd, &kLogicalOr, &kLogicalXor, &kLogicalNot, &kIsNan,    &kIsInf, &kIsFinite};

}  // namespace

OpFamily comparison_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor floor(const Tensor& x, Where where) { return apply(kFloor, {&x}, where); }
Tensor ceil(const Tensor& x, Where where) { return apply(kCeil, {&x}, where); }
Tensor round(const Tensor& x, Where where) { return apply(kRound, {&x}, where); }
Tensor rint(const Tensor& x, Where where) { return apply(kRint, {&x}, where); }
Tensor equal(const Operand& a, const Operand& b, Where where) { return apply_binary(kEqual, a, b, where); }
Tensor not_equal(const Operand& a, const Operand& b, Where where) { return apply_binary(kNotEqual, a, b, where); }
Tensor less(const Operand& a, const Operand& b, Where where) { return apply_binary(kLess, a, b, where); }
Tensor less_equal(const Operand& a, const Operand& b, Where where) { return apply_binary(kLessEqual, a, b, where); }
Tensor greater(const Operand& a, const Operand& b, Where where) { return apply_binary(kGreater, a, b, where); }
Tensor greater_equal(const Operand& a, const Operand& b, Where where) { return apply_binary(kGreaterEqual, a, b, where); }
Tensor logical_and(const Tensor& a, const Tensor& b, Where where) { return apply(kLogicalAnd, {&a, &b}, where); }
Tensor logical_or(const Tensor& a, const Tensor& b, Where where) { return apply(kLogicalOr, {&a, &b}, where); }
Tensor logical_xor(const Tensor& a, const Tensor& b, Where where) { return apply(kLogicalXor, {&a, &b}, where); }
Tensor logical_not(const Tensor& x, Where where) { return apply(kLogicalNot, {&x}, where); }
Tensor is_nan(const Tensor& x, Where where) { return apply(kIsNan, {&x}, where); }
Tensor is_inf(const Tensor& x, Where where) { return apply(kIsInf, {&x}, where); }
Tensor is_finite(const Tensor& x, Where where) { return apply(kIsFinite, {&x}, where); }

}  // namespace whygrad
