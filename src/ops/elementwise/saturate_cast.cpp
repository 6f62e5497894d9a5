// saturate_cast: what does not fit becomes the nearest number that does.
#include "ops/core/defined.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/elementwise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace whygrad {
namespace {

struct Floating {
  double highest;
  int digits;  // of the significand
};
Floating floating(DType dtype) {
  if (dtype == DType::kF16) return {65504, 11};
  if (dtype == DType::kBF16) return {0x1.fep127, 8};
  if (dtype == DType::kF32) return {std::numeric_limits<float>::max(), 24};
  return {std::numeric_limits<double>::max(), 53};
}

// The largest of the integers up to `highest` that a significand of so many digits holds.
std::uint64_t representable(std::uint64_t highest, int digits) {
  const int spare = std::max(64 - std::countl_zero(highest) - digits, 0);
  return highest >> spare << spare;
}

// x within the numbers of `dtype`, where its own are more.
Tensor bounded(const Tensor& x, DType dtype, const Where& where) {
  if (is_floating(x.dtype()) && is_floating(dtype)) {
    const double highest = floating(dtype).highest;
    return highest < floating(x.dtype()).highest ? clip_by_value(x, -highest, highest, where) : x;
  }
  if (is_floating(x.dtype())) {
    const double low = static_cast<double>(lowest_integer(dtype)), own = floating(x.dtype()).highest;
    const auto high = static_cast<double>(representable(highest_integer(dtype), floating(x.dtype()).digits));
    return -own < low || own > high ? clip_by_value(x, std::max(low, -own), std::min(high, own), where) : x;
  }
  if (is_floating(dtype)) {
    const double highest = floating(dtype).highest;
    if (static_cast<double>(highest_integer(x.dtype())) <= highest) return x;
    const auto bound = static_cast<std::int64_t>(highest);
    return clip_by_value(x, std::max(-bound, lowest_integer(x.dtype())), bound, where);
  }
  const std::int64_t low = lowest_integer(dtype), own_low = lowest_integer(x.dtype());
  const std::uint64_t high = highest_integer(dtype), own_high = highest_integer(x.dtype());
  return own_low < low || own_high > high ? clip_by_value(x, std::max(low, own_low), std::min(high, own_high), where) : x;
}

}  // namespace

Tensor saturate_cast(const Tensor& x, DType dtype, Where where) {
  internal::require_defined("saturate_cast", x);
  const Tensor value = is_complex(x.dtype()) && !is_complex(dtype) ? real(x, where) : x;
  if (value.dtype() == DType::kBool || dtype == DType::kBool) {
    throw DTypeError("saturate_cast", fmt::format("{} to {}", name_of(value.dtype()), name_of(dtype)), "a truth value has no bounds: write cast");
  }
  return cast(is_complex(dtype) || value.dtype() == dtype ? value : bounded(value, dtype, where), dtype, where);
}

}  // namespace whygrad
