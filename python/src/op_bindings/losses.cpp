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

}  // namespace

void bind_losses(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  const auto bind_loss = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("labels"), arg("logits"), arg("name") = none, doc);
  };
  bind_loss("softmax_cross_entropy_with_logits", loss<nn::softmax_cross_entropy_with_logits>,
            "-sum(labels * log(softmax(logits))) over the last axis.");
  bind_loss("sparse_softmax_cross_entropy_with_logits", loss<nn::sparse_softmax_cross_entropy_with_logits>,
            "-log(softmax(logits))[labels]; labels are integers.");
  bind_loss("sigmoid_cross_entropy_with_logits", loss<nn::sigmoid_cross_entropy_with_logits>,
            "-labels * log(sigmoid(logits)) - (1 - labels) * log(1 - sigmoid(logits)), elementwise and without overflow.");
  m.def(
      "l2_loss",
      [](nb::handle t, nb::handle) {
        const Where where = caller();
        return wrap(nn::l2_loss(to_tensor(t, where), where));
      },
      arg("t"), arg("name") = none, "sum(t^2) / 2.");
}

}  // namespace whygrad::python
