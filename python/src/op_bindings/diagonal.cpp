// Diagonals of matrices.
#include <whygrad/ops/diagonal.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

namespace whygrad::python {
namespace {

nb::object diagonal_sum(nb::handle x, nb::handle) {
  const Where where = caller();
  return wrap(trace(to_tensor(x, where), where));
}

}  // namespace

void bind_diagonal(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("trace", diagonal_sum, arg("x"), arg("name") = none, "The sum of the diagonal of each matrix.");
}

}  // namespace whygrad::python
