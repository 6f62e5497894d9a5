// A number as it stands in a program, before a tensor's type rounds it.
#pragma once

#include <whygrad/base/dtype.hpp>
#include <whygrad/base/export.hpp>

#include <complex>
#include <cstdint>
#include <type_traits>

namespace whygrad {

// A number without a tensor's type yet. By itself it makes what TensorFlow makes of a Python number: 2 is i32, 2.5 is f32 (a C++ double literal says
// no more than Python's), true is bool; any other type is kept.
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

  // The number of type `type` with these parts, as the accessors below give them.
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
  // Whether it is written as an integer or a bool, and which one it is: real() rounds what has more than 53 bits.
  bool is_whole() const { return type_ == DType::kBool || is_integer(type_); }
  std::int64_t whole() const { return integer_; }
  // Writes the number as one element of `dtype`. Throws DTypeError, in the name of `op`, where the type cannot hold it: a fraction or a number out of
  // range in an integer type, a complex number in a real type, anything but true, false, 0 and 1 in bool.
  void store(DType dtype, void* element, const char* op) const;

 private:
  [[noreturn]] void refuse(DType dtype, const char* op) const;

  DType type_;
  std::int64_t integer_ = 0;  // of a bool or an integer
  double real_ = 0;
  double imaginary_ = 0;
};

}  // namespace whygrad
