// Tensors from given numbers.
#include "ops/core/events.hpp"
#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <complex>
#include <cstring>
#include <limits>
#include <vector>

namespace whygrad {
namespace {

// Whether a number of an integer type lies in the range of `dtype`.
bool holds(DType dtype, const Number& n) {
  const auto bits = static_cast<std::uint64_t>(n.whole());
  if (n.whole() < 0 && !n.is_above_i64()) return n.whole() >= lowest_integer(dtype);
  return bits <= highest_integer(dtype);
}

// The dtype of a list with elements of types `a` and `b`. Types are numbered from narrow to wide.
DType widest(DType a, DType b) {
  if (a == b) return a;
  const DType narrow = std::min(a, b), wide = std::max(a, b);
  if (narrow == DType::kBool) {
    throw DTypeError("constant", fmt::format("a list holds both bool and {}", name_of(wide)), "write true and false, or numbers, throughout");
  }
  if (is_integer(wide) && is_unsigned(narrow) != is_unsigned(wide)) {  // the narrowest signed type that holds both
    for (const DType both : {DType::kI16, DType::kI32, DType::kI64}) {
      if (highest_integer(both) >= std::max(highest_integer(narrow), highest_integer(wide)) && size_of(both) >= size_of(wide)) return both;
    }
    throw DTypeError("constant", fmt::format("a list holds both {} and {}, which no integer type holds", name_of(narrow), name_of(wide)),
                     "convert the numbers of the list to one type");
  }
  if (narrow == DType::kF16 && wide == DType::kBF16) return DType::kF32;
  return wide;
}

// "[1, 0]": the position of element i in the row-major order of `shape`.
std::string place(std::int64_t i, const Shape& shape) {
  std::string text;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    text = fmt::format("{}{}{}", i % shape[axis], text.empty() ? "" : ", ", text);
    i /= shape[axis];
  }
  return "[" + text + "]";
}

struct Flat {
  Shape shape;
  std::vector<const Literal*> numbers;
};

// Level by level: all lists of one level must have the same length, and only the last level has numbers.
Flat flatten(const Literal& root) {
  Flat flat{{}, {&root}};
  const auto describe = [](const Literal& literal) {
    return literal.is_list() ? fmt::format("a list of {}", literal.count()) : std::string("a number");
  };
  while (!flat.numbers.empty()) {
    const Literal& first = *flat.numbers.front();
    for (std::size_t i = 1; i < flat.numbers.size(); ++i) {
      const Literal& item = *flat.numbers[i];
      if (item.is_list() == first.is_list() && item.count() == first.count()) continue;
      throw ShapeError("constant",
                       fmt::format("the list is ragged: {} is {} and {} is {}", place(0, flat.shape), describe(first),
                                   place(static_cast<std::int64_t>(i), flat.shape), describe(item)),
                       "all lists of one level need the same length; fill up the short ones");
    }
    if (!first.is_list()) break;
    std::vector<const Literal*> next;
    next.reserve(flat.numbers.size() * first.count());
    for (const Literal* list : flat.numbers) {
      for (const Literal& item : *list) next.push_back(&item);
    }
    flat.shape.push_back(static_cast<std::int64_t>(first.count()));
    flat.numbers = std::move(next);
  }
  return flat;
}

// Records a tensor with these elements of the host, so that explanations recognise elements that were read from another tensor before. `written`: see
// ConstantAttrs.
Tensor record(Tensor t, const void* elements, const Where& where, double written = std::numeric_limits<double>::quiet_NaN()) {
  internal::log_constant(t, {internal::fingerprint(elements, static_cast<std::size_t>(t.size()) * size_of(t.dtype())), written}, where);
  return t;
}

Tensor copy_of(DType dtype, const Shape& shape, const void* elements) {
  Tensor t = internal::make_tensor(dtype, shape);
  internal::fill_elements(t, elements);
  return t;
}

Tensor from_literal(const Flat& flat, DType dtype, const Where& where) {
  std::vector<char> elements(flat.numbers.size() * size_of(dtype));
  for (std::size_t i = 0; i < flat.numbers.size(); ++i) flat.numbers[i]->number().store(dtype, elements.data() + i * size_of(dtype), "constant");
  Tensor t = copy_of(dtype, flat.shape, elements.data());
  if (flat.numbers.size() == 1) return record(std::move(t), elements.data(), where, flat.numbers[0]->number().real());
  return record(std::move(t), elements.data(), where);
}

}  // namespace

void Number::refuse(DType dtype, const char* op) const {
  const std::string text = type_ == DType::kBool ? (integer_ != 0 ? "true" : "false")
                           : is_above_i64()      ? fmt::format("{}", static_cast<std::uint64_t>(integer_))
                           : is_integer(type_)   ? fmt::format("{}", integer_)
                           : is_complex(type_)   ? fmt::format("{}{:+}i", real_, imaginary_)
                                                 : fmt::format("{}", real_);
  throw DTypeError(op, fmt::format("{} cannot hold the number {}", name_of(dtype), text),
                   type_ == DType::kBool ? "bools mean no numbers here; write 0 or 1" : "choose another dtype, or round the number first");
}

void Number::store(DType dtype, void* element, const char* op) const {
  const bool whole = is_whole();
  if (dtype == DType::kBool) {
    if (!whole || (integer_ != 0 && integer_ != 1)) refuse(dtype, op);
  } else if (is_integer(dtype)) {
    if (!whole || !holds(dtype, *this)) refuse(dtype, op);
  } else if (is_floating(dtype) && is_complex(type_)) {
    refuse(dtype, op);
  }
  if (type_ == DType::kBool && dtype != DType::kBool) refuse(dtype, op);
  if (dtype == DType::kI64 || dtype == DType::kU64) {
    std::memcpy(element, &integer_, sizeof(integer_));  // a double would round it
  } else if (dtype == DType::kC64) {
    const auto value = std::complex<float>(static_cast<float>(real_), static_cast<float>(imaginary_));
    std::memcpy(element, &value, sizeof(value));
  } else if (dtype == DType::kC128) {
    const auto value = std::complex<double>(real_, imaginary_);
    std::memcpy(element, &value, sizeof(value));
  } else {
    internal::store_number(dtype, element, real_);
  }
}

Tensor constant(const Literal& value, Where where) {
  const Flat flat = flatten(value);
  DType dtype = flat.numbers.empty() ? float32 : flat.numbers.front()->number().dtype();
  for (const Literal* literal : flat.numbers) dtype = widest(dtype, literal->number().dtype());
  return from_literal(flat, dtype, where);
}

Tensor constant(const Literal& value, DType dtype, Where where) { return from_literal(flatten(value), dtype, where); }

Tensor internal::constant_from(DType dtype, const void* elements, std::size_t count, const Shape& shape, const Where& where) {
  if (static_cast<std::int64_t>(count) != shape.size()) {
    throw ShapeError("constant", fmt::format("{} values are given for shape {}, which has {}", count, shape.to_string(), shape.size()),
                     "give as many values as the shape has elements, row by row; fill(shape, number) repeats one");
  }
  return record(copy_of(dtype, shape, elements), elements, where);
}

Tensor adopt(DType dtype, const Shape& shape, const void* data, void (*release)(void*), void* context, Where where) {
  const std::size_t alignment = is_complex(dtype) ? size_of(dtype) / 2 : size_of(dtype);
  if (release == nullptr)
    throw ValueError("adopt", "no release function is given", "pass a function that does nothing if the memory outlives all tensors");
  if ((data == nullptr && shape.size() != 0) || reinterpret_cast<std::uintptr_t>(data) % alignment != 0) {
    throw ValueError(
        "adopt", fmt::format("{} is no place for {} elements, which are {} bytes each", data, name_of(dtype), size_of(dtype)),
        fmt::format("the pointer must not be null and must be a multiple of {}; copy the elements with constant() otherwise", alignment));
  }
  Tensor t = internal::make_foreign(dtype, shape, const_cast<void*>(data), release, context);
  return record(internal::on_current_device(std::move(t), "adopt"), data, where);
}

}  // namespace whygrad
