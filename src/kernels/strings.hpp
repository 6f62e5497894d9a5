// Numbers as text and text as numbers: u8 [.., width], each text filled up with zeros. Inputs may have any strides, outputs are contiguous.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>
#include <string>

namespace whygrad::kernels {

// The format of floating numbers: with an exponent, without one, or the shorter of both.
struct TextFormat {
  enum Form : std::uint8_t { kPlain, kScientific, kShortest };
  Form form = kPlain;
  int precision = 6;
  int width = 0;  // of the text at least
  char flag = 0;  // printf's, for what is missing: '0', '-', '+', '#' or ' '; 0: none
};

// The text of one element of a bool or real dtype, in the host's memory.
std::string text_of(const TextFormat& format, DType dtype, const void* element);

// Writes each element of x, bool or real [..], to `text` [.., width]. Returns -1, or the row-major position of the first whose text has `width`
// characters or more; text is then unspecified.
std::int64_t write_numbers(const View& x, const TextFormat& format, const View& text);

// Reads each text [.., width] as a number of out's dtype, f32, f64, i32 or i64 [..]. Returns -1, or the row-major position of the first that is not
// one number of this type and nothing else; out is then unspecified.
std::int64_t read_numbers(const View& text, const View& out);

}  // namespace whygrad::kernels
