// Counts multiplications.
#include "ops/profile_cost.hpp"

#include "ops/elementwise/loop_of.hpp"

#include <cmath>

namespace whygrad::internal {

double flops_of(const OpDef& op, const Shape& a, const Shape& b, const TensorSpec& out) {
  if (op.factors == 0 || loop_of(op, out.dtype).has_value() || out.shape.rank() < 2 || out.shape.size() == 0) return 0;
  if (a.rank() < 2 || b.rank() < 2) return 0;
  const auto matrix = [](const Shape& s) { return static_cast<double>(s.back()) * static_cast<double>(s.back(1)); };
  // k follows from the sizes of the three.
  return 2 * static_cast<double>(out.shape.size()) * std::sqrt(matrix(a) * matrix(b) / matrix(out.shape));
}

}  // namespace whygrad::internal
