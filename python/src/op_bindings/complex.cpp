// Complex numbers.
#include <whygrad/ops/complex.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

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

}  // namespace

void bind_complex(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  const auto bind_part = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("input"), arg("name") = none, doc);
  };
  bind_part("real", unary<real>, "The real part; of a real tensor the tensor itself.");
  bind_part("imag", unary<imag>, "The imaginary part.");
  bind_part("angle", unary<angle>, "The angle of a complex number in (-pi, pi].");
  m.def("conj", unary<conj>, arg("x"), arg("name") = none, "The complex conjugate; of a real tensor the tensor itself.");
  m.def("complex", make_complex, arg("real"), arg("imag"), arg("name") = none, "real + i imag.");
}

}  // namespace whygrad::python
