// A function of the engine with a second one behind it, for arguments that only Python knows, such as ragged tensors. The second one is asked where
// the engine refused the arguments, so a call with tensors pays for one jump, and no argument is looked at.
#include "dispatch.hpp"

#include <structmember.h>

#include <cstddef>

namespace whygrad::python {
namespace {

struct Dispatched {
  PyObject ob_base;
  vectorcallfunc vectorcall;
  PyObject* function;
  PyObject* otherwise;
};

Dispatched& of(PyObject* self) { return *reinterpret_cast<Dispatched*>(self); }

nb::object positional(PyObject* const* args, Py_ssize_t count) {
  nb::object tuple = nb::steal(PyTuple_New(count));
  for (Py_ssize_t i = 0; i < count; ++i) PyTuple_SET_ITEM(tuple.ptr(), i, nb::handle(args[i]).inc_ref().ptr());
  return tuple;
}

PyObject* ask_otherwise(const Dispatched& d, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  const nb::object given = positional(args, count);
  const nb::object named = nb::steal(PyDict_New());
  const Py_ssize_t named_count = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
  for (Py_ssize_t i = 0; i < named_count; ++i) {
    if (PyDict_SetItem(named.ptr(), PyTuple_GET_ITEM(keywords, i), args[count + i]) != 0) return nullptr;
  }
  return PyObject_CallFunctionObjArgs(d.otherwise, d.function, given.ptr(), named.ptr(), nullptr);
}

// The first function's answer, or the second's where the first raised; its error stands where the second answers NotImplemented.
PyObject* call(PyObject* self, PyObject* const* args, std::size_t flags, PyObject* keywords) noexcept {
  const Dispatched& d = of(self);
  PyObject* result = PyObject_Vectorcall(d.function, args, flags, keywords);
  if (result != nullptr || PyErr_ExceptionMatches(PyExc_Exception) == 0) return result;
  PyObject *type = nullptr, *error = nullptr, *trace = nullptr;
  PyErr_Fetch(&type, &error, &trace);
  result = ask_otherwise(d, args, PyVectorcall_NARGS(flags), keywords);
  if (result != Py_NotImplemented) {
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(trace);
    return result;
  }
  Py_DECREF(result);
  PyErr_Restore(type, error, trace);
  return nullptr;
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(of(self).function);
  Py_VISIT(of(self).otherwise);
  Py_VISIT(Py_TYPE(self));
  return 0;
}

int clear(PyObject* self) {
  Py_CLEAR(of(self).function);
  Py_CLEAR(of(self).otherwise);
  return 0;
}

void destroy(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  clear(self);
  type->tp_free(self);
  Py_DECREF(type);
}

// Name, documentation, signature and so on are the function's.
PyObject* attribute(PyObject* self, PyObject* name) {
  PyObject* found = PyObject_GetAttr(of(self).function, name);
  if (found != nullptr || PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return found;
  PyErr_Clear();
  return PyObject_GenericGetAttr(self, name);
}

PyObject* text(PyObject* self) { return PyObject_Repr(of(self).function); }

PyMemberDef members[] = {{"__vectorcalloffset__", T_PYSSIZET, offsetof(Dispatched, vectorcall), READONLY, nullptr},
                         {"__wrapped__", T_OBJECT, offsetof(Dispatched, function), READONLY, "The engine's own function."},
                         {nullptr, 0, 0, 0, nullptr}};

PyObject* dispatched_type() {
  static PyObject* const type = [] {
    PyType_Slot slots[] = {{Py_tp_traverse, reinterpret_cast<void*>(traverse)},
                           {Py_tp_clear, reinterpret_cast<void*>(clear)},
                           {Py_tp_dealloc, reinterpret_cast<void*>(destroy)},
                           {Py_tp_getattro, reinterpret_cast<void*>(attribute)},
                           {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                           {Py_tp_repr, reinterpret_cast<void*>(text)},
                           {Py_tp_members, members},
                           {0, nullptr}};
    PyType_Spec spec = {"whygrad._whygrad.dispatched_function", sizeof(Dispatched), 0,
                        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL, slots};
    return PyType_FromSpec(&spec);
  }();
  return type;
}

nb::object dispatched(nb::handle function, nb::handle otherwise) {
  auto* type = reinterpret_cast<PyTypeObject*>(dispatched_type());
  if (type == nullptr) throw nb::python_error();
  nb::object made = nb::steal(type->tp_alloc(type, 0));
  if (!made.is_valid()) throw nb::python_error();
  Dispatched& d = of(made.ptr());
  d.vectorcall = call;
  d.function = function.inc_ref().ptr();
  d.otherwise = otherwise.inc_ref().ptr();
  return made;
}

}  // namespace

void bind_dispatch(nb::module_& m) {
  m.def("dispatched", dispatched, nb::arg("function"), nb::arg("otherwise"),
        "The function; where it raises, otherwise(function, args, kwargs) is asked, and the error stands if that answers NotImplemented.");
}

}  // namespace whygrad::python
