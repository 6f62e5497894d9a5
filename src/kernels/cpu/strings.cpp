// Conversion of numbers to text and back.
#include "kernels/strings.hpp"
#include "kernels/cpu/table.hpp"

#include "kernels/cpu/dnn_scratch.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <type_traits>

namespace whygrad::kernels::cpu {
namespace {

long long read_integer(const char* text, char** end) { return std::strtoll(text, end, 10); }

// read() is one of the family of strtod.
template <class T, class Read>
std::int64_t read_all(const View& text, const View& out, Read read) {
  const Staged packed(text, DType::kU8);
  const auto width = static_cast<std::size_t>(text.shape[text.rank - 1]);
  T* number = out.as<T>();
  std::string one;
  for (std::int64_t i = 0, n = out.size(); i < n; ++i) {
    const char* begin = packed.view().as<const char>() + i * static_cast<std::int64_t>(width);
    one.assign(begin, strnlen(begin, width));
    char* end = nullptr;
    errno = 0;
    const auto value = read(one.c_str(), &end);
    const bool leaves_type = std::is_integral_v<T> && (errno == ERANGE || static_cast<T>(value) != value);
    if (one.empty() || *end != '\0' || leaves_type) return i;
    number[i] = static_cast<T>(value);
  }
  return -1;
}

}  // namespace

std::int64_t write_numbers(const View& x, const TextFormat& format, const View& text) {
  const Staged packed(x, x.dtype);
  const auto size = static_cast<std::int64_t>(size_of(x.dtype)), width = text.shape[text.rank - 1];
  char* to = text.as<char>();
  for (std::int64_t i = 0, n = x.size(); i < n; ++i, to += width) {
    const std::string one = text_of(format, x.dtype, packed.view().as<const std::byte>() + i * size);
    if (static_cast<std::int64_t>(one.size()) >= width) return i;
    std::fill(std::copy(one.begin(), one.end(), to), to + width, '\0');
  }
  return -1;
}

std::int64_t read_numbers(const View& text, const View& out) {
  switch (out.dtype) {
    case DType::kF32: return read_all<float>(text, out, std::strtof);
    case DType::kF64: return read_all<double>(text, out, std::strtod);
    case DType::kI32: return read_all<std::int32_t>(text, out, read_integer);
    default: return read_all<std::int64_t>(text, out, read_integer);
  }
}

}  // namespace whygrad::kernels::cpu
