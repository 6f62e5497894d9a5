// Loops of the gradients that are worth one pass instead of several ops: f(dy, v), f32 and f64.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/gradient.cpp"
#include "kernels/cpu/simd.hpp"

#include "kernels/cpu/chain-inl.hpp"
#include "kernels/cpu/loop-inl.hpp"
#include "kernels/cpu/math-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace {

template <class D, class V>
V constant(D d, V, double value) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(value));
}
// 0 where dy is 0, even if the derivative is NaN or Inf there, as TensorFlow's mul_no_nan rules give.
template <class D, class V>
V zero_where_unused(D d, V dy, V gradient) {
  return hn::IfThenZeroElse(hn::Eq(dy, hn::Zero(d)), gradient);
}

struct SigmoidGrad {
  template <class D, class V>
  static V apply(D d, V dy, V y) {
    return hn::Mul(hn::Mul(dy, y), hn::Sub(constant(d, y, 1), y));
  }
};
struct TanhGrad {
  template <class D, class V>
  static V apply(D d, V dy, V y) {
    return hn::Mul(dy, hn::NegMulAdd(y, y, constant(d, y, 1)));
  }
};
struct ReluGrad {
  template <class D, class V>
  static V apply(D d, V dy, V v) {
    return hn::Mul(dy, hn::IfThenElseZero(hn::Gt(v, hn::Zero(d)), constant(d, v, 1)));
  }
};
struct Relu6Grad {
  template <class D, class V>
  static V apply(D d, V dy, V v) {
    return hn::Mul(dy, hn::IfThenElseZero(hn::And(hn::Gt(v, hn::Zero(d)), hn::Lt(v, constant(d, v, 6))), constant(d, v, 1)));
  }
};
struct SoftplusGrad {
  template <class D, class V>
  static V apply(D d, V dy, V x) {
    return hn::Mul(dy, sigmoid(d, x));
  }
};
struct EluGrad {
  template <class D, class V>
  static V apply(D d, V dy, V y) {
    return hn::IfThenElse(hn::Lt(y, hn::Zero(d)), hn::Mul(dy, hn::Add(y, constant(d, y, 1))), dy);
  }
};
struct SeluGrad {
  template <class D, class V>
  static V apply(D d, V dy, V y) {
    const V slope = hn::IfThenElse(hn::Lt(y, hn::Zero(d)), hn::Add(y, constant(d, y, kSeluScale * kSeluAlpha)), constant(d, y, kSeluScale));
    return hn::Mul(dy, slope);
  }
};
struct SoftsignGrad {
  template <class D, class V>
  static V apply(D d, V dy, V x) {
    const V denominator = hn::Add(hn::Abs(x), constant(d, x, 1));
    return hn::Div(dy, hn::Mul(denominator, denominator));
  }
};
struct SqrtGrad {
  template <class D, class V>
  static V apply(D d, V dy, V y) {
    return zero_where_unused(d, dy, hn::Div(hn::Mul(dy, constant(d, y, 0.5)), y));
  }
};
struct RsqrtGrad {
  template <class D, class V>
  static V apply(D d, V dy, V y) {
    return zero_where_unused(d, dy, hn::Mul(hn::Mul(dy, constant(d, y, -0.5)), hn::Mul(hn::Mul(y, y), y)));
  }
};
struct ReciprocalGrad {
  template <class D, class V>
  static V apply(D d, V dy, V y) {
    return zero_where_unused(d, dy, hn::Mul(hn::Neg(dy), hn::Mul(y, y)));
  }
};

template <class T>
BinaryLoops binary_of(Binary op) {
  switch (op) {
    case Binary::kSigmoidGrad: return linked_binary<SigmoidGrad, T>();
    case Binary::kTanhGrad: return linked_binary<TanhGrad, T>();
    case Binary::kReluGrad: return linked_binary<ReluGrad, T>();
    case Binary::kRelu6Grad: return linked_binary<Relu6Grad, T>();
    case Binary::kSoftplusGrad: return linked_binary<SoftplusGrad, T>();
    case Binary::kEluGrad: return linked_binary<EluGrad, T>();
    case Binary::kSeluGrad: return linked_binary<SeluGrad, T>();
    case Binary::kSoftsignGrad: return linked_binary<SoftsignGrad, T>();
    case Binary::kSqrtGrad: return linked_binary<SqrtGrad, T>();
    case Binary::kRsqrtGrad: return linked_binary<RsqrtGrad, T>();
    case Binary::kReciprocalGrad: return linked_binary<ReciprocalGrad, T>();
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
BinaryLoops find_gradient(Binary op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_binary)(op, dtype); }
}  // namespace whygrad::kernels::cpu
#endif
