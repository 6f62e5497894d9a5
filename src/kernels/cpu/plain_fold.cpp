// Reductions of integers, bool and complex numbers: plain loops, compiled for each SIMD target so that the compiler vectorises them.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/plain_fold.cpp"
#include "kernels/cpu/simd.hpp"

#include "kernels/cpu/fold.hpp"

#include <algorithm>
#include <complex>
#include <limits>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace {

// The representation of totals of integers, bools and complex numbers in a Total.
struct Integers {
  using Type = std::int64_t;
  static Type get(const Total& total) { return total.as_integer; }
  static void set(Total& total, Type value) { total.as_integer = value; }
};
struct Complexes {
  using Type = std::complex<double>;
  static Type get(const Total& total) { return {total.as_complex[0], total.as_complex[1]}; }
  static void set(Total& total, Type value) {
    total.as_complex[0] = value.real();
    total.as_complex[1] = value.imag();
  }
};

// Sums and products of integers wrap.
template <class T>
T wrap_add(T a, T b) {
  return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
template <class T>
T wrap_multiply(T a, T b) {
  return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

// clang-format off
struct Sum : Integers {
  template <class T> static std::int64_t neutral() { return 0; }
  static std::int64_t join(std::int64_t a, std::int64_t b) { return wrap_add(a, b); }
};
struct Prod : Integers {
  template <class T> static std::int64_t neutral() { return 1; }
  static std::int64_t join(std::int64_t a, std::int64_t b) { return wrap_multiply(a, b); }
};
struct Max : Integers {
  template <class T> static std::int64_t neutral() { return std::numeric_limits<T>::min(); }
  static std::int64_t join(std::int64_t a, std::int64_t b) { return a > b ? a : b; }
};
struct Min : Integers {
  template <class T> static std::int64_t neutral() { return std::numeric_limits<T>::max(); }
  static std::int64_t join(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
};
// Of u64, whose numbers no i64 holds: the same bits, compared without a sign.
struct UnsignedMax : Integers {
  template <class T> static std::int64_t neutral() { return 0; }
  static std::int64_t join(std::int64_t a, std::int64_t b) { return static_cast<std::uint64_t>(a) > static_cast<std::uint64_t>(b) ? a : b; }
};
struct UnsignedMin : Integers {
  template <class T> static std::int64_t neutral() { return -1; }
  static std::int64_t join(std::int64_t a, std::int64_t b) { return static_cast<std::uint64_t>(a) < static_cast<std::uint64_t>(b) ? a : b; }
};
struct Any : Integers {
  template <class T> static std::int64_t neutral() { return 0; }
  static std::int64_t join(std::int64_t a, std::int64_t b) { return a | b; }
};
struct All : Integers {
  template <class T> static std::int64_t neutral() { return 1; }
  static std::int64_t join(std::int64_t a, std::int64_t b) { return a & b; }
};
struct ComplexSum : Complexes {
  template <class T> static std::complex<double> neutral() { return 0; }
  static std::complex<double> join(std::complex<double> a, std::complex<double> b) { return a + b; }
};
struct ComplexProd : Complexes {
  template <class T> static std::complex<double> neutral() { return 1; }
  static std::complex<double> join(std::complex<double> a, std::complex<double> b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  }
};
// clang-format on

template <class Fold, class T>
void start(Total* totals, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) Fold::set(totals[i], Fold::template neutral<T>());
}
template <class Fold>
void merge(const Total* from, Total* totals, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) Fold::set(totals[i], Fold::join(Fold::get(totals[i]), Fold::get(from[i])));
}
template <class Fold, class T>
void fold_row(const void* data, std::int64_t n, Total* total) {
  const T* x = static_cast<const T*>(data);
  auto sum = Fold::get(*total);
  for (std::int64_t i = 0; i < n; ++i) sum = Fold::join(sum, static_cast<typename Fold::Type>(x[i]));
  Fold::set(*total, sum);
}
template <class Fold, class T>
void fold_rows(const void* data, std::int64_t n, std::int64_t count, Total* totals) {
  for (std::int64_t i = 0; i < count; ++i) fold_row<Fold, T>(static_cast<const T*>(data) + i * n, n, totals + i);
}
template <class Fold, class T>
void fold_columns(const void* data, std::int64_t stride, std::int64_t rows, std::int64_t columns, Total* totals) {
  const T* x = static_cast<const T*>(data);
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      Fold::set(totals[c], Fold::join(Fold::get(totals[c]), static_cast<typename Fold::Type>(x[r * stride + c])));
    }
  }
}

template <class T>
T mean_of(std::int64_t sum, std::int64_t count) {
  if (count == 0) return T{0};
  if constexpr (std::is_same_v<T, std::uint64_t>) return static_cast<std::uint64_t>(sum) / static_cast<std::uint64_t>(count);
  return static_cast<T>(sum / count);
}
template <class T>
T mean_of(std::complex<double> sum, std::int64_t count) {
  return static_cast<T>(sum / static_cast<double>(count));
}
template <class Fold, class T, bool kMean>
void finish(const Total* totals, std::int64_t n, std::int64_t count, void* out) {
  for (std::int64_t i = 0; i < n; ++i) {
    const auto total = Fold::get(totals[i]);
    if constexpr (kMean) static_cast<T*>(out)[i] = mean_of<T>(total, count);
    if constexpr (!kMean) static_cast<T*>(out)[i] = static_cast<T>(total);
  }
}

template <class Fold, class T, bool kMean = false>
constexpr FoldLoops loops() {
  return {start<Fold, T>, fold_row<Fold, T>, fold_rows<Fold, T>, fold_columns<Fold, T>, merge<Fold>, finish<Fold, T, kMean>};
}
template <class T>
FoldLoops integer_fold(Reduce op) {
  constexpr bool kU64 = std::is_same_v<T, std::uint64_t>;
  using Signed = std::make_signed_t<T>;  // sums and products wrap to the same bits
  switch (op) {
    case Reduce::kSum: return loops<Sum, Signed>();
    case Reduce::kMean: return loops<Sum, T, true>();
    case Reduce::kProd: return loops<Prod, Signed>();
    case Reduce::kMax: return loops<std::conditional_t<kU64, UnsignedMax, Max>, T>();
    case Reduce::kMin: return loops<std::conditional_t<kU64, UnsignedMin, Min>, T>();
    default: return {};
  }
}
template <class T>
FoldLoops complex_fold(Reduce op) {
  switch (op) {
    case Reduce::kSum: return loops<ComplexSum, T>();
    case Reduce::kMean: return loops<ComplexSum, T, true>();
    case Reduce::kProd: return loops<ComplexProd, T>();
    default: return {};
  }
}
FoldLoops bool_fold(Reduce op) {
  switch (op) {
    case Reduce::kAny: return loops<Any, bool>();
    case Reduce::kAll: return loops<All, bool>();
    default: return {};
  }
}
FoldLoops find_fold(Reduce op, DType dtype) {
  switch (dtype) {
    case DType::kBool: return bool_fold(op);
    case DType::kU8: return integer_fold<std::uint8_t>(op);
    case DType::kI8: return integer_fold<std::int8_t>(op);
    case DType::kU16: return integer_fold<std::uint16_t>(op);
    case DType::kI16: return integer_fold<std::int16_t>(op);
    case DType::kU32: return integer_fold<std::uint32_t>(op);
    case DType::kI32: return integer_fold<std::int32_t>(op);
    case DType::kU64: return integer_fold<std::uint64_t>(op);
    case DType::kI64: return integer_fold<std::int64_t>(op);
    case DType::kC64: return complex_fold<std::complex<float>>(op);
    case DType::kC128: return complex_fold<std::complex<double>>(op);
    default: return {};
  }
}

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(find_fold);
}
FoldLoops find_plain_fold(Reduce op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_fold)(op, dtype); }
}  // namespace whygrad::kernels::cpu
#endif
