// Numbers as text and back. There is no dtype for text: a text is a row of uint8 with the bytes of its characters, followed by zeros. So texts of
// shape [..] are uint8 [.., width]. No gradient flows through text.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad::strings {

// The number of bytes of a text from as_string, including at least one zero at its end.
inline constexpr std::int64_t kWidth = 32;

struct AsStringOptions {
  int precision = -1;       // digits after the point; -1: six
  bool scientific = false;  // 2.5e-01 instead of 0.25
  bool shortest = false;    // whichever of the two is shorter
  std::int64_t width = -1;  // of the text at least; what is missing is filled up with blanks from the left
  char fill = '\0';         // as a flag of printf: '0' zeros, '-' filled up from the right, '+' and ' ' in the place of a missing sign, '#'
};
// Each number as text: bool, integers, and floating numbers as printf's %f, %e and %g have them. x [..] gives uint8 [.., kWidth], or [.., width + 1]
// where that is more. Throws ValueError where a text does not fit, for another fill, and for digits or an exponent of what is no floating number.
WG_API Tensor as_string(const Tensor& x, const AsStringOptions& options = {}, Where where = Where::here());
// Each text as a number: uint8 [.., width] gives float32, float64, int32 or int64 [..]. Throws ValueError for a text that is no number of the dtype.
WG_API Tensor to_number(const Tensor& text, DType dtype = float32, Where where = Where::here());

}  // namespace whygrad::strings
