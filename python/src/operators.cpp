// Python's operators on tensors and variables.
#include "operators.hpp"

#include "convert.hpp"
#include "errors.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/bitwise.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/matmul.hpp>

#include <algorithm>

namespace whygrad::python::operators {
namespace {

using Binary = Tensor (*)(const Operand&, const Operand&, Where);
using Strict = Tensor (*)(const Tensor&, const Tensor&, Where);
using Unary = Tensor (*)(const Tensor&, Where);

// A Python number that can become a bare C++ number.
bool is_plain_number(PyObject* p) {
  if (PyFloat_CheckExact(p)) return true;
  if (!PyLong_CheckExact(p)) return false;
  int overflow = 0;
  PyLong_AsLongLongAndOverflow(p, &overflow);
  return overflow == 0;
}

bool may_be_tensor(PyObject* p) {
  return PyFloat_Check(p) || PyLong_Check(p) || PyComplex_Check(p) || PyList_Check(p) || PyTuple_Check(p) ||
         (PyObject_CheckBuffer(p) && !PyBytes_Check(p)) || PyObject_HasAttrString(p, "__tf_tensor__") || PyObject_HasAttrString(p, "__array__");
}

// Both operands as tensors; empty if one of them cannot be one.
struct Sides {
  Tensor a, b;
  Where where;

  Sides(PyObject* pa, PyObject* pb) : where(caller()) {
    const bool first = is_value(pa);
    if (!may_be_tensor(first ? pb : pa) && !is_value(first ? pb : pa)) return;
    if (first) {
      a = to_tensor(pa, where);
      b = beside(pb, a.dtype());
    } else {
      b = to_tensor(pb, where);
      a = beside(pa, b.dtype());
    }
  }
  // Python's True and False are the numbers 1 and 0 next to a tensor of numbers.
  Tensor beside(PyObject* p, DType dtype) const {
    if (!PyBool_Check(p) || dtype == DType::kBool) return to_tensor_like(p, dtype, where);
    return to_tensor_like(nb::int_(p == Py_True ? 1 : 0), dtype, where);
  }
  bool defined() const { return a.defined() && b.defined(); }
  std::int64_t elements() const { return std::max(a.size(), b.size()); }
};

nb::object not_implemented() { return nb::borrow(Py_NotImplemented); }

// A fast path for the two most frequent cases in training loops; empty for others.
template <Binary F>
Tensor quick(PyObject* a, PyObject* b) {
  const Tensor* ta = tensor_in(a);
  const Tensor* tb = tensor_in(b);
  if (ta != nullptr && tb != nullptr) {
    const Where where = caller();
    return unlocked(std::max(ta->size(), tb->size()), [&] { return F(*ta, *tb, where); });
  }
  const auto with_number = [](PyObject* p, const auto& with) {
    return PyFloat_CheckExact(p) ? with(PyFloat_AS_DOUBLE(p)) : with(PyLong_AsLongLong(p));
  };
  if (ta != nullptr && is_plain_number(b)) {
    const Where where = caller();
    return with_number(b, [&](auto n) { return unlocked(ta->size(), [&] { return F(Operand(*ta, where), Operand(n, where), where); }); });
  }
  if (tb != nullptr && is_plain_number(a)) {
    const Where where = caller();
    return with_number(a, [&](auto n) { return unlocked(tb->size(), [&] { return F(Operand(n, where), Operand(*tb, where), where); }); });
  }
  return {};
}

template <Binary F>
nb::object general(PyObject* a, PyObject* b) {
  const Sides s(a, b);
  if (!s.defined()) return not_implemented();
  return wrap(unlocked(s.elements(), [&] { return F(s.a, s.b, s.where); }));
}

template <Binary F>
PyObject* binary(PyObject* a, PyObject* b) noexcept {
  return guarded([&] {
    Tensor result = quick<F>(a, b);
    return result.defined() ? wrap(std::move(result)) : general<F>(a, b);
  });
}

template <Strict F>
PyObject* strict(PyObject* a, PyObject* b) noexcept {
  return guarded([&] {
    const Sides s(a, b);
    if (!s.defined()) return not_implemented();
    return wrap(unlocked(s.elements(), [&] { return F(s.a, s.b, s.where); }));
  });
}

template <Unary F>
PyObject* unary(PyObject* a) noexcept {
  return guarded([&] {
    const Where where = caller();
    const Tensor x = to_tensor(a, where);
    return wrap(unlocked(x.size(), [&] { return F(x, where); }));
  });
}

Tensor product(const Tensor& a, const Tensor& b, Where where) { return matmul(a, b, {}, where); }

// One operator for truth values and for the bits of integers. Other operands get the error for truth values.
template <Strict Logic, Binary Bits>
Tensor logic_or_bits(const Tensor& a, const Tensor& b, Where where) {
  return is_integer(a.dtype()) ? Bits(a, b, where) : Logic(a, b, where);
}
Tensor logic_or_bits(const Tensor& x, Where where) { return is_integer(x.dtype()) ? bitwise::invert(x, where) : whygrad::logical_not(x, where); }

nb::object equality(PyObject* a, PyObject* b, bool equal) {
  if (!is_value(b) && !may_be_tensor(b)) return nb::bool_(!equal);
  try {
    return equal ? general<whygrad::equal>(a, b) : general<whygrad::not_equal>(a, b);
  } catch (const ShapeError&) {
    return wrap(fill({}, !equal, caller()));
  }
}

}  // namespace

PyObject* add(PyObject* a, PyObject* b) noexcept { return binary<whygrad::add>(a, b); }
PyObject* subtract(PyObject* a, PyObject* b) noexcept { return binary<whygrad::subtract>(a, b); }
PyObject* multiply(PyObject* a, PyObject* b) noexcept { return binary<whygrad::multiply>(a, b); }
PyObject* floor_divide(PyObject* a, PyObject* b) noexcept { return binary<whygrad::floordiv>(a, b); }
PyObject* remainder(PyObject* a, PyObject* b) noexcept { return binary<whygrad::floormod>(a, b); }

PyObject* divide(PyObject* a, PyObject* b) noexcept {
  return guarded([&] {
    const Tensor* t = tensor_in(a) != nullptr ? tensor_in(a) : tensor_in(b);
    if (t != nullptr && !is_integer(t->dtype())) {
      if (Tensor result = quick<whygrad::divide>(a, b); result.defined()) return wrap(std::move(result));
    }
    Sides s(a, b);
    if (!s.defined()) return not_implemented();
    if (is_integer(s.a.dtype()) && s.a.dtype() == s.b.dtype()) {
      const DType quotient = size_of(s.a.dtype()) < 4 ? float32 : float64;
      s.a = cast(s.a, quotient, s.where);
      s.b = cast(s.b, quotient, s.where);
    }
    return wrap(unlocked(s.elements(), [&] { return whygrad::divide(s.a, s.b, s.where); }));
  });
}

PyObject* power(PyObject* a, PyObject* b, PyObject*) noexcept { return binary<whygrad::pow>(a, b); }
PyObject* matrix_multiply(PyObject* a, PyObject* b) noexcept { return strict<product>(a, b); }
PyObject* bit_and(PyObject* a, PyObject* b) noexcept { return strict<logic_or_bits<whygrad::logical_and, bitwise::bitwise_and>>(a, b); }
PyObject* bit_or(PyObject* a, PyObject* b) noexcept { return strict<logic_or_bits<whygrad::logical_or, bitwise::bitwise_or>>(a, b); }
PyObject* bit_xor(PyObject* a, PyObject* b) noexcept { return strict<logic_or_bits<whygrad::logical_xor, bitwise::bitwise_xor>>(a, b); }
PyObject* left_shift(PyObject* a, PyObject* b) noexcept { return binary<bitwise::left_shift>(a, b); }
PyObject* right_shift(PyObject* a, PyObject* b) noexcept { return binary<bitwise::right_shift>(a, b); }
PyObject* negative(PyObject* a) noexcept { return unary<whygrad::negative>(a); }
PyObject* absolute(PyObject* a) noexcept { return unary<whygrad::abs>(a); }
PyObject* invert(PyObject* a) noexcept { return unary<logic_or_bits>(a); }

PyObject* compare(PyObject* a, PyObject* b, int op) noexcept {
  switch (op) {
    case Py_LT: return binary<whygrad::less>(a, b);
    case Py_LE: return binary<whygrad::less_equal>(a, b);
    case Py_GT: return binary<whygrad::greater>(a, b);
    case Py_GE: return binary<whygrad::greater_equal>(a, b);
    default: return guarded([&] { return equality(a, b, op == Py_EQ); });
  }
}

}  // namespace whygrad::python::operators
