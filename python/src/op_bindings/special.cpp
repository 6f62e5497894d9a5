// Special functions that are composed of others.
#include <whygrad/ops/special.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

namespace whygrad::python {
namespace {

nb::object inverse_of_erfc(nb::handle x, nb::handle) {
  const Where where = caller();
  return wrap(erfcinv(to_tensor(x, where), where));
}

}  // namespace

void bind_special(nb::module_& m) { m.def("erfcinv", inverse_of_erfc, nb::arg("x"), nb::arg("name") = nb::none(), "The inverse of erfc."); }

}  // namespace whygrad::python
