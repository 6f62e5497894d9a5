// Loops of f32 and f64 ops of two operands made of log: powers, angles, x log y.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/power.cpp"
#include "kernels/cpu/simd.hpp"

#include "kernels/cpu/double_math-inl.hpp"
#include "kernels/cpu/loop-inl.hpp"
#include "kernels/cpu/math-inl.hpp"

#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace {

// exp(b log(a)) in f64 holds more digits than f32 can show. f64 itself would need a longer log, and the edges (a <= 0, NaN, Inf) their own rules:
// both are left to std::pow. The powers 1, 2 and 3 are products, lane by lane, so that a result does not depend on its neighbours.
struct Pow {
  template <class D, class V>
  static V apply(D d, V a, V b) {
    using T = hn::TFromD<D>;
    const V square = hn::Mul(a, a);
    const auto is_square = hn::Eq(b, hn::Set(d, T(2))), is_cube = hn::Eq(b, hn::Set(d, T(3))), is_first = hn::Eq(b, hn::Set(d, T(1)));
    const auto is_product = hn::Or(is_first, hn::Or(is_square, is_cube));
    const V product = hn::IfThenElse(is_first, a, hn::IfThenElse(is_square, square, hn::Mul(square, a)));
    if (hn::AllTrue(d, is_product)) return product;
    return hn::IfThenElse(is_product, product, of_any(d, a, b));
  }
  template <class D, class V>
  static V of_any(D d, V a, V b) {
    using T = hn::TFromD<D>;
    const auto by_std = [&] { return per_lane(d, a, b, [](T x, T y) { return std::pow(x, y); }); };
    if constexpr (sizeof(T) == 8) return by_std();
    if constexpr (sizeof(T) == 4) {
      const auto plain = hn::And(hn::Gt(a, hn::Zero(d)), hn::And(hn::IsFinite(a), hn::IsFinite(b)));
      if (HWY_UNLIKELY(!hn::AllTrue(d, plain))) return by_std();
      return in_double(
          d, [](auto dd, auto x, auto y) HWY_ATTR { return exp(dd, hn::Mul(y, log(dd, x))); }, a, b);
    }
  }
};
struct SquareOf {
  template <class D, class V>
  static V apply(D, V a, V) {
    return hn::Mul(a, a);
  }
};
struct CubeOf {
  template <class D, class V>
  static V apply(D, V a, V) {
    return hn::Mul(hn::Mul(a, a), a);
  }
};
// One exponent for all: what Pow decides for each lane is decided once.
template <class T>
void power_loop(const void* a, const void* b, void* out, std::size_t n) {
  if (n == 0) return;
  const T exponent = *static_cast<const T*>(b);
  if (exponent == 2) return binary_loop<SquareOf, T, false, true>(a, b, out, n);
  if (exponent == 3) return binary_loop<CubeOf, T, false, true>(a, b, out, n);
  binary_loop<Pow, T, false, true>(a, b, out, n);
}
struct Atan2 {
  template <class D, class V>
  static V apply(D d, V a, V b) {
    using T = hn::TFromD<D>;
    return per_lane(d, a, b, [](T y, T x) { return std::atan2(y, x); });
  }
};
struct Xlogy {
  template <class D, class V>
  static V apply(D d, V a, V b) {
    return hn::IfThenZeroElse(hn::Eq(a, hn::Zero(d)), hn::Mul(a, log(d, b)));
  }
};
struct Xlog1py {
  template <class D, class V>
  static V apply(D d, V a, V b) {
    return hn::IfThenZeroElse(hn::Eq(a, hn::Zero(d)), hn::Mul(a, log1p(d, b)));
  }
};

template <class T>
BinaryLoops binary_of(Binary op) {
  switch (op) {
    case Binary::kPow: return {binary_loop<Pow, T, false, false>, binary_loop<Pow, T, true, false>, power_loop<T>};
    case Binary::kAtan2: return binary_loops<Atan2, T>();
    case Binary::kXlogy: return binary_loops<Xlogy, T>();
    case Binary::kXlog1py: return binary_loops<Xlog1py, T>();
    default: return {};
  }
}
BinaryLoops find_binary(Binary op, DType dtype) { return dtype == DType::kF32 ? binary_of<float>(op) : binary_of<double>(op); }

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(find_binary);
}
BinaryLoops find_float_power(Binary op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_binary)(op, dtype); }
}  // namespace whygrad::kernels::cpu
#endif
