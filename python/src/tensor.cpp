// The Tensor class: properties and Python's protocols. Operators are in operators.cpp, indexing in indexing.cpp.
#include "convert.hpp"
#include "errors.hpp"
#include "indexing.hpp"
#include "operators.hpp"
#include "places.hpp"

#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <memory>

namespace whygrad::python {
namespace {

PyTypeObject* tensor_type = nullptr;

// ---- One number ----

// The only element, as a number of Python's, read to the host at the caller's place.
nb::object number_of(const Tensor& t) {
  if (t.size() != 1) {
    throw ShapeError("Tensor", fmt::format("{} is read as one number", t.signature()),
                     "only a tensor of one element is a number; reduce it first, or read it with numpy()");
  }
  return to_numpy(t, caller()).attr("item")();
}

bool truth_of(const Tensor& t, const Where& where) {
  if (t.size() == 1 && t.dtype() == DType::kBool) return internal::choose(Construct::kCond, t, where);
  return nb::cast<bool>(nb::module_::import_("builtins").attr("bool")(number_of(t)));
}

int slot_bool(PyObject* self) noexcept {
  try {
    return truth_of(*tensor_in(self), caller()) ? 1 : 0;
  } catch (...) {
    set_error();
    return -1;
  }
}
template <PyObject* (*Convert)(PyObject*)>
PyObject* slot_number(PyObject* self) noexcept {
  return guarded([&] { return nb::steal(Convert(number_of(*tensor_in(self)).ptr())); });
}
PyObject* slot_index(PyObject* self) noexcept {
  return guarded([&] {
    const Tensor& t = *tensor_in(self);
    if (!is_integer(t.dtype())) nb::raise_type_error("only an integer tensor of one element is an index, and this is %s", t.signature().c_str());
    return number_of(t);
  });
}

// ---- Python's buffer protocol: the elements in place, read-only ----

struct View {
  Tensor tensor;
  Py_ssize_t shape[Shape::kMaxRank];
  Py_ssize_t strides[Shape::kMaxRank];
};

const char* format_of(DType dtype) {
  constexpr const char* kFormats[] = {"?", "B", "b", "H", "h", "I", "i", "Q", "q", "e", nullptr, "f", "d", "Zf", "Zd"};
  static_assert(std::size(kFormats) == kDTypeCount);
  return kFormats[static_cast<int>(dtype)];
}

int get_buffer(PyObject* self, Py_buffer* out, int flags) noexcept {
  const Tensor& t = *tensor_in(self);
  out->obj = nullptr;
  if ((flags & PyBUF_WRITABLE) == PyBUF_WRITABLE) {
    PyErr_SetString(PyExc_BufferError, "a tensor never changes, so its elements cannot be written; numpy() gives a copy that can");
    return -1;
  }
  if (format_of(t.dtype()) == nullptr) {
    PyErr_SetString(PyExc_BufferError, "Python's buffers have no bfloat16; cast to float32 first");
    return -1;
  }
  if ((flags & PyBUF_STRIDES) != PyBUF_STRIDES && !t.is_contiguous()) {
    PyErr_SetString(PyExc_BufferError, "the tensor is a view with gaps; numpy() gives a copy without");
    return -1;
  }
  try {
    auto view = std::make_unique<View>();
    view->tensor = t;
    const auto bytes = static_cast<Py_ssize_t>(size_of(t.dtype()));
    for (int i = 0; i < t.rank(); ++i) {
      view->shape[i] = t.shape()[i];
      view->strides[i] = t.impl()->strides[i] * bytes;
    }
    out->buf = internal::elements_of(t);
    out->len = t.size() * bytes;
    out->itemsize = bytes;
    out->readonly = 1;
    out->ndim = t.rank();
    out->format = (flags & PyBUF_FORMAT) == PyBUF_FORMAT ? const_cast<char*>(format_of(t.dtype())) : nullptr;
    out->shape = (flags & PyBUF_ND) == PyBUF_ND ? view->shape : nullptr;
    out->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? view->strides : nullptr;
    out->suboffsets = nullptr;
    internal::Log::mine().host_read(t, t.impl()->data, t.is_contiguous() ? static_cast<std::size_t>(out->len) : 0, caller());
    out->internal = view.release();
  } catch (...) {
    set_error();
    return -1;
  }
  out->obj = Py_NewRef(self);
  return 0;
}

void release_buffer(PyObject*, Py_buffer* out) noexcept { delete static_cast<View*>(out->internal); }

// np.asarray(tensor) and np.array(tensor): without a copy unless one is requested.
nb::object array_of(nb::handle self, nb::handle dtype, nb::handle copy) {
  const nb::module_ numpy = nb::module_::import_("numpy");
  const Tensor& t = *tensor_in(self);
  const bool copies = t.dtype() == DType::kBF16 || (!copy.is_none() && nb::cast<bool>(copy));
  nb::object array = copies ? nb::object(numpy.attr("asarray")(to_numpy(t, caller())))
                            : nb::object(numpy.attr("asarray")(nb::steal(PyMemoryView_FromObject(self.ptr()))));
  return dtype.is_none() ? array : nb::object(array.attr("astype")(dtype));
}

// Tensors compare elementwise, so they cannot be keys.
Py_hash_t slot_hash(PyObject*) noexcept {
  PyErr_SetString(PyExc_TypeError, "Tensor is unhashable. Instead, use tensor.ref() as the key.");
  return -1;
}

Py_ssize_t slot_length(PyObject* self) noexcept {
  const Tensor& t = *tensor_in(self);
  if (t.rank() == 0) {
    PyErr_SetString(PyExc_TypeError, "Scalar tensor has no `len()`");
    return -1;
  }
  return t.shape()[0];
}

PyObject* slot_iterate(PyObject* self) noexcept {
  return guarded([&] {
    const Tensor& t = *tensor_in(self);
    if (t.rank() == 0) nb::raise_type_error("Cannot iterate over a scalar tensor.");
    const nb::object parts = t.shape()[0] == 0 ? nb::object(nb::list()) : wrap(unstack(t, 0, caller()));
    return nb::steal(PyObject_GetIter(parts.ptr()));
  });
}

PyType_Slot slots[] = {
    {Py_nb_bool, reinterpret_cast<void*>(slot_bool)},
    {Py_nb_int, reinterpret_cast<void*>(slot_number<PyNumber_Long>)},
    {Py_nb_float, reinterpret_cast<void*>(slot_number<PyNumber_Float>)},
    {Py_nb_index, reinterpret_cast<void*>(slot_index)},
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
    {Py_tp_hash, reinterpret_cast<void*>(slot_hash)},
    {Py_mp_subscript, reinterpret_cast<void*>(subscript)},
    {Py_mp_length, reinterpret_cast<void*>(slot_length)},
    {Py_tp_iter, reinterpret_cast<void*>(slot_iterate)},
    {Py_bf_getbuffer, reinterpret_cast<void*>(get_buffer)},
    {Py_bf_releasebuffer, reinterpret_cast<void*>(release_buffer)},
    {0, nullptr},
};

nb::str words(const char* function, nb::handle self) { return nb::str(nb::object(nb::module_::import_("whygrad._words").attr(function)(self))); }

}  // namespace

const Tensor* tensor_in(nb::handle object) noexcept {
  PyTypeObject* type = Py_TYPE(object.ptr());
  if (type != tensor_type && PyType_IsSubtype(type, tensor_type) == 0) return nullptr;
  return nb::inst_ptr<Tensor>(object);
}

nb::object wrap(Tensor tensor) {
  nb::object object = nb::inst_alloc(reinterpret_cast<PyObject*>(tensor_type));
  new (nb::inst_ptr<Tensor>(object)) Tensor(std::move(tensor));
  nb::inst_mark_ready(object);
  return object;
}

void bind_tensor(nb::module_& m) {
  nb::class_<Tensor> c(m, "Tensor", nb::type_slots(slots), nb::is_weak_referenceable(),
                       "An array of elements that never changes. Ops make new ones; a GradientTape follows them.");
  tensor_type = reinterpret_cast<PyTypeObject*>(c.ptr());
  c.attr("__array_priority__") = 100;  // so that NumPy leaves `array * tensor` to the tensor
  c.def_prop_ro("shape", [](const Tensor& t) { return wrap(t.shape()); });
  c.def_prop_ro("dtype", [](const Tensor& t) { return wrap(t.dtype()); });
  c.def_prop_ro("ndim", [](const Tensor& t) { return t.rank(); });
  c.def_prop_ro("device", [](const Tensor&) { return "/job:localhost/replica:0/task:0/device:CPU:0"; });
  c.def_prop_ro("_id", [](const Tensor& t) { return t.id(); });
  c.def("get_shape", [](const Tensor& t) { return wrap(t.shape()); });
  c.def(
      "numpy", [](const Tensor& t) { return to_numpy(t, caller()); }, "The elements as a NumPy array of its own; a scalar as NumPy's number.");
  c.def("__array__", array_of, nb::arg("dtype") = nb::none(), nb::arg("copy") = nb::none());
  c.def("__repr__", [](nb::handle self) { return words("tensor_repr", self); });
  c.def("__str__", [](nb::handle self) { return words("tensor_str", self); });
  c.def("__format__", [](nb::handle self, nb::handle spec) {
    const Tensor& t = *tensor_in(self);
    const nb::object value = t.rank() == 0 ? to_numpy(t, caller()).attr("item")() : nb::object(nb::str(self));
    return nb::object(value.attr("__format__")(spec));
  });
  c.def("__complex__",
        [](const Tensor& t) { return nb::steal(PyObject_CallOneArg(reinterpret_cast<PyObject*>(&PyComplex_Type), number_of(t).ptr())); });
  c.def("__copy__", [](nb::handle self) { return nb::borrow(self); });
  c.def(
      "__deepcopy__", [](nb::handle self, nb::handle) { return nb::borrow(self); }, nb::arg("memo"));
  c.def("__reduce__", [](const Tensor& t) {
    return nb::make_tuple(nb::module_::import_("whygrad._words").attr("tensor_of"), nb::make_tuple(to_numpy(t, caller())));
  });
  c.def(
      "ref", [](nb::handle self) { return nb::module_::import_("whygrad._reference").attr("Reference")(self); },
      "A stand-in that can be a key of a dict: tensors compare by element.");
  for (const char* name : {"op", "graph", "name"}) {
    const std::string words = std::string("Tensor.") + name + " is undefined when eager execution is enabled.";
    c.def_prop_ro(name, [words](const Tensor&) -> nb::object { throw nb::attribute_error(words.c_str()); });
  }
  c.def(
      "set_shape",
      [](const Tensor& t, nb::handle shape) {
        if (!nb::cast<bool>(nb::object(wrap(t.shape()).attr("is_compatible_with")(shape)))) {
          throw ShapeError("set_shape", fmt::format("{} is not of that shape", t.signature()),
                           "an eager tensor's shape is known; use reshape to change it");
        }
      },
      nb::arg("shape"));
}

}  // namespace whygrad::python
