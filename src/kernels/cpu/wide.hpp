// Dispatch by dtype: the three types that can hold all real numbers, and the element types.
#pragma once

#include "kernels/cpu/dnn_scratch.hpp"

#include <whygrad/base/error.hpp>

#include <cstdint>
#include <string>

namespace whygrad::kernels::cpu {

// Calls run(T{}) with int64, uint64 or double, whichever holds every element of a real dtype; see NOTE [exact comparison] in kernels/counting.hpp.
// `Staged` brings the elements there.
template <class Run>
auto in_wide_type(DType dtype, const Run& run) {
  if (dtype == DType::kU64) return run(std::uint64_t{});
  return is_integer(dtype) ? run(std::int64_t{}) : run(double{});
}

// Calls run(T{}) with the type of the elements of a real dtype.
template <class Run>
auto in_own_type(const char* kernel, DType dtype, const Run& run) {
  switch (dtype) {
    case DType::kU8: return run(std::uint8_t{});
    case DType::kI8: return run(std::int8_t{});
    case DType::kU16: return run(std::uint16_t{});
    case DType::kI16: return run(std::int16_t{});
    case DType::kU32: return run(std::uint32_t{});
    case DType::kI32: return run(std::int32_t{});
    case DType::kU64: return run(std::uint64_t{});
    case DType::kI64: return run(std::int64_t{});
    case DType::kF16: return run(Half{});
    case DType::kBF16: return run(BFloat16{});
    case DType::kF32: return run(float{});
    case DType::kF64: return run(double{});
    default: throw InternalError(kernel, "no loop for dtype " + std::string(name_of(dtype)));
  }
}

// A half as the float in which it is compared and computed; all other types unchanged.
template <class T>
auto value_of(T x) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    return static_cast<float>(x);
  } else {
    return x;
  }
}

}  // namespace whygrad::kernels::cpu
