// Short formulas.
#include <whygrad/ops/formulas.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <vector>

namespace whygrad::python {
namespace {

template <Tensor (*F)(const Tensor&, Where)>
nb::object of_one(nb::handle x, nb::handle) {
  const Where where = caller();
  return wrap(F(to_tensor(x, where), where));
}

nb::object scaled(nb::handle scalar, nb::handle x, nb::handle) {
  const Where where = caller();
  const Tensor factor = to_tensor_like(scalar, to_tensor(x, where).dtype(), where);
  return wrap(scalar_mul(factor, to_tensor_like(x, factor.dtype(), where), where));
}

nb::object polynomial(nb::handle coeffs, nb::handle x, nb::handle) {
  const Where where = caller();
  if (!nb::isinstance<nb::list>(coeffs) && !nb::isinstance<nb::tuple>(coeffs)) {
    throw ValueError("polyval", fmt::format("coeffs is {}", nb::type_name(coeffs.type()).c_str()),
                     "give a list, with the coefficient of the highest power first");
  }
  const Tensor at = to_tensor(x, where);
  std::vector<Tensor> coefficients;
  for (nb::handle c : nb::iter(coeffs)) coefficients.push_back(to_tensor_like(c, at.dtype(), where));
  return wrap(polyval(coefficients, at, where));
}

}  // namespace

void bind_formulas(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("scalar_mul", scaled, arg("scalar"), arg("x"), arg("name") = none, "scalar * x.");
  m.def("reciprocal_no_nan", of_one<reciprocal_no_nan>, arg("x"), arg("name") = none, "1 / x, and 0 where x is 0.");
  m.def("polyval", polynomial, arg("coeffs"), arg("x"), arg("name") = none, "coeffs[0] x^(n-1) + ... + coeffs[n-1], by Horner's rule.");
  m.def("lbeta", of_one<lbeta>, arg("x"), arg("name") = none, "ln of the multivariate beta function along the last axis.");
  m.def("zero_fraction", of_one<zero_fraction>, arg("value"), arg("name") = none, "The share of elements that are 0.");
  m.def("is_non_decreasing", of_one<is_non_decreasing>, arg("x"), arg("name") = none, "Whether no element is smaller than the one before it.");
  m.def("is_strictly_increasing", of_one<is_strictly_increasing>, arg("x"), arg("name") = none,
        "Whether each element is larger than the one before it.");
}

}  // namespace whygrad::python
