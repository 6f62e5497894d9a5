// Counts.
#include <whygrad/ops/counting.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/ops/elementwise.hpp>

namespace whygrad::python {
namespace {

nb::object histogram(nb::handle values, nb::handle value_range, nb::handle nbins, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const nb::object to_float = nb::module_::import_("builtins").attr("float");
  const auto end = [&](int i) {
    const nb::object bound = nb::steal(PyObject_GetItem(value_range.ptr(), nb::int_(i).ptr()));
    if (!bound.is_valid()) throw nb::python_error();
    return nb::cast<double>(to_float(bound));
  };
  const Tensor counts = histogram_fixed_width(to_tensor(values, where), end(0), end(1), to_int(nbins), where);
  return wrap(cast(counts, to_dtype(dtype), where));
}

nb::object not_zero(nb::handle input, nb::handle axis, nb::handle keepdims, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const bool keeps = !keepdims.is_none() && nb::cast<bool>(keepdims);
  return wrap(cast(count_nonzero(to_tensor(input, where), to_axes(axis), keeps, where), to_dtype(dtype), where));
}

}  // namespace

void bind_counting(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("histogram_fixed_width", histogram, arg("values"), arg("value_range"), arg("nbins") = 100, arg("dtype") = "int32", arg("name") = none,
        "How many elements fall into each interval. No gradient.");
  m.def("count_nonzero", not_zero, arg("input"), arg("axis") = none, arg("keepdims") = none, arg("dtype") = "int64", arg("name") = none,
        "How many elements are not 0. No gradient.");
}

}  // namespace whygrad::python
