// Elementwise functions that are more than one op.
#include <whygrad/ops/elementwise.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "operators.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad::python {
namespace {

template <Tensor (*F)(const Tensor&, Where)>
nb::object unary(nb::handle x, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  return wrap_unless_given(unlocked(t.size(), [&] { return F(t, where); }), x);
}

// As the operator: of integers the quotient is a float.
nb::object quotient(nb::handle x, nb::handle y, nb::handle) {
  nb::object result = nb::steal(operators::divide(x.ptr(), y.ptr()));
  if (!result.is_valid()) throw nb::python_error();
  if (result.is(nb::handle(Py_NotImplemented))) throw nb::type_error("[divide] the operands are no numbers\nhelp: give tensors, arrays or numbers");
  return result;
}

nb::object cast_to(nb::handle x, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  const DType type = to_dtype(dtype);
  return wrap_unless_given(unlocked(t.size(), [&] { return cast(t, type, where); }), x);
}

nb::object saturated(nb::handle value, nb::handle dtype, nb::handle) {
  const Where where = caller();
  return wrap(saturate_cast(to_tensor(value, where), to_dtype(dtype), where));
}

// add_n; shape and tensor_dtype are what the inputs must have.
nb::object accumulated(nb::handle inputs, nb::handle shape, nb::handle tensor_dtype, nb::handle) {
  const Where where = caller();
  Tensor total = add_n(to_tensors(inputs, where), where);
  if (const std::optional<Ints> wanted = to_partial_shape(shape)) total = ensure_shape(total, *wanted, where);
  if (!tensor_dtype.is_none() && to_dtype(tensor_dtype) != total.dtype()) {
    throw DTypeError("accumulate_n",
                     fmt::format("tensor_dtype is {}, but the inputs are of {}", name_of(to_dtype(tensor_dtype)), name_of(total.dtype())),
                     "leave tensor_dtype out");
  }
  return wrap(std::move(total));
}

}  // namespace

void bind_elementwise(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("abs", unary<whygrad::abs>, arg("x"), arg("name") = none, "|x|; real for complex x.");
  m.def("divide", quotient, arg("x"), arg("y"), arg("name") = none, "x / y; of integers a float.");
  m.def("cast", cast_to, arg("x"), arg("dtype"), arg("name") = none, "As another dtype. Nothing flows back through integers and bool.");
  m.def("saturate_cast", saturated, arg("value"), arg("dtype"), arg("name") = none,
        "As cast, but what does not fit becomes the nearest number that does.");
  m.def("accumulate_n", accumulated, arg("inputs"), arg("shape") = none, arg("tensor_dtype") = none, arg("name") = none,
        "The sum of the inputs; shape and tensor_dtype are what they must have.");
}

}  // namespace whygrad::python
