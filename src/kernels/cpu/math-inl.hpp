// exp, log and their kin on vectors of f32 or f64, per SIMD target. Errors are a few ulp over the whole range, subnormals included; NaN stays NaN.
//
// The series are cut where the rest is below half an ulp of the reduced range, so their coefficients are plain fractions, but for exp in f32: the
// best polynomial with a term less than the series is as exact there.
#if defined(WHYGRAD_KERNELS_MATH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WHYGRAD_KERNELS_MATH_INL
#undef WHYGRAD_KERNELS_MATH_INL
#else
#define WHYGRAD_KERNELS_MATH_INL
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// What exp and log need to know of a type. ln 2 is split so that k * kLn2High is exact for every exponent k.
template <class T>
struct FloatFacts;
template <>
struct FloatFacts<float> {
  using Bits = std::uint32_t;
  static constexpr int kMantissa = 23, kBias = 127, kLogTerms = 4;
  static constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  static constexpr float kExpLow = -104.0f, kExpHigh = 89.0f, kExpm1Low = -20.0f, kTanhHigh = 10.0f;
  static constexpr float kSubnormalScale = 0x1p25f, kSubnormalExponent = 25.0f;
};
template <>
struct FloatFacts<double> {
  using Bits = std::uint64_t;
  static constexpr int kMantissa = 52, kBias = 1023, kLogTerms = 10;
  static constexpr double kLn2High = 6.93147180369123816490e-01, kLn2Low = 1.90821492927058770002e-10;
  static constexpr double kExpLow = -746.0, kExpHigh = 710.0, kExpm1Low = -40.0, kTanhHigh = 20.0;
  static constexpr double kSubnormalScale = 0x1p54, kSubnormalExponent = 54.0;
};

// c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule.
template <class D, std::size_t kTerms>
hn::VFromD<D> polynomial(D d, hn::VFromD<D> x, const hn::TFromD<D> (&c)[kTerms]) {
  auto sum = hn::Set(d, c[kTerms - 1]);
  for (std::size_t i = kTerms - 1; i-- > 0;) sum = hn::MulAdd(sum, x, hn::Set(d, c[i]));
  return sum;
}

template <class T, int kTerms>
struct Series {
  T c[kTerms];
};
// (exp(r) - 1 - r) / r^2 = 1/2! + r/3! + r^2/4! + ... for |r| <= ln 2 / 2. In f32 the largest error of exp(r) is 3.1e-9 of it.
template <class T>
constexpr auto exp_series() {
  if constexpr (sizeof(T) == 4) {
    return Series<T, 5>{{0.4999999343734676f, 0.16666520476572366f, 0.041668389870176833f, 0.008368735699250809f, 0.0013814559769245872f}};
  } else {
    Series<T, 12> series{};
    double factorial = 1;
    for (int i = 0; i < 12; ++i) series.c[i] = static_cast<T>(1 / (factorial *= i + 2));
    return series;
  }
}
// (log((1 + s) / (1 - s)) - 2 s) / (s z) = 2/3 + 2/5 z + 2/7 z^2 + ..., where z = s^2
template <class T, int kTerms>
constexpr Series<T, kTerms> log_series() {
  Series<T, kTerms> series{};
  for (int i = 0; i < kTerms; ++i) series.c[i] = static_cast<T>(2.0 / (2 * i + 3));
  return series;
}

// x = n ln 2 + r with |r| <= ln 2 / 2; `expm1` is exp(r) - 1 and `exponent` is n + 2 bias as an integer.
template <class D>
struct Reduced {
  hn::VFromD<hn::RebindToUnsigned<D>> exponent;
  hn::VFromD<D> n, expm1;
};
template <class D>
Reduced<D> reduce_exp(D d, hn::VFromD<D> x) {
  using T = hn::TFromD<D>;
  using Facts = FloatFacts<T>;
  const hn::RebindToUnsigned<D> du;
  // Adding 1.5 * 2^mantissa rounds to an integer, which then stands in the low bits.
  const T magic = static_cast<T>(typename Facts::Bits{3} << (Facts::kMantissa - 1));
  const auto shifted = hn::MulAdd(x, hn::Set(d, T(1.44269504088896340736)), hn::Set(d, magic));
  const auto n = hn::Sub(shifted, hn::Set(d, magic));
  const auto bits = hn::Sub(hn::BitCast(du, shifted), hn::BitCast(du, hn::Set(d, magic)));
  auto r = hn::NegMulAdd(n, hn::Set(d, Facts::kLn2High), x);
  r = hn::NegMulAdd(n, hn::Set(d, Facts::kLn2Low), r);
  static constexpr auto kSeries = exp_series<T>();
  const auto tail = polynomial(d, r, kSeries.c);
  return {hn::Add(bits, hn::Set(du, 2 * Facts::kBias)), n, hn::MulAdd(hn::Mul(r, r), tail, r)};
}
// 2^(biased - bias), for a biased exponent in the normal range.
template <class D>
hn::VFromD<D> power_of_two(D d, hn::VFromD<hn::RebindToUnsigned<D>> biased) {
  return hn::BitCast(d, hn::ShiftLeft<FloatFacts<hn::TFromD<D>>::kMantissa>(biased));
}

// Whether Min and Max give their second operand where one of the two is NaN.
constexpr bool kSecondOfNan = HWY_ARCH_X86 != 0 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128;

// Limits x from below and from above; on some targets NaN stays. `nan_of` mends it on the others.
template <class D>
hn::VFromD<D> at_least(D d, hn::VFromD<D> x, hn::TFromD<D> low) {
  return hn::Max(hn::Set(d, low), x);
}
template <class D>
hn::VFromD<D> at_most(D d, hn::VFromD<D> x, hn::TFromD<D> high) {
  return hn::Min(hn::Set(d, high), x);
}
template <class V>
V nan_of(V x, V y) {
  if constexpr (kSecondOfNan) return y;
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// y 2^n, rounded once. AVX-512 has an instruction for it. Elsewhere 2^n has two factors: n itself may be outside the normal range where the result is
// subnormal or overflows.
template <class D>
hn::VFromD<D> scaled(D d, hn::VFromD<D> y, const Reduced<D>& by) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  if constexpr (std::is_same_v<hn::VFromD<D>, hn::Vec512<float>>) return hn::Vec512<float>{_mm512_scalef_ps(y.raw, by.n.raw)};
  if constexpr (std::is_same_v<hn::VFromD<D>, hn::Vec512<double>>) return hn::Vec512<double>{_mm512_scalef_pd(y.raw, by.n.raw)};
#endif
  const auto half = hn::ShiftRight<1>(by.exponent);
  return hn::Mul(hn::Mul(y, power_of_two(d, half)), power_of_two(d, hn::Sub(by.exponent, half)));
}

// exp of what is within its range.
template <class D>
hn::VFromD<D> exp_within(D d, hn::VFromD<D> x) {
  const auto reduced = reduce_exp(d, x);
  return scaled(d, hn::Add(reduced.expm1, hn::Set(d, hn::TFromD<D>(1))), reduced);
}

template <class D>
hn::VFromD<D> exp(D d, hn::VFromD<D> x) {
  using Facts = FloatFacts<hn::TFromD<D>>;
  return nan_of(x, exp_within(d, at_most(d, at_least(d, x, Facts::kExpLow), Facts::kExpHigh)));
}
// exp(-|x|)
template <class D>
hn::VFromD<D> exp_of_negative(D d, hn::VFromD<D> x) {
  return nan_of(x, exp_within(d, at_least(d, hn::Neg(hn::Abs(x)), FloatFacts<hn::TFromD<D>>::kExpLow)));
}

// y, but x itself where |x| is so small that f(x) rounds to x, which keeps subnormals and the sign of 0, and where x is NaN.
template <class D>
hn::VFromD<D> identity_near_zero(D d, hn::VFromD<D> x, hn::VFromD<D> y) {
  using T = hn::TFromD<D>;
  return hn::IfThenElse(hn::Ge(hn::Abs(x), hn::Set(d, std::numeric_limits<T>::epsilon() / 4)), y, x);
}

template <class D>
hn::VFromD<D> expm1(D d, hn::VFromD<D> x) {
  using T = hn::TFromD<D>;
  using Facts = FloatFacts<T>;
  const hn::RebindToUnsigned<D> du;
  const auto clamped = hn::Min(hn::Max(x, hn::Set(d, Facts::kExpm1Low)), hn::Set(d, Facts::kExpHigh));
  const auto reduced = reduce_exp(d, clamped);
  // 2^n (expm1(r) + 1) - 1 with s = 2^(n - 1), which does not overflow before the result does.
  const auto s = power_of_two(d, hn::Sub(reduced.exponent, hn::Set(du, Facts::kBias + 1)));
  const auto half = hn::MulAdd(s, reduced.expm1, hn::Sub(s, hn::Set(d, T(0.5))));
  return identity_near_zero(d, x, hn::Add(half, half));
}

template <class D>
hn::VFromD<D> log(D d, hn::VFromD<D> x) {
  using T = hn::TFromD<D>;
  using Facts = FloatFacts<T>;
  using Bits = typename Facts::Bits;
  const hn::RebindToUnsigned<D> du;
  const auto is_subnormal = hn::Lt(x, hn::Set(d, std::numeric_limits<T>::min()));
  const auto scaled = hn::IfThenElse(is_subnormal, hn::Mul(x, hn::Set(d, Facts::kSubnormalScale)), x);
  // scaled = 2^k m with m in [sqrt(1/2), sqrt(2)): shifting the bits by those of sqrt(1/2) moves the step of the exponent there.
  constexpr Bits kMantissaMask = (Bits{1} << Facts::kMantissa) - 1;
  const auto sqrt_half = hn::BitCast(du, hn::Set(d, T(0.70710678118654752440)));
  const auto one_bits = hn::BitCast(du, hn::Set(d, T(1)));
  const auto shifted = hn::Add(hn::BitCast(du, scaled), hn::Sub(one_bits, sqrt_half));
  const auto m = hn::BitCast(d, hn::Add(hn::And(shifted, hn::Set(du, kMantissaMask)), sqrt_half));
  // The biased exponent below the bits of 2^mantissa is the number 2^mantissa + exponent.
  const T magic = static_cast<T>(Bits{1} << Facts::kMantissa);
  const auto biased = hn::Or(hn::ShiftRight<Facts::kMantissa>(shifted), hn::BitCast(du, hn::Set(d, magic)));
  auto k = hn::Sub(hn::BitCast(d, biased), hn::Set(d, magic + T(Facts::kBias)));
  k = hn::Sub(k, hn::IfThenElseZero(is_subnormal, hn::Set(d, Facts::kSubnormalExponent)));
  // log(m) = log((1 + s) / (1 - s)) = 2 s + s R(z), written as f - (f^2 / 2 - s (f^2 / 2 + R)) to keep f = m - 1 exact.
  const auto f = hn::Sub(m, hn::Set(d, T(1)));
  const auto s = hn::Div(f, hn::Add(f, hn::Set(d, T(2))));
  const auto z = hn::Mul(s, s);
  static constexpr auto kSeries = log_series<T, Facts::kLogTerms>();
  const auto r = hn::Mul(z, polynomial(d, z, kSeries.c));
  const auto half_square = hn::Mul(hn::Mul(f, f), hn::Set(d, T(0.5)));
  const auto small = hn::MulAdd(s, hn::Add(half_square, r), hn::Mul(k, hn::Set(d, Facts::kLn2Low)));
  auto y = hn::MulAdd(k, hn::Set(d, Facts::kLn2High), hn::Sub(f, hn::Sub(half_square, small)));
  const T infinity = std::numeric_limits<T>::infinity();
  y = hn::IfThenElse(hn::Eq(x, hn::Set(d, infinity)), x, y);
  y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Set(d, -infinity), y);
  return hn::IfThenElse(hn::Ge(x, hn::Zero(d)), y, hn::Set(d, std::numeric_limits<T>::quiet_NaN()));
}

// log(u) plus what rounding u = 1 + x lost, to first order.
template <class D>
hn::VFromD<D> log1p(D d, hn::VFromD<D> x) {
  const auto one = hn::Set(d, hn::TFromD<D>(1));
  const auto u = hn::Add(x, one);
  const auto lost = hn::Div(hn::Sub(x, hn::Sub(u, one)), u);
  const auto y = hn::Add(log(d, u), hn::IfThenElseZero(hn::IsFinite(lost), lost));
  return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, y);
}

// t / (t + 2) with t = expm1(2 |x|), which keeps its accuracy near 0.
template <class D>
hn::VFromD<D> tanh(D d, hn::VFromD<D> x) {
  using T = hn::TFromD<D>;
  using Facts = FloatFacts<T>;
  const auto a = hn::Abs(x), one = hn::Set(d, T(1));
  const auto reduced = reduce_exp(d, at_most(d, hn::Add(a, a), 2 * Facts::kTanhHigh));
  const auto s = power_of_two(d, hn::Sub(reduced.exponent, hn::Set(hn::RebindToUnsigned<D>(), Facts::kBias)));
  const auto t = hn::MulAdd(s, reduced.expm1, hn::Sub(s, one));
  return nan_of(x, hn::CopySign(hn::Div(t, hn::Add(t, hn::Set(d, T(2)))), x));
}

// Of exp(-|x|), which cannot overflow: small results keep their digits.
template <class D>
hn::VFromD<D> sigmoid(D d, hn::VFromD<D> x) {
  const auto one = hn::Set(d, hn::TFromD<D>(1));
  const auto e = exp_of_negative(d, x);
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(e, one));
}

// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))
template <class D>
hn::VFromD<D> softplus(D d, hn::VFromD<D> x) {
  return hn::Add(hn::ZeroIfNegative(x), log1p(d, exp_of_negative(d, x)));
}

}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
