// f32 functions that lose too many digits in f32 arithmetic: computed on the two halves of a vector in f64, rounded once. Per SIMD target.
#if defined(WHYGRAD_KERNELS_DOUBLE_MATH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WHYGRAD_KERNELS_DOUBLE_MATH_INL
#undef WHYGRAD_KERNELS_DOUBLE_MATH_INL
#else
#define WHYGRAD_KERNELS_DOUBLE_MATH_INL
#endif

#include "kernels/cpu/math-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// f(dd, ..) on both halves of f32 vectors, `dd` being the f64 vectors of as many bytes.
template <class D, class F, class... V>
hn::VFromD<D> in_double(D d, F f, V... v) {
#if HWY_TARGET == HWY_SCALAR
  const hn::Rebind<double, D> dd;
  return hn::Set(d, static_cast<float>(hn::GetLane(f(dd, hn::PromoteTo(dd, v)...))));  // Highway's own would turn Inf into the largest number
#else
  const hn::Half<D> half;
  const hn::RepartitionToWide<D> dd;
  const auto low = f(dd, hn::PromoteTo(dd, hn::LowerHalf(half, v))...);
  const auto high = f(dd, hn::PromoteTo(dd, hn::UpperHalf(half, v))...);
  return hn::Combine(d, hn::DemoteTo(half, high), hn::DemoteTo(half, low));
#endif
}

// erf(x) / x = 2 / sqrt(pi) * (1 - z / 3 + z^2 / (2! 5) - z^3 / (3! 7) ...), z = x^2. For |x| < 1 the rest is below 1e-11.
template <int kTerms>
constexpr Series<double, kTerms> erf_series() {
  Series<double, kTerms> series{};
  double factorial = 1.12837916709551257390;
  for (int i = 0; i < kTerms; ++i) {
    series.c[i] = factorial / (2 * i + 1);
    factorial /= -(i + 1);
  }
  return series;
}

// exp(x^2) erfc(x) / t for x in [0, 10.2], where f32's erfc ends, with t = 2 / (2 + x): interpolated at the Chebyshev points, relative error 8e-10.
inline constexpr double kErfcTail[] = {
    0.2820997830444158, 0.2819415782664088,  0.24891145152316194, 0.15984100504372106, 0.1684855774679599, -0.30158539667728174,
    0.6653660147430477, -1.2557168465421316, 1.3007575123819266,  -0.7563684347820601, 0.2384121709390996, -0.032144415475738944,
};

// Both are exact to 1e-9, for results that are rounded to f32.
template <class D>
hn::VFromD<D> erfc_for_single(D d, hn::VFromD<D> x) {
  const auto two = hn::Set(d, 2.0), a = hn::Abs(x);
  const auto t = hn::Div(two, hn::Add(two, a));
  const auto tail = hn::Mul(hn::Mul(exp(d, hn::Neg(hn::Mul(a, a))), t), polynomial(d, t, kErfcTail));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Sub(two, tail), tail);
}
template <class D>
hn::VFromD<D> erf_for_single(D d, hn::VFromD<D> x) {
  static constexpr auto kSeries = erf_series<13>();
  const auto one = hn::Set(d, 1.0), a = hn::Abs(x);
  const auto near_zero = hn::Mul(x, polynomial(d, hn::Mul(x, x), kSeries.c));
  const auto far = hn::CopySign(hn::Sub(one, erfc_for_single(d, a)), x);
  return hn::IfThenElse(hn::Lt(a, one), near_zero, far);
}

}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
