// Loops of f32 and f64 ops: trigonometry, inverse hyperbolic functions, the error function.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/trigonometric.cpp"
#include "kernels/cpu/simd.hpp"

#include "kernels/cpu/chain-inl.hpp"
#include "kernels/cpu/double_math-inl.hpp"
#include "kernels/cpu/loop-inl.hpp"
#include "kernels/cpu/math-inl.hpp"

#include <hwy/contrib/math/math-inl.h>

#include <cmath>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace {

template <class D>
hn::VFromD<D> quiet_nan(D d) {
  return hn::Set(d, std::numeric_limits<hn::TFromD<D>>::quiet_NaN());
}

// Highway reduces the argument with three parts of pi, which is exact enough up to here. Beyond, and for NaN and Inf, std:: takes the whole vector.
constexpr double kReducible = 39000;

template <class D, class V, class F>
[[gnu::noinline]] V mended_far_lanes(D d, V x, V y, const F& f) {
  const auto reducible = hn::Le(hn::Abs(x), hn::Set(d, hn::TFromD<D>(kReducible)));
  return hn::IfThenElse(reducible, y, per_lane(d, x, f));
}
// y, with f(x) in the lanes that are not reducible. A lane's result does not depend on the lanes beside it.
template <class D, class V, class F>
V with_far_lanes(D d, V x, V y, const F& f) {
  const auto reducible = hn::Le(hn::Abs(x), hn::Set(d, hn::TFromD<D>(kReducible)));
  if (HWY_LIKELY(hn::AllTrue(d, reducible))) return y;
  return mended_far_lanes(d, x, y, f);
}

// Whether MulAdd rounds once. A product with a part of pi is then exact where it matters, and three parts of 24 bits are enough in f32.
constexpr bool kRoundsOnce = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || (HWY_ARCH_ARM_A64 != 0 && HWY_TARGET != HWY_EMU128);

// x - n pi in f32.
template <class D, class V>
V less_multiple_of_pi(D d, V x, V n) {
  V r = hn::NegMulAdd(n, hn::Set(d, 0x1.921fb6p+1f), x);
  r = hn::MulAdd(n, hn::Set(d, 0x1.777a5cp-24f), r);
  return hn::MulAdd(n, hn::Set(d, 0x1.ee59dap-49f), r);
}
// sin(r) for |r| <= pi / 2 in f32, with the sign changed where the lowest bit of `turns` is 1. The polynomial's largest error is 6.1e-9 of the
// result.
template <class D, class V>
V turned_sine(D d, V r, V turns) {
  static constexpr float kTerms[] = {-0.16666659546267593f, 0.00833306613111049f, -0.00019809593943098365f, 2.6057597564222775e-06f};
  const hn::RebindToUnsigned<D> du;
  const V square = hn::Mul(r, r);
  const V sine = hn::MulAdd(hn::Mul(polynomial(d, square, kTerms), square), r, r);
  return hn::Xor(sine, hn::BitCast(d, hn::ShiftLeft<31>(hn::BitCast(du, turns))));
}
// Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits.
constexpr float kRounder = 0x1.8p23f;

template <class D, class V>
V near_sine(D d, V x) {
  if constexpr (kRoundsOnce && sizeof(hn::TFromD<D>) == 4) {
    const V turns = hn::MulAdd(x, hn::Set(d, 0.31830988618379067f), hn::Set(d, kRounder));
    return turned_sine(d, less_multiple_of_pi(d, x, hn::Sub(turns, hn::Set(d, kRounder))), turns);
  } else {
    return hn::Sin(d, x);
  }
}
// cos(r + (n + 1/2) pi) is sin(r) with its sign changed for even n, so n counts from an odd number.
template <class D, class V>
V near_cosine(D d, V x) {
  if constexpr (kRoundsOnce && sizeof(hn::TFromD<D>) == 4) {
    const V odd = hn::Set(d, kRounder + 1);
    const V turns = hn::Add(hn::MulAdd(x, hn::Set(d, 0.31830988618379067f), hn::Set(d, -0.5f)), odd);
    return turned_sine(d, less_multiple_of_pi(d, x, hn::Add(hn::Sub(turns, odd), hn::Set(d, 0.5f))), turns);
  } else {
    return hn::Cos(d, x);
  }
}

struct Sin {
  template <class D, class V>
  static V apply(D d, V x) {
    using T = hn::TFromD<D>;
    return with_far_lanes(d, x, identity_near_zero(d, x, near_sine(d, x)), [](T v) { return std::sin(v); });
  }
};
struct Cos {
  template <class D, class V>
  static V apply(D d, V x) {
    using T = hn::TFromD<D>;
    // 1 - x^2 / 2 rounds to 1 there, which the polynomials may miss by one bit.
    const auto near_zero = hn::Lt(hn::Mul(x, x), hn::Set(d, std::numeric_limits<T>::epsilon() / 2));
    return with_far_lanes(d, x, hn::IfThenElse(near_zero, hn::Set(d, T(1)), near_cosine(d, x)), [](T v) { return std::cos(v); });
  }
};
struct Tan {
  template <class D, class V>
  static V apply(D d, V x) {
    using T = hn::TFromD<D>;
    return per_lane(d, x, [](T v) { return std::tan(v); });
  }
};

template <class D, class V>
V nan_outside_one(D d, V x, V y) {
  return hn::IfThenElse(hn::Le(hn::Abs(x), hn::Set(d, hn::TFromD<D>(1))), y, quiet_nan(d));
}
// clang-format off
struct Asin { template <class D, class V> static V apply(D d, V x) { return nan_outside_one(d, x, hn::Asin(d, x)); } };
struct Acos { template <class D, class V> static V apply(D d, V x) { return nan_outside_one(d, x, hn::Acos(d, x)); } };
struct Atan { template <class D, class V> static V apply(D d, V x) { return hn::IfThenElse(hn::IsNaN(x), x, hn::Atan(d, x)); } };
// clang-format on

// log(x + sqrt(x^2 + 1)) for x >= 0, arranged to be exact near 0; log(x) + log(2) once x^2 would lose the 1.
struct Asinh {
  template <class D, class V>
  static V apply(D d, V x) {
    using T = hn::TFromD<D>;
    const V one = hn::Set(d, T(1)), a = hn::Abs(x);
    const auto is_large = hn::Gt(a, hn::Set(d, T(1e8)));
    const V small = hn::IfThenElse(is_large, one, a);
    const V square = hn::Mul(small, small);
    const V of_small = log1p(d, hn::Add(small, hn::Div(square, hn::Add(one, hn::Sqrt(hn::Add(square, one))))));
    const V of_large = hn::Add(log(d, a), hn::Set(d, T(0.69314718055994530942)));
    return hn::CopySign(hn::IfThenElse(is_large, of_large, of_small), x);
  }
};
// log(x + sqrt(x^2 - 1)) with t = x - 1, which is exact near 1.
struct Acosh {
  template <class D, class V>
  static V apply(D d, V x) {
    using T = hn::TFromD<D>;
    const V one = hn::Set(d, T(1));
    const auto is_large = hn::Gt(x, hn::Set(d, T(1e8)));
    const V t = hn::Sub(hn::IfThenElse(is_large, one, x), one);
    const V of_small = log1p(d, hn::Add(t, hn::Sqrt(hn::MulAdd(t, t, hn::Add(t, t)))));
    const V of_large = hn::Add(log(d, x), hn::Set(d, T(0.69314718055994530942)));
    return hn::IfThenElse(hn::Lt(x, one), quiet_nan(d), hn::IfThenElse(is_large, of_large, of_small));
  }
};
// log((1 + x) / (1 - x)) / 2
struct Atanh {
  template <class D, class V>
  static V apply(D d, V x) {
    using T = hn::TFromD<D>;
    const V a = hn::Abs(x);
    const V y = hn::Mul(hn::Set(d, T(0.5)), log1p(d, hn::Div(hn::Add(a, a), hn::Sub(hn::Set(d, T(1)), a))));
    return nan_outside_one(d, x, hn::CopySign(y, x));
  }
};

struct Erf {
  template <class D, class V>
  static V apply(D d, V x) {
    using T = hn::TFromD<D>;
    const auto finite = [&] {
      if constexpr (sizeof(T) == 4)
        return in_double(
            d, [](auto dd, auto v) HWY_ATTR { return erf_for_single(dd, v); }, x);
      if constexpr (sizeof(T) == 8) return per_lane(d, x, [](T v) { return std::erf(v); });
    };
    // TensorFlow's f32 knows the limits, its f64 does not.
    const V limit = sizeof(T) == 4 ? hn::CopySign(hn::Set(d, T(1)), x) : quiet_nan(d);
    return hn::IfThenElse(hn::IsInf(x), limit, finite());
  }
};
struct Erfc {
  template <class D, class V>
  static V apply(D d, V x) {
    using T = hn::TFromD<D>;
    if constexpr (sizeof(T) == 4)
      return in_double(
          d, [](auto dd, auto v) HWY_ATTR { return erfc_for_single(dd, v); }, x);
    if constexpr (sizeof(T) == 8) return per_lane(d, x, [](T v) { return std::erfc(v); });
  }
};
struct Gelu {
  template <class D, class V>
  static V apply(D d, V x) {
    using T = hn::TFromD<D>;
    constexpr double kSqrtHalf = 0.70710678118654752440;
    if constexpr (sizeof(T) == 8) return per_lane(d, x, [](T v) { return 0.5 * v * std::erfc(-v * kSqrtHalf); });
    if constexpr (sizeof(T) == 4) {
      return in_double(
          d, [](auto dd, auto v) HWY_ATTR { return hn::Mul(hn::Mul(v, hn::Set(dd, 0.5)), erfc_for_single(dd, hn::Mul(v, hn::Set(dd, -kSqrtHalf)))); },
          x);
    }
  }
};

template <class T>
UnaryLoops unary_of(Unary op) {
  switch (op) {
    case Unary::kSin: return linked_unary<Sin, T>();
    case Unary::kCos: return linked_unary<Cos, T>();
    case Unary::kTan: return {unary_loop<Tan, T>};
    case Unary::kAsin: return linked_unary<Asin, T>();
    case Unary::kAcos: return linked_unary<Acos, T>();
    case Unary::kAtan: return linked_unary<Atan, T>();
    case Unary::kAsinh: return linked_unary<Asinh, T>();
    case Unary::kAcosh: return linked_unary<Acosh, T>();
    case Unary::kAtanh: return linked_unary<Atanh, T>();
    case Unary::kErf: return {unary_loop<Erf, T>};
    case Unary::kErfc: return {unary_loop<Erfc, T>};
    case Unary::kGelu: return {unary_loop<Gelu, T>};
    default: return {};
  }
}
UnaryLoops find_unary(Unary op, DType dtype) { return dtype == DType::kF32 ? unary_of<float>(op) : unary_of<double>(op); }

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(find_unary);
}
UnaryLoops find_trigonometric(Unary op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_unary)(op, dtype); }
}  // namespace whygrad::kernels::cpu
#endif
