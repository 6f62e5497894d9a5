// Activations and softmax.
#include <whygrad/ops/activation.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

namespace whygrad::python {
namespace {

nb::object gelu(nb::handle features, bool approximate, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(features, where);
  return wrap(unlocked(x.size(), [&] { return nn::gelu(x, approximate, where); }));
}

template <Tensor (*F)(const Tensor&, std::int64_t, Where)>
nb::object along_axis(nb::handle logits, nb::handle axis, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(logits, where);
  const std::int64_t along = axis.is_none() ? -1 : to_int(axis);
  return wrap(unlocked(x.size(), [&] { return F(x, along, where); }));
}

}  // namespace

void bind_activation(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("gelu", gelu, arg("features"), arg("approximate") = false, arg("name") = none, "x times the standard normal distribution function of x.");
  m.def("softmax", along_axis<nn::softmax>, arg("logits"), arg("axis") = none, arg("name") = none,
        "exp(x) / sum(exp(x)) along the axis, the last if None.");
  m.def("log_softmax", along_axis<nn::log_softmax>, arg("logits"), arg("axis") = none, arg("name") = none,
        "x - log(sum(exp(x))) along the axis, the last if None.");
}

}  // namespace whygrad::python
