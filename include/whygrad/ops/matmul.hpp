// Matrix products. All operands of one op have one dtype, any but bool; f16 and bf16 accumulate in f32.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};

// a @ b over the last two axes: a [..., m, k], b [..., k, n] -> [..., m, n]; a flag says that an operand lies transposed, [..., k, m] or [..., n, k],
// and costs no copy. Leading axes broadcast as in NumPy. da = dy @ b^T, db = a^T @ dy (complex: of the conjugates), summed over broadcast axes.
// Throws ShapeError for operands of rank 0 or 1, where the inner extents differ, and where leading axes do not broadcast; DTypeError.
WG_API Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options = {}, Where where = Where::here());

namespace nn {

// The activation of a fused op.
enum class Activation : std::uint8_t { kNone, kRelu };

// x [..., c] + bias [c]. dbias = dy summed over all axes but the last. Throws ShapeError, DTypeError.
WG_API Tensor bias_add(const Tensor& x, const Tensor& bias, Where where = Where::here());

// activation(x @ w + bias) in one pass: x [..., k], w [k, n], bias [n] -> [..., n]. Floating dtypes. With dz = dy where the activation passes it,
// else 0: dx = dz @ w^T, dw = x^T @ dz, dbias = sum(dz). Throws ShapeError, DTypeError.
WG_API Tensor dense(const Tensor& x, const Tensor& w, const Tensor& bias, Activation activation = Activation::kNone, Where where = Where::here());

}  // namespace nn
}  // namespace whygrad
