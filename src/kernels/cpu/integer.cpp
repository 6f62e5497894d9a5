// Loops of arithmetic on integers. Overflow wraps: everything that could overflow is computed in an unsigned type.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/integer.cpp"
#include "kernels/cpu/simd.hpp"

#include "kernels/cpu/plain_loop-inl.hpp"

#include <cstdint>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace {

// At least as wide as int, or the product of two u16 would be promoted to int and overflow there.
template <class T>
using Wrapping = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

template <class T>
T wrapping_product(T a, T b) {
  return static_cast<T>(Wrapping<T>(a) * Wrapping<T>(b));
}
template <class T>
T wrapping_negative(T x) {
  return static_cast<T>(Wrapping<T>(0) - Wrapping<T>(x));
}

// clang-format off
struct Negative { template <class T> static T apply(T x) { return wrapping_negative(x); } };
struct Abs { template <class T> static T apply(T x) { return x < 0 ? wrapping_negative(x) : x; } };
struct Sign { template <class T> static T apply(T x) { return static_cast<T>((x > 0) - (x < 0)); } };
struct Square { template <class T> static T apply(T x) { return wrapping_product(x, x); } };
struct Relu { template <class T> static T apply(T x) { return x > 0 ? x : T{0}; } };
struct Relu6 { template <class T> static T apply(T x) { return x > 6 ? T{6} : Relu::apply(x); } };

struct Add { template <class T> static T apply(T a, T b) { return static_cast<T>(Wrapping<T>(a) + Wrapping<T>(b)); } };
struct Subtract { template <class T> static T apply(T a, T b) { return static_cast<T>(Wrapping<T>(a) - Wrapping<T>(b)); } };
struct Multiply { template <class T> static T apply(T a, T b) { return wrapping_product(a, b); } };
struct Maximum { template <class T> static T apply(T a, T b) { return a > b ? a : b; } };
struct Minimum { template <class T> static T apply(T a, T b) { return a < b ? a : b; } };
struct SquaredDifference { template <class T> static T apply(T a, T b) { return Square::apply(Subtract::apply(a, b)); } };

struct Identity { template <class T> static T apply(T x) { return x; } };
struct Invert { template <class T> static T apply(T x) { return static_cast<T>(~x); } };
struct BitAnd { template <class T> static T apply(T a, T b) { return static_cast<T>(a & b); } };
struct BitOr { template <class T> static T apply(T a, T b) { return static_cast<T>(a | b); } };
struct BitXor { template <class T> static T apply(T a, T b) { return static_cast<T>(a ^ b); } };
// clang-format on

struct FloorDiv {
  template <class T>
  static T apply(T a, T b) {
    if (b == 0) return 0;
    if (std::is_signed_v<T> && b == T(-1)) return wrapping_negative(a);  // the lowest integer / -1 would trap
    const T quotient = static_cast<T>(a / b);
    return (a % b != 0 && (a < 0) != (b < 0)) ? static_cast<T>(quotient - 1) : quotient;
  }
};
struct FloorMod {
  template <class T>
  static T apply(T a, T b) {
    if (b == 0 || (std::is_signed_v<T> && b == T(-1))) return 0;
    const T rest = static_cast<T>(a % b);
    return (rest != 0 && (rest < 0) != (b < 0)) ? static_cast<T>(rest + b) : rest;
  }
};
// The places that a shift moves by: what lies outside of the type counts as its nearest end.
template <class T>
int places(T by) {
  constexpr int kMost = static_cast<int>(sizeof(T)) * 8 - 1;
  return by < 0 ? 0 : by > kMost ? kMost : static_cast<int>(by);
}
struct ShiftLeft {
  template <class T>
  static T apply(T a, T by) {
    return static_cast<T>(Wrapping<T>(a) << places(by));
  }
};
struct ShiftRight {
  template <class T>
  static T apply(T a, T by) {
    return static_cast<T>(a >> places(by));
  }
};
struct Pow {
  template <class T>
  static T apply(T base, T exponent) {
    if (exponent < 0) return base == 1 ? T{1} : base == T(-1) ? (exponent % 2 == 0 ? T{1} : T(-1)) : T{0};
    T result = 1;
    for (; exponent != 0; exponent = static_cast<T>(exponent / 2)) {
      if (exponent % 2 != 0) result = wrapping_product(result, base);
      base = wrapping_product(base, base);
    }
    return result;
  }
};

// NOTE [types of one width]
// An op that gives the same bits with and without a sign has one loop for both types: `Bits` is the unsigned one.
template <class T>
UnaryLoop unary_of(Unary op) {
  using Bits = std::make_unsigned_t<T>;
  switch (op) {
    case Unary::kNegative: return plain_unary_loop<Negative, Bits, Bits>;
    case Unary::kAbs: return plain_unary_loop<Abs, T, T>;
    case Unary::kSign: return plain_unary_loop<Sign, T, T>;
    case Unary::kSquare: return plain_unary_loop<Square, Bits, Bits>;
    case Unary::kRelu: return plain_unary_loop<Relu, T, T>;
    case Unary::kRelu6: return plain_unary_loop<Relu6, T, T>;
    case Unary::kRound: return plain_unary_loop<Identity, Bits, Bits>;
    case Unary::kInvert: return plain_unary_loop<Invert, Bits, Bits>;
    default: return nullptr;
  }
}

template <class T>
BinaryLoops binary_of(Binary op) {
  using Bits = std::make_unsigned_t<T>;  // see NOTE [types of one width]
  switch (op) {
    case Binary::kAdd: return commutative_loops<Add, Bits, Bits>();
    case Binary::kSubtract: return plain_binary_loops<Subtract, Bits, Bits>();
    case Binary::kMultiply: return commutative_loops<Multiply, Bits, Bits>();
    case Binary::kFloorDiv: return plain_binary_loops<FloorDiv, T, T>();
    case Binary::kFloorMod: return plain_binary_loops<FloorMod, T, T>();
    case Binary::kMaximum: return commutative_loops<Maximum, T, T>();
    case Binary::kMinimum: return commutative_loops<Minimum, T, T>();
    case Binary::kSquaredDifference: return commutative_loops<SquaredDifference, Bits, Bits>();
    case Binary::kPow: return plain_binary_loops<Pow, T, T>();
    case Binary::kBitAnd: return commutative_loops<BitAnd, Bits, Bits>();
    case Binary::kBitOr: return commutative_loops<BitOr, Bits, Bits>();
    case Binary::kBitXor: return commutative_loops<BitXor, Bits, Bits>();
    case Binary::kShiftLeft: return plain_binary_loops<ShiftLeft, T, T>();
    case Binary::kShiftRight: return plain_binary_loops<ShiftRight, T, T>();
    default: return {};
  }
}

UnaryLoop find_unary(Unary op, DType dtype) {
  switch (dtype) {
    case DType::kU8: return unary_of<std::uint8_t>(op);
    case DType::kI8: return unary_of<std::int8_t>(op);
    case DType::kU16: return unary_of<std::uint16_t>(op);
    case DType::kI16: return unary_of<std::int16_t>(op);
    case DType::kU32: return unary_of<std::uint32_t>(op);
    case DType::kI32: return unary_of<std::int32_t>(op);
    case DType::kU64: return unary_of<std::uint64_t>(op);
    case DType::kI64: return unary_of<std::int64_t>(op);
    default: return nullptr;
  }
}
BinaryLoops find_binary(Binary op, DType dtype) {
  switch (dtype) {
    case DType::kU8: return binary_of<std::uint8_t>(op);
    case DType::kI8: return binary_of<std::int8_t>(op);
    case DType::kU16: return binary_of<std::uint16_t>(op);
    case DType::kI16: return binary_of<std::int16_t>(op);
    case DType::kU32: return binary_of<std::uint32_t>(op);
    case DType::kI32: return binary_of<std::int32_t>(op);
    case DType::kU64: return binary_of<std::uint64_t>(op);
    case DType::kI64: return binary_of<std::int64_t>(op);
    default: return {};
  }
}

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(find_unary);
HWY_EXPORT(find_binary);
}  // namespace

UnaryLoop find_integer(Unary op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_unary)(op, dtype); }
BinaryLoops find_integer(Binary op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_binary)(op, dtype); }
}  // namespace whygrad::kernels::cpu
#endif
