// Tapes, custom gradients, control flow and name scopes.
#include "tape.hpp"

#include "autodiff/jacobian.hpp"
#include "autodiff/tape_state.hpp"
#include "convert.hpp"
#include "object_ref.hpp"
#include "places.hpp"
#include "slices.hpp"

#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/autodiff/custom_gradient.hpp>
#include <whygrad/autodiff/jacobian.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/explain/explain.hpp>
#include <whygrad/tensor/name_scope.hpp>

#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <vector>

namespace whygrad::python {
namespace {

// TensorFlow raises an exception if the path to a source leads through an op whose gradient is not implemented.
void raise_for_missing_rules(const std::vector<Gradient>& gradients) {
  const internal::TapeFacts* fine = nullptr;  // of all gradients of one question
  for (const Gradient& g : gradients) {
    if (g || g.facts() == nullptr || g.facts().get() == fine) continue;
    if (!internal::lacks_a_rule(*g.facts())) {
      fine = g.facts().get();
      continue;
    }
    const Explanation why = g.why();
    for (const Finding& f : why.findings()) {
      if (f.cause != Cause::kNoGradientRegistered) continue;
      PyErr_SetString(nb::object(nb::module_::import_("whygrad.errors").attr("MissingRule")).ptr(), why.to_string().c_str());
      throw nb::python_error();
    }
  }
}

// Records from enter() on, unlike GradientTape itself.
class Tape {
 public:
  Tape(bool persistent, bool watch_accessed_variables)
      : tape_(std::make_unique<GradientTape>(GradientTapeOptions{.persistent = persistent, .watch_accessed_variables = watch_accessed_variables},
                                             caller())) {
    tape_->exit(caller());
  }

  void enter() { tape_->enter(caller()); }
  void exit() { tape_->exit(caller()); }
  bool recording() const { return tape_->recording(); }
  bool used_up() const { return tape_->state()->consumed(); }
  void watch(nb::handle value) { tape_->watch(to_watchable(value, caller())); }
  void reset() { tape_->reset(caller()); }
  std::vector<Variable> watched_variables() const { return tape_->watched_variables(); }
  const GradientTape& tape() const { return *tape_; }

  void pause() { paused_ = std::make_unique<GradientTape::Pause>(tape_->stop_recording(caller())); }
  void resume() { paused_.reset(); }

  // A tensor or None for each source. `output_gradients`: one for each target, None for ones; or None.
  nb::object gradient(nb::handle targets, nb::handle sources, nb::handle output_gradients, bool zero) {
    const Where where = caller();
    const Targets of(watchables(targets, where));
    const Sources with_respect_to(watchables(sources, where));
    GradientOptions options{.unconnected_gradients = unconnected(zero)};
    if (!output_gradients.is_none()) {
      std::size_t i = 0;
      for (nb::handle g : nb::iter(output_gradients)) {
        if (i >= of.items().size()) break;
        const Watchable& target = of.items()[i++];
        const DType dtype = target.is_variable() ? target.variable().dtype() : target.tensor().dtype();
        options.output_gradients.push_back(g.is_none() ? Seed() : Seed(to_tensor_like(g, dtype, where)));
      }
    }
    std::vector<Gradient> gradients;
    {
      const Unlocked unlocked;
      const Gradients all = tape_->gradient(of, with_respect_to, options, where);
      gradients.assign(all.begin(), all.end());
    }
    return values_of(gradients);
  }

  nb::object jacobian(nb::handle target, nb::handle sources, bool zero, bool use_pfor, std::int64_t parallel_iterations) {
    const Where where = caller();
    const Watchable of = to_watchable(target, where);
    const Sources with_respect_to(watchables(sources, where));
    const Gradients all = [&] {
      const Unlocked unlocked;
      return whygrad::jacobian(*tape_, of, with_respect_to, {unconnected(zero), use_pfor, parallel_iterations}, where);
    }();
    return values_of({all.begin(), all.end()});
  }

  // Returns zeros for unconnected sources, as in TensorFlow, which ignores the choice of unconnected_gradients here.
  Tensor batch_jacobian(nb::handle target, nb::handle source, bool use_pfor, std::int64_t parallel_iterations) {
    const Where where = caller();
    const Watchable of = to_watchable(target, where), with_respect_to = to_watchable(source, where);
    const Unlocked unlocked;
    return whygrad::internal::batch_jacobian_or_zeros(*tape_, of, with_respect_to, {.use_pfor = use_pfor, .parallel_iterations = parallel_iterations},
                                                      where);
  }

 private:
  static UnconnectedGradients unconnected(bool zero) { return zero ? UnconnectedGradients::zero : UnconnectedGradients::none; }

  std::unique_ptr<GradientTape> tape_;
  std::unique_ptr<GradientTape::Pause> paused_;
};

nb::object wrap_all(const std::vector<Variable>& variables) {
  nb::list list;
  for (const Variable& v : variables) list.append(wrap(v));
  return list;
}

std::vector<Tensor> gradients_in(nb::handle list, const Where& where) {
  std::vector<Tensor> tensors;
  for (nb::handle item : nb::iter(list)) tensors.push_back(item.is_none() ? Tensor() : to_tensor(item, where));
  return tensors;
}

// `function()` returns its outputs, its rule, whether the rule takes variables, and where it returns: a code object and an offset, or None. rule(dys,
// variables) returns two lists.
nb::object run_custom_gradient(nb::handle function, nb::handle inputs) {
  const Where where = caller();
  const auto forward = [&](const std::vector<Tensor>&) {
    const nb::object result = function();
    CustomResult custom{.outputs = to_tensors(result[0], where)};
    const ObjectRef rule = hold(result[1]);
    if (const nb::object place = result[3]; !place.is_none()) {
      custom.begins_at = place_in(place[0], nb::cast<std::uint32_t>(place[1]));
      custom.returns_at = place_in(place[0], nb::cast<std::uint32_t>(place[2]));
    }
    const auto backward = [rule](const std::vector<Tensor>& dys, const std::vector<Variable>& variables) {
      return locked([&] {
        const nb::object gradients = nb::handle(rule.get())(wrap(dys), wrap_all(variables));
        return CustomGradients{gradients_in(gradients[0], {}), gradients_in(gradients[1], {})};
      });
    };
    if (nb::cast<bool>(result[2])) {
      custom.backward_with_variables = backward;
    } else {
      custom.backward = [backward](const std::vector<Tensor>& dys) { return backward(dys, {}).inputs; };
    }
    return custom;
  };
  return wrap(custom_gradient(forward, watchables(inputs, where), where));
}

std::size_t chosen_case(const std::vector<nb::object>& predicates, bool otherwise, bool exclusive) {
  const Where where = caller();
  const auto predicate = [&](std::size_t i) { return to_tensor(predicates[i], where); };
  return internal::choose_case(predicates.size(), predicate, otherwise, exclusive, where);
}

// Returns None, or where the loop stopped: (predicate, iterations that remain).
nb::object run_loop(std::size_t variables, nb::handle condition, nb::handle trip, std::int64_t maximum_iterations) {
  const Where where = caller();
  internal::LoopRest rest = internal::run_loop(
      variables, [&] { return to_tensor(condition(), where); }, [&] { return nb::cast<std::size_t>(trip()); }, maximum_iterations, where);
  if (!rest.predicate.defined()) return nb::none();
  return nb::make_tuple(wrap(std::move(rest.predicate)), rest.maximum_iterations);
}

// Suspends all tapes of the thread, as the two halves of a context manager.
class Stopped {
 public:
  Stopped() : stop_(caller()) {}

 private:
  StopRecording stop_;
};

}  // namespace

nb::object values_of(const std::vector<Gradient>& gradients) {
  raise_for_missing_rules(gradients);
  nb::list result;
  for (const Gradient& g : gradients) {
    if (const IndexedSlices* slices = g.rows()) {
      result.append(wrap(*slices, caller()));
    } else {
      result.append(g ? wrap(*g) : nb::none());
    }
  }
  return result;
}

std::vector<Watchable> watchables(nb::handle values, const Where& where) {
  std::vector<Watchable> items;
  for (nb::handle value : nb::iter(values)) items.push_back(to_watchable(value, where));
  return items;
}

const GradientTape& tape_in(nb::handle object) { return nb::cast<const Tape&>(object).tape(); }

void bind_tape(nb::module_& m) {
  nb::class_<Tape>(m, "Tape")
      .def(nb::init<bool, bool>(), nb::arg("persistent"), nb::arg("watch_accessed_variables"))
      .def("enter", &Tape::enter)
      .def("exit", &Tape::exit)
      .def_prop_ro("recording", &Tape::recording)
      .def_prop_ro("used_up", &Tape::used_up)
      .def("watch", &Tape::watch, nb::arg("value"))
      .def("watched_variables", [](const Tape& t) { return wrap_all(t.watched_variables()); })
      .def("reset", &Tape::reset)
      .def("pause", &Tape::pause)
      .def("resume", &Tape::resume)
      .def("gradient", &Tape::gradient, nb::arg("targets"), nb::arg("sources"), nb::arg("output_gradients") = nb::none(), nb::arg("zero") = false)
      .def("jacobian", &Tape::jacobian, nb::arg("target"), nb::arg("sources"), nb::arg("zero") = false, nb::arg("use_pfor") = true,
           nb::arg("parallel_iterations") = 0)
      .def("batch_jacobian", &Tape::batch_jacobian, nb::arg("target"), nb::arg("source"), nb::arg("use_pfor") = true,
           nb::arg("parallel_iterations") = 0);
  m.def("custom_gradient", run_custom_gradient, nb::arg("function"), nb::arg("inputs"));
  nb::class_<Stopped>(m, "StoppedRecording").def(nb::init<>());
  nb::class_<NameScope>(m, "NameScope").def(nb::init<std::string_view>(), nb::arg("name"));
  m.def("current_name_scope", [] { return current_name_scope(); });

  m.def(
      "choose",
      [](nb::handle predicate) {
        const Where where = caller();
        return internal::choose(Construct::kCond, to_tensor(predicate, where), where);
      },
      nb::arg("predicate"), "The truth value of a bool tensor; the choice is remembered.");
  m.def("choose_case", chosen_case, nb::arg("predicates"), nb::arg("otherwise"), nb::arg("exclusive"),
        "The number of the first true predicate, or how many there are; the choice is remembered.");
  m.def(
      "choose_branch",
      [](nb::handle index, std::size_t branches, bool otherwise) {
        const Where where = caller();
        return internal::choose_branch(to_tensor(index, where), branches, otherwise, where);
      },
      nb::arg("index"), nb::arg("branches"), nb::arg("otherwise"), "The number of the branch to run; the choice is remembered.");
  m.def("run_loop", run_loop, nb::arg("variables"), nb::arg("condition"), nb::arg("trip"), nb::arg("maximum_iterations"),
        "Calls trip() while condition() is true; trip() returns how many values the body gave. Returns None, or, where a graph decides when it runs, "
        "the "
        "predicate and how many iterations remain.");
}

}  // namespace whygrad::python
