// Tensors from numbers, lists, vectors and foreign memory, and tensors of regular content.
#pragma once

#include <whygrad/ops/number.hpp>
#include <whygrad/tensor/tensor.hpp>

#include <complex>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <type_traits>

namespace whygrad {

// ---- Literals ----

// A number, or a list of literals in braces. It lives as long as its expression.
class Literal {
 public:
  template <Element T>
  Literal(T number) : number_(number) {}
  Literal(std::initializer_list<Literal> items) : number_(0), items_(items), is_list_(true) {}
  Literal(const Literal&) = delete;
  Literal& operator=(const Literal&) = delete;

  bool is_list() const { return is_list_; }
  const Number& number() const { return number_; }
  std::size_t count() const { return items_.size(); }
  const Literal* begin() const { return items_.begin(); }
  const Literal* end() const { return items_.end(); }

 private:
  Number number_;
  std::initializer_list<Literal> items_;
  bool is_list_ = false;
};

// A vector, array or span of elements.
template <class R>
concept ElementRange = requires(const R& range) {
  std::size(range);
  requires Element<std::remove_cvref_t<decltype(*std::data(range))>>;
};

// ---- Constants ----

// constant(2.5), constant({1, 2, 3}), constant({{1.0, 2.0}, {3.0, 4.0}}): a tensor of the shape of the nested lists. Numbers have the dtypes that
// Number describes; mixed numbers take the widest, so {1, 2.5} is f32. With a dtype, the numbers are converted: constant({1.0, 2.0}, float64). Throws
// ShapeError for a ragged list, DTypeError if bools and numbers are mixed or the dtype cannot hold a number.
WG_API Tensor constant(const Literal& value, Where where = Where::here());
WG_API Tensor constant(const Literal& value, DType dtype, Where where = Where::here());

namespace internal {
WG_API Tensor constant_from(DType dtype, const void* elements, std::size_t count, const Shape& shape, const Where& where);
}

// A copy of the elements of a vector, array or span, of their own type (a vector of double gives f64), as [n] or, in row-major order, as `shape`.
// Throws ShapeError if the shape has another number of elements.
template <ElementRange R>
Tensor constant(const R& values, Where where = Where::here()) {
  return internal::constant_from(dtype_of<std::remove_cvref_t<decltype(*std::data(values))>>, std::data(values), std::size(values),
                                 Shape{static_cast<std::int64_t>(std::size(values))}, where);
}
template <ElementRange R>
Tensor constant(const R& values, const Shape& shape, Where where = Where::here()) {
  return internal::constant_from(dtype_of<std::remove_cvref_t<decltype(*std::data(values))>>, std::data(values), std::size(values), shape, where);
}

// A tensor over `data`, without a copy: shape.size() elements, row-major, aligned to their size. They must not change while a tensor refers to them.
// After the last one is destroyed, on any thread, release(context) is called. Throws ValueError for a null or misaligned pointer; after an exception
// release is not called.
WG_API Tensor adopt(DType dtype, const Shape& shape, const void* data, void (*release)(void* context), void* context, Where where = Where::here());

// ---- Regular content ----

WG_API Tensor zeros(const Shape& shape, DType dtype = float32, Where where = Where::here());
WG_API Tensor ones(const Shape& shape, DType dtype = float32, Where where = Where::here());
// Every element is `value`. Without a dtype: the number's own, so fill({3}, 2.5) is f32 and fill({3}, 2) is i32.
WG_API Tensor fill(const Shape& shape, const Number& value, Where where = Where::here());
WG_API Tensor fill(const Shape& shape, const Number& value, DType dtype, Where where = Where::here());

// Of the shape and dtype of x. No gradient: the values do not depend on those of x.
WG_API Tensor zeros_like(const Tensor& x, Where where = Where::here());
WG_API Tensor ones_like(const Tensor& x, Where where = Where::here());

// start, start + delta, ..., excluding `limit`: [ceil((limit - start) / delta)], computed in the dtype. The dtype is the widest of the three numbers,
// i32 for range(5). Throws ValueError if delta is 0, not finite or leads away from limit, DTypeError for bool and complex.
WG_API Tensor range(const Number& limit, Where where = Where::here());
WG_API Tensor range(const Number& start, const Number& limit, const Number& delta = 1, Where where = Where::here());
WG_API Tensor range(const Number& start, const Number& limit, const Number& delta, DType dtype, Where where = Where::here());

// `count` evenly spaced numbers from `start` to `stop`, both included: [count]. Floating dtypes. Throws ValueError for a negative count.
WG_API Tensor linspace(double start, double stop, std::int64_t count, DType dtype = float32, Where where = Where::here());
// `count` evenly spaced tensors from `start` to `stop`, both included, stacked along a new axis at position `axis` of the result: start and stop
// [k..] give [count, k..] at axis 0. Composed of add, multiply and concat, so a gradient flows to both ends. Throws ValueError for a negative count,
// ShapeError unless the shapes broadcast, DTypeError unless both have the same floating or complex dtype.
WG_API Tensor linspace(const Tensor& start, const Tensor& stop, std::int64_t count, std::int64_t axis = 0, Where where = Where::here());

// Ones on the diagonal, zeros elsewhere: [rows, columns].
WG_API Tensor eye(std::int64_t rows, std::int64_t columns, DType dtype = float32, Where where = Where::here());
WG_API Tensor eye(std::int64_t rows, Where where = Where::here());

}  // namespace whygrad
