// Loops of f32 and f64 ops of two operands made of log: powers, angles, x log y.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/power.cpp"
#include "kernels/cpu/simd.hpp"

#include "kernels/cpu/loop-inl.hpp"
#include "kernels/cpu/math-inl.hpp"

#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::HWY_NAMESPACE {
namespace {

struct Pow {
  template <class D, class V>
  static V apply(D d, V a, V b) {
    using T = hn::TFromD<D>;
    return per_lane(d, a, b, [](T x, T y) { return std::pow(x, y); });
  }
};
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
    case Binary::kPow: return binary_loops<Pow, T>();
    case Binary::kAtan2: return binary_loops<Atan2, T>();
    case Binary::kXlogy: return binary_loops<Xlogy, T>();
    case Binary::kXlog1py: return binary_loops<Xlog1py, T>();
    default: return {};
  }
}
BinaryLoops find_binary(Binary op, DType dtype) { return dtype == DType::kF32 ? binary_of<float>(op) : binary_of<double>(op); }

}  // namespace
}  // namespace whygrad::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels {
namespace {
HWY_EXPORT(find_binary);
}
BinaryLoops find_float_power(Binary op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_binary)(op, dtype); }
}  // namespace whygrad::kernels
#endif
