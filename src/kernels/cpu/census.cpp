// Zeros, ones, NaN, Inf and the range of the elements, in one pass.
#include "kernels/census.hpp"
#include "kernels/cpu/table.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/census.cpp"
#include "kernels/cpu/simd.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/halves.hpp"
#include "kernels/element.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

// sum + the squares of x in f64, since those of f32 may be too large or too small for f32.
template <class Wide>
hn::VFromD<Wide> add_squares(hn::ScalableTag<double>, hn::VFromD<hn::ScalableTag<double>> x, hn::VFromD<Wide> sum) {
  return hn::MulAdd(x, x, sum);
}
template <class Wide>
hn::VFromD<Wide> add_squares([[maybe_unused]] hn::ScalableTag<float> d, hn::VFromD<hn::ScalableTag<float>> x, hn::VFromD<Wide> sum) {
  const Wide d_wide;
#if HWY_TARGET == HWY_SCALAR
  const auto wide = hn::PromoteTo(d_wide, x);
#else
  const hn::Half<decltype(d)> half;
  const auto wide = hn::PromoteTo(d_wide, hn::LowerHalf(half, x)), upper = hn::PromoteTo(d_wide, hn::UpperHalf(half, x));
  sum = hn::MulAdd(upper, upper, sum);
#endif
  return hn::MulAdd(wide, wide, sum);
}

template <class T>
void census_of(const T* x, std::int64_t n, Census& total) {
  const hn::ScalableTag<T> d;
  const hn::ScalableTag<double> d_wide;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto infinity = hn::Set(d, std::numeric_limits<T>::infinity()), one = hn::Set(d, T(1));
  auto low = infinity, high = hn::Neg(infinity);
  auto squares = hn::Zero(d_wide);
  std::size_t zeros = 0, ones = 0, finites = 0, nans = 0;
  const auto take = [&](const T* p) HWY_ATTR {
    const auto v = hn::LoadU(d, p), magnitude = hn::Abs(v);
    const auto finite = hn::Lt(magnitude, infinity);
    zeros += hn::CountTrue(d, hn::Eq(v, hn::Zero(d)));
    ones += hn::CountTrue(d, hn::Eq(magnitude, one));
    nans += hn::CountTrue(d, hn::IsNaN(v));
    finites += hn::CountTrue(d, finite);
    low = hn::IfThenElse(finite, hn::Min(low, v), low);
    high = hn::IfThenElse(finite, hn::Max(high, v), high);
    squares = add_squares<decltype(d_wide)>(d, hn::IfThenElseZero(finite, v), squares);
  };
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) take(x + i);
  if (i < n) {
    HWY_ALIGN T last[HWY_MAX_BYTES / sizeof(T)];
    hn::Store(infinity, d, last);  // neither counted nor finite
    std::copy(x + i, x + n, last);
    take(last);
  }
  total.add({.zeros = zeros,
             .ones = ones,
             .nans = nans,
             .infs = static_cast<std::uint64_t>(n) - finites - nans,
             .low = static_cast<double>(hn::GetLane(hn::MinOfLanes(d, low))),
             .high = static_cast<double>(hn::GetLane(hn::MaxOfLanes(d, high))),
             .squares = hn::GetLane(hn::SumOfLanes(d_wide, squares))});
}

void census_of_floats(const float* x, std::int64_t n, Census& total) { census_of(x, n, total); }
void census_of_doubles(const double* x, std::int64_t n, Census& total) { census_of(x, n, total); }

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(census_of_floats);
HWY_EXPORT(census_of_doubles);

constexpr std::int64_t kChunk = 1 << 16, kBlock = 512;

// Calls f with a pointer to the elements of x in their own type.
template <class F>
auto with_elements(const View& x, const F& f) {
  switch (x.dtype) {
    case DType::kBool: return f(x.as<const bool>());
    case DType::kU8: return f(x.as<const std::uint8_t>());
    case DType::kI8: return f(x.as<const std::int8_t>());
    case DType::kU16: return f(x.as<const std::uint16_t>());
    case DType::kI16: return f(x.as<const std::int16_t>());
    case DType::kU32: return f(x.as<const std::uint32_t>());
    case DType::kI32: return f(x.as<const std::int32_t>());
    case DType::kU64: return f(x.as<const std::uint64_t>());
    case DType::kI64: return f(x.as<const std::int64_t>());
    case DType::kF16: return f(x.as<const Half>());
    case DType::kBF16: return f(x.as<const BFloat16>());
    case DType::kF32: return f(x.as<const float>());
    case DType::kF64: return f(x.as<const double>());
    case DType::kC64: return f(x.as<const std::complex<float>>());
    case DType::kC128: break;
  }
  return f(x.as<const std::complex<double>>());
}

// Converts elements to double.
template <class T>
void take_numbers(const T* x, std::int64_t begin, std::int64_t end, Census& total) {
  double block[kBlock];
  for (; begin < end; begin += kBlock) {
    const std::int64_t n = std::min(kBlock, end - begin);
    for (std::int64_t i = 0; i < n; ++i) block[i] = number(x[begin + i]);
    HWY_DYNAMIC_DISPATCH(census_of_doubles)(block, n, total);
  }
}
void take_halves(const View& x, std::int64_t begin, std::int64_t end, Census& total) {
  float block[kBlock];
  for (; begin < end; begin += kBlock) {
    const std::int64_t n = std::min(kBlock, end - begin);
    widen(x.dtype, x.as<const std::uint16_t>() + begin, block, static_cast<std::size_t>(n));
    HWY_DYNAMIC_DISPATCH(census_of_floats)(block, n, total);
  }
}

void take(const View& x, std::int64_t begin, std::int64_t end, Census& total) {
  switch (x.dtype) {
    case DType::kF16:
    case DType::kBF16: return take_halves(x, begin, end, total);
    case DType::kF32: return HWY_DYNAMIC_DISPATCH(census_of_floats)(x.as<const float>() + begin, end - begin, total);
    case DType::kF64: return HWY_DYNAMIC_DISPATCH(census_of_doubles)(x.as<const double>() + begin, end - begin, total);
    default: return with_elements(x, [&](const auto* elements) { take_numbers(elements, begin, end, total); });
  }
}

}  // namespace

Census census(const View& x) {
  const std::int64_t size = x.size(), chunks = (size + kChunk - 1) / kChunk;
  Census total;
  if (chunks <= 1) {
    take(x, 0, size, total);
    return total;
  }
  std::vector<Census> parts(static_cast<std::size_t>(chunks));
  device::parallel_for(chunks, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t c = first; c < last; ++c) take(x, c * kChunk, std::min(size, (c + 1) * kChunk), parts[static_cast<std::size_t>(c)]);
  });
  for (const Census& part : parts) total.add(part);
  return total;
}

void sample_bins(const View& x, double low, double high, std::span<std::uint64_t> bins) {
  constexpr std::int64_t kSample = 1024;
  const auto count = static_cast<double>(bins.size());
  // Halves, because the whole range may be too wide for a double.
  const double bottom = low / 2, per_unit = count / (high / 2 - bottom), scale = std::isfinite(per_unit) ? per_unit : 0;
  with_elements(x, [&, size = x.size()](const auto* elements) {
    for (std::int64_t at = 0, step = (size + kSample - 1) / kSample; at < size; at += step) {
      const double value = number(elements[at]);
      if (std::isfinite(value)) ++bins[static_cast<std::size_t>(std::min((value / 2 - bottom) * scale, count - 1))];
    }
  });
}

std::int64_t find_not_finite(const View& x) {
  return with_elements(x, [size = x.size()](const auto* elements) {
    std::int64_t infinite = -1;
    for (std::int64_t i = 0; i < size; ++i) {
      const double value = number(elements[i]);
      if (std::isnan(value)) return i;
      if (infinite < 0 && std::isinf(value)) infinite = i;
    }
    return infinite;
  });
}

double number_at(const View& x, std::int64_t offset) {
  return with_elements(x, [offset](const auto* elements) { return number(elements[offset]); });
}

}  // namespace whygrad::kernels::cpu
#endif
