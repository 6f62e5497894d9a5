// Losses.
#include <whygrad/ops/losses.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

namespace whygrad::python {
namespace {

template <Tensor (*F)(const Tensor&, const Tensor&, Where)>
nb::object loss(nb::handle labels, nb::handle logits, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(logits, where);
  const Tensor t = F == nn::sparse_softmax_cross_entropy_with_logits ? to_tensor(labels, where) : to_tensor_like(labels, x.dtype(), where);
  return wrap(unlocked(x.size(), [&] { return F(t, x, where); }));
}

nb::object along_axis(nb::handle labels, nb::handle logits, nb::handle axis, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(logits, where), t = to_tensor_like(labels, x.dtype(), where);
  const std::int64_t along = to_int(axis);
  return wrap(unlocked(x.size(), [&] { return nn::softmax_cross_entropy_with_logits(t, x, along, where); }));
}

nb::object weighted(nb::handle labels, nb::handle logits, nb::handle pos_weight, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(logits, where), t = to_tensor_like(labels, x.dtype(), where);
  return wrap(nn::weighted_cross_entropy_with_logits(t, x, to_tensor_like(pos_weight, x.dtype(), where), where));
}

nb::object of_poisson(nb::handle targets, nb::handle log_input, bool compute_full_loss, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(log_input, where);
  return wrap(nn::log_poisson_loss(to_tensor_like(targets, x.dtype(), where), x, compute_full_loss, where));
}

}  // namespace

void bind_losses(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  const auto bind_loss = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("labels"), arg("logits"), arg("name") = none, doc);
  };
  m.def("softmax_cross_entropy_with_logits", along_axis, arg("labels"), arg("logits"), arg("axis") = -1, arg("name") = none,
        "-sum(labels * log(softmax(logits))) over the axis.");
  bind_loss("sparse_softmax_cross_entropy_with_logits", loss<nn::sparse_softmax_cross_entropy_with_logits>,
            "-log(softmax(logits))[labels]; labels are integers.");
  bind_loss("sigmoid_cross_entropy_with_logits", loss<nn::sigmoid_cross_entropy_with_logits>,
            "-labels * log(sigmoid(logits)) - (1 - labels) * log(1 - sigmoid(logits)), elementwise and without overflow.");
  m.def("weighted_cross_entropy_with_logits", weighted, arg("labels"), arg("logits"), arg("pos_weight"), arg("name") = none,
        "The cross entropy of sigmoid(logits) in which positive examples count pos_weight times.");
  m.def("log_poisson_loss", of_poisson, arg("targets"), arg("log_input"), arg("compute_full_loss") = false, arg("name") = none,
        "e^log_input - log_input * targets; the full loss adds Stirling's approximation where targets > 1.");
  m.def(
      "l2_loss",
      [](nb::handle t, nb::handle) {
        const Where where = caller();
        return wrap(nn::l2_loss(to_tensor(t, where), where));
      },
      arg("t"), arg("name") = none, "sum(t^2) / 2.");
}

}  // namespace whygrad::python
