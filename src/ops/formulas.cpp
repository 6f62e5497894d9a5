// Short formulas, composed of other ops. Each step has the caller's place.
#include <whygrad/ops/formulas.hpp>

#include "ops/core/defined.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/special.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace {

using internal::require_defined;

// Whether each pair of neighbouring elements is in this order.
template <Tensor (*Ordered)(const Operand&, const Operand&, Where)>
Tensor all_neighbours(const char* op, const Tensor& x, const Where& where) {
  require_defined(op, x);
  const Tensor flat = reshape(x, {-1}, where);
  const Tensor later = strided_slice(flat, {1}, {kToEnd}, {}, where), earlier = strided_slice(flat, {0}, {-1}, {}, where);
  return reduce_all(Ordered(later, earlier, where), {}, false, where);
}

}  // namespace

Tensor scalar_mul(const Tensor& scalar, const Tensor& x, Where where) {
  require_defined("scalar_mul", scalar);
  if (scalar.rank() != 0) throw ShapeError("scalar_mul", fmt::format("the scalar is {}", scalar.signature()), "a scalar has no axis; use multiply");
  return multiply(scalar, x, where);
}

Tensor reciprocal_no_nan(const Tensor& x, Where where) {
  require_defined("reciprocal_no_nan", x);
  return divide_no_nan(ones_like(x, where), x, where);
}

Tensor polyval(const std::vector<Tensor>& coefficients, const Tensor& x, Where where) {
  require_defined("polyval", x);
  for (const Tensor& c : coefficients) require_defined("polyval", c);
  if (coefficients.empty()) return zeros_like(x, where);
  Tensor total = coefficients[0];
  for (std::size_t i = 1; i < coefficients.size(); ++i) total = add(coefficients[i], multiply(total, x, where), where);
  return total;
}

Tensor lbeta(const Tensor& x, Where where) {
  require_defined("lbeta", x);
  return subtract(reduce_sum(lgamma(x, where), -1, false, where), lgamma(reduce_sum(x, -1, false, where), where), where);
}

Tensor zero_fraction(const Tensor& x, Where where) {
  require_defined("zero_fraction", x);
  const Tensor zero = x.dtype() == DType::kBool ? logical_not(x, where) : equal(x, 0, where);
  return reduce_mean(cast(zero, float32, where), {}, false, where);
}

Tensor is_non_decreasing(const Tensor& x, Where where) { return all_neighbours<greater_equal>("is_non_decreasing", x, where); }

Tensor is_strictly_increasing(const Tensor& x, Where where) { return all_neighbours<greater>("is_strictly_increasing", x, where); }

}  // namespace whygrad
