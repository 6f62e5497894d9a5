// Forward accumulators.
#include "convert.hpp"
#include "places.hpp"
#include "tape.hpp"

#include <whygrad/autodiff/forward.hpp>

#include <nanobind/stl/vector.h>

#include <memory>
#include <vector>

namespace whygrad::python {
namespace {

DType dtype_of_value(const Watchable& w) { return w.is_variable() ? w.variable().dtype() : w.tensor().dtype(); }

// Records from enter() on, unlike ForwardAccumulator itself.
class Accumulator {
 public:
  Accumulator(nb::handle primals, nb::handle tangents) {
    const Where where = caller();
    const std::vector<Watchable> moved = watchables(primals, where);
    std::vector<Tensor> directions;
    for (nb::handle tangent : nb::iter(tangents)) {
      if (directions.size() == moved.size()) break;
      directions.push_back(to_tensor(tangent, where, dtype_of_value(moved[directions.size()])));
    }
    accumulator_ = std::make_unique<ForwardAccumulator>(moved, directions, where);
    accumulator_->exit(where);
  }

  void enter() { accumulator_->enter(caller()); }
  void exit() { accumulator_->exit(caller()); }
  bool recording() const { return accumulator_->recording(); }
  void watch(nb::handle primal, nb::handle tangent) {
    const Where where = caller();
    const Watchable moved = to_watchable(primal, where);
    accumulator_->watch(moved, to_tensor(tangent, where, dtype_of_value(moved)), where);
  }

  // A tensor or None for each target.
  nb::object jvp(nb::handle targets, bool zero) {
    const Where where = caller();
    std::vector<Gradient> tangents;
    for (const Watchable& target : watchables(targets, where))
      tangents.push_back(accumulator_->jvp(target, zero ? UnconnectedGradients::zero : UnconnectedGradients::none, where));
    return values_of(tangents);
  }

 private:
  std::unique_ptr<ForwardAccumulator> accumulator_;
};

}  // namespace

void bind_forward(nb::module_& m) {
  nb::class_<Accumulator>(m, "Accumulator")
      .def(nb::init<nb::handle, nb::handle>(), nb::arg("primals"), nb::arg("tangents"))
      .def("enter", &Accumulator::enter)
      .def("exit", &Accumulator::exit)
      .def_prop_ro("recording", &Accumulator::recording)
      .def("watch", &Accumulator::watch, nb::arg("primal"), nb::arg("tangent"))
      .def("jvp", &Accumulator::jvp, nb::arg("targets"), nb::arg("zero") = false);
}

}  // namespace whygrad::python
