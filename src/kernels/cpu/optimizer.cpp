// Optimizer steps: one pass over all parameters.
#include "kernels/optimizer.hpp"
#include "kernels/cpu/table.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/optimizer.cpp"
#include "kernels/cpu/simd.hpp"

#include "device/parallel.hpp"

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

// Calls step(d, i) for i over [begin, end): in whole vectors, then lane by lane.
template <class T, class Step>
void for_vectors(std::int64_t begin, std::int64_t end, const Step& step) {
  const hn::ScalableTag<T> d;
  const hn::CappedTag<T, 1> one;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (; begin + lanes <= end; begin += lanes) step(d, begin);
  for (; begin < end; ++begin) step(one, begin);
}

template <class T>
void adam_loop(const AdamSlot<T>& s, std::int64_t begin, std::int64_t end, T lr_t, T rest1, T rest2, T epsilon) {
  for_vectors<T>(begin, end, [&](auto d, std::int64_t i) HWY_ATTR {
    const auto g = hn::LoadU(d, s.g + i);
    const auto m = hn::MulAdd(hn::Sub(g, hn::LoadU(d, s.m + i)), hn::Set(d, rest1), hn::LoadU(d, s.m + i));
    const auto v = hn::MulAdd(hn::Sub(hn::Mul(g, g), hn::LoadU(d, s.v + i)), hn::Set(d, rest2), hn::LoadU(d, s.v + i));
    const auto step = hn::Div(hn::Mul(m, hn::Set(d, lr_t)), hn::Add(hn::Sqrt(v), hn::Set(d, epsilon)));
    hn::StoreU(m, d, s.m + i);
    hn::StoreU(v, d, s.v + i);
    hn::StoreU(hn::Sub(hn::LoadU(d, s.w + i), step), d, s.w_out + i);
  });
}

template <class T>
void sgd_loop(const SgdSlot<T>& s, std::int64_t begin, std::int64_t end, T lr, T momentum, bool nesterov) {
  if (momentum == 0) {
    for_vectors<T>(begin, end, [&](auto d, std::int64_t i) HWY_ATTR {
      hn::StoreU(hn::NegMulAdd(hn::Set(d, lr), hn::LoadU(d, s.g + i), hn::LoadU(d, s.w + i)), d, s.w_out + i);
    });
    return;
  }
  for_vectors<T>(begin, end, [&](auto d, std::int64_t i) HWY_ATTR {
    const auto v_momentum = hn::Set(d, momentum), descent = hn::Neg(hn::Mul(hn::Set(d, lr), hn::LoadU(d, s.g + i)));
    const auto a = hn::MulAdd(v_momentum, hn::LoadU(d, s.momentum + i), descent);
    const auto step = nesterov ? hn::MulAdd(v_momentum, a, descent) : a;
    hn::StoreU(a, d, s.momentum + i);
    hn::StoreU(hn::Add(hn::LoadU(d, s.w + i), step), d, s.w_out + i);
  });
}

template <class T>
void rmsprop_loop(const RmspropSlot<T>& s, std::int64_t begin, std::int64_t end, const RmspropFactors& factors) {
  const T rest = static_cast<T>(1 - factors.rho), lr = static_cast<T>(factors.lr), momentum = static_cast<T>(factors.momentum);
  const T epsilon = static_cast<T>(factors.epsilon);
  for_vectors<T>(begin, end, [&](auto d, std::int64_t i) HWY_ATTR {
    const auto g = hn::LoadU(d, s.g + i);
    const auto v = hn::MulAdd(hn::Sub(hn::Mul(g, g), hn::LoadU(d, s.v + i)), hn::Set(d, rest), hn::LoadU(d, s.v + i));
    hn::StoreU(v, d, s.v + i);
    auto spread = v;
    if (factors.centered) {
      const auto average = hn::MulAdd(hn::Sub(g, hn::LoadU(d, s.average + i)), hn::Set(d, rest), hn::LoadU(d, s.average + i));
      hn::StoreU(average, d, s.average + i);
      spread = hn::NegMulAdd(average, average, v);
    }
    auto step = hn::Div(hn::Mul(hn::Set(d, lr), g), hn::Sqrt(hn::Add(spread, hn::Set(d, epsilon))));
    if (momentum != 0) {
      step = hn::MulAdd(hn::Set(d, momentum), hn::LoadU(d, s.momentum + i), step);
      hn::StoreU(step, d, s.momentum + i);
    }
    hn::StoreU(hn::Sub(hn::LoadU(d, s.w + i), step), d, s.w_out + i);
  });
}

void adam_f32(const AdamSlot<float>& s, std::int64_t begin, std::int64_t end, float lr_t, float rest1, float rest2, float epsilon) {
  adam_loop(s, begin, end, lr_t, rest1, rest2, epsilon);
}
void adam_f64(const AdamSlot<double>& s, std::int64_t begin, std::int64_t end, double lr_t, double rest1, double rest2, double epsilon) {
  adam_loop(s, begin, end, lr_t, rest1, rest2, epsilon);
}
void sgd_f32(const SgdSlot<float>& s, std::int64_t begin, std::int64_t end, float lr, float momentum, bool nesterov) {
  sgd_loop(s, begin, end, lr, momentum, nesterov);
}
void sgd_f64(const SgdSlot<double>& s, std::int64_t begin, std::int64_t end, double lr, double momentum, bool nesterov) {
  sgd_loop(s, begin, end, lr, momentum, nesterov);
}

void rmsprop_f32(const RmspropSlot<float>& s, std::int64_t begin, std::int64_t end, const RmspropFactors& factors) {
  rmsprop_loop(s, begin, end, factors);
}
void rmsprop_f64(const RmspropSlot<double>& s, std::int64_t begin, std::int64_t end, const RmspropFactors& factors) {
  rmsprop_loop(s, begin, end, factors);
}

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(adam_f32);
HWY_EXPORT(adam_f64);
HWY_EXPORT(sgd_f32);
HWY_EXPORT(sgd_f64);
HWY_EXPORT(rmsprop_f32);
HWY_EXPORT(rmsprop_f64);

constexpr std::int64_t kGrain = 1 << 14;  // elements per thread that justify a parallel region

// Splits the elements of all slots evenly among threads: calls update(slot, begin, end) for each thread's range of a slot.
template <class Slot, class Update>
void for_elements(std::span<const Slot> slots, const Update& update) {
  std::int64_t total = 0;
  for (const Slot& slot : slots) total += slot.n;
  device::parallel_for(total, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (const Slot& slot : slots) {
      if (begin < slot.n && end > 0) update(slot, std::max<std::int64_t>(begin, 0), std::min(end, slot.n));
      begin -= slot.n;
      end -= slot.n;
    }
  });
}
}  // namespace

void adam(Device /*device*/, std::span<const AdamSlot<float>> slots, double lr_t, double beta1, double beta2, double epsilon) {
  const auto loop = HWY_DYNAMIC_DISPATCH(adam_f32);
  for_elements(slots, [&](const auto& slot, std::int64_t begin, std::int64_t end) {
    loop(slot, begin, end, static_cast<float>(lr_t), static_cast<float>(1 - beta1), static_cast<float>(1 - beta2), static_cast<float>(epsilon));
  });
}
void adam(Device /*device*/, std::span<const AdamSlot<double>> slots, double lr_t, double beta1, double beta2, double epsilon) {
  const auto loop = HWY_DYNAMIC_DISPATCH(adam_f64);
  for_elements(slots, [&](const auto& slot, std::int64_t begin, std::int64_t end) { loop(slot, begin, end, lr_t, 1 - beta1, 1 - beta2, epsilon); });
}
void sgd(Device /*device*/, std::span<const SgdSlot<float>> slots, float lr, float momentum, bool nesterov) {
  const auto loop = HWY_DYNAMIC_DISPATCH(sgd_f32);
  for_elements(slots, [&](const auto& slot, std::int64_t begin, std::int64_t end) { loop(slot, begin, end, lr, momentum, nesterov); });
}
void sgd(Device /*device*/, std::span<const SgdSlot<double>> slots, double lr, double momentum, bool nesterov) {
  const auto loop = HWY_DYNAMIC_DISPATCH(sgd_f64);
  for_elements(slots, [&](const auto& slot, std::int64_t begin, std::int64_t end) { loop(slot, begin, end, lr, momentum, nesterov); });
}
void rmsprop(Device /*device*/, std::span<const RmspropSlot<float>> slots, const RmspropFactors& factors) {
  const auto loop = HWY_DYNAMIC_DISPATCH(rmsprop_f32);
  for_elements(slots, [&](const auto& slot, std::int64_t begin, std::int64_t end) { loop(slot, begin, end, factors); });
}
void rmsprop(Device /*device*/, std::span<const RmspropSlot<double>> slots, const RmspropFactors& factors) {
  const auto loop = HWY_DYNAMIC_DISPATCH(rmsprop_f64);
  for_elements(slots, [&](const auto& slot, std::int64_t begin, std::int64_t end) { loop(slot, begin, end, factors); });
}

}  // namespace whygrad::kernels::cpu
#endif
