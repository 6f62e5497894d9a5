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

nb::object swish(nb::handle features, nb::handle beta) {
  const Where where = caller();
  const Tensor x = to_tensor(features, where);
  if (!is_value(beta) && PyFloat_AsDouble(beta.ptr()) == 1) return wrap(unlocked(x.size(), [&] { return nn::swish(x, 1, where); }));
  PyErr_Clear();
  const Tensor slope = to_tensor_like(beta, x.dtype(), where);
  return wrap(unlocked(x.size(), [&] { return nn::swish(x, slope, where); }));
}

nb::object doubled(nb::handle features, nb::handle axis, nb::handle) {
  const Where where = caller();
  return wrap(nn::crelu(to_tensor(features, where), to_int(axis), where));
}

nb::object dropped(nb::handle x, nb::handle rate, nb::handle noise_shape, nb::handle seed, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  nn::DropoutOptions options{.seed = to_seed(seed)};
  if (!noise_shape.is_none()) options.noise_shape = to_shape(noise_shape);
  if (is_value(rate)) return wrap(nn::dropout(t, to_tensor_like(rate, t.dtype(), where), options, where));
  return wrap(nn::dropout(t, to_double(rate), options, where));
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
  m.def("swish", swish, arg("features"), arg("beta") = 1.0, "x * sigmoid(beta * x).");
  m.def("crelu", doubled, arg("features"), arg("axis") = -1, arg("name") = none, "relu of x and of -x, one after the other along the axis.");
  m.def("dropout", dropped, arg("x"), arg("rate"), arg("noise_shape") = none, arg("seed") = none, arg("name") = none,
        "x with elements set to 0 at this rate, the others scaled up by 1 / (1 - rate).");
  m.def("softmax", along_axis<nn::softmax>, arg("logits"), arg("axis") = none, arg("name") = none,
        "exp(x) / sum(exp(x)) along the axis, the last if None.");
  m.def("log_softmax", along_axis<nn::log_softmax>, arg("logits"), arg("axis") = none, arg("name") = none,
        "x - log(sum(exp(x))) along the axis, the last if None.");
}

}  // namespace whygrad::python
