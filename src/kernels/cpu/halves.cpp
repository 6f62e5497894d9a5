// f16 and bf16 as floats, and back.
#include "kernels/cpu/halves.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/halves.cpp"
#include "kernels/cpu/simd.hpp"

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

// How many leading elements the instructions for f16 take; the rest, and all of them where there are no such instructions, goes one by one.
std::size_t widen_vectors([[maybe_unused]] const hwy::float16_t* from, [[maybe_unused]] float* to, [[maybe_unused]] std::size_t n) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_EMU128 && HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<float> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> d_half;
  for (; i + hn::Lanes(d) <= n; i += hn::Lanes(d)) hn::StoreU(hn::PromoteTo(d, hn::LoadU(d_half, from + i)), d, to + i);
#endif
  return i;
}
std::size_t narrow_vectors([[maybe_unused]] const float* from, [[maybe_unused]] hwy::float16_t* to, [[maybe_unused]] std::size_t n) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_EMU128 && HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<float> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> d_half;
  for (; i + hn::Lanes(d) <= n; i += hn::Lanes(d)) hn::StoreU(hn::DemoteTo(d_half, hn::LoadU(d, from + i)), d_half, to + i);
#endif
  return i;
}

void widen_all(DType half, const void* from, float* to, std::size_t n) {
  if (half == DType::kBF16) {
    for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<float>(static_cast<const BFloat16*>(from)[i]);
    return;
  }
  for (std::size_t i = widen_vectors(static_cast<const hwy::float16_t*>(from), to, n); i < n; ++i) {
    to[i] = static_cast<float>(static_cast<const Half*>(from)[i]);
  }
}
void narrow_all(DType half, const float* from, void* to, std::size_t n) {
  if (half == DType::kBF16) {
    for (std::size_t i = 0; i < n; ++i) static_cast<BFloat16*>(to)[i] = BFloat16(from[i]);
    return;
  }
  for (std::size_t i = narrow_vectors(from, static_cast<hwy::float16_t*>(to), n); i < n; ++i) static_cast<Half*>(to)[i] = Half(from[i]);
}

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(widen_all);
HWY_EXPORT(narrow_all);
}  // namespace

void widen(DType half, const void* from, float* to, std::size_t n) { HWY_DYNAMIC_DISPATCH(widen_all)(half, from, to, n); }
void narrow(DType half, const float* from, void* to, std::size_t n) { HWY_DYNAMIC_DISPATCH(narrow_all)(half, from, to, n); }
}  // namespace whygrad::kernels::cpu
#endif
