// Loops over complex numbers. They are rare enough to go without a version per SIMD target.
#include "kernels/cpu/loops.hpp"

#include <complex>

namespace whygrad::kernels::cpu {
namespace {

template <class T>
using Complex = std::complex<T>;

// std::complex repeats a product whose result is NaN to recover infinities; like TensorFlow we do not.
template <class T>
Complex<T> product(Complex<T> a, Complex<T> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// clang-format off
struct Negative { template <class T> static Complex<T> apply(Complex<T> x) { return -x; } };
struct Abs { template <class T> static T apply(Complex<T> x) { return std::abs(x); } };
struct Sign { template <class T> static Complex<T> apply(Complex<T> x) { return x == T(0) ? Complex<T>() : x / std::abs(x); } };
struct Square { template <class T> static Complex<T> apply(Complex<T> x) { return product(x, x); } };
struct Reciprocal { template <class T> static Complex<T> apply(Complex<T> x) { return T(1) / x; } };
struct Sqrt { template <class T> static Complex<T> apply(Complex<T> x) { return std::sqrt(x); } };
struct Rsqrt { template <class T> static Complex<T> apply(Complex<T> x) { return T(1) / std::sqrt(x); } };
struct Exp { template <class T> static Complex<T> apply(Complex<T> x) { return std::exp(x); } };
struct Log { template <class T> static Complex<T> apply(Complex<T> x) { return std::log(x); } };
struct Sin { template <class T> static Complex<T> apply(Complex<T> x) { return std::sin(x); } };
struct Cos { template <class T> static Complex<T> apply(Complex<T> x) { return std::cos(x); } };
struct Tan { template <class T> static Complex<T> apply(Complex<T> x) { return std::tan(x); } };
struct Sinh { template <class T> static Complex<T> apply(Complex<T> x) { return std::sinh(x); } };
struct Cosh { template <class T> static Complex<T> apply(Complex<T> x) { return std::cosh(x); } };
struct Tanh { template <class T> static Complex<T> apply(Complex<T> x) { return std::tanh(x); } };
struct Asin { template <class T> static Complex<T> apply(Complex<T> x) { return std::asin(x); } };
struct Acos { template <class T> static Complex<T> apply(Complex<T> x) { return std::acos(x); } };
struct Atan { template <class T> static Complex<T> apply(Complex<T> x) { return std::atan(x); } };
struct Asinh { template <class T> static Complex<T> apply(Complex<T> x) { return std::asinh(x); } };
struct Acosh { template <class T> static Complex<T> apply(Complex<T> x) { return std::acosh(x); } };
struct Atanh { template <class T> static Complex<T> apply(Complex<T> x) { return std::atanh(x); } };
struct Sigmoid { template <class T> static Complex<T> apply(Complex<T> x) { return T(1) / (T(1) + std::exp(-x)); } };
struct Real { template <class T> static T apply(Complex<T> x) { return x.real(); } };
struct Imag { template <class T> static T apply(Complex<T> x) { return x.imag(); } };
struct Conj { template <class T> static Complex<T> apply(Complex<T> x) { return std::conj(x); } };

// Exact near 0: e^a cos(b) - 1 without the difference of two numbers near 1, log|1 + x| without the sum.
struct Expm1 {
  template <class T> static Complex<T> apply(Complex<T> x) {
    const T half = std::sin(x.imag() / 2);
    return {std::expm1(x.real()) * std::cos(x.imag()) - 2 * half * half, std::exp(x.real()) * std::sin(x.imag())};
  }
};
struct Log1p {
  template <class T> static Complex<T> apply(Complex<T> x) {
    return {std::log1p(x.real() * (2 + x.real()) + x.imag() * x.imag()) / 2, std::atan2(x.imag(), 1 + x.real())};
  }
};

struct Add { template <class T> static Complex<T> apply(Complex<T> a, Complex<T> b) { return a + b; } };
struct Subtract { template <class T> static Complex<T> apply(Complex<T> a, Complex<T> b) { return a - b; } };
struct Multiply { template <class T> static Complex<T> apply(Complex<T> a, Complex<T> b) { return product(a, b); } };
struct Divide { template <class T> static Complex<T> apply(Complex<T> a, Complex<T> b) { return a / b; } };
struct Pow { template <class T> static Complex<T> apply(Complex<T> a, Complex<T> b) { return std::pow(a, b); } };
// (a - b) conj(a - b), as TensorFlow defines it for complex numbers.
struct SquaredDifference { template <class T> static Complex<T> apply(Complex<T> a, Complex<T> b) { return {std::norm(a - b), T(0)}; } };
// clang-format on

template <class Op, class In, class Out>
void unary_loop(const void* x_data, void* out_data, std::size_t n) {
  const In* x = static_cast<const In*>(x_data);
  Out* out = static_cast<Out*>(out_data);
  for (std::size_t i = 0; i < n; ++i) out[i] = Op::apply(x[i]);
}
template <class Op, class T, std::size_t kStepA, std::size_t kStepB>
void binary_loop(const void* a_data, const void* b_data, void* out_data, std::size_t n) {
  const T* a = static_cast<const T*>(a_data);
  const T* b = static_cast<const T*>(b_data);
  T* out = static_cast<T*>(out_data);
  for (std::size_t i = 0; i < n; ++i) out[i] = Op::apply(a[i * kStepA], b[i * kStepB]);
}
template <class Op, class T>
constexpr BinaryLoops loops() {
  return {binary_loop<Op, T, 1, 1>, binary_loop<Op, T, 0, 1>, binary_loop<Op, T, 1, 0>};
}

template <class T>
UnaryLoop unary_of(Unary op) {
  using C = Complex<T>;
  switch (op) {
    case Unary::kNegative: return unary_loop<Negative, C, C>;
    case Unary::kAbs: return unary_loop<Abs, C, T>;
    case Unary::kSign: return unary_loop<Sign, C, C>;
    case Unary::kSquare: return unary_loop<Square, C, C>;
    case Unary::kReciprocal: return unary_loop<Reciprocal, C, C>;
    case Unary::kSqrt: return unary_loop<Sqrt, C, C>;
    case Unary::kRsqrt: return unary_loop<Rsqrt, C, C>;
    case Unary::kExp: return unary_loop<Exp, C, C>;
    case Unary::kLog: return unary_loop<Log, C, C>;
    case Unary::kSin: return unary_loop<Sin, C, C>;
    case Unary::kCos: return unary_loop<Cos, C, C>;
    case Unary::kTan: return unary_loop<Tan, C, C>;
    case Unary::kSinh: return unary_loop<Sinh, C, C>;
    case Unary::kCosh: return unary_loop<Cosh, C, C>;
    case Unary::kTanh: return unary_loop<Tanh, C, C>;
    case Unary::kAsin: return unary_loop<Asin, C, C>;
    case Unary::kAcos: return unary_loop<Acos, C, C>;
    case Unary::kAtan: return unary_loop<Atan, C, C>;
    case Unary::kAsinh: return unary_loop<Asinh, C, C>;
    case Unary::kAcosh: return unary_loop<Acosh, C, C>;
    case Unary::kAtanh: return unary_loop<Atanh, C, C>;
    case Unary::kExpm1: return unary_loop<Expm1, C, C>;
    case Unary::kLog1p: return unary_loop<Log1p, C, C>;
    case Unary::kSigmoid: return unary_loop<Sigmoid, C, C>;
    case Unary::kReal: return unary_loop<Real, C, T>;
    case Unary::kImag: return unary_loop<Imag, C, T>;
    case Unary::kConj: return unary_loop<Conj, C, C>;
    default: return nullptr;
  }
}
template <class T>
BinaryLoops binary_of(Binary op) {
  using C = Complex<T>;
  switch (op) {
    case Binary::kAdd: return loops<Add, C>();
    case Binary::kSubtract: return loops<Subtract, C>();
    case Binary::kMultiply: return loops<Multiply, C>();
    case Binary::kDivide: return loops<Divide, C>();
    case Binary::kPow: return loops<Pow, C>();
    case Binary::kSquaredDifference: return loops<SquaredDifference, C>();
    default: return {};
  }
}

}  // namespace

UnaryLoop find_complex(Unary op, DType dtype) { return dtype == DType::kC64 ? unary_of<float>(op) : unary_of<double>(op); }
BinaryLoops find_complex(Binary op, DType dtype) { return dtype == DType::kC64 ? binary_of<float>(op) : binary_of<double>(op); }

}  // namespace whygrad::kernels::cpu
