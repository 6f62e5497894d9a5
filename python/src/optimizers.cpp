// Optimizers.
#include "convert.hpp"
#include "object_ref.hpp"
#include "places.hpp"
#include "slices.hpp"

#include <whygrad/optim/adam.hpp>
#include <whygrad/optim/rmsprop.hpp>
#include <whygrad/optim/sgd.hpp>

#include <utility>
#include <vector>

namespace whygrad::python {
namespace {

// A number, or a function of the step.
optim::LearningRate to_rate(nb::handle object) {
  if (PyCallable_Check(object.ptr()) == 0) return nb::cast<double>(object);
  return [function = hold(object)](std::int64_t step) {
    return locked([&] { return nb::cast<double>(nb::module_::import_("builtins").attr("float")(nb::handle(function.get())(step))); });
  };
}

// One step with pairs of a gradient and a variable.
void apply(optim::Optimizer& optimizer, nb::handle pairs) {
  const Where where = caller();
  std::vector<std::pair<Gradient, Variable>> list;
  for (nb::handle pair : nb::iter(pairs)) {
    if (!PySequence_Check(pair.ptr()) || PySequence_Size(pair.ptr()) != 2)
      nb::raise_type_error("an optimizer takes pairs of a gradient and a variable");
    const nb::object gradient = pair[0], moved = pair[1];
    const Variable* variable = variable_in(moved);
    if (variable == nullptr) nb::raise_type_error("an optimizer moves variables, and was given something else");
    list.emplace_back(to_gradient(gradient, *variable, where), *variable);
  }
  unlocked(kWorthUnlocking, [&] { optimizer.apply_gradients(list, where); });
}

}  // namespace

void bind_optimizers(nb::module_& m) {
  using nb::arg;
  nb::module_ sub = m.def_submodule("optim");
  nb::class_<optim::Optimizer>(sub, "Optimizer")
      .def("apply", apply, arg("grads_and_vars"))
      .def(
          "set_learning_rate", [](optim::Optimizer& o, nb::handle rate) { o.set_learning_rate(to_rate(rate)); }, arg("learning_rate"))
      .def_prop_ro("learning_rate", &optim::Optimizer::learning_rate, "Of the next step.")
      .def_prop_ro("iterations", &optim::Optimizer::iterations, "Steps taken so far.");
  nb::class_<optim::SGD, optim::Optimizer>(sub, "SGD")
      .def(
          "__init__",
          [](optim::SGD* at, nb::handle rate, double global_clipnorm, double momentum, bool nesterov) {
            new (at) optim::SGD({.learning_rate = to_rate(rate), .momentum = momentum, .nesterov = nesterov, .global_clipnorm = global_clipnorm});
          },
          arg("learning_rate"), arg("global_clipnorm"), arg("momentum"), arg("nesterov"));
  nb::class_<optim::Adam, optim::Optimizer>(sub, "Adam")
      .def(
          "__init__",
          [](optim::Adam* at, nb::handle rate, double global_clipnorm, double beta_1, double beta_2, double epsilon) {
            new (at) optim::Adam(
                {.learning_rate = to_rate(rate), .beta_1 = beta_1, .beta_2 = beta_2, .epsilon = epsilon, .global_clipnorm = global_clipnorm});
          },
          arg("learning_rate"), arg("global_clipnorm"), arg("beta_1"), arg("beta_2"), arg("epsilon"));
  nb::class_<optim::RMSprop, optim::Optimizer>(sub, "RMSprop")
      .def(
          "__init__",
          [](optim::RMSprop* at, nb::handle rate, double global_clipnorm, double rho, double momentum, double epsilon, bool centered) {
            new (at) optim::RMSprop({.learning_rate = to_rate(rate),
                                     .rho = rho,
                                     .momentum = momentum,
                                     .epsilon = epsilon,
                                     .centered = centered,
                                     .global_clipnorm = global_clipnorm});
          },
          arg("learning_rate"), arg("global_clipnorm"), arg("rho"), arg("momentum"), arg("epsilon"), arg("centered"));
}

}  // namespace whygrad::python
