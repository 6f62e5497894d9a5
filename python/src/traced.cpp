// The bindings of traced functions, and of choices that a graph makes when it runs.
#include "convert.hpp"
#include "flow_builder.hpp"
#include "host_function.hpp"
#include "object_ref.hpp"
#include "places.hpp"

#include "autodiff/observer.hpp"
#include "autodiff/tape_state.hpp"
#include "graph/call_event.hpp"
#include "graph/function_graph.hpp"
#include "graph/trace.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/autodiff/control_flow.hpp>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace whygrad::python {
namespace {

using internal::TracedFunction;
using Tensors = std::vector<Tensor>;

// The results that Python returned: tensors, and None in place of a result that is none.
Tensors results_of(nb::handle list, const Where& where) {
  Tensors results;
  for (nb::handle item : nb::iter(list)) results.push_back(item.is_none() ? Tensor() : to_tensor(item, where));
  return results;
}

nb::object wrap_results(Tensors results) {
  nb::list list;
  for (Tensor& result : results) list.append(result.defined() ? wrap(std::move(result)) : nb::none());
  return list;
}

// The log of the program on this thread while a function is traced; null otherwise.
thread_local internal::Log* program_log = nullptr;

// While it lives, the thread's ops are computed as outside of every traced function, and no tape records them (tf.init_scope).
class Outside {
 public:
  Outside() {
    if (program_log == nullptr) return;
    use_.emplace(*program_log);
    swap_tapes();
  }
  ~Outside() { leave(); }
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;

  void leave() {
    if (!use_) return;
    use_.reset();
    swap_tapes();
  }

 private:
  void swap_tapes() {
    internal::ThreadTapes& tapes = internal::ThreadTapes::mine();
    tapes_.swap(tapes.recording);
    tapes.epoch = internal::next_tape_epoch();
  }

  std::optional<internal::Log::Use> use_;
  std::vector<std::shared_ptr<internal::TapeState>> tapes_;
};

// Notes the log of the program while the outermost function is traced.
class Entered {
 public:
  Entered()
      : before_(std::exchange(program_log, program_log == nullptr && internal::Tracer::mine() == nullptr ? &internal::Log::mine() : program_log)) {}
  ~Entered() { program_log = before_; }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  internal::Log* before_;
};

// One trace of a Python function.
class Traced {
 public:
  Traced(std::string name, nb::handle arguments, nb::handle body, bool examples, std::optional<std::size_t> memory_budget) {
    const Where where = caller();
    const Entered entered;
    std::vector<TensorSpec> specs;
    const Tensors given_now = to_tensors(arguments, where);
    for (const Tensor& t : given_now) specs.push_back(spec_of(t));
    function_ = TracedFunction::trace(
        std::move(name), where, specs, [&](const Tensors& given) { return results_of(body(wrap(given)), where); }, examples ? given_now : Tensors());
    if (memory_budget) function_->set_memory_budget(*memory_budget);
  }

  nb::object call(nb::handle arguments) const {
    const Where where = caller();
    const Tensors given = to_tensors(arguments, where);
    Tensors results;
    {
      // Another thread may be tracing the gradient of the same function and need the interpreter's lock.
      const Unlocked unlocked;
      results = internal::call(function_, given, {}, where);
    }
    return wrap_results(std::move(results));
  }

  // Whether it is the trace for a call with these arguments; None if it is for all of its signature.
  nb::object is_for(nb::handle arguments) const {
    if (function_->is_for_all()) return nb::none();
    const Tensors given = to_tensors(arguments, caller());
    const bool is_one = [&] {
      const Unlocked unlocked;
      return function_->is_for(given);
    }();
    return nb::bool_(is_one);
  }

  FunctionGraph graph() const {
    const Unlocked unlocked;  // as in call()
    return internal::function_graph(*function_);
  }

 private:
  std::shared_ptr<TracedFunction> function_;
};

// Makes bodies of a branch from functions of Python. They must be called before `where` is gone.
std::vector<internal::Body> bodies_of(nb::handle functions, const Where& where) {
  std::vector<internal::Body> bodies;
  for (nb::handle function : nb::iter(functions)) {
    bodies.emplace_back([body = nb::borrow(function), &where] { return results_of(body(), where); });
  }
  return bodies;
}

nb::object traced_choice(const std::string& construct, nb::handle predicate, nb::handle bodies) {
  const Where where = caller();
  const Construct which = construct == name_of(Construct::kCond) ? Construct::kCond : Construct::kSwitchCase;
  return wrap_results(internal::trace_choice(which, to_tensor(predicate, where), bodies_of(bodies, where), where));
}

nb::object traced_case(nb::handle predicates, nb::handle bodies, bool exclusive) {
  const Where where = caller();
  Tensors values;
  for (nb::handle predicate : nb::iter(predicates)) values.push_back(to_tensor(predicate, where));
  return wrap_results(internal::trace_case(values, bodies_of(bodies, where), exclusive, where));
}

// The rest of a loop, from these variables on. `condition` and `body` take the list of variables.
nb::object trace_rest(nb::handle rest, nb::handle condition, nb::handle body, nb::handle variables) {
  const Where where = caller();
  const internal::LoopRest from{to_tensor(rest[0], where), nb::cast<std::int64_t>(rest[1])};
  const auto decide = [&](const Tensors& values) { return to_tensor(condition(wrap(values)), where); };
  const auto trip = [&](const Tensors& values) { return results_of(body(wrap(values)), where); };
  return wrap_results(internal::trace_rest(from, decide, trip, to_tensors(variables, where), where));
}

constexpr OpDef kHostCallEvent = define_event({
    .name = "py_function",
    .doc = "A traced function calls Python each time it runs.",
    .type = "EagerPyFunc",
    .inputs = {{"inp", NotDifferentiable{"Python is called with its value when the graph runs; no gradient is followed through what it does",
                                         "compute with tensors instead", GradientFlow::kHostRead}}},
    .variadic = true,
});

// Records a call of `function` with the values of the inputs, made each time the traced function runs. It returns as many tensors as there are
// `results`, each a (dtype, shape). `arrays`: it computes with arrays, not with tensors.
nb::object call_later(nb::handle function, nb::handle inputs, nb::handle results, bool arrays) {
  const Where where = caller();
  internal::HostCall call{.op = arrays ? &kHostFunctionEvent : &kHostCallEvent};
  for (nb::handle result : nb::iter(results)) call.results.push_back({.dtype = to_dtype(result[0]), .shape = to_shape(result[1])});
  call.run = [function = hold(function), where](const Tensors& values) {
    return locked([&] {
      const nb::object made = nb::handle(function.get())(wrap(values));
      return made.is_none() ? Tensors() : results_of(made, where);
    });
  };
  return wrap_results(internal::Tracer::mine()->call_host(std::move(call), to_tensors(inputs, where), where));
}

// What a value is in the call for which the function is traced, as a value of the program outside; None if that is not known.
nb::object example(nb::handle value) {
  const Where where = caller();
  internal::Tracer* const tracer = internal::Tracer::mine();
  const Tensor tensor = to_tensor(value, where);
  if (tracer == nullptr) return wrap(Tensor(tensor));
  Tensor made = tracer->example(tensor);
  if (!made.defined()) return nb::none();
  made = internal::make_view(made, made.shape(), made.impl()->strides, 0);
  const Outside outside;
  internal::log_constant(made, {}, where);
  return wrap(std::move(made));
}

// tf.gradients: those of the sum of ys with respect to xs, from the records of the trace. None where there is no path.
nb::object gradients_in_trace(nb::handle ys, nb::handle xs, nb::handle seeds) {
  const Where where = caller();
  std::vector<internal::Tracer::Source> sources;
  for (nb::handle x : nb::iter(xs)) {
    const Variable* const variable = variable_in(x);
    sources.push_back(variable != nullptr ? internal::Tracer::Source{{}, variable->shared()} : internal::Tracer::Source{to_tensor(x, where), {}});
  }
  return wrap_results(internal::Tracer::mine()->gradients(to_tensors(ys, where), to_tensors(seeds, where), sources));
}

bool is_looked_at() { return internal::GradientObserver::mine() != nullptr && internal::Log::mine().keep_values; }

}  // namespace

void bind_traced(nb::module_& m) {
  using nb::arg;
  nb::class_<Traced>(m, "Traced")
      .def(nb::init<std::string, nb::handle, nb::handle, bool, std::optional<std::size_t>>(), arg("name"), arg("arguments"), arg("body"),
           arg("examples") = false, arg("memory_budget") = nb::none())
      .def("call", &Traced::call, arg("arguments"))
      .def("is_for", &Traced::is_for, arg("arguments"))
      .def("graph", &Traced::graph);
  m.def(
      "settled",
      [](nb::handle value) {
        internal::Tracer* const tracer = internal::Tracer::mine();
        Tensor known = to_tensor(value, caller());
        if (tracer != nullptr) known = tracer->settle(known);
        return known.defined() ? wrap(std::move(known)) : nb::none();
      },
      arg("value"), "The value with the elements that it has in the call for which a function is traced; None if they are not known.");
  m.def("is_tracing", [] { return internal::Tracer::mine() != nullptr; });
  m.def(
      "is_abstract", [](const Tensor& t) { return t.is_abstract(); }, arg("tensor"),
      "Whether its elements are not known while a function is traced.");
  m.def(
      "results_of_call",
      [](nb::handle results, const std::vector<std::string>& paths) {
        const Where where = caller();
        std::vector<const char*> kept;
        for (const std::string& path : paths) kept.push_back(interned(path));
        return wrap_results(internal::results_of_call(results_of(results, where), where, kept));
      },
      arg("results"), arg("paths"),
      "The results of a function that was called as it is; they are other values than those inside. paths: what a program writes behind what the "
      "call "
      "returned to have each, \"[1]\".");
  m.def("functions_are_looked_at", is_looked_at, "Whether a diagnosis wants to see the ops of functions one by one.");
  m.def(
      "is_chosen_later",
      [](nb::handle predicate) { return internal::Tracer::mine() != nullptr && internal::is_chosen_later(to_tensor(predicate, caller())); },
      arg("predicate"));
  m.def("trace_choice", traced_choice, arg("construct"), arg("predicate"), arg("bodies"));
  m.def("trace_case", traced_case, arg("predicates"), arg("bodies"), arg("exclusive"));
  m.def("trace_rest", trace_rest, arg("rest"), arg("condition"), arg("body"), arg("variables"));
  m.def("call_later", call_later, arg("function"), arg("inputs"), arg("results") = nb::tuple(), arg("arrays") = false);
  m.def("example", example, arg("value"));
  m.def("gradients_in_trace", gradients_in_trace, arg("ys"), arg("xs"), arg("dy"));
  nb::class_<Outside>(m, "Outside").def(nb::init<>()).def("leave", &Outside::leave);
}

}  // namespace whygrad::python
