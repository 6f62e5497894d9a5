// A number in a program, before it is converted to the dtype of a tensor.
#pragma once

#include <whygrad/base/dtype.hpp>
#include <whygrad/base/export.hpp>

#include <complex>
#include <cstdint>
#include <type_traits>

namespace whygrad {

// A number without a tensor's dtype. Its default dtype is that of a Python number in TensorFlow: 2 is i32, 2.5 is f32 (a C++ double literal is no
// more specific than Python's), true is bool. Numbers of any other type keep theirs.
class WG_API Number {
 public:
  template <Element T>
  Number(T value) : type_(dtype_of<T>) {
    if constexpr (std::is_integral_v<T>) {
      integer_ = static_cast<std::int64_t>(value);
      real_ = static_cast<double>(value);
    } else if constexpr (is_complex(dtype_of<T>)) {
      real_ = value.real();
      imaginary_ = value.imag();
    } else if constexpr (std::is_floating_point_v<T>) {
      real_ = value;
    } else {
      real_ = static_cast<float>(value);
    }
  }

  // A number of type `type` with the parts that the accessors below return.
  static Number of(DType type, std::int64_t integer, double real, double imaginary) {
    Number n(0);
    n.type_ = type;
    n.integer_ = integer;
    n.real_ = real;
    n.imaginary_ = imaginary;
    return n;
  }

  DType type() const { return type_; }  // as it was written
  DType dtype() const { return type_ == DType::kF64 ? DType::kF32 : type_; }
  double real() const { return real_; }
  double imaginary() const { return imaginary_; }
  // Whether it was written as an integer or a bool, and its exact value; real() rounds integers of more than 53 bits. A number of type u64 that no
  // i64 holds has the value whole() + 2^64.
  bool is_whole() const { return type_ == DType::kBool || is_integer(type_); }
  std::int64_t whole() const { return integer_; }
  bool is_above_i64() const { return type_ == DType::kU64 && integer_ < 0; }
  // Whether one whole number is less than another, exactly.
  static bool less(const Number& a, const Number& b) { return a.is_above_i64() == b.is_above_i64() ? a.integer_ < b.integer_ : b.is_above_i64(); }
  // Writes the number as one element of `dtype`. Throws DTypeError, in the name of `op`, where the type cannot hold it: a fraction or a number out of
  // range in an integer type, a complex number in a real type, anything but true, false, 0 and 1 in bool.
  void store(DType dtype, void* element, const char* op) const;

 private:
  [[noreturn]] void refuse(DType dtype, const char* op) const;

  DType type_;
  std::int64_t integer_ = 0;  // the value of a bool or an integer
  double real_ = 0;
  double imaginary_ = 0;
};

}  // namespace whygrad
