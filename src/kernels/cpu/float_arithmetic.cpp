// Loops of f32 and f64 ops that take a few instructions per vector.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/float_arithmetic.cpp"
#include "kernels/cpu/simd.hpp"

#include "kernels/cpu/chain-inl.hpp"
#include "kernels/cpu/loop-inl.hpp"

#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace {

template <class D, class V>
V constant(D d, V, double value) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(value));
}

// clang-format off
struct Negative { template <class D, class V> static V apply(D, V x) { return hn::Neg(x); } };
struct Abs { template <class D, class V> static V apply(D, V x) { return hn::Abs(x); } };
struct Square { template <class D, class V> static V apply(D, V x) { return hn::Mul(x, x); } };
struct Reciprocal { template <class D, class V> static V apply(D d, V x) { return hn::Div(constant(d, x, 1), x); } };
struct Sqrt { template <class D, class V> static V apply(D, V x) { return hn::Sqrt(x); } };
struct Rsqrt { template <class D, class V> static V apply(D d, V x) { return hn::Div(constant(d, x, 1), hn::Sqrt(x)); } };
struct Floor { template <class D, class V> static V apply(D, V x) { return hn::Floor(x); } };
struct Ceil { template <class D, class V> static V apply(D, V x) { return hn::Ceil(x); } };
struct Round { template <class D, class V> static V apply(D, V x) { return hn::Round(x); } };
struct Softsign { template <class D, class V> static V apply(D d, V x) { return hn::Div(x, hn::Add(hn::Abs(x), constant(d, x, 1))); } };

struct Add { template <class D, class V> static V apply(D, V a, V b) { return hn::Add(a, b); } };
struct Subtract { template <class D, class V> static V apply(D, V a, V b) { return hn::Sub(a, b); } };
struct Multiply { template <class D, class V> static V apply(D, V a, V b) { return hn::Mul(a, b); } };
struct Divide { template <class D, class V> static V apply(D, V a, V b) { return hn::Div(a, b); } };
struct FloorDiv { template <class D, class V> static V apply(D, V a, V b) { return hn::Floor(hn::Div(a, b)); } };
// clang-format on

struct Sign {
  template <class D, class V>
  static V apply(D d, V x) {
    const V zero = hn::Zero(d);
    const V not_positive = hn::IfThenElse(hn::Lt(x, zero), constant(d, x, -1), hn::Add(x, zero));  // NaN is its own sign, that of -0 is 0
    return hn::IfThenElse(hn::Gt(x, zero), constant(d, x, 1), not_positive);
  }
};

// Comparisons rather than Max and Min, whose answer for NaN differs between instruction sets.
struct Relu {
  template <class D, class V>
  static V apply(D d, V x) {
    return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Zero(d), x);
  }
};
struct Relu6 {
  template <class D, class V>
  static V apply(D d, V x) {
    const V six = constant(d, x, 6);
    return hn::IfThenElse(hn::Gt(x, six), six, Relu::apply(d, x));
  }
};
struct Maximum {
  template <class D, class V>
  static V apply(D, V a, V b) {
    return hn::IfThenElse(hn::Or(hn::Ge(a, b), hn::IsNaN(a)), a, b);
  }
};
struct Minimum {
  template <class D, class V>
  static V apply(D, V a, V b) {
    return hn::IfThenElse(hn::Or(hn::Le(a, b), hn::IsNaN(a)), a, b);
  }
};

struct FloorMod {
  template <class D, class V>
  static V apply(D d, V a, V b) {
    using T = hn::TFromD<D>;
    return per_lane(d, a, b, [](T x, T y) {
      const T m = std::fmod(x, y);
      return m != 0 && (m < 0) != (y < 0) ? m + y : m;
    });
  }
};
struct SquaredDifference {
  template <class D, class V>
  static V apply(D, V a, V b) {
    const V difference = hn::Sub(a, b);
    return hn::Mul(difference, difference);
  }
};
struct MultiplyNoNan {
  template <class D, class V>
  static V apply(D d, V a, V b) {
    return hn::IfThenZeroElse(hn::Eq(b, hn::Zero(d)), hn::Mul(a, b));
  }
};
struct DivideNoNan {
  template <class D, class V>
  static V apply(D d, V a, V b) {
    return hn::IfThenZeroElse(hn::Eq(b, hn::Zero(d)), hn::Div(a, b));
  }
};
struct Xdivy {
  template <class D, class V>
  static V apply(D d, V a, V b) {
    return hn::IfThenZeroElse(hn::Eq(a, hn::Zero(d)), hn::Div(a, b));
  }
};

template <class T>
UnaryLoops unary_of(Unary op) {
  switch (op) {
    case Unary::kNegative: return linked_unary<Negative, T>();
    case Unary::kAbs: return linked_unary<Abs, T>();
    case Unary::kSign: return linked_unary<Sign, T>();
    case Unary::kSquare: return linked_unary<Square, T>();
    case Unary::kReciprocal: return linked_unary<Reciprocal, T>();
    case Unary::kSqrt: return linked_unary<Sqrt, T>();
    case Unary::kRsqrt: return linked_unary<Rsqrt, T>();
    case Unary::kFloor: return linked_unary<Floor, T>();
    case Unary::kCeil: return linked_unary<Ceil, T>();
    case Unary::kRound:
    case Unary::kRint: return linked_unary<Round, T>();
    case Unary::kRelu: return linked_unary<Relu, T>();
    case Unary::kRelu6: return linked_unary<Relu6, T>();
    case Unary::kSoftsign: return linked_unary<Softsign, T>();
    default: return {};
  }
}

template <class T>
BinaryLoops binary_of(Binary op) {
  switch (op) {
    case Binary::kAdd: return linked_binary<Add, T>();
    case Binary::kSubtract: return linked_binary<Subtract, T>();
    case Binary::kMultiply: return linked_binary<Multiply, T>();
    case Binary::kDivide: return linked_binary<Divide, T>();
    case Binary::kFloorDiv: return linked_binary<FloorDiv, T>();
    case Binary::kFloorMod: return binary_loops<FloorMod, T>();
    case Binary::kMaximum: return linked_binary<Maximum, T>();
    case Binary::kMinimum: return linked_binary<Minimum, T>();
    case Binary::kSquaredDifference: return linked_binary<SquaredDifference, T>();
    case Binary::kMultiplyNoNan: return linked_binary<MultiplyNoNan, T>();
    case Binary::kDivideNoNan: return linked_binary<DivideNoNan, T>();
    case Binary::kXdivy: return linked_binary<Xdivy, T>();
    default: return {};
  }
}

UnaryLoops find_unary(Unary op, DType dtype) { return dtype == DType::kF32 ? unary_of<float>(op) : unary_of<double>(op); }
BinaryLoops find_binary(Binary op, DType dtype) { return dtype == DType::kF32 ? binary_of<float>(op) : binary_of<double>(op); }

template <class T>
ChainLoops chain_of() {
  return {as_link(&Links<T>::load), as_link(&Links<T>::store), as_link(&Links<T>::end), Links<T>::block_size(), Links<T>::run};
}
ChainLoops chain_for(DType dtype) { return dtype == DType::kF32 ? chain_of<float>() : chain_of<double>(); }

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(find_unary);
HWY_EXPORT(find_binary);
HWY_EXPORT(chain_for);
}  // namespace

UnaryLoops find_float_arithmetic(Unary op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_unary)(op, dtype); }
BinaryLoops find_float_arithmetic(Binary op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_binary)(op, dtype); }
ChainLoops find_chain(DType dtype) { return HWY_DYNAMIC_DISPATCH(chain_for)(dtype); }
}  // namespace whygrad::kernels::cpu
#endif
