// Elementwise functions that are more than one op: on complex numbers and text, and numbers at equal distances.
#include <whygrad/ops/elementwise.hpp>

#include "convert.hpp"
#include "operators.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/linspace.hpp>
#include <whygrad/ops/strings.hpp>

namespace whygrad::python {
namespace {

template <Tensor (*F)(const Tensor&, Where)>
nb::object unary(nb::handle x, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  return wrap_unless_given(unlocked(t.size(), [&] { return F(t, where); }), x);
}

nb::object make_complex(nb::handle re, nb::handle im, nb::handle) {
  const Where where = caller();
  const Tensor a = is_value(im) && !is_value(re) ? to_tensor_like(re, to_tensor(im, where).dtype(), where) : to_tensor(re, where);
  return wrap(complex(a, to_tensor_like(im, a.dtype(), where), where));
}

// As the operator: of integers the quotient is a float.
nb::object quotient(nb::handle x, nb::handle y, nb::handle) {
  nb::object result = nb::steal(operators::divide(x.ptr(), y.ptr()));
  if (!result.is_valid()) throw nb::python_error();
  if (result.is(nb::handle(Py_NotImplemented))) throw nb::type_error("[divide] the operands are no numbers\nhelp: give tensors, arrays or numbers");
  return result;
}

nb::object spaced(nb::handle start, nb::handle stop, nb::handle num, nb::handle, nb::handle axis) {
  const Where where = caller();
  Tensor first = to_tensor(start, where), last = to_tensor_like(stop, first.dtype(), where);
  if (is_integer(first.dtype()) && first.dtype() == last.dtype()) {  // they divide as float64
    first = cast(first, float64, where);
    last = cast(last, float64, where);
  }
  return wrap(linspace(first, last, to_int(num), to_int(axis), where));
}

nb::object text_of(nb::handle input, int precision, bool scientific, bool shortest, nb::handle width, nb::handle fill, nb::handle) {
  const Where where = caller();
  require_default("as_string", "width", width, nb::int_(-1), "texts are not filled up to a width");
  require_default("as_string", "fill", fill, nb::str(""), "texts are not filled up to a width");
  return wrap(strings::as_string(to_tensor(input, where), {.precision = precision, .scientific = scientific, .shortest = shortest}, where));
}

nb::object numbers_in(nb::handle input, nb::handle out_type, nb::handle) {
  const Where where = caller();
  return wrap(strings::to_number(to_tensor(input, where), to_dtype(out_type), where));
}

}  // namespace

void bind_elementwise(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("abs", unary<whygrad::abs>, arg("x"), arg("name") = none, "|x|; real for complex x.");
  const auto bind_part = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("input"), arg("name") = none, doc);
  };
  bind_part("real", unary<real>, "The real part; of a real tensor the tensor itself.");
  bind_part("imag", unary<imag>, "The imaginary part.");
  bind_part("angle", unary<angle>, "The angle of a complex number in (-pi, pi].");
  m.def("conj", unary<conj>, arg("x"), arg("name") = none, "The complex conjugate; of a real tensor the tensor itself.");
  m.def("complex", make_complex, arg("real"), arg("imag"), arg("name") = none, "real + i imag.");
  m.def("divide", quotient, arg("x"), arg("y"), arg("name") = none, "x / y; of integers a float.");
  m.def("linspace", spaced, arg("start"), arg("stop"), arg("num"), arg("name") = none, arg("axis") = 0,
        "Numbers at equal distances from start to stop, both included; gradients flow to both.");
  m.def("as_string", text_of, arg("input"), arg("precision") = -1, arg("scientific") = false, arg("shortest") = false, arg("width") = -1,
        arg("fill") = "", arg("name") = none, "Numbers as text: uint8 [.., 32]. No gradient.");
  m.def("to_number", numbers_in, arg("input"), arg("out_type") = "float32", arg("name") = none, "The numbers that a text tells. No gradient.");
}

}  // namespace whygrad::python
