// Sums of products over named axes.
#include <whygrad/ops/einsum.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <nanobind/stl/string.h>

#include <string>

namespace whygrad::python {
namespace {

nb::object summed_products(const std::string& equation, const nb::args& inputs, const nb::kwargs&) {
  const Where where = caller();
  return wrap(einsum(equation, to_tensors(inputs, where), where));
}

nb::object contracted(nb::handle a, nb::handle b, nb::handle axes, nb::handle) {
  const Where where = caller();
  const Tensor left = to_tensor(a, where), right = to_tensor_like(b, left.dtype(), where);
  Ints of_left, of_right;
  if (PyLong_Check(axes.ptr()) != 0) {
    const std::int64_t count = to_int(axes);
    for (std::int64_t i = 0; i < count; ++i) {
      of_left.push_back(left.rank() - count + i);
      of_right.push_back(i);
    }
  } else {
    of_left = Ints(to_ints(axes[0]));
    of_right = Ints(to_ints(axes[1]));
  }
  return wrap(tensordot(left, right, of_left, of_right, where));
}

}  // namespace

void bind_einsum(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("einsum", summed_products, arg("equation"), arg("inputs"), arg("kwargs"), "Sums of products over named axes: einsum(\"ij,jk->ik\", a, b).");
  m.def("tensordot", contracted, arg("a"), arg("b"), arg("axes"), arg("name") = none, "The products of a and b summed over these axes of each.");
}

}  // namespace whygrad::python
