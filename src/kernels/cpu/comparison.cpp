// Loops whose result is bool: comparisons, tests for NaN and Inf, logic. A bool is one byte, 0 or 1.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/comparison.cpp"
#include "kernels/cpu/simd.hpp"

#include "kernels/cpu/plain_loop-inl.hpp"

#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace {

// clang-format off
struct Equal { template <class T> static bool apply(T a, T b) { return a == b; } };
struct NotEqual { template <class T> static bool apply(T a, T b) { return a != b; } };
struct Less { template <class T> static bool apply(T a, T b) { return a < b; } };
struct LessEqual { template <class T> static bool apply(T a, T b) { return a <= b; } };
struct LogicalAnd { static bool apply(bool a, bool b) { return a & b; } };
struct LogicalOr { static bool apply(bool a, bool b) { return a | b; } };
struct LogicalXor { static bool apply(bool a, bool b) { return a != b; } };

struct LogicalNot { static bool apply(bool x) { return !x; } };
struct IsNan { template <class T> static bool apply(T x) { return x != x; } };
struct IsInf { template <class T> static bool apply(T x) { return (x < 0 ? -x : x) == std::numeric_limits<T>::infinity(); } };
struct IsFinite { template <class T> static bool apply(T x) { return (x < 0 ? -x : x) <= std::numeric_limits<T>::max(); } };
// clang-format on

template <class T>
BinaryLoops equality_of(Binary op) {
  switch (op) {
    case Binary::kEqual: return commutative_loops<Equal, T, bool>();
    case Binary::kNotEqual: return commutative_loops<NotEqual, T, bool>();
    default: return {};
  }
}
template <class T>
BinaryLoops order_of(Binary op) {
  switch (op) {
    case Binary::kLess: return plain_binary_loops<Less, T, bool>();
    case Binary::kLessEqual: return plain_binary_loops<LessEqual, T, bool>();
    case Binary::kGreater: return exchanged_loops<Less, T, bool>();
    case Binary::kGreaterEqual: return exchanged_loops<LessEqual, T, bool>();
    default:
      if constexpr (std::is_integral_v<T>) return equality_of<std::make_unsigned_t<T>>(op);  // equal integers have equal bits, of either sign
      return equality_of<T>(op);
  }
}
BinaryLoops logic_of(Binary op) {
  switch (op) {
    case Binary::kLogicalAnd: return commutative_loops<LogicalAnd, bool, bool>();
    case Binary::kLogicalOr: return commutative_loops<LogicalOr, bool, bool>();
    case Binary::kLogicalXor: return commutative_loops<LogicalXor, bool, bool>();
    default: return equality_of<bool>(op);
  }
}
BinaryLoops find_binary(Binary op, DType dtype) {
  switch (dtype) {
    case DType::kBool: return logic_of(op);
    case DType::kU8: return order_of<std::uint8_t>(op);
    case DType::kI8: return order_of<std::int8_t>(op);
    case DType::kU16: return order_of<std::uint16_t>(op);
    case DType::kI16: return order_of<std::int16_t>(op);
    case DType::kU32: return order_of<std::uint32_t>(op);
    case DType::kI32: return order_of<std::int32_t>(op);
    case DType::kU64: return order_of<std::uint64_t>(op);
    case DType::kI64: return order_of<std::int64_t>(op);
    case DType::kF32: return order_of<float>(op);
    case DType::kF64: return order_of<double>(op);
    case DType::kC64: return equality_of<std::complex<float>>(op);
    case DType::kC128: return equality_of<std::complex<double>>(op);
    default: return {};
  }
}

template <class T>
UnaryLoop test_of(Unary op) {
  switch (op) {
    case Unary::kIsNan: return plain_unary_loop<IsNan, T, bool>;
    case Unary::kIsInf: return plain_unary_loop<IsInf, T, bool>;
    case Unary::kIsFinite: return plain_unary_loop<IsFinite, T, bool>;
    default: return nullptr;
  }
}
UnaryLoop find_unary(Unary op, DType dtype) {
  switch (dtype) {
    case DType::kBool: return op == Unary::kLogicalNot ? plain_unary_loop<LogicalNot, bool, bool> : nullptr;
    case DType::kF32: return test_of<float>(op);
    case DType::kF64: return test_of<double>(op);
    default: return nullptr;
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

UnaryLoop find_predicate(Unary op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_unary)(op, dtype); }
BinaryLoops find_comparison(Binary op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_binary)(op, dtype); }
}  // namespace whygrad::kernels::cpu
#endif
