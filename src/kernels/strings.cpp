// The text of a number, the same on every device.
#include "kernels/strings.hpp"

#include "kernels/element.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <cstring>
#include <type_traits>

namespace whygrad::kernels {
namespace {

// In fmt's words: printf's flag '-' is an alignment there, and '#' means nothing for a whole number.
std::string specification(const TextFormat& format, const char* how) {
  std::string flag = format.flag == '-' ? "<" : format.flag == '0' ? "0" : ">";
  if (format.flag == '+' || format.flag == ' ') flag += format.flag;
  if (format.flag == '#' && *how != 'd') flag += '#';
  return fmt::format("{{:{}{}{}}}", flag, format.width > 0 ? std::to_string(format.width) : "", how);
}

template <class T>
std::string write(const TextFormat& format, const void* element) {
  T value;
  std::memcpy(&value, element, sizeof(value));
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    return fmt::format(fmt::runtime(specification(format, "d")),
                       static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(value));
  } else {
    constexpr const char* kForms[] = {"f", "e", "g"};
    const std::string how = fmt::format(".{}{}", format.precision, kForms[format.form]);
    return fmt::format(fmt::runtime(specification(format, how.c_str())), number(value));
  }
}

}  // namespace

std::string text_of(const TextFormat& format, DType dtype, const void* element) {
  switch (dtype) {
    case DType::kBool: return write<bool>(format, element);
    case DType::kU8: return write<std::uint8_t>(format, element);
    case DType::kI8: return write<std::int8_t>(format, element);
    case DType::kU16: return write<std::uint16_t>(format, element);
    case DType::kI16: return write<std::int16_t>(format, element);
    case DType::kU32: return write<std::uint32_t>(format, element);
    case DType::kI32: return write<std::int32_t>(format, element);
    case DType::kU64: return write<std::uint64_t>(format, element);
    case DType::kI64: return write<std::int64_t>(format, element);
    case DType::kF16: return write<Half>(format, element);
    case DType::kBF16: return write<BFloat16>(format, element);
    case DType::kF32: return write<float>(format, element);
    case DType::kF64: return write<double>(format, element);
    default: throw InternalError("text_of", "no text for dtype " + std::string(name_of(dtype)));
  }
}

}  // namespace whygrad::kernels
