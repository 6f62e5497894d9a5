// Loops of f32 and f64 ops made of exp and log.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/exponential.cpp"
#include "kernels/cpu/simd.hpp"

#include "kernels/cpu/chain-inl.hpp"
#include "kernels/cpu/loop-inl.hpp"
#include "kernels/cpu/math-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace {

// clang-format off
struct Exp { template <class D, class V> static V apply(D d, V x) { return exp(d, x); } };
struct Expm1 { template <class D, class V> static V apply(D d, V x) { return expm1(d, x); } };
struct Log { template <class D, class V> static V apply(D d, V x) { return log(d, x); } };
struct Log1p { template <class D, class V> static V apply(D d, V x) { return log1p(d, x); } };
struct Tanh { template <class D, class V> static V apply(D d, V x) { return tanh(d, x); } };
struct Sigmoid { template <class D, class V> static V apply(D d, V x) { return sigmoid(d, x); } };
struct LogSigmoid { template <class D, class V> static V apply(D d, V x) { return hn::Neg(softplus(d, hn::Neg(x))); } };
struct Softplus { template <class D, class V> static V apply(D d, V x) { return softplus(d, x); } };
struct Silu { template <class D, class V> static V apply(D d, V x) { return hn::Mul(x, sigmoid(d, x)); } };
// clang-format on

// Both halve the exponent, exp(|x| / 2)^2 / 2, because exp(|x|) overflows before they do.
struct Sinh {
  template <class D, class V>
  static V apply(D d, V x) {
    using T = hn::TFromD<D>;
    const V half = hn::Set(d, T(0.5)), one = hn::Set(d, T(1));
    const V a = hn::Abs(x);
    const V t = expm1(d, hn::Min(a, one));
    const V near_zero = hn::Mul(half, hn::Add(t, hn::Div(t, hn::Add(t, one))));
    const V e = exp(d, hn::Mul(a, half));
    const V far = hn::Sub(hn::Mul(hn::Mul(half, e), e), hn::Div(half, hn::Mul(e, e)));
    return hn::CopySign(hn::IfThenElse(hn::Lt(a, one), near_zero, far), x);
  }
};
struct Cosh {
  template <class D, class V>
  static V apply(D d, V x) {
    const V half = hn::Set(d, hn::TFromD<D>(0.5));
    const V e = exp(d, hn::Mul(hn::Abs(x), half));
    return hn::Add(hn::Mul(hn::Mul(half, e), e), hn::Div(half, hn::Mul(e, e)));
  }
};

struct Elu {
  template <class D, class V>
  static V apply(D d, V x) {
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, expm1(d, x));
  }
};
struct Selu {
  template <class D, class V>
  static V apply(D d, V x) {
    using T = hn::TFromD<D>;
    const V scale = hn::Set(d, T(kSeluScale)), scale_alpha = hn::Set(d, T(kSeluScale * kSeluAlpha));
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Mul(scale, x), hn::Mul(scale_alpha, expm1(d, x)));
  }
};

template <class T>
UnaryLoops unary_of(Unary op) {
  switch (op) {
    case Unary::kExp: return linked_unary<Exp, T>();
    case Unary::kExpm1: return linked_unary<Expm1, T>();
    case Unary::kLog: return linked_unary<Log, T>();
    case Unary::kLog1p: return linked_unary<Log1p, T>();
    case Unary::kSigmoid: return linked_unary<Sigmoid, T>();
    case Unary::kLogSigmoid: return linked_unary<LogSigmoid, T>();
    case Unary::kSoftplus: return linked_unary<Softplus, T>();
    case Unary::kTanh: return linked_unary<Tanh, T>();
    case Unary::kSinh: return linked_unary<Sinh, T>();
    case Unary::kCosh: return linked_unary<Cosh, T>();
    case Unary::kElu: return linked_unary<Elu, T>();
    case Unary::kSelu: return linked_unary<Selu, T>();
    case Unary::kSilu: return linked_unary<Silu, T>();
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
UnaryLoops find_exponential(Unary op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_unary)(op, dtype); }
}  // namespace whygrad::kernels::cpu
#endif
