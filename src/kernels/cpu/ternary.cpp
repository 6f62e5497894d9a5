// select and clip, and contains_zero: loops with operands of their own kind.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/ternary.cpp"
#include "kernels/cpu/simd.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/staging.hpp"
#include "kernels/cpu/ternary.hpp"
#include "kernels/elementwise.hpp"

#include <whygrad/base/error.hpp>

#include <cstdint>
#include <string>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

// T is an unsigned integer of the element's size, or a pair of them.
template <class T>
void select_loop(const void* cond_data, const void* a_data, const void* b_data, void* out_data, std::size_t n) {
  const bool* cond = static_cast<const bool*>(cond_data);
  const T* a = static_cast<const T*>(a_data);
  const T* b = static_cast<const T*>(b_data);
  T* out = static_cast<T*>(out_data);
  for (std::size_t i = 0; i < n; ++i) {
    const T left = a[i], right = b[i];
    out[i] = cond[i] ? left : right;
  }
}
// Of 4 bytes with vectors: the compiler leaves the loop above one element at a time.
void select_words(const void* cond_data, const void* a_data, const void* b_data, void* out_data, std::size_t n) {
  const hn::ScalableTag<std::uint32_t> d;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes;
  const std::size_t lanes = hn::Lanes(d), whole = n / lanes * lanes;
  const auto* cond = static_cast<const std::uint8_t*>(cond_data);
  const auto* a = static_cast<const std::uint32_t*>(a_data);
  const auto* b = static_cast<const std::uint32_t*>(b_data);
  auto* out = static_cast<std::uint32_t*>(out_data);
  for (std::size_t i = 0; i < whole; i += lanes) {
    const auto chosen = hn::Ne(hn::PromoteTo(d, hn::LoadU(bytes, cond + i)), hn::Zero(d));
    hn::StoreU(hn::IfThenElse(chosen, hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, out + i);
  }
  select_loop<std::uint32_t>(cond + whole, a + whole, b + whole, out + whole, n - whole);
}
void select_any(std::size_t element, const void* cond, const void* a, const void* b, void* out, std::size_t n) {
  struct Pair {
    std::uint64_t low, high;
  };
  switch (element) {
    case 1: return select_loop<std::uint8_t>(cond, a, b, out, n);
    case 2: return select_loop<std::uint16_t>(cond, a, b, out, n);
    case 4: return select_words(cond, a, b, out, n);
    case 8: return select_loop<std::uint64_t>(cond, a, b, out, n);
    default: return select_loop<Pair>(cond, a, b, out, n);
  }
}

// x within its bounds. A NaN stays, be it x or a bound.
template <class T>
void clip_loop(const void* x_data, const void* lo_data, const void* hi_data, void* out_data, std::size_t n) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d), whole = n / lanes * lanes;
  const T* x = static_cast<const T*>(x_data);
  const T* lo = static_cast<const T*>(lo_data);
  const T* hi = static_cast<const T*>(hi_data);
  T* out = static_cast<T*>(out_data);
  for (std::size_t i = 0; i < whole; i += lanes) {
    const auto value = hn::LoadU(d, x + i), low = hn::LoadU(d, lo + i), high = hn::LoadU(d, hi + i);
    if constexpr (std::is_floating_point_v<T>) {
      const auto lowered = hn::IfThenElse(hn::Or(hn::Gt(value, high), hn::IsNaN(high)), high, value);
      hn::StoreU(hn::IfThenElse(hn::Or(hn::Lt(lowered, low), hn::IsNaN(low)), low, lowered), d, out + i);
    } else {
      hn::StoreU(hn::Max(hn::Min(value, high), low), d, out + i);
    }
  }
  for (std::size_t i = whole; i < n; ++i) {
    const T lowered = x[i] > hi[i] || hi[i] != hi[i] ? hi[i] : x[i];
    out[i] = lowered < lo[i] || lo[i] != lo[i] ? lo[i] : lowered;
  }
}
void clip_run(DType dtype, const void* x, const void* lo, const void* hi, void* out, std::size_t n) {
  switch (dtype) {
    case DType::kU8: return clip_loop<std::uint8_t>(x, lo, hi, out, n);
    case DType::kI8: return clip_loop<std::int8_t>(x, lo, hi, out, n);
    case DType::kU16: return clip_loop<std::uint16_t>(x, lo, hi, out, n);
    case DType::kI16: return clip_loop<std::int16_t>(x, lo, hi, out, n);
    case DType::kU32: return clip_loop<std::uint32_t>(x, lo, hi, out, n);
    case DType::kI32: return clip_loop<std::int32_t>(x, lo, hi, out, n);
    case DType::kU64: return clip_loop<std::uint64_t>(x, lo, hi, out, n);
    case DType::kI64: return clip_loop<std::int64_t>(x, lo, hi, out, n);
    case DType::kF32: return clip_loop<float>(x, lo, hi, out, n);
    case DType::kF64: return clip_loop<double>(x, lo, hi, out, n);
    default: return;
  }
}

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(select_any);
HWY_EXPORT(clip_run);

constexpr std::int64_t kGrain = 1 << 16;

template <class T>
bool has_zero(const void* data, std::int64_t n) {
  const T* x = static_cast<const T*>(data);
  bool found = false;
  for (std::int64_t i = 0; i < n; ++i) found |= x[i] == 0;
  return found;
}
bool has_zero(std::size_t element, const void* data, std::int64_t n) {
  switch (element) {
    case 1: return has_zero<std::uint8_t>(data, n);
    case 2: return has_zero<std::uint16_t>(data, n);
    case 4: return has_zero<std::uint32_t>(data, n);
    default: return has_zero<std::uint64_t>(data, n);
  }
}
}  // namespace

void select_run(std::size_t element, const void* cond, const void* a, const void* b, void* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(select_any)(element, cond, a, b, out, n);
}

void select(const View& cond, const View& a, const View& b, const View& out) {
  const std::size_t element = size_of(out.dtype);
  const auto run = [element](const void* c, const void* left, const void* right, void* to, std::size_t n) {
    select_run(element, c, left, right, to, n);
  };
  run_staged(Halves::kAsBits, kGrain, run, out, cond, a, b);
}

void clip(const View& x, const View& lo, const View& hi, const View& out) {
  const DType dtype = wide(x.dtype);
  if (dtype == DType::kBool || is_complex(dtype)) throw InternalError("clip", "no loop for dtype " + std::string(name_of(dtype)));
  const auto run = [dtype](const void* value, const void* low, const void* high, void* to, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(clip_run)(dtype, value, low, high, to, n);
  };
  run_staged(Halves::kAsFloats, kGrain, run, out, x, lo, hi);
}

bool contains_zero(const View& x) {
  const std::size_t element = size_of(x.dtype);
  BlockReader reader(x, Halves::kAsBits);
  for (std::int64_t begin = 0, size = x.size(); begin < size; begin += kBlock) {
    const std::int64_t n = std::min(kBlock, size - begin);
    if (has_zero(element, reader.read(begin, n), n)) return true;
  }
  return false;
}

}  // namespace whygrad::kernels::cpu
#endif
