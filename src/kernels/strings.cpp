// How a number is written, on every device.
#include "kernels/strings.hpp"

#include "kernels/element.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <cstring>

namespace whygrad::kernels {
namespace {

template <class T>
std::string write(const TextFormat& format, const void* element) {
  T value;
  std::memcpy(&value, element, sizeof(value));
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    return fmt::format("{}", static_cast<std::int64_t>(value));
  } else {
    switch (format.form) {
      case TextFormat::kPlain: return fmt::format("{:.{}f}", number(value), format.precision);
      case TextFormat::kScientific: return fmt::format("{:.{}e}", number(value), format.precision);
      default: return fmt::format("{:.{}g}", number(value), format.precision);
    }
  }
}

}  // namespace

std::string text_of(const TextFormat& format, DType dtype, const void* element) {
  switch (dtype) {
    case DType::kBool: return write<bool>(format, element);
    case DType::kU8: return write<std::uint8_t>(format, element);
    case DType::kI8: return write<std::int8_t>(format, element);
    case DType::kI16: return write<std::int16_t>(format, element);
    case DType::kI32: return write<std::int32_t>(format, element);
    case DType::kI64: return write<std::int64_t>(format, element);
    case DType::kF16: return write<Half>(format, element);
    case DType::kBF16: return write<BFloat16>(format, element);
    case DType::kF32: return write<float>(format, element);
    case DType::kF64: return write<double>(format, element);
    default: throw InternalError("text_of", "no text for dtype " + std::string(name_of(dtype)));
  }
}

}  // namespace whygrad::kernels
