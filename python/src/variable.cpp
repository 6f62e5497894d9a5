// The Variable class.
#include "variable.hpp"
#include "convert.hpp"
#include "errors.hpp"
#include "indexing.hpp"
#include "operators.hpp"
#include "places.hpp"

#include "autodiff/variable_impl.hpp"
#include "tensor/build.hpp"

#include <whygrad/autodiff/variable.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

namespace whygrad::python {
namespace {

PyTypeObject* variable_type = nullptr;

// The result of variable[key]: a tensor that knows its origin, so that variable[key].assign(x) works.
struct Part : Tensor {
  Part(Tensor t, nb::object v, nb::object k) : Tensor(std::move(t)), variable(std::move(v)), key(std::move(k)) {}
  nb::object variable;
  nb::object key;
};

Tensor value_of(nb::handle self) { return variable_in(self)->value(); }

PyObject* slot_subscript(PyObject* self, PyObject* key) noexcept {
  return guarded([&] {
    const nb::object part = nb::steal(subscript(self, key));
    if (!part.is_valid()) throw nb::python_error();
    return nb::cast(Part(*tensor_in(part), nb::borrow(self), nb::borrow(key)));
  });
}

// A method of Tensor, applied to the value.
template <PyObject* (*Protocol)(PyObject*)>
PyObject* slot_of_value(PyObject* self) noexcept {
  return guarded([&] { return nb::steal(Protocol(wrap(value_of(self)).ptr())); });
}
int slot_bool(PyObject* self) noexcept {
  try {
    return PyObject_IsTrue(wrap(value_of(self)).ptr());
  } catch (...) {
    set_error();
    return -1;
  }
}
Py_ssize_t slot_length(PyObject* self) noexcept { return PyObject_Size(nb::object(wrap(variable_in(self)->impl().value)).ptr()); }

// Variables compare elementwise, so they cannot be keys.
Py_hash_t slot_hash(PyObject*) noexcept {
  PyErr_SetString(PyExc_TypeError, "Variable is unhashable. Instead, use variable.ref() as the key.");
  return -1;
}

PyType_Slot slots[] = {
    {Py_tp_hash, reinterpret_cast<void*>(slot_hash)},
    {Py_nb_bool, reinterpret_cast<void*>(slot_bool)},
    {Py_nb_int, reinterpret_cast<void*>(slot_of_value<PyNumber_Long>)},
    {Py_nb_float, reinterpret_cast<void*>(slot_of_value<PyNumber_Float>)},
    {Py_nb_index, reinterpret_cast<void*>(slot_of_value<PyNumber_Index>)},
    {Py_nb_add, reinterpret_cast<void*>(operators::add)},
    {Py_nb_subtract, reinterpret_cast<void*>(operators::subtract)},
    {Py_nb_multiply, reinterpret_cast<void*>(operators::multiply)},
    {Py_nb_true_divide, reinterpret_cast<void*>(operators::divide)},
    {Py_nb_floor_divide, reinterpret_cast<void*>(operators::floor_divide)},
    {Py_nb_remainder, reinterpret_cast<void*>(operators::remainder)},
    {Py_nb_power, reinterpret_cast<void*>(operators::power)},
    {Py_nb_matrix_multiply, reinterpret_cast<void*>(operators::matrix_multiply)},
    {Py_nb_and, reinterpret_cast<void*>(operators::bit_and)},
    {Py_nb_or, reinterpret_cast<void*>(operators::bit_or)},
    {Py_nb_xor, reinterpret_cast<void*>(operators::bit_xor)},
    {Py_nb_lshift, reinterpret_cast<void*>(operators::left_shift)},
    {Py_nb_rshift, reinterpret_cast<void*>(operators::right_shift)},
    {Py_nb_negative, reinterpret_cast<void*>(operators::negative)},
    {Py_nb_absolute, reinterpret_cast<void*>(operators::absolute)},
    {Py_nb_invert, reinterpret_cast<void*>(operators::invert)},
    {Py_tp_richcompare, reinterpret_cast<void*>(operators::compare)},
    {Py_mp_subscript, reinterpret_cast<void*>(slot_subscript)},
    {Py_mp_length, reinterpret_cast<void*>(slot_length)},
    {Py_tp_iter, reinterpret_cast<void*>(slot_of_value<PyObject_GetIter>)},
    {0, nullptr},
};

Tensor fitting(const Variable& v, nb::handle value, const Where& where) { return to_tensor_like(value, v.dtype(), where); }

using Assign = void (Variable::*)(const Tensor&, Where) const;

template <Assign How>
nb::object assign(nb::handle self, nb::handle value, nb::handle, nb::handle, nb::handle) {
  const Where where = caller();
  const Variable& v = *variable_in(self);
  (v.*How)(fitting(v, value, where), where);
  return nb::borrow(self);
}

constexpr OpDef kPartAssignEvent =
    internal::write_event("assign", "ResourceStridedSliceAssign", "A part of a variable was given a new value.",
                          "build the whole tensor with stack, concat or tensor_scatter_nd_update and use that where its gradient is wanted");

Tensor added(const Tensor& a, const Tensor& b, const Where& where) { return whygrad::add(a, b, where); }
Tensor subtracted(const Tensor& a, const Tensor& b, const Where& where) { return whygrad::subtract(a, b, where); }
Tensor replaced(const Tensor&, const Tensor& b, const Where&) { return b; }

template <Tensor (*How)(const Tensor&, const Tensor&, const Where&)>
nb::object assign_part(const Part& part, nb::handle value, nb::handle) {
  const Where where = caller();
  const Variable& v = *variable_in(part.variable);
  const Tensor next = How(part, fitting(v, value, where), where);
  const Tensor before = internal::VariableImpl::present(v.shared());
  const Tensor* inputs[] = {&before, &next};
  internal::write(v.shared(), kPartAssignEvent, inputs, with_part(before, part.key, next, where), where);
  return part.variable;
}

// The Python object of each variable that has one, by identity: watched_variables() returns the user's own objects.
nb::handle objects() {
  static PyObject* const all = nb::object(nb::module_::import_("weakref").attr("WeakValueDictionary")()).release().ptr();
  return all;
}

std::uintptr_t identity_of(const Variable& v) { return reinterpret_cast<std::uintptr_t>(&v.impl()); }

// A shape with open extents lets TensorFlow's variables change theirs; these variables do not.
void check_shape(const Tensor& first, nb::handle shape) {
  const nb::object wanted = nb::module_::import_("whygrad._shape").attr("TensorShape")(shape);
  if (!nb::cast<bool>(nb::object(wanted.attr("is_compatible_with")(wrap(first.shape()))))) {
    throw ShapeError("Variable",
                     fmt::format("The initial value's shape ({}) is not compatible with the explicitly supplied `shape` argument ({})",
                                 first.shape().to_string(), nb::str(wanted).c_str()),
                     "leave shape out, or give that of the value");
  }
  if (!wanted.equal(wrap(first.shape()))) {
    throw UnsupportedError("Variable", fmt::format("shape={}: a variable keeps the shape of its first value", nb::str(wanted).c_str()),
                           "leave shape out, and make another variable where the shape changes");
  }
}

void construct(nb::pointer_and_handle<Variable> self, nb::handle initial, nb::handle trainable, bool validate_shape, nb::handle, nb::handle name,
               nb::handle variable_def, nb::handle dtype, nb::handle import_scope, nb::handle constraint, nb::handle, nb::handle, nb::handle shape,
               nb::handle) {
  const Where where = caller();
  if (initial.is_none()) throw ValueError("Variable", "initial_value must be specified, and is None", "give it a value, such as tf.zeros([3])");
  require_default("Variable", "variable_def", variable_def, nb::none(), "variables are not made from protocol buffers here");
  require_default("Variable", "import_scope", import_scope, nb::none(), "it belongs to variables made from protocol buffers");
  require_default("Variable", "constraint", constraint, nb::none(), "no optimizer here applies it; assign what it gives after each step");
  require_default("Variable", "validate_shape", nb::bool_(validate_shape), nb::bool_(true), "a variable keeps the shape of its first value");
  // A function computes the initial value.
  const nb::object value = PyCallable_Check(initial.ptr()) != 0 && !is_value(initial) ? initial() : nb::borrow(initial);
  const VariableOptions options{.trainable = trainable.is_none() || nb::cast<bool>(trainable)};
  const std::string text = name.is_none() ? std::string() : nb::cast<std::string>(name);
  const Tensor first = to_tensor(value, where, to_optional_dtype(dtype));
  if (!shape.is_none()) check_shape(first, shape);
  new (self.p) Variable(first, text, options, where);
  if (name.is_none()) {  // TensorFlow's default name is meant for programs, not for reports
    std::string& given = self.p->impl().name;
    given.replace(given.rfind("variable"), std::string::npos, "Variable");
  }
  objects()[nb::int_(identity_of(*self.p))] = self.h;
}

void bind_part(nb::module_& m) {
  nb::class_<Part, Tensor> c(m, "VariablePart", "A part of a variable's value, which can be assigned.");
  c.def("assign", assign_part<replaced>, nb::arg("value"), nb::arg("name") = nb::none());
  c.def("assign_add", assign_part<added>, nb::arg("value"), nb::arg("name") = nb::none());
  c.def("assign_sub", assign_part<subtracted>, nb::arg("value"), nb::arg("name") = nb::none());
}

}  // namespace

const Variable* variable_in(nb::handle object) noexcept {
  PyTypeObject* type = Py_TYPE(object.ptr());
  if (type != variable_type && PyType_IsSubtype(type, variable_type) == 0) return nullptr;
  return nb::inst_ready(object) ? nb::inst_ptr<Variable>(object) : nullptr;
}

nb::object wrap(const Variable& variable) {
  const nb::int_ identity(identity_of(variable));
  nb::object object = objects().attr("get")(identity);
  if (object.is_none()) {
    object = nb::cast(variable);
    objects()[identity] = object;
  }
  return object;
}

void bind_variable(nb::module_& m) {
  nb::class_<Variable> c(
      m, "Variable", nb::type_slots(slots), nb::is_weak_referenceable(), nb::dynamic_attr(),
      "A named tensor that can be assigned, such as a weight. A GradientTape watches it by itself when it is read, if it is trainable.");
  variable_type = reinterpret_cast<PyTypeObject*>(c.ptr());
  c.attr("__array_priority__") = 100;
  c.def("__init__", construct, nb::arg("initial_value") = nb::none(), nb::arg("trainable") = nb::none(), nb::arg("validate_shape") = true,
        nb::arg("caching_device") = nb::none(), nb::arg("name") = nb::none(), nb::arg("variable_def") = nb::none(), nb::arg("dtype") = nb::none(),
        nb::arg("import_scope") = nb::none(), nb::arg("constraint") = nb::none(), nb::arg("synchronization") = nb::none(),
        nb::arg("aggregation") = nb::none(), nb::arg("shape") = nb::none(), nb::arg("experimental_enable_variable_lifting") = true);
  c.def_prop_ro("shape", [](const Variable& v) { return wrap(v.shape()); });
  c.def_prop_ro("dtype", [](const Variable& v) { return wrap(v.dtype()); });
  c.def_prop_ro("ndim", [](const Variable& v) { return v.shape().rank(); });
  c.def_prop_ro("name", [](const Variable& v) { return v.name() + ":0"; });
  c.def_prop_ro("_identity", identity_of, "The same for all objects of one variable.");
  c.def(
      "_peek", [](const Variable& v) { return wrap(v.impl().value); }, "The value without a tape noticing that it was read.");
  c.def_prop_ro("_shared_name", [](const Variable& v) { return v.name(); });
  c.def_prop_ro("device", [](const Variable&) { return "/job:localhost/replica:0/task:0/device:CPU:0"; });
  c.def_prop_rw(
      "trainable", [](const Variable& v) { return v.trainable(); }, [](const Variable& v, bool trainable) { v.impl().trainable = trainable; });
  c.def("get_shape", [](const Variable& v) { return wrap(v.shape()); });
  for (const char* name : {"value", "read_value"}) {
    c.def(name, [](const Variable& v) { return wrap(read_value(v.value(), caller())); });
  }
  c.def("__tf_tensor__", [](const Variable& v, nb::handle, nb::handle) { return wrap(v.value()); });
  c.def(
      "numpy", [](const Variable& v) { return to_numpy(v.value(), caller()); }, "The elements as a NumPy array of its own.");
  c.def(
      "__array__",
      [](const Variable& v, nb::handle dtype, nb::handle) {
        const nb::object array = nb::module_::import_("numpy").attr("asarray")(to_numpy(v.value(), caller()));
        return dtype.is_none() ? array : nb::object(array.attr("astype")(dtype));
      },
      nb::arg("dtype") = nb::none(), nb::arg("copy") = nb::none());
  constexpr auto kAssign = [](auto& cls, const char* name, auto function, const char* value) {
    cls.def(name, function, nb::arg(value), nb::arg("use_locking") = false, nb::arg("name") = nb::none(), nb::arg("read_value") = true);
  };
  kAssign(c, "assign", assign<&Variable::assign>, "value");
  kAssign(c, "assign_add", assign<&Variable::assign_add>, "delta");
  kAssign(c, "assign_sub", assign<&Variable::assign_sub>, "delta");
  c.def("__repr__", [](nb::handle self) { return nb::str(nb::object(nb::module_::import_("whygrad._words").attr("variable_repr")(self))); });
  c.def(
      "ref", [](nb::handle self) { return nb::module_::import_("whygrad._reference").attr("Reference")(self); },
      "A stand-in that can be a key of a dict: variables compare by element.");
  c.def(
      "__deepcopy__",
      [](const Variable& v, nb::handle) {
        const Variable copy(v.impl().value, v.name(), {.trainable = v.trainable()}, caller());
        copy.impl().named = v.impl().named;
        return wrap(copy);
      },
      nb::arg("memo"));
  bind_variable_rows(c);
  bind_part(m);
}

}  // namespace whygrad::python
