// Elementwise kernels: out[i] = f(a[i], ...). Values at the edges (0, NaN, Inf, ties) are TensorFlow's.
//
// Every input view has the shape of `out` already: the caller broadcasts an axis by a stride of 0. `out` is contiguous. It may be the buffer of an
// input of the same element size (in place), but may not overlap it in any other way. The caller has checked shapes and dtypes: supports() says which
// dtypes an op takes, result_dtype() which one `out` must have. An unsupported dtype is an InternalError.
//
// f16 and bf16 are computed in f32. Integer overflow wraps. Results do not depend on the number of threads.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

enum class Unary : std::uint8_t {
  // Arithmetic: all types, including integers where meaningful.
  kNegative,
  kAbs,  // of a complex number: its real magnitude
  kSign,
  kSquare,
  kReciprocal,
  kSqrt,
  kRsqrt,
  kFloor,
  kCeil,
  kRound,  // ties to even, as tf.round
  kRint,   // the same values as kRound; TensorFlow has both names
  kRelu,
  kRelu6,
  kSoftsign,
  // Exponentials and logarithms.
  kExp,
  kExpm1,
  kLog,
  kLog1p,
  kSigmoid,
  kLogSigmoid,
  kSoftplus,
  kTanh,
  kSinh,
  kCosh,
  kElu,   // x > 0 ? x : exp(x) - 1
  kSelu,  // scale * (x > 0 ? x : alpha * (exp(x) - 1)), Klambauer et al. 2017
  kSilu,  // x * sigmoid(x)
  // Trigonometry, inverse hyperbolics and the error function.
  kSin,
  kCos,
  kTan,
  kAsin,
  kAcos,
  kAtan,
  kAsinh,
  kAcosh,
  kAtanh,
  kErf,  // f64: NaN at +-Inf, as TensorFlow answers
  kErfc,
  kGelu,  // exact: x / 2 * erfc(-x / sqrt(2))
  // Predicates: out is bool.
  kIsNan,
  kIsInf,
  kIsFinite,
  kLogicalNot,  // bool only
  // Complex numbers; out of kReal and kImag has the real type.
  kReal,
  kImag,
  kConj,
  kInvert,  // all bits inverted; integers only
};

enum class Binary : std::uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,             // floating and complex only
  kFloorDiv,           // integers: a division by zero gives 0, see contains_zero()
  kFloorMod,           // has the sign of the divisor; integers: modulo zero gives 0
  kMaximum,            // NaN where either operand is NaN
  kMinimum,            // NaN where either operand is NaN
  kSquaredDifference,  // (a - b)^2
  kMultiplyNoNan,      // 0 where b == 0, even if a is NaN or Inf
  kDivideNoNan,        // 0 where b == 0
  kXdivy,              // 0 where a == 0, else a / b
  kPow,                // floating, and integers with b >= 0 (wrapping; a negative exponent gives 0 unless |a| == 1)
  kAtan2,
  kXlogy,    // 0 where a == 0, else a * log(b)
  kXlog1py,  // 0 where a == 0, else a * log1p(b)
  // Comparisons: out is bool. Complex has kEqual and kNotEqual only.
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  // bool to bool.
  kLogicalAnd,
  kLogicalOr,
  kLogicalXor,
  // Gradients in one loop, f(dy, v) with the incoming gradient first. Floating only. v is "y", the op's output, or "x", its input.
  kSigmoidGrad,     // dy * y * (1 - y)
  kTanhGrad,        // dy * (1 - y * y)
  kReluGrad,        // dy * (v > 0), v being x or y; a product as in TensorFlow, so that 0 * Inf is NaN
  kRelu6Grad,       // dy * (0 < v < 6), v being x or y
  kSoftplusGrad,    // dy * sigmoid(x)
  kEluGrad,         // y < 0 ? dy * (y + 1) : dy
  kSeluGrad,        // y < 0 ? dy * (y + scale * alpha) : dy * scale
  kSoftsignGrad,    // dy / (1 + |x|)^2
  kSqrtGrad,        // dy == 0 ? 0 : 0.5 * dy / y
  kRsqrtGrad,       // dy == 0 ? 0 : -0.5 * dy * y^3
  kReciprocalGrad,  // dy == 0 ? 0 : -dy * y^2
  // Bits of integers. A shift is clamped to [0, width - 1].
  kBitAnd,
  kBitOr,
  kBitXor,
  kShiftLeft,
  kShiftRight,  // keeps the sign
};

// Whether the op takes inputs of this dtype.
bool supports(Unary op, DType dtype);
bool supports(Binary op, DType dtype);

// The dtype of the result for inputs of `dtype`.
DType result_dtype(Unary op, DType dtype);
DType result_dtype(Binary op, DType dtype);

void unary(Unary op, const View& x, const View& out);
void binary(Binary op, const View& a, const View& b, const View& out);

// out = cond ? a : b. `cond` is bool; a, b and out share any dtype.
void select(const View& cond, const View& a, const View& b, const View& out);

// out = max(min(x, hi), lo), NaN if one of them is NaN. x, lo, hi and out share a real dtype.
void clip(const View& x, const View& lo, const View& hi, const View& out);

// Whether an element of an integer view is 0. TensorFlow refuses integer division by zero; the ops check before they call kFloorDiv.
bool contains_zero(const View& x);

}  // namespace whygrad::kernels
