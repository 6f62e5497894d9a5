// Matrix products. Shapes and dtypes were checked by the caller; results never alias the operands.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// Whether products a @ b of a [m, k] are faster with b [k, n] stored by rows than by columns, and have the same bits.
bool prefers_rows_of_b(std::int64_t m, std::int64_t n, std::int64_t k);

// What a fused kernel applies to its result before storing it.
enum class Activation : std::uint8_t { kNone, kRelu };

// out = a @ b over the last two axes: a [..., m, k] (or [..., k, m] with transpose_a), b [..., k, n] (or [..., n, k] with transpose_b),
// out [..., m, n]. All three have the same rank (>= 2) and the same leading axes; a broadcast leading axis has stride 0. Any dtype but bool; all
// three of the same one. f16 and bf16 accumulate in f32, integers wrap. Operands may have any strides: what is row- or column-major with a leading
// dimension is read in place, anything else is packed first. out is contiguous. k == 0 gives zeros.
void matmul(const View& a, const View& b, bool transpose_a, bool transpose_b, const View& out);

// out += a @ b: as matmul, for f32 and f64. The bits are those of the product and of the sum if no more than 128 products are added up for an
// element.
void matmul_add(const View& a, const View& b, bool transpose_a, bool transpose_b, const View& out);

// out = activation(a @ b + bias): as matmul, for f16, bf16, f32 and f64; bias [n] contiguous. Transposed operands are views with swapped strides.
void matmul_bias(const View& a, const View& b, const View& bias, Activation activation, const View& out);

}  // namespace whygrad::kernels
