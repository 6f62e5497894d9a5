// Element types.
#pragma once

#include <whygrad/base/export.hpp>

#include <bit>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <limits>
#include <string_view>

namespace whygrad {

// Numbered from narrow to wide.
enum class DType : std::uint8_t { kBool, kU8, kI8, kU16, kI16, kU32, kI32, kU64, kI64, kF16, kBF16, kF32, kF64, kC64, kC128 };
inline constexpr int kDTypeCount = 15;

inline constexpr DType bool_ = DType::kBool, uint8 = DType::kU8, int8 = DType::kI8, uint16 = DType::kU16, int16 = DType::kI16, uint32 = DType::kU32,
                       int32 = DType::kI32, uint64 = DType::kU64, int64 = DType::kI64, float16 = DType::kF16, bfloat16 = DType::kBF16,
                       float32 = DType::kF32, float64 = DType::kF64, complex64 = DType::kC64, complex128 = DType::kC128;

// IEEE binary16 storage. Arithmetic converts to float; rounding is to nearest even.
struct Half {
  std::uint16_t bits = 0;
  Half() = default;
  explicit Half(float value);
  explicit operator float() const;
  static constexpr Half from_bits(std::uint16_t b) {
    Half h;
    h.bits = b;
    return h;
  }
};

// The upper half of a binary32. Arithmetic converts to float; rounding is to nearest even.
struct BFloat16 {
  std::uint16_t bits = 0;
  BFloat16() = default;
  explicit BFloat16(float value) {
    const auto u = std::bit_cast<std::uint32_t>(value);
    bits = (u & 0x7fffffffu) > 0x7f800000u ? static_cast<std::uint16_t>((u >> 16) | 0x40u)  // NaN stays NaN
                                           : static_cast<std::uint16_t>((u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
  }
  explicit operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
  static constexpr BFloat16 from_bits(std::uint16_t b) {
    BFloat16 h;
    h.bits = b;
    return h;
  }
};

// Bytes of one element.
constexpr std::size_t size_of(DType dtype) {
  constexpr std::uint8_t kSizes[kDTypeCount] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 2, 4, 8, 8, 16};
  return kSizes[static_cast<int>(dtype)];
}
// Short name as in messages: "f32", "bool".
constexpr std::string_view name_of(DType dtype) {
  constexpr std::string_view kNames[kDTypeCount] = {"bool", "u8",  "i8",   "u16", "i16", "u32", "i32", "u64",
                                                    "i64",  "f16", "bf16", "f32", "f64", "c64", "c128"};
  return kNames[static_cast<int>(dtype)];
}
constexpr bool is_floating(DType d) { return d >= DType::kF16 && d <= DType::kF64; }
constexpr bool is_complex(DType d) { return d >= DType::kC64; }
constexpr bool is_integer(DType d) { return d >= DType::kU8 && d <= DType::kI64; }
constexpr bool is_unsigned(DType d) { return d == DType::kU8 || d == DType::kU16 || d == DType::kU32 || d == DType::kU64; }
// The signed integer type of the same width; any other type unchanged. Sums, products and equality have the same bits in both.
constexpr DType signed_of(DType d) { return is_unsigned(d) ? static_cast<DType>(static_cast<int>(d) + 1) : d; }
// The smallest and the largest number of an integer type.
constexpr std::int64_t lowest_integer(DType d) {
  return is_unsigned(d) ? 0 : std::numeric_limits<std::int64_t>::min() >> (64 - 8 * static_cast<int>(size_of(d)));
}
constexpr std::uint64_t highest_integer(DType d) {
  return std::numeric_limits<std::uint64_t>::max() >> (64 - 8 * static_cast<int>(size_of(d)) + (is_unsigned(d) ? 0 : 1));
}
// True where a gradient can flow: floating and complex types.
constexpr bool is_differentiable(DType d) { return d >= DType::kF16; }

// Writes name_of(dtype).
WG_API std::ostream& operator<<(std::ostream& out, DType dtype);

// dtype_of<float> is DType::kF32, and so on.
template <class T>
struct DTypeOf;
// clang-format off
template <> struct DTypeOf<bool> { static constexpr DType value = DType::kBool; };
template <> struct DTypeOf<std::uint8_t> { static constexpr DType value = DType::kU8; };
template <> struct DTypeOf<std::int8_t> { static constexpr DType value = DType::kI8; };
template <> struct DTypeOf<std::uint16_t> { static constexpr DType value = DType::kU16; };
template <> struct DTypeOf<std::int16_t> { static constexpr DType value = DType::kI16; };
template <> struct DTypeOf<std::uint32_t> { static constexpr DType value = DType::kU32; };
template <> struct DTypeOf<std::int32_t> { static constexpr DType value = DType::kI32; };
template <> struct DTypeOf<std::uint64_t> { static constexpr DType value = DType::kU64; };
template <> struct DTypeOf<unsigned long long> { static constexpr DType value = DType::kU64; };
template <> struct DTypeOf<std::int64_t> { static constexpr DType value = DType::kI64; };
template <> struct DTypeOf<long long> { static constexpr DType value = DType::kI64; };
template <> struct DTypeOf<Half> { static constexpr DType value = DType::kF16; };
template <> struct DTypeOf<BFloat16> { static constexpr DType value = DType::kBF16; };
template <> struct DTypeOf<float> { static constexpr DType value = DType::kF32; };
template <> struct DTypeOf<double> { static constexpr DType value = DType::kF64; };
template <> struct DTypeOf<std::complex<float>> { static constexpr DType value = DType::kC64; };
template <> struct DTypeOf<std::complex<double>> { static constexpr DType value = DType::kC128; };
// clang-format on
template <class T>
inline constexpr DType dtype_of = DTypeOf<T>::value;
template <class T>
concept Element = requires {
  DTypeOf<T>::value;
};

}  // namespace whygrad
