// The part of TensorFlow's collector that is called for every op of a running program.
//
// NOTE [told by TensorFlow]
// TensorFlow's own op callbacks report ops. Three events do not reach the callbacks and are seen elsewhere:
//   - A variable that is passed directly to an op is read in C++. Just before, the op asks the variable for its handle. `_handle` is therefore
//     replaced by a property (HandleProperty), which remembers the variable that was asked.
//   - Reading a tensor through the buffer protocol, as NumPy does, calls a slot of the type. The slot is replaced (BufferHook).
//   - A constant is made without an op. The function that makes it calls constant().
// Ops of graphs that are being built are not recorded here. The graph keeps them and is read when a question needs it.
#include "code_objects.hpp"
#include "flow_drawing.hpp"
#include "frames.hpp"
#include "live.hpp"
#include "places.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whygrad::python {
namespace {

enum class Special : std::uint8_t { kNone, kHandle, kRead, kStop, kConstant, kNothing };

Special special_of(std::string_view type) {
  if (type == "VarHandleOp") return Special::kHandle;
  if (type == "ReadVariableOp") return Special::kRead;
  if (type == "StopGradient") return Special::kStop;
  if (type == "Const") return Special::kConstant;
  return type == "NoOp" || type == "Placeholder" ? Special::kNothing : Special::kNone;
}

std::string_view text_of(nb::handle name) {
  char* bytes = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_Check(name.ptr()) && PyBytes_AsStringAndSize(name.ptr(), &bytes, &size) == 0) return {bytes, static_cast<std::size_t>(size)};
  const char* text = PyUnicode_Check(name.ptr()) ? PyUnicode_AsUTF8AndSize(name.ptr(), &size) : nullptr;
  if (text == nullptr) throw nb::type_error("an op type is neither text nor bytes");
  return {text, static_cast<std::size_t>(size)};
}

// TensorFlow's numbers for element types (tensorflow/core/framework/types.proto).
constexpr int kResource = 20, kVariant = 21;
FlowDType dtype_of(int number) {
  constexpr FlowDType kOther = FlowDType::kOther;
  constexpr std::array kTypes = {kOther,           FlowDType::kF32,
                                 FlowDType::kF64,  FlowDType::kI32,
                                 FlowDType::kU8,   FlowDType::kI16,
                                 FlowDType::kI8,   FlowDType::kString,
                                 FlowDType::kC64,  FlowDType::kI64,
                                 FlowDType::kBool, kOther,
                                 kOther,           kOther,
                                 FlowDType::kBF16, kOther,
                                 kOther,           FlowDType::kU16,
                                 FlowDType::kC128, FlowDType::kF16,
                                 kOther,           FlowDType::kVariant,
                                 FlowDType::kU32,  FlowDType::kU64,
                                 FlowDType::kF8,   FlowDType::kF8};
  return number >= 0 && static_cast<std::size_t>(number) < kTypes.size() ? kTypes[static_cast<std::size_t>(number)] : kOther;
}

class TensorFlowEvents {
 public:
  TensorFlowEvents(FlowBuilder& log, nb::object eager_tensor, nb::object is_stopped)
      : log_(log), eager_tensor_(std::move(eager_tensor)), is_stopped_(std::move(is_stopped)) {}

  FlowBuilder& log() { return log_; }
  std::string error;  // the first error of the collector itself

  // The op callback.
  void on_op(nb::handle type, nb::handle inputs, nb::handle attrs, nb::handle outputs, nb::handle graph) noexcept {
    if (log_.busy > 0 || !graph.is_none()) return;
    try {
      take_op(type, inputs, attrs, outputs);
    } catch (nb::python_error& e) {
      note(e.what());
    } catch (const std::exception& e) {
      note(e.what());
    }
    touched_.clear();
  }

  // Called when `tensor` was made from `value`. Records a constant unless `value` is a tensor.
  void constant(nb::handle value, nb::handle tensor) {
    if (log_.busy > 0 || !is_eager(tensor) || is_eager(value)) return;
    const std::uint64_t key = key_of(tensor);
    if (log_.find(key) != kNowhere) return;
    add_constant(tensor, key, PyFloat_Check(value.ptr()) || PyLong_Check(value.ptr()) ? value : nb::handle());
  }

  // The value of a tensor, which is added if it is not known yet.
  LogId value_of(nb::handle tensor) { return known_value(tensor, key_of(tensor)); }

  // Adds a value for a new tensor.
  LogId make(nb::handle tensor) {
    const std::uint64_t key = key_of(tensor);
    newest_ = std::max(newest_, key);
    const FlowDType dtype = dtype_of(dtype_number(tensor));
    return log_.make(key, dtype, shape_of(tensor), log_.keeps_values && may_keep(dtype) ? nb::borrow(tensor) : nb::object());
  }

  // Records that the elements of a tensor were read to the host.
  LogId host_read(nb::handle tensor, const std::string& type, const std::string& kind, std::int64_t choice) {
    if (log_.busy > 0) return kNowhere;
    const LogId v = log_.find(key_of(tensor));
    if (v == kNowhere) return kNowhere;
    const LogId op = log_.record(kind == "choice" ? OpKind::kChoice : OpKind::kHostRead, log_.type(type), {v}, {}, caller());
    ++log_.busy;
    set_print(log_, op, tensor);
    --log_.busy;
    log_.op(op).choice = choice;
    return op;
  }

  // Called when a variable was asked for its handle. met(variable, handle) adds a variable that was made before the watch began.
  void asked_for_handle(nb::handle variable, nb::handle handle, const nb::callable& met) noexcept {
    try {
      const auto at = handles_.find(handle.ptr());
      const LogId v = at != handles_.end() ? at->second : meet(variable, handle, met);
      if (v != kNowhere && log_.busy == 0 && asked_by_an_op() && (touched_.empty() || touched_.back() != v)) touched_.push_back(v);
    } catch (nb::python_error& e) {
      note(e.what());
    } catch (const std::exception& e) {
      note(e.what());
    }
  }
  // Tensors with ids up to this one are older than the collector.
  void set_first(std::uint64_t key) { newest_ = key; }

 private:
  static constexpr std::uint64_t kMostOutside = 1 << 26;
  struct Outside {
    LogId op;
    std::uint64_t bytes;
  };
  std::deque<Outside> outside_;  // ops outside of all tapes whose tensors are kept
  std::uint64_t outside_bytes_ = 0;

  const nb::tuple no_outputs_;
  bool is_eager(nb::handle t) const { return PyObject_TypeCheck(t.ptr(), reinterpret_cast<PyTypeObject*>(eager_tensor_.ptr())) != 0; }
  std::uint64_t key_of(nb::handle tensor) const {
    const nb::object id = nb::steal(PyObject_GetAttr(tensor.ptr(), id_.ptr()));
    if (!id.is_valid()) throw nb::python_error();
    return PyLong_AsUnsignedLongLongMask(id.ptr());
  }
  int dtype_number(nb::handle tensor) const {
    const nb::object number = nb::steal(PyObject_CallMethodNoArgs(tensor.ptr(), datatype_enum_.ptr()));
    if (!number.is_valid()) throw nb::python_error();
    return static_cast<int>(PyLong_AsLong(number.ptr()));
  }
  std::uint32_t shape_of(nb::handle tensor) {
    const nb::object shape = nb::steal(PyObject_CallMethodNoArgs(tensor.ptr(), shape_tuple_.ptr()));
    if (!shape.is_valid()) throw nb::python_error();
    std::array<std::int64_t, 16> extents{};
    const Py_ssize_t rank = PyTuple_Check(shape.ptr()) ? PyTuple_GET_SIZE(shape.ptr()) : -1;
    if (rank < 0 || rank > static_cast<Py_ssize_t>(extents.size())) return FlowBuilder::unknown_shape();
    for (Py_ssize_t i = 0; i < rank; ++i) extents[static_cast<std::size_t>(i)] = PyLong_AsLongLong(PyTuple_GET_ITEM(shape.ptr(), i));
    return log_.shape(extents.data(), static_cast<std::size_t>(rank));
  }

  void take_op(nb::handle type, nb::handle inputs, nb::handle attrs, nb::handle outputs) {
    const std::uint32_t id = log_.type(text_of(type));
    if (specials_.size() <= id) specials_.resize(id + 1, Special::kNone);
    if (known_types_.size() <= id) known_types_.resize(id + 1);
    if (!known_types_[id]) known_types_[id] = true, specials_[id] = special_of(log_.type_name(id));
    const Special special = specials_[id];
    if (special == Special::kNothing) return;
    if (outputs.is_none()) outputs = no_outputs_;  // TensorFlow 2.13 passes None for no outputs
    const nb::object in = nb::steal(PySequence_Fast(inputs.ptr(), "inputs")), out = nb::steal(PySequence_Fast(outputs.ptr(), "outputs"));
    if (!in.is_valid() || !out.is_valid()) throw nb::python_error();
    here_ = caller();
    if (special == Special::kHandle) return add_handle(item(out, 0));
    const LogId variable = size(in) != 0 ? log_.variable_of(key_of(item(in, 0))) : kNowhere;
    const bool stopped = special != Special::kStop && is_stopped();  // TensorFlow itself pauses recording for StopGradient
    if (special == Special::kRead && variable != kNowhere) return read_variable(id, variable, item(out, 0), stopped);
    read_inputs(in, stopped);
    if (variable != kNowhere && size(out) == 0) return assign(id, variable, in);
    made_.clear();
    for (Py_ssize_t k = 0; k < size(out); ++k) made_.push_back(make(item(out, k)));
    if (size(out) == 0) renew_resources(in);
    const LogId op = log_.record(special == Special::kConstant ? OpKind::kConstant : OpKind::kCompute, id, ids_, made_, here_);
    FlowBuilder::Op& record = log_.op(op);
    record.stopped = stopped;
    record.rule_of = rule_of;
    if (rule_of != kNowhere && log_.has_op(rule_of)) record.where = log_.op(rule_of).where;
    record.call = shared(id, attrs);
    if (!log_.keeps_values) return;
    record.tensors = nb::make_tuple(kept(in, ids_), kept(out, made_));
    limit_outside(op);
  }

  // Outside of all tapes only the last tensors are kept, which a tape may still ask about, so that what runs without gradients needs little memory.
  void limit_outside(LogId op) {
    if (!log_.recording().empty()) return;
    outside_.push_back({op, bytes_of_outputs(log_.op(op))});
    outside_bytes_ += outside_.back().bytes;
    while (outside_bytes_ > kMostOutside && outside_.size() > 1) {
      const LogId oldest = outside_.front().op;
      outside_bytes_ -= outside_.front().bytes;
      outside_.pop_front();
      if (!log_.has_op(oldest)) continue;
      FlowBuilder::Op& dropped = log_.op(oldest);
      dropped.tensors.reset();
      for (std::size_t k = 0; k < dropped.outputs; ++k) {
        if (const LogId v = log_.output(dropped, k); log_.has_value(v)) log_.value(v).tensor.reset();
      }
    }
  }
  std::uint64_t bytes_of_outputs(const FlowBuilder::Op& op) const {
    constexpr std::uint64_t kMostOfAnElement = 8;
    std::uint64_t bytes = 0;
    for (std::size_t k = 0; k < op.outputs; ++k) {
      const LogId v = log_.output(op, k);
      if (!log_.has_value(v) || log_.value(v).shape == FlowBuilder::unknown_shape()) continue;
      std::uint64_t elements = 1;
      for (const std::int64_t extent : log_.shape_at(log_.value(v).shape)) elements *= static_cast<std::uint64_t>(std::max<std::int64_t>(extent, 0));
      bytes += elements * kMostOfAnElement;
    }
    return bytes;
  }

  // Handles of resources are not kept, so that they die when the program drops them. TensorFlow destroys the resource with its handle and waits for
  // the resource's threads. The thread of a data set that runs Python waits for the interpreter's lock, and code that drops a handle at another time
  // may hold that lock. The handles of variables belong to the variables.
  static bool may_keep(FlowDType dtype) { return dtype != FlowDType::kOther; }
  nb::object kept(const nb::object& tensors, const std::vector<LogId>& values) const {
    const auto keep = [&](Py_ssize_t i) { return may_keep(log_.value(values[static_cast<std::size_t>(i)]).dtype); };
    Py_ssize_t i = 0;
    while (i < size(tensors) && keep(i)) ++i;
    if (i == size(tensors)) return tensors;
    nb::list some;
    for (i = 0; i < size(tensors); ++i) some.append(keep(i) ? nb::object(nb::borrow(item(tensors, i))) : nb::object(nb::none()));
    return nb::tuple(some);
  }

  // An op without outputs puts its inputs into a resource, as data is put into an iterator. The resource gets a new value, computed from these
  // inputs, and so do the values that are taken out of it later.
  void renew_resources(const nb::object& in) {
    for (Py_ssize_t i = 0; i < size(in); ++i) {
      if (dtype_number(item(in, i)) == kResource) made_.push_back(make(item(in, i)));
    }
  }

  static Py_ssize_t size(const nb::object& sequence) { return PySequence_Fast_GET_SIZE(sequence.ptr()); }
  static nb::handle item(const nb::object& sequence, Py_ssize_t i) { return PySequence_Fast_GET_ITEM(sequence.ptr(), i); }

  // Most calls of one op have the same attributes. They share one tuple, because one for each call would keep Python's garbage collector busy.
  nb::object shared(std::uint32_t type, nb::handle attrs) {
    constexpr std::size_t kKept = 8;
    if (attrs_.size() <= type) attrs_.resize(type + 1);
    std::vector<nb::object>& known = attrs_[type];
    for (const nb::object& other : known) {
      const int same = PyObject_RichCompareBool(other.ptr(), attrs.ptr(), Py_EQ);
      if (same > 0) return other;
      if (same < 0) PyErr_Clear();
    }
    if (known.size() < kKept) known.push_back(nb::borrow(attrs));
    return nb::borrow(attrs);
  }

  bool is_stopped() const {
    if (log_.recording().empty()) return false;
    const nb::object answer = nb::steal(PyObject_CallNoArgs(is_stopped_.ptr()));
    if (!answer.is_valid()) throw nb::python_error();
    return answer.ptr() == Py_True;
  }

  // Finds the values of an op's inputs. A handle stands for the value of its variable.
  void read_inputs(const nb::object& inputs, bool stopped) {
    ids_.clear();
    next_touched_ = 0;
    for (Py_ssize_t i = 0; i < size(inputs); ++i) {
      const nb::handle t = item(inputs, i);
      const std::uint64_t key = key_of(t);
      const LogId variable = log_.variable_of(key);
      ids_.push_back(variable != kNowhere ? log_.read(variable, stopped ? kNowhere : log_.moment() + 1) : known_value(t, key));
    }
  }

  LogId known_value(nb::handle tensor, std::uint64_t key) {
    if (const LogId v = log_.find(key); v != kNowhere) {
      FlowBuilder::Value& value = log_.value(v);
      if (log_.keeps_values && may_keep(value.dtype) && !value.tensor.is_valid()) value.tensor = nb::borrow(tensor);
      return v;
    }
    if (!is_eager(tensor)) return log_.make(key, FlowDType::kOther, FlowBuilder::unknown_shape());
    if (const LogId variable = read_past_the_callbacks(tensor); variable != kNowhere) {
      const LogId v = log_.read(variable, is_stopped() ? kNowhere : log_.moment() + 1);
      log_.alias(key, v);
      if (log_.keeps_values) log_.value(v).tensor = nb::borrow(tensor);
      return v;
    }
    if (key > newest_) return add_constant(tensor, key, {});  // it was made within this op
    return make(tensor);
  }

  // The variable of this dtype and shape that was just asked for its handle: the first that is not taken yet, or one that the op uses twice.
  LogId read_past_the_callbacks(nb::handle tensor) {
    if (touched_.empty()) return kNowhere;
    const FlowDType dtype = dtype_of(dtype_number(tensor));
    const std::uint32_t shape = shape_of(tensor);
    for (const std::size_t begin : {next_touched_, std::size_t{0}}) {
      for (std::size_t i = begin; i < touched_.size(); ++i) {
        const FlowBuilder::Variable& v = log_.variable(touched_[i]);
        if (v.dtype != dtype || v.shape != shape) continue;
        next_touched_ = std::max(next_touched_, i + 1);
        return touched_[i];
      }
    }
    return kNowhere;
  }

  LogId add_constant(nb::handle tensor, std::uint64_t key, nb::handle number) {
    const Where where = caller();
    newest_ = std::max(newest_, key);
    const int dtype = dtype_number(tensor);
    const LogId v = log_.make(key, dtype_of(dtype), shape_of(tensor), log_.keeps_values ? nb::borrow(tensor) : nb::object());
    if (dtype == kResource || dtype == kVariant) return v;
    const LogId op = log_.record(OpKind::kConstant, log_.type("Const"), {}, {v}, where);
    if (log_.keeps_values) limit_outside(op);
    if (number.is_valid()) {
      const double written = PyFloat_AsDouble(number.ptr());
      if (PyErr_Occurred() != nullptr) PyErr_Clear();
      log_.op(op).written = written;
      if (!asked_for()) return v;  // a bare number in an expression is too common to be recognised again
    }
    ++log_.busy;
    set_print(log_, op, tensor);
    --log_.busy;
    return v;
  }

  // Whether the user called constant() or convert_to_tensor() and not an op with a number.
  bool asked_for() {
    constexpr std::array<std::string_view, 3> kNames = {"constant", "convert_to_tensor_v2", "convert_to_tensor_v2_with_dispatch"};
    std::array<bool, 4> last{};
    std::size_t count = 0;
    for (Frames frames; !frames.end(); frames.next()) {
      PyCodeObject* code = frames.code();
      if (code == nullptr) continue;
      if (CodeObjects::instance().find(code).owner == Owner::kUser) break;
      const char* name = PyUnicode_AsUTF8(code->co_name);
      if (name == nullptr) PyErr_Clear();
      last[count++ % last.size()] = name != nullptr && std::find(kNames.begin(), kNames.end(), name) != kNames.end();
    }
    return std::find(last.begin(), last.end(), true) != last.end();
  }

  LogId meet(nb::handle variable, nb::handle handle, const nb::callable& met) {
    if (!is_eager(handle)) return kNowhere;
    LogId v = log_.variable_of(key_of(handle));
    if (v == kNowhere) v = nb::cast<LogId>(met(variable, handle));
    if (v == kNowhere) return v;
    handles_[handle.ptr()] = v;
    held_.push_back(nb::borrow(handle));  // so that nothing else gets its address
    return v;
  }

  void add_handle(nb::handle handle) {
    FlowBuilder::Variable v{.name = "Variable", .where = here_, .shape = FlowBuilder::unknown_shape(), .dtype = FlowDType::kF32};
    log_.add_variable(std::move(v), key_of(handle));
    held_.push_back(nb::borrow(handle));
  }

  // If a recording tape watches the variable, the read gives the variable's value itself. Otherwise it gives a value of its own.
  void read_variable(std::uint32_t type, LogId variable, nb::handle output, bool stopped) {
    const LogId seen = log_.read(variable, stopped ? kNowhere : log_.moment() + 1);
    const auto& recording = log_.recording();
    const std::uint64_t key = key_of(output);
    newest_ = std::max(newest_, key);
    if (log_.keeps_values && !log_.value(seen).tensor.is_valid()) log_.value(seen).tensor = nb::borrow(output);
    if (!stopped && !recording.empty() && recording.back()->watched.contains(seen)) return log_.alias(key, seen);
    const LogId out = make(output);
    log_.value(out).variable = variable;
    log_.variable(variable).values.push_back(out);
    const LogId op = log_.record(OpKind::kCompute, type, {seen}, {out}, here_);
    if (log_.keeps_values) limit_outside(op);
    log_.op(op).stopped = stopped;
    log_.op(op).rule_of = rule_of;
  }

  void assign(std::uint32_t type, LogId id, const nb::object& inputs) {
    FlowBuilder::Variable& v = log_.variable(id);
    const nb::handle written = item(inputs, size(inputs) - 1);
    const bool whole = log_.type_name(type) == "AssignVariableOp";
    const bool first = whole && v.values.size() <= 1 && fresh(v);
    if (whole) {
      v.dtype = dtype_of(dtype_number(written));
      v.shape = shape_of(written);
    }
    given_.clear();
    for (std::size_t i = 1; i < ids_.size(); ++i) {
      if (is_differentiable(log_.value(ids_[i]).dtype)) given_.push_back(ids_[i]);
    }
    if (given_.empty()) given_.assign(ids_.begin() + 1, ids_.end());
    if (!whole) given_.push_back(ids_[0]);
    if (first) {
      v.values.clear();
      // A constant that the variable is initialised with counts as part of the variable.
      if (!given_.empty() && (log_.value(given_[0]).op == kNowhere || log_.op(log_.value(given_[0]).op).kind == OpKind::kConstant)) given_.clear();
    }
    const LogId version = log_.make(0, v.dtype, v.shape);
    const LogId op = log_.record(first ? OpKind::kVariable : OpKind::kAssign, type, given_, {version}, here_);
    log_.op(op).stopped = false;
    log_.set_version(id, version);
  }
  bool fresh(const FlowBuilder::Variable& v) const { return v.values.empty() || log_.value(v.values[0]).op == kNowhere; }

  // Whether the calling frame is a function that TensorFlow generates for an op.
  bool asked_by_an_op() {
    const Frames frames;
    PyCodeObject* code = frames.end() ? nullptr : frames.code();
    if (code == nullptr) return false;
    const auto known = askers_.find(code);
    if (known != askers_.end()) return known->second;
    const char* file = PyUnicode_AsUTF8(code->co_filename);
    if (file == nullptr) PyErr_Clear();
    const bool generated = file != nullptr && std::string_view(file).find("/gen_") != std::string_view::npos;
    held_.push_back(nb::borrow(reinterpret_cast<PyObject*>(code)));
    return askers_[code] = generated;
  }

  void note(const char* what) {
    if (error.empty()) error = what;
  }

  FlowBuilder& log_;
  const nb::object eager_tensor_, is_stopped_;
  const nb::str id_{"_id"}, datatype_enum_{"_datatype_enum"}, shape_tuple_{"_shape_tuple"};
  std::vector<Special> specials_;  // by type
  std::vector<bool> known_types_;
  std::vector<std::vector<nb::object>> attrs_;  // attributes that were seen, by type
  std::vector<LogId> touched_;                  // variables that were asked for their handles
  std::size_t next_touched_ = 0;
  std::uint64_t newest_ = 0;  // key of the newest known tensor
  std::unordered_map<PyCodeObject*, bool> askers_;
  std::unordered_map<PyObject*, LogId> handles_;  // handle to variable; the handles are held
  std::vector<nb::object> held_;
  std::vector<LogId> ids_, made_, given_;
  Where here_;

 public:
  LogId rule_of = kNowhere;  // the op whose gradient rule runs now
};

// A property in place of the attribute `_handle` of TensorFlow's variables. The handle itself stays in the object's dictionary.
class HandleProperty {
 public:
  HandleProperty(TensorFlowEvents* events, nb::callable met) : events_(events), met_(std::move(met)) {}

  // Follows the convention of a descriptor's slots: returns null with an error set if there is no handle.
  PyObject* get(PyObject* object) {
    PyObject** dict = _PyObject_GetDictPtr(object);
    PyObject* handle = dict != nullptr && *dict != nullptr ? PyDict_GetItemWithError(*dict, name_.ptr()) : nullptr;
    if (handle == nullptr) {
      if (PyErr_Occurred() == nullptr) PyErr_SetString(PyExc_AttributeError, "_handle");
      return nullptr;
    }
    Py_INCREF(handle);
    events_->asked_for_handle(object, handle, met_);
    return handle;
  }
  int set(PyObject* object, PyObject* value) const {
    const nb::object dict = nb::steal(PyObject_GenericGetDict(object, nullptr));
    if (!dict.is_valid()) return -1;
    return value != nullptr ? PyDict_SetItem(dict.ptr(), name_.ptr(), value) : PyDict_DelItem(dict.ptr(), name_.ptr());
  }

 private:
  TensorFlowEvents* events_;
  nb::callable met_;
  const nb::str name_{"_handle"};
};

PyObject* get_handle(PyObject* self, PyObject* object, PyObject*) {
  if (object != nullptr && object != Py_None) return nb::inst_ptr<HandleProperty>(self)->get(object);
  Py_INCREF(self);
  return self;
}
int set_handle(PyObject* self, PyObject* object, PyObject* value) { return nb::inst_ptr<HandleProperty>(self)->set(object, value); }

// Reports when the memory of a type's objects is asked for through the buffer protocol. It hooks one type at a time.
class BufferHook {
 public:
  static void install(nb::handle type, nb::callable told) {
    remove();
    auto* t = reinterpret_cast<PyTypeObject*>(type.ptr());
    if (t->tp_as_buffer == nullptr || t->tp_as_buffer->bf_getbuffer == nullptr) throw nb::type_error("the type has no buffers");
    type_ = t;
    original_ = t->tp_as_buffer->bf_getbuffer;
    told_ = std::make_unique<nb::callable>(std::move(told)).release();
    t->tp_as_buffer->bf_getbuffer = get;
  }
  static void remove() {
    if (told_ == nullptr) return;
    if (type_->tp_as_buffer->bf_getbuffer == get) type_->tp_as_buffer->bf_getbuffer = original_;
    const std::unique_ptr<nb::callable> gone(std::exchange(told_, nullptr));
  }

 private:
  static int get(PyObject* object, Py_buffer* view, int flags) {
    const int result = original_(object, view, flags);
    if (result != 0 || told_ == nullptr) return result;
    const nb::object answer = nb::steal(PyObject_CallOneArg(told_->ptr(), object));
    if (!answer.is_valid()) PyErr_Clear();
    return result;
  }
  static inline PyTypeObject* type_ = nullptr;
  static inline getbufferproc original_ = nullptr;  // kept after remove(), because others may have copied the slot while it was replaced
  static inline nb::callable* told_ = nullptr;
};

}  // namespace

void bind_tensorflow_events(nb::module_& m) {
  nb::class_<TensorFlowEvents>(m, "TensorFlowEvents", "What TensorFlow tells of a program that runs.")
      .def(nb::init<FlowBuilder&, nb::object, nb::object>(), nb::arg("log"), nb::arg("eager_tensor"), nb::arg("is_stopped"), nb::keep_alive<1, 2>())
      .def(
          "on_op",
          [](TensorFlowEvents& e, nb::handle type, nb::handle inputs, nb::handle attrs, nb::handle outputs, nb::handle, nb::handle graph) {
            e.on_op(type, inputs, attrs, outputs, graph);
          },
          nb::arg("op_type"), nb::arg("inputs"), nb::arg("attrs").none(), nb::arg("outputs").none(), nb::arg("op_name") = nb::none(),
          nb::arg("graph") = nb::none())
      .def("constant", &TensorFlowEvents::constant, nb::arg("value").none(), nb::arg("tensor"))
      .def("value_of", &TensorFlowEvents::value_of, nb::arg("tensor"))
      .def("make", &TensorFlowEvents::make, nb::arg("tensor"))
      .def("host_read", &TensorFlowEvents::host_read, nb::arg("tensor"), nb::arg("type"), nb::arg("kind"), nb::arg("choice"))
      .def("set_first", &TensorFlowEvents::set_first)
      .def_rw("rule_of", &TensorFlowEvents::rule_of)
      .def_rw("error", &TensorFlowEvents::error);
  static PyType_Slot slots[] = {
      {Py_tp_descr_get, reinterpret_cast<void*>(&get_handle)}, {Py_tp_descr_set, reinterpret_cast<void*>(&set_handle)}, {0, nullptr}};
  nb::class_<HandleProperty>(m, "HandleProperty", nb::type_slots(slots)).def(nb::init<TensorFlowEvents*, nb::callable>(), nb::keep_alive<1, 2>());
  m.def("hook_buffers", &BufferHook::install, nb::arg("type"), nb::arg("told"),
        "told(object) is called when an object's memory was given to somebody.");
  m.def("unhook_buffers", &BufferHook::remove);
}

}  // namespace whygrad::python
