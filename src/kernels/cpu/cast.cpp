// Conversion between dtypes.
#include "device/parallel.hpp"
#include "kernels/cpu/staging.hpp"
#include "kernels/cpu/table.hpp"
#include "kernels/movement.hpp"

#include <bit>
#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace whygrad::kernels::cpu {
namespace {

template <class T>
struct IsComplex : std::false_type {};
template <class T>
struct IsComplex<std::complex<T>> : std::true_type {};

// A float that narrows to a half as the double itself would: inexact values get an odd last bit, so that the second rounding sees no false tie.
float round_to_odd(double x) {
  const float nearest = static_cast<float>(x);
  if (static_cast<double>(nearest) == x || x != x) return nearest;
  auto bits = std::bit_cast<std::uint32_t>(nearest);
  if (std::abs(static_cast<double>(nearest)) > std::abs(x)) --bits;
  return std::bit_cast<float>(bits | 1u);
}

template <class To, class From>
To convert(From x) {
  if constexpr (IsComplex<From>::value) {
    if constexpr (IsComplex<To>::value) return To(x);
    if constexpr (std::is_same_v<To, bool>) return x != From(0);
    if constexpr (!IsComplex<To>::value && !std::is_same_v<To, bool>) return convert<To>(x.real());
  } else if constexpr (IsComplex<To>::value) {
    return To(static_cast<typename To::value_type>(x));
  } else if constexpr (std::is_same_v<To, bool>) {
    return x != From(0);
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // The bounds are powers of two, so exact: the lowest integer, and one above the highest.
    constexpr From kLow = static_cast<From>(std::numeric_limits<To>::min());
    constexpr To kHalf = std::numeric_limits<To>::max() / 2 + 1;
    constexpr From kAboveHigh = static_cast<From>(kHalf) * 2;
    if (x >= kAboveHigh) return std::numeric_limits<To>::max();
    if (x < kLow) return std::numeric_limits<To>::min();
    return x == x ? static_cast<To>(x) : To{0};
  } else {
    return static_cast<To>(x);
  }
}

using CastLoop = void (*)(const void* x, void* out, std::size_t n);

template <class From, class To>
void cast_loop(const void* x_data, void* out_data, std::size_t n) {
  const From* x = static_cast<const From*>(x_data);
  To* out = static_cast<To*>(out_data);
  for (std::size_t i = 0; i < n; ++i) out[i] = convert<To>(x[i]);
}
// To a half by way of the float that the writer narrows.
void cast_to_odd(const void* x_data, void* out_data, std::size_t n) {
  const double* x = static_cast<const double*>(x_data);
  for (std::size_t i = 0; i < n; ++i) static_cast<float*>(out_data)[i] = round_to_odd(x[i]);
}

// Between integers. Types of one width share a loop, see NOTE [types of one width]: the result's sign is of no matter, and the operand's is where the
// result is wider.
template <class From, class To>
CastLoop integer_loop() {
  if constexpr (std::is_integral_v<From> && !std::is_same_v<From, bool>) {
    return cast_loop<std::conditional_t<(sizeof(To) > sizeof(From)), From, std::make_unsigned_t<From>>, std::make_unsigned_t<To>>;
  } else if constexpr (std::is_same_v<From, bool>) {
    return cast_loop<bool, std::make_unsigned_t<To>>;
  } else {
    return cast_loop<From, To>;
  }
}

template <class From>
CastLoop loop_to(DType to) {
  switch (to) {
    case DType::kBool: return cast_loop<From, bool>;
    case DType::kU8: return integer_loop<From, std::uint8_t>();
    case DType::kI8: return integer_loop<From, std::int8_t>();
    case DType::kU16: return integer_loop<From, std::uint16_t>();
    case DType::kI16: return integer_loop<From, std::int16_t>();
    case DType::kU32: return integer_loop<From, std::uint32_t>();
    case DType::kI32: return integer_loop<From, std::int32_t>();
    case DType::kU64: return integer_loop<From, std::uint64_t>();
    case DType::kI64: return integer_loop<From, std::int64_t>();
    case DType::kF16:
    case DType::kBF16:
      if constexpr (std::is_same_v<From, double>) return cast_to_odd;
      return cast_loop<From, float>;
    case DType::kF32: return cast_loop<From, float>;
    case DType::kF64: return cast_loop<From, double>;
    case DType::kC64: return cast_loop<From, std::complex<float>>;
    case DType::kC128: return cast_loop<From, std::complex<double>>;
  }
  return nullptr;
}
CastLoop find_cast(DType from, DType to) {
  switch (from) {
    case DType::kBool: return loop_to<bool>(to);
    case DType::kU8: return loop_to<std::uint8_t>(to);
    case DType::kI8: return loop_to<std::int8_t>(to);
    case DType::kU16: return loop_to<std::uint16_t>(to);
    case DType::kI16: return loop_to<std::int16_t>(to);
    case DType::kU32: return loop_to<std::uint32_t>(to);
    case DType::kI32: return loop_to<std::int32_t>(to);
    case DType::kU64: return loop_to<std::uint64_t>(to);
    case DType::kI64: return loop_to<std::int64_t>(to);
    case DType::kF16:
    case DType::kBF16:
    case DType::kF32: return loop_to<float>(to);
    case DType::kF64: return loop_to<double>(to);
    case DType::kC64: return loop_to<std::complex<float>>(to);
    case DType::kC128: return loop_to<std::complex<double>>(to);
  }
  return nullptr;
}

constexpr std::int64_t kGrain = 1 << 16;

}  // namespace

void cast(const View& x, const View& out) {
  if (x.dtype == out.dtype) return cpu::copy(x, out);
  run_staged(Halves::kAsFloats, kGrain, find_cast(x.dtype, out.dtype), out, x);
}

}  // namespace whygrad::kernels::cpu
