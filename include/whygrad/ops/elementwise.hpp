// Elementwise ops. Two operands broadcast as in NumPy: shapes are aligned at their last axes and an axis of 1 is repeated. Operands of one op have
// one dtype; another is a DTypeError that names the cast to write. A shape that does not broadcast is a ShapeError.
#pragma once

#include <whygrad/ops/operand.hpp>

namespace whygrad {

// ---- Arithmetic ----

// a + b. da = dy, db = dy, summed over broadcast axes.
WG_API Tensor add(const Tensor& a, const Tensor& b, Where where = Where::here());
// a - b. da = dy, db = -dy.
WG_API Tensor subtract(const Tensor& a, const Tensor& b, Where where = Where::here());
// a * b. da = dy * b, db = dy * a (complex: by the conjugate).
WG_API Tensor multiply(const Tensor& a, const Tensor& b, Where where = Where::here());

}  // namespace whygrad
