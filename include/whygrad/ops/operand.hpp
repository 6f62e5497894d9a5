// Operators on tensors: x - y, 2.0 * x, -x, x < y.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <concepts>
#include <cstdint>

namespace whygrad {

// One side of an operator, converted from a tensor, anything that converts to a tensor (a Variable), or a bare number. The conversion records the
// place of the expression, which an operator could not find out otherwise. A bare number takes the other side's dtype.
class Operand {
 public:
  Operand(const Tensor& tensor, Where where = Where::here()) : tensor_(&tensor), where_(where) {}
  template <class T>
  requires(std::convertible_to<const T&, Tensor> && !std::same_as<T, Tensor> && !std::is_arithmetic_v<T>)
      Operand(const T& value, Where where = Where::here())
      : held_(value), tensor_(&held_), where_(where) {}
  template <class T>
  requires std::is_arithmetic_v<T> Operand(T number, Where where = Where::here())
      : number_(static_cast<double>(number)), whole_(whole_part(number)), fractional_(std::floating_point<T>), where_(where) {}
  // An operand lives as long as its expression.
  Operand(const Operand&) = delete;
  Operand& operator=(const Operand&) = delete;

  bool is_number() const { return tensor_ == nullptr; }
  const Tensor& tensor() const { return *tensor_; }
  double number() const { return number_; }
  // The exact number if it is of an integer type: a double holds only 53 bits.
  std::int64_t whole() const { return whole_; }
  // Whether the number is of a floating type.
  bool fractional() const { return fractional_; }
  const Where& where() const { return where_; }

 private:
  template <class T>
  static std::int64_t whole_part(T number) {
    if constexpr (std::floating_point<T>) return 0;
    if constexpr (!std::floating_point<T>) return static_cast<std::int64_t>(number);
  }

  Tensor held_;
  const Tensor* tensor_ = nullptr;
  double number_ = 0;
  std::int64_t whole_ = 0;
  bool fractional_ = false;
  Where where_;
};

// Elementwise with NumPy broadcasting; see the named functions in ops/elementwise.hpp. Tensors of different dtypes throw DTypeError, shapes that do
// not broadcast ShapeError. Comparisons give bool. At least one side is a tensor: two bare numbers use C++'s own operators.
WG_API Tensor operator+(const Operand& a, const Operand& b);
WG_API Tensor operator-(const Operand& a, const Operand& b);
WG_API Tensor operator*(const Operand& a, const Operand& b);
WG_API Tensor operator/(const Operand& a, const Operand& b);
WG_API Tensor operator%(const Operand& a, const Operand& b);
WG_API Tensor operator-(const Operand& a);
WG_API Tensor operator<(const Operand& a, const Operand& b);
WG_API Tensor operator<=(const Operand& a, const Operand& b);
WG_API Tensor operator>(const Operand& a, const Operand& b);
WG_API Tensor operator>=(const Operand& a, const Operand& b);
WG_API Tensor operator==(const Operand& a, const Operand& b);
WG_API Tensor operator!=(const Operand& a, const Operand& b);
WG_API Tensor operator&&(const Operand& a, const Operand& b);
WG_API Tensor operator||(const Operand& a, const Operand& b);
WG_API Tensor operator!(const Operand& a);

}  // namespace whygrad
