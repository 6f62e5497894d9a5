// C++ operators on tensors.
#include <whygrad/ops/elementwise.hpp>

#include "ops/core/events.hpp"

namespace whygrad {
namespace {

// Logical operators do not take numbers.
const Tensor& truth(const Operand& operand, const char* op) {
  if (operand.is_number()) throw DTypeError(op, "a bare number is no truth value", "compare it first, or use a bool constant");
  return operand.tensor();
}

}  // namespace

Tensor operator+(const Operand& a, const Operand& b) { return add(a, b, a.where()); }
Tensor operator-(const Operand& a, const Operand& b) { return subtract(a, b, a.where()); }
Tensor operator*(const Operand& a, const Operand& b) { return multiply(a, b, a.where()); }
Tensor operator/(const Operand& a, const Operand& b) { return divide(a, b, a.where()); }
Tensor operator%(const Operand& a, const Operand& b) { return floormod(a, b, a.where()); }
Tensor operator-(const Operand& a) { return negative(a.tensor(), a.where()); }
Tensor operator<(const Operand& a, const Operand& b) { return less(a, b, a.where()); }
Tensor operator<=(const Operand& a, const Operand& b) { return less_equal(a, b, a.where()); }
Tensor operator>(const Operand& a, const Operand& b) { return greater(a, b, a.where()); }
Tensor operator>=(const Operand& a, const Operand& b) { return greater_equal(a, b, a.where()); }
Tensor operator==(const Operand& a, const Operand& b) { return equal(a, b, a.where()); }
Tensor operator!=(const Operand& a, const Operand& b) { return not_equal(a, b, a.where()); }
Tensor operator&&(const Operand& a, const Operand& b) { return logical_and(truth(a, "logical_and"), truth(b, "logical_and"), a.where()); }
Tensor operator||(const Operand& a, const Operand& b) { return logical_or(truth(a, "logical_or"), truth(b, "logical_or"), a.where()); }
Tensor operator!(const Operand& a) { return logical_not(a.tensor(), a.where()); }

}  // namespace whygrad
