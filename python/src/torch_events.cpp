// The part of PyTorch's collector that is called for every function of a running program.
//
// NOTE [told by PyTorch]
// PyTorch calls a function mode in place of each function that the program calls. Most of these functions are ops that make new tensors. They are
// handled here completely: the function is called, and the log receives the ids of its inputs and outputs. The only Python objects that this makes
// are the tensors' weak references. To call the op again later one needs its arguments, with holes in place of the tensors; all calls with equal
// arguments share these. A function that changes a tensor, reads it to the host or asks for gradients has a handler in Python.
//
// A tensor is identified by its address while it lives, and a weak reference tells when it dies. An attribute would not serve, because copies and
// saved files of the tensor would contain it.
#include "flow_builder.hpp"
#include "live.hpp"
#include "places.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace whygrad::python {
namespace {

nb::object attribute(nb::handle object, const nb::str& name) {
  nb::object value = nb::steal(PyObject_GetAttr(object.ptr(), name.ptr()));
  if (!value.is_valid()) throw nb::python_error();
  return value;
}

// Calls f(item) for the items of a tuple or a list.
template <class F>
void each(PyObject* sequence, F&& f) {
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence); ++i) f(PySequence_Fast_GET_ITEM(sequence, i));
}

// Objects of PyTorch, and functions of the collector's Python part with their parameters.
struct Torch {
  nb::object tensor;           // the class
  nb::object hole;             // stands in place of a tensor
  nb::object is_grad_enabled;  // (): whether autograd records
  nb::object autocasts;        // (): whether autocast is on
  nb::object dispatch_modes;   // (): the number of the program's dispatch modes, which see each kernel that is called
  nb::object detached;         // (tensor): the tensor detached, unseen by those modes
  nb::object random_state;     // (): the state of the CPU's random numbers
  nb::object handler_of;  // (function): a handler; for an op a tuple of its name, the handler of calls that are not plain, and a Repeats as a number
  nb::object call_of;     // (function, args, kwargs): an object that can call the op again
  nb::object meet;        // (tensor): the value of a tensor whose op was not seen
  nb::object left;        // (id): a leaf has died
  nb::object threw;       // (name, error, tensors): an op raised
  nb::object note;        // (error): the collector itself failed
};

// The arguments of calls, with holes in place of tensors. Calls with equal arguments share them.
class Calls {
 public:
  explicit Calls(const Torch& torch) : torch_(torch) {}

  bool is_tensor(PyObject* thing) const { return PyObject_TypeCheck(thing, reinterpret_cast<PyTypeObject*>(torch_.tensor.ptr())) != 0; }

  struct Known {
    nb::object args, kwargs, call;
  };

  // `known` are the earlier calls of the function.
  nb::object find(std::vector<Known>& known, nb::handle function, PyObject* args, PyObject* kwargs) {
    for (const Known& k : known) {
      if (alike(k.args.ptr(), args) && alike(k.kwargs.ptr(), kwargs)) return k.call;
    }
    Known made{strip(args), kwargs != nullptr ? strip(kwargs) : nb::object(nb::dict()), {}};
    nb::object call = made.call = torch_.call_of(function, made.args, made.kwargs);
    if (known.size() < kKept) {
      known.push_back(std::move(made));
    } else {
      known[oldest_++ % kKept] = std::move(made);
    }
    return call;
  }

 private:
  static constexpr std::size_t kKept = 8;

  // Compares numbers as they are written: 0.0 differs from -0.0, and 1 from True.
  bool alike(PyObject* spec, PyObject* thing) const {
    if (thing == nullptr) return PyDict_GET_SIZE(spec) == 0;
    if (is_tensor(thing)) return spec == torch_.hole.ptr();
    if (spec == thing) return !is_container(thing);
    if (Py_TYPE(spec) != Py_TYPE(thing)) return false;
    if (PyFloat_CheckExact(thing)) {
      const double a = PyFloat_AS_DOUBLE(spec), b = PyFloat_AS_DOUBLE(thing);
      return std::equal(reinterpret_cast<const char*>(&a), reinterpret_cast<const char*>(&a + 1), reinterpret_cast<const char*>(&b));
    }
    if (PyLong_CheckExact(thing) || PyUnicode_CheckExact(thing)) return PyObject_RichCompareBool(spec, thing, Py_EQ) == 1;
    if (PySlice_Check(thing)) {
      const auto* const a = reinterpret_cast<PySliceObject*>(spec);
      const auto* const b = reinterpret_cast<PySliceObject*>(thing);
      return alike(a->start, b->start) && alike(a->stop, b->stop) && alike(a->step, b->step);
    }
    if (PyTuple_Check(thing) || PyList_CheckExact(thing)) return alike_sequences(spec, thing);
    return PyDict_CheckExact(thing) && alike_dicts(spec, thing);
  }
  static bool is_container(PyObject* thing) { return PyList_Check(thing) || PyDict_Check(thing); }  // its contents may have changed since

  bool alike_sequences(PyObject* spec, PyObject* thing) const {
    const Py_ssize_t size = PySequence_Fast_GET_SIZE(thing);
    if (PySequence_Fast_GET_SIZE(spec) != size) return false;
    for (Py_ssize_t i = 0; i < size; ++i) {
      if (!alike(PySequence_Fast_GET_ITEM(spec, i), PySequence_Fast_GET_ITEM(thing, i))) return false;
    }
    return true;
  }

  bool alike_dicts(PyObject* spec, PyObject* thing) const {
    if (PyDict_GET_SIZE(spec) != PyDict_GET_SIZE(thing)) return false;
    PyObject *key = nullptr, *value = nullptr;
    for (Py_ssize_t at = 0; PyDict_Next(thing, &at, &key, &value) != 0;) {
      PyObject* const known = PyUnicode_CheckExact(key) ? PyDict_GetItemWithError(spec, key) : nullptr;
      if (known == nullptr || !alike(known, value)) return false;
    }
    return true;
  }

  nb::object strip(PyObject* thing) const {
    if (is_tensor(thing)) return torch_.hole;
    if (PyTuple_CheckExact(thing) || PyList_CheckExact(thing) || (PyTuple_Check(thing) && has_tensor(thing))) {
      nb::list parts;
      each(thing, [&](PyObject* part) { parts.append(strip(part)); });
      if (PyTuple_Check(thing)) return nb::tuple(parts);
      return parts;
    }
    if (!PyDict_CheckExact(thing)) return nb::borrow(thing);
    nb::dict parts;
    PyObject *key = nullptr, *value = nullptr;
    for (Py_ssize_t at = 0; PyDict_Next(thing, &at, &key, &value) != 0;) parts[nb::handle(key)] = strip(value);
    return parts;
  }

  bool has_tensor(PyObject* sequence) const {
    bool found = false;
    each(sequence, [&](PyObject* part) { found = found || is_tensor(part); });
    return found;
  }

  const Torch& torch_;
  std::size_t oldest_ = 0;
};

// The tensors that live, with their values in the log.
class Tensors {
 public:
  struct Known {
    nb::object weak;
    LogId value = kNowhere;
    LogId variable = kNowhere;
    nb::object leaf;  // the collector's Leaf, if the tensor can have a gradient
  };

  explicit Tensors(const Torch& torch) : torch_(torch), died_(nb::cpp_function([this](nb::handle weak) { forget(weak); })) {}

  // Null if the tensor is not known.
  Known* find(nb::handle tensor) {
    const auto at = known_.find(tensor.ptr());
    return at != known_.end() ? &at->second : nullptr;
  }

  Known& add(nb::handle tensor) {
    if (Known* known = find(tensor)) return *known;
    nb::object weak = nb::steal(PyWeakref_NewRef(tensor.ptr(), died_.ptr()));
    if (!weak.is_valid()) throw nb::python_error();
    addresses_[weak.ptr()] = tensor.ptr();
    Known& known = known_[tensor.ptr()];
    known.weak = std::move(weak);
    return known;
  }

  // Calls f(tensor, known) for the tensors that live.
  template <class F>
  void each(F&& f) const {
    for (const auto& [tensor, known] : known_) {
      if (nb::steal(PyObject_CallNoArgs(known.weak.ptr())).ptr() == tensor) f(tensor, known);
    }
  }

  void drop(nb::handle tensor) {
    const auto at = known_.find(tensor.ptr());
    if (at == known_.end()) return;
    addresses_.erase(at->second.weak.ptr());
    known_.erase(at);
  }

  void clear() {
    addresses_.clear();
    known_.clear();
  }

 private:
  void forget(nb::handle weak) {
    const auto at = addresses_.find(weak.ptr());
    if (at == addresses_.end()) return;
    PyObject* const tensor = at->second;
    addresses_.erase(at);
    const auto known = known_.find(tensor);
    if (known == known_.end()) return;
    const bool is_leaf = known->second.leaf.is_valid();
    const Known gone = std::move(known->second);
    known_.erase(known);
    if (is_leaf) torch_.left(reinterpret_cast<std::uintptr_t>(tensor));
  }

  const Torch& torch_;
  nb::object died_;
  std::unordered_map<PyObject*, Known> known_;
  std::unordered_map<PyObject*, PyObject*> addresses_;  // weak reference to tensor
};

class TorchEvents {
 public:
  TorchEvents(FlowBuilder& log, Torch torch) : log_(log), torch_(std::move(torch)), calls_(torch_), tensors_(torch_) {}
  TorchEvents(const TorchEvents&) = delete;
  TorchEvents& operator=(const TorchEvents&) = delete;

  int in_function = 0;  // more than 0 inside of code that one op stands for
  Where quiet_at;       // the place that last switched gradients off

  // Called in place of the function that the program calls.
  nb::object on_call(nb::handle function, nb::handle args, nb::handle kwargs) {
    if (log_.busy > 0 || closed_ || !PyTuple_Check(args.ptr())) return run(function, args, kwargs);
    Handler* const handler = handler_of(function);
    if (handler == nullptr) return run(function, args, kwargs);
    PyObject* const named = kwargs.is_none() || !PyDict_CheckExact(kwargs.ptr()) || PyDict_GET_SIZE(kwargs.ptr()) == 0 ? nullptr : kwargs.ptr();
    if (handler->is_op && (named == nullptr || !changes(named))) {
      const Plain plain{handler->type, handler->repeats};
      given_.clear();
      gather(args.ptr(), given_);
      if (named != nullptr) gather(named, given_);
      if (!given_.empty()) return run_op(plain, function, args, kwargs);
    }
    const nb::object other = handler->other;
    return other(function, args, kwargs.is_none() ? nb::object(nb::dict()) : nb::borrow(kwargs));
  }

  LogId value_of(nb::handle tensor) {
    const Tensors::Known* const known = tensors_.find(tensor);
    if (known == nullptr) return closed_ ? kNowhere : nb::cast<LogId>(torch_.meet(tensor));
    return known->leaf.is_valid() && known->variable != kNowhere ? log_.read(known->variable, kNowhere) : known->value;
  }
  LogId find(nb::handle tensor) {
    const Tensors::Known* const known = tensors_.find(tensor);
    return known != nullptr ? known->value : kNowhere;
  }
  // From now on the tensor has this value.
  void name_value(nb::handle tensor, LogId value) { tensors_.add(tensor).value = value; }
  LogId make_value(nb::handle tensor, bool with_elements) {
    return log_.make(0, dtype_of(tensor), shape_of(tensor), with_elements && log_.keeps_values ? detached(tensor) : nb::object());
  }
  LogId new_value(nb::handle tensor) {
    const LogId value = make_value(tensor, true);
    name_value(tensor, value);
    return value;
  }
  nb::object leaf_of(nb::handle tensor) {
    const Tensors::Known* const known = tensors_.find(tensor);
    return known != nullptr && known->leaf.is_valid() ? known->leaf : nb::object(nb::none());
  }
  void set_leaf(nb::handle tensor, nb::object leaf, LogId variable) {
    Tensors::Known& known = tensors_.add(tensor);
    known.leaf = leaf.is_none() ? nb::object() : std::move(leaf);
    known.variable = variable;
  }
  // Forgets the tensor and its weak reference.
  void drop(nb::handle tensor) { tensors_.drop(tensor); }
  nb::object call_of(nb::handle function, nb::handle args, nb::handle kwargs) {
    Handler* const handler = closed_ ? nullptr : handler_of(function);
    if (handler == nullptr) return nb::none();
    return calls_.find(handler->calls, function, args.ptr(), kwargs.is_none() ? nullptr : kwargs.ptr());
  }

  // The tensors that the program still holds, by value.
  nb::dict living() {
    nb::dict all;
    tensors_.each([&](PyObject* tensor, const Tensors::Known& known) {
      const bool is_variable = known.leaf.is_valid() && known.variable != kNowhere;
      all[nb::cast(is_variable ? log_.read(known.variable, kNowhere) : known.value)] = nb::handle(tensor);
    });
    return all;
  }

  // The leaves of the autograd graph of the targets.
  nb::list leaves_behind(nb::handle targets) {
    nb::list leaves;
    std::vector<nb::object> todo;
    std::unordered_set<PyObject*> seen;
    const auto visit = [&](nb::object node) {
      if (!node.is_none() && seen.insert(node.ptr()).second) todo.push_back(std::move(node));
    };
    for (const nb::handle target : targets) {
      nb::object node = attribute(target, grad_fn_);
      if (node.is_none() && needs_gradient(target)) leaves.append(target);
      visit(std::move(node));
    }
    for (std::size_t i = 0; i < todo.size(); ++i) {  // holds each node, so that its address stays its own
      const nb::object node = nb::borrow(todo[i]);
      if (has_variable(node)) leaves.append(attribute(node, variable_));
      const nb::object following = attribute(node, next_functions_);
      for (const nb::handle pair : following) visit(nb::borrow(PyTuple_GET_ITEM(pair.ptr(), 0)));
    }
    return leaves;
  }

  // After this nothing is recorded, and no object of the program is held.
  void close() {
    closed_ = true;
    tensors_.clear();
    handlers_.clear();
    handler_at_.clear();
    torch_ = {};
  }

 private:
  // Results with fewer elements are kept instead of computed again.
  static constexpr std::int64_t kWorthLeavingOut = 1 << 12;
  // Whether a call can be repeated: it has no side effects and gives the same results, perhaps only from the same state of the random numbers.
  enum class Repeats : std::uint8_t { kNo, kAlways, kFromState };
  struct Plain {
    std::uint32_t type = 0;
    Repeats repeats = Repeats::kNo;
  };
  struct Handler {
    nb::object other;  // handles calls that are not plain
    std::uint32_t type = 0;
    bool is_op = false;
    Repeats repeats = Repeats::kNo;
    std::vector<Calls::Known> calls;
  };

  static nb::object run(nb::handle function, nb::handle args, nb::handle kwargs) {
    nb::object out = nb::steal(PyObject_Call(function.ptr(), args.ptr(), kwargs.is_none() ? nullptr : kwargs.ptr()));
    if (!out.is_valid()) throw nb::python_error();
    return out;
  }

  // Calls f(). Notes its exceptions, so that they do not reach the program.
  template <class F>
  bool guarded(F&& f) {
    try {
      std::forward<F>(f)();
      return true;
    } catch (nb::python_error& e) {
      note(e.value());
    } catch (const std::exception& e) {
      note(nb::steal(PyObject_CallFunction(PyExc_RuntimeError, "s", e.what())));
    }
    return false;
  }
  void note(nb::handle error) {
    const nb::object noted = nb::steal(PyObject_CallOneArg(torch_.note.ptr(), error.ptr()));
    if (!noted.is_valid()) PyErr_Clear();
  }

  // Compares functions with Python's ==, because a function that reads an attribute is a new object each time. Returns null if the collector failed.
  Handler* handler_of(nb::handle function) {
    constexpr std::size_t kMost = 1 << 12;
    if (PyObject* const at = PyDict_GetItemWithError(handler_at_.ptr(), function.ptr())) return &handlers_[PyLong_AsSize_t(at)];
    Handler* found = nullptr;
    guarded([&] {
      if (PyErr_Occurred() != nullptr) throw nb::python_error();
      if (handlers_.size() >= kMost) {
        handlers_.clear();
        handler_at_.clear();
      }
      const nb::object answer = torch_.handler_of(function);
      Handler handler;
      handler.is_op = PyTuple_Check(answer.ptr()) != 0;
      handler.other = handler.is_op ? nb::borrow(PyTuple_GET_ITEM(answer.ptr(), 1)) : answer;
      if (handler.is_op) handler.repeats = static_cast<Repeats>(nb::cast<int>(nb::handle(PyTuple_GET_ITEM(answer.ptr(), 2))));
      if (handler.is_op) handler.type = log_.type(nb::cast<std::string>(nb::handle(PyTuple_GET_ITEM(answer.ptr(), 0))));
      handler_at_[function] = handlers_.size();
      found = &handlers_.emplace_back(std::move(handler));
    });
    return found;
  }

  bool changes(PyObject* kwargs) const {
    if (PyDict_GetItemWithError(kwargs, out_.ptr()) != nullptr) return true;
    return PyDict_GetItemWithError(kwargs, inplace_.ptr()) == Py_True;
  }

  void gather(PyObject* thing, std::vector<PyObject*>& tensors) const {
    if (calls_.is_tensor(thing)) {
      tensors.push_back(thing);
    } else if (PyTuple_Check(thing) || PyList_Check(thing)) {
      each(thing, [&](PyObject* part) { gather(part, tensors); });
    } else if (PyDict_Check(thing)) {
      PyObject *key = nullptr, *value = nullptr;
      for (Py_ssize_t at = 0; PyDict_Next(thing, &at, &key, &value) != 0;) gather(value, tensors);
    }
  }

  // Runs an op that makes tensors. given_ has its inputs.
  nb::object run_op(const Plain& plain, nb::handle function, nb::handle args, nb::handle kwargs) {
    bool grad = true;
    std::uint64_t needs = 0;
    ++log_.busy;
    const bool known = guarded([&] {
      grad = nb::steal(PyObject_CallNoArgs(torch_.is_grad_enabled.ptr())).ptr() != Py_False;
      inputs_.clear();
      for (PyObject* t : given_) {
        if (grad && needs_gradient(t)) needs |= std::uint64_t{1} << std::min<std::size_t>(inputs_.size(), 63);
        inputs_.push_back(value_of(t));
      }
    });
    nb::object state;
    if (plain.repeats == Repeats::kFromState && log_.keeps_values) guarded([&] { state = random_state(given_[0]); });
    nb::object out = nb::steal(PyObject_Call(function.ptr(), args.ptr(), kwargs.is_none() ? nullptr : kwargs.ptr()));
    if (!out.is_valid()) fail(plain.type);
    if (known) guarded([&] { record(plain, function, args, kwargs, out, {.recording = grad, .needs = needs}, std::move(state)); });
    --log_.busy;
    return out;
  }

  [[noreturn]] void fail(std::uint32_t type) {
    nb::python_error error;
    --log_.busy;
    guarded([&] {
      nb::list tensors;
      for (PyObject* t : given_) tensors.append(nb::handle(t));
      if (error.matches(PyExc_Exception)) torch_.threw(log_.type_name(type), error.value(), tensors);
    });
    error.restore();
    throw nb::python_error();
  }

  void record(const Plain& plain, nb::handle function, nb::handle args, nb::handle kwargs, nb::handle out, FlowBuilder::CallFacts facts,
              nb::object state) {
    made_.clear();
    gather(out.ptr(), made_);
    std::erase_if(made_, [this](PyObject* t) { return std::find(given_.begin(), given_.end(), t) != given_.end(); });
    if (made_.empty()) return;
    outputs_.clear();
    facts.again = (plain.repeats == Repeats::kAlways || state.is_valid()) && log_.keeps_values && !autocasts();
    for (PyObject* t : made_) {
      const LogId value = make_value(t, !facts.again || elements_of_one(t) < kWorthLeavingOut);
      name_value(t, value);
      outputs_.push_back(value);
      facts.gives = facts.gives || needs_gradient(t);
    }
    const LogId id = log_.record(OpKind::kCompute, plain.type, inputs_, outputs_, caller());
    FlowBuilder::Op& op = log_.op(id);
    op.facts = facts;
    if (!facts.recording && in_function == 0) {
      op.stopped = true;
      op.stopped_at = quiet_at;
    }
    op.call = call_of(function, args, kwargs);
    if (facts.again && state.is_valid()) op.tensors = std::move(state);  // it draws the same numbers again from it
  }

  // The state that a call with this input draws from; nothing if the result is too small to be worth it, or not made on the CPU.
  nb::object random_state(nb::handle input) {
    if (elements_of_one(input) < kWorthLeavingOut || attribute(input, is_cpu_).ptr() != Py_True) return {};
    nb::object state = nb::steal(PyObject_CallNoArgs(torch_.random_state.ptr()));
    if (!state.is_valid()) throw nb::python_error();
    return state;
  }

  bool autocasts() const {
    const nb::object answer = nb::steal(PyObject_CallNoArgs(torch_.autocasts.ptr()));
    if (!answer.is_valid()) throw nb::python_error();
    return answer.ptr() != Py_False;
  }
  std::int64_t elements_of_one(nb::handle tensor) {
    const std::uint32_t shape = shape_of(tensor);
    if (shape == FlowBuilder::unknown_shape()) return 0;
    std::int64_t count = 1;
    for (const std::int64_t extent : log_.shape_at(shape)) count *= extent;
    return count;
  }
  nb::object detached(nb::handle tensor) const {
    const nb::object modes = nb::steal(PyObject_CallNoArgs(torch_.dispatch_modes.ptr()));
    const bool seen = !modes.is_valid() || PyLong_AsLong(modes.ptr()) != 0;
    nb::object elements =
        nb::steal(seen ? PyObject_CallOneArg(torch_.detached.ptr(), tensor.ptr()) : PyObject_CallMethodNoArgs(tensor.ptr(), detach_.ptr()));
    if (!elements.is_valid()) throw nb::python_error();
    return elements;
  }
  bool needs_gradient(nb::handle tensor) const { return attribute(tensor, requires_grad_).ptr() == Py_True; }

  // Whether this node of the autograd graph ends at a leaf.
  bool has_variable(nb::handle node) {
    PyTypeObject* const type = Py_TYPE(node.ptr());
    const auto at = ends_.find(type);
    if (at != ends_.end()) return at->second;
    held_.push_back(nb::borrow(reinterpret_cast<PyObject*>(type)));  // so that no other object gets its address
    return ends_[type] = PyObject_HasAttr(node.ptr(), variable_.ptr()) != 0;
  }

  FlowDType dtype_of(nb::handle tensor) {
    const nb::object dtype = attribute(tensor, dtype_);
    const auto at = dtypes_.find(dtype.ptr());
    if (at != dtypes_.end()) return at->second;
    held_.push_back(dtype);
    const std::string name = nb::cast<std::string>(nb::str(dtype));
    return dtypes_[dtype.ptr()] = dtype_named(name.substr(name.find('.') + 1));
  }

  // The shape is unknown if PyTorch gives none, as for nested tensors.
  std::uint32_t shape_of(nb::handle tensor) {
    const nb::object shape = nb::steal(PyObject_GetAttr(tensor.ptr(), shape_.ptr()));
    if (!shape.is_valid()) PyErr_Clear();
    std::array<std::int64_t, 64> extents{};
    if (!shape.is_valid() || !PyTuple_Check(shape.ptr()) || PyTuple_GET_SIZE(shape.ptr()) > static_cast<Py_ssize_t>(extents.size()))
      return FlowBuilder::unknown_shape();
    std::size_t rank = 0;
    each(shape.ptr(), [&](PyObject* extent) { extents[rank++] = PyLong_CheckExact(extent) ? PyLong_AsLongLong(extent) : FlowGraph::kUnknownExtent; });
    return log_.shape(extents.data(), rank);
  }

  FlowBuilder& log_;
  Torch torch_;
  Calls calls_;
  Tensors tensors_;
  bool closed_ = false;
  nb::dict handler_at_;  // function to index in handlers_
  std::deque<Handler> handlers_;
  std::unordered_map<PyTypeObject*, bool> ends_;
  std::unordered_map<PyObject*, FlowDType> dtypes_;
  std::vector<nb::object> held_;
  std::vector<PyObject*> given_, made_;  // the inputs and results of the present call
  std::vector<LogId> inputs_, outputs_;
  const nb::str dtype_{"dtype"}, shape_{"shape"}, requires_grad_{"requires_grad"}, detach_{"detach"}, grad_fn_{"grad_fn"}, variable_{"variable"},
      next_functions_{"next_functions"}, out_{"out"}, inplace_{"inplace"}, is_cpu_{"is_cpu"};
};

}  // namespace

void bind_torch_events(nb::module_& m) {
  nb::class_<TorchEvents>(m, "TorchEvents", "What PyTorch tells of a program that runs.")
      .def(
          "__init__",
          [](TorchEvents* events, FlowBuilder& log, nb::object tensor, nb::object hole, nb::object is_grad_enabled, nb::object autocasts,
             nb::object dispatch_modes, nb::object detached, nb::object random_state, nb::object handler_of, nb::object call_of, nb::object meet,
             nb::object left, nb::object threw, nb::object note) {
            new (events) TorchEvents(log, {std::move(tensor), std::move(hole), std::move(is_grad_enabled), std::move(autocasts),
                                           std::move(dispatch_modes), std::move(detached), std::move(random_state), std::move(handler_of),
                                           std::move(call_of), std::move(meet), std::move(left), std::move(threw), std::move(note)});
          },
          nb::arg("log"), nb::arg("tensor"), nb::arg("hole"), nb::arg("is_grad_enabled"), nb::arg("autocasts"), nb::arg("dispatch_modes"),
          nb::arg("detached"), nb::arg("random_state"), nb::arg("handler_of"), nb::arg("call_of"), nb::arg("meet"), nb::arg("left"), nb::arg("threw"),
          nb::arg("note"), nb::keep_alive<1, 2>())
      .def(
          "on_call",
          [](TorchEvents& e, nb::handle, nb::handle function, nb::handle, nb::handle args, nb::handle kwargs) {
            return e.on_call(function, args, kwargs);
          },
          nb::arg("mode"), nb::arg("function"), nb::arg("types"), nb::arg("args"), nb::arg("kwargs") = nb::none())
      .def("value_of", &TorchEvents::value_of, nb::arg("tensor"))
      .def("find", &TorchEvents::find, nb::arg("tensor"), "The value that it stands for, -1 where it is not known.")
      .def("name_value", &TorchEvents::name_value, nb::arg("tensor"), nb::arg("value"))
      .def("make_value", &TorchEvents::make_value, nb::arg("tensor"), nb::arg("with_elements") = true,
           "A value like the tensor, which nothing names.")
      .def("new_value", &TorchEvents::new_value, nb::arg("tensor"), "A value that the tensor stands for from now on.")
      .def("leaf_of", &TorchEvents::leaf_of, nb::arg("tensor"))
      .def("set_leaf", &TorchEvents::set_leaf, nb::arg("tensor"), nb::arg("leaf").none(), nb::arg("variable") = kNowhere)
      .def("drop", &TorchEvents::drop, nb::arg("tensor"), "It is not known any more, and no weak reference leads to it.")
      .def("call_of", &TorchEvents::call_of, nb::arg("function"), nb::arg("args"), nb::arg("kwargs").none())
      .def("living", &TorchEvents::living, "Tensors that the program holds, by their values.")
      .def("leaves_behind", &TorchEvents::leaves_behind, nb::arg("targets"))
      .def("close", &TorchEvents::close)
      .def_rw("in_function", &TorchEvents::in_function)
      .def_rw("quiet_at", &TorchEvents::quiet_at);
}

}  // namespace whygrad::python
