// Conversion of Python values to tensors, shapes and attributes.
#include "convert.hpp"

#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <cstring>
#include <limits>
#include <string_view>

namespace whygrad::python {
namespace {

// A Python number, or nothing.
std::optional<Number> number_in(nb::handle object) {
  PyObject* p = object.ptr();
  if (PyBool_Check(p)) return Number(p == Py_True);
  if (PyFloat_Check(p)) return Number(PyFloat_AS_DOUBLE(p));
  if (PyLong_Check(p)) {
    int overflow = 0;
    const std::int64_t value = PyLong_AsLongLongAndOverflow(p, &overflow);
    if (overflow > 0) {
      const std::uint64_t large = PyLong_AsUnsignedLongLong(p);
      if (PyErr_Occurred() == nullptr) return Number(large);
      PyErr_Clear();
    }
    if (overflow != 0)
      throw DTypeError("constant", "an integer does not fit into 64 bits", "write it as a float, or keep such numbers out of tensors");
    const bool narrow = value >= INT32_MIN && value <= INT32_MAX;
    return narrow ? Number(static_cast<std::int32_t>(value)) : Number(value);
  }
  if (PyComplex_Check(p)) return Number(std::complex<double>(PyComplex_RealAsDouble(p), PyComplex_ImagAsDouble(p)));
  return {};
}

// A list of numbers has one type: the widest of float, int and so on. Truth values do not mix with numbers.
DType widest(DType a, DType b) {
  if ((a == DType::kBool) != (b == DType::kBool)) {
    throw DTypeError("constant", "a list holds both truth values and numbers", "write True and False, or numbers, throughout");
  }
  return std::max(a, b);
}

// Nested lists of numbers, level by level.
struct Numbers {
  Shape shape;
  std::vector<Number> values;
  DType dtype = DType::kF32;
};

bool is_list(nb::handle object) { return PyList_Check(object.ptr()) || PyTuple_Check(object.ptr()); }

[[noreturn]] void refuse(nb::handle object) {
  if (object.is_none()) throw ValueError("constant", "None values not supported.", "None is no number; leave it out, or use zeros");
  nb::raise_type_error("[constant] cannot make a tensor of %s\nhelp: give numbers, nested lists of numbers, an array or a tensor",
                       Py_TYPE(object.ptr())->tp_name);
}

void gather_numbers(nb::handle object, int depth, Numbers& out) {
  if (!is_list(object)) {
    const std::optional<Number> number = number_in(object);
    if (!number) refuse(object);
    if (depth != out.shape.rank())
      throw ShapeError("constant", "the list is ragged: numbers and lists stand side by side", "all lists of one level need the same length");
    out.dtype = out.values.empty() ? number->dtype() : widest(out.dtype, number->dtype());
    out.values.push_back(*number);
    return;
  }
  const auto count = static_cast<std::int64_t>(PySequence_Fast_GET_SIZE(object.ptr()));
  if (depth == out.shape.rank()) {
    if (!out.values.empty())
      throw ShapeError("constant", "the list is ragged: numbers and lists stand side by side", "all lists of one level need the same length");
    out.shape.push_back(count);
  } else if (out.shape[depth] != count) {
    throw ShapeError("constant", fmt::format("the list is ragged: lists of {} and of {} stand side by side", out.shape[depth], count),
                     "all lists of one level need the same length; fill up the short ones");
  }
  for (std::int64_t i = 0; i < count; ++i) gather_numbers(PySequence_Fast_GET_ITEM(object.ptr(), i), depth + 1, out);
}

// The contents of a nested list, other than numbers.
struct Contents {
  bool values = false;  // tensors and variables
  bool others = false;  // arrays, NumPy's numbers and everything else
};
void look_into(nb::handle object, int depth, Contents& contents) {
  if (depth > Shape::kMaxRank) return;  // gather_numbers throws the error
  if (is_list(object)) {
    const Py_ssize_t count = PySequence_Fast_GET_SIZE(object.ptr());
    for (Py_ssize_t i = 0; i < count; ++i) look_into(PySequence_Fast_GET_ITEM(object.ptr(), i), depth + 1, contents);
  } else if (is_value(object)) {
    contents.values = true;
  } else {
    PyObject* p = object.ptr();
    const bool number = PyFloat_Check(p) || PyLong_Check(p) || PyComplex_Check(p);
    contents.others |= !number && !object.is_none();
  }
}

Tensor finish_constant(Tensor t, const Where& where, double written = std::numeric_limits<double>::quiet_NaN()) {
  internal::log_constant(t, {internal::fingerprint(t.impl()->data, static_cast<std::size_t>(t.size()) * size_of(t.dtype())), written}, where);
  return t;
}

Tensor from_numbers(const Numbers& numbers, DType dtype, const Where& where) {
  Tensor t = internal::make_host_tensor(dtype, numbers.shape, "constant");
  char* at = t.impl()->data;
  for (const Number& number : numbers.values) {
    // In Python, True equals 1.
    (number.dtype() == DType::kBool && dtype != DType::kBool ? Number(static_cast<std::int32_t>(number.whole())) : number)
        .store(dtype, at, "constant");
    at += size_of(dtype);
  }
  if (numbers.values.size() == 1) return finish_constant(std::move(t), where, numbers.values[0].real());
  return finish_constant(std::move(t), where);
}

// The requested dtype: none, exactly this one, or this one for values without a dtype of their own.
struct Wanted {
  std::optional<DType> dtype;
  bool exactly = false;
};

// Numbers convert to their own kind or a wider one: integers, floats, complex numbers.
bool may_become(DType from, DType to) {
  if (from == DType::kBool) return true;
  if (is_integer(from)) return to != DType::kBool;
  if (is_floating(from)) return is_differentiable(to);
  return is_complex(from) ? is_complex(to) : from == to;
}

DType choose(DType own, const Wanted& wanted) { return wanted.dtype && (wanted.exactly || may_become(own, *wanted.dtype)) ? *wanted.dtype : own; }

Tensor checked(const Tensor& t, const Wanted& wanted) {
  if (wanted.exactly && wanted.dtype && t.dtype() != *wanted.dtype) {
    throw DTypeError("convert_to_tensor", fmt::format("{} was asked for and the tensor is {}", name_of(*wanted.dtype), t.signature()),
                     "cast it: tf.cast(x, dtype)");
  }
  return t;
}

// An array in the requested dtype. NumPy does the lossy conversions (fractions, imaginary parts), with its warnings.
std::optional<Tensor> from_array(nb::handle object, const Wanted& wanted, const Where& where) {
  nb::object array = nb::borrow(object);
  if (wanted.dtype && PyObject_CheckBuffer(object.ptr()) && !PyBytes_Check(object.ptr()) && nb::hasattr(object, "astype")) {
    const nb::object kind = object.attr("dtype").attr("kind");
    const bool plain = nb::cast<std::string>(kind) == std::string_view(is_floating(*wanted.dtype)   ? "f"
                                                                       : is_unsigned(*wanted.dtype) ? "u"
                                                                       : is_integer(*wanted.dtype)  ? "i"
                                                                       : is_complex(*wanted.dtype)  ? "c"
                                                                                                    : "b");
    const char* name = wanted.dtype == DType::kBF16 ? "float32" : numpy_name(*wanted.dtype);
    if (!plain && std::string_view("biufc").find(nb::cast<std::string>(kind)) != std::string_view::npos) array = object.attr("astype")(name);
  }
  std::optional<Tensor> t = from_buffer(array, where);
  if (!t || !wanted.dtype || t->dtype() == *wanted.dtype) return t;
  return finish_constant(cast(*t, *wanted.dtype, where), where);
}

Tensor convert(nb::handle object, const Where& where, const Wanted& wanted);

// Numbers among tensors take the dtype of the first tensor.
std::vector<Tensor> convert_items(nb::handle values, const Where& where, Wanted wanted) {
  const nb::object items = nb::steal(PySequence_Tuple(values.ptr()));  // a list may change while its items are converted
  if (!items.is_valid()) throw nb::python_error();
  for (nb::handle item : nb::iter(items)) {
    if (wanted.dtype) break;
    if (const Tensor* t = tensor_in(item); t != nullptr) wanted.dtype = t->dtype();
    if (const Variable* v = variable_in(item); v != nullptr) wanted.dtype = v->dtype();
  }
  std::vector<Tensor> tensors;
  for (nb::handle item : nb::iter(items)) tensors.push_back(convert(item, where, wanted));
  return tensors;
}

Tensor from_list(nb::handle object, const Where& where, const Wanted& wanted) {
  Contents contents;
  look_into(object, 0, contents);
  if (contents.values) return stack(convert_items(object, where, wanted), 0, where);  // so that their gradients flow
  if (contents.others) return convert(nb::module_::import_("numpy").attr("asarray")(object), where, wanted);
  Numbers numbers;
  gather_numbers(object, 0, numbers);
  return from_numbers(numbers, choose(numbers.dtype, wanted), where);
}

Tensor convert(nb::handle object, const Where& where, const Wanted& wanted) {
  if (const Tensor* t = tensor_in(object); t != nullptr) return checked(*t, wanted);
  if (const Variable* v = variable_in(object); v != nullptr) return checked(v->value(), wanted);
  // A NumPy float64 is also a Python float, but keeps its dtype.
  if (const std::optional<Number> number = PyObject_CheckBuffer(object.ptr()) ? std::nullopt : number_in(object)) {
    const Numbers numbers{{}, {*number}, number->dtype()};
    return from_numbers(numbers, choose(numbers.dtype, wanted), where);
  }
  if (is_list(object)) return from_list(object, where, wanted);
  if (nb::hasattr(object, "__tf_tensor__")) {
    const nb::object made = object.attr("__tf_tensor__")(wanted.dtype ? wrap(*wanted.dtype) : nb::none(), nb::none());
    return convert(made, where, wanted);
  }
  if (const std::optional<Tensor> array = from_array(object, wanted, where)) return *array;
  if (nb::hasattr(object, "__array__")) return convert(object.attr("__array__")(), where, wanted);
  // A ragged tensor has rows, which are no reason to take it for a list.
  const bool several = nb::hasattr(object, "_gradient_carrier");
  if (PySequence_Check(object.ptr()) && !PyUnicode_Check(object.ptr()) && !PyBytes_Check(object.ptr()) && !several) {
    return from_list(nb::steal(PySequence_List(object.ptr())), where, wanted);
  }
  refuse(object);
}

}  // namespace

Tensor to_tensor(nb::handle value, const Where& where, std::optional<DType> dtype) { return convert(value, where, {dtype, dtype.has_value()}); }

Tensor to_tensor_like(nb::handle value, DType like, const Where& where) { return convert(value, where, {like, false}); }

std::vector<Tensor> to_tensors(nb::handle values, const Where& where) {
  if (is_value(values)) return unstack(to_tensor(values, where), 0, where);
  return convert_items(values, where, {});
}

Tensor constant_of(nb::handle value, const Where& where, std::optional<DType> dtype) {
  if (is_list(value)) {
    Contents contents;
    look_into(value, 0, contents);
    if (contents.values) return convert(nb::module_::import_("numpy").attr("asarray")(value), where, {dtype, dtype.has_value()});
  }
  return convert(value, where, {dtype, dtype.has_value()});
}

Number to_number(nb::handle value, const Where& where) {
  if (const std::optional<Number> number = PyObject_CheckBuffer(value.ptr()) ? std::nullopt : number_in(value)) return *number;
  const Tensor scalar = to_tensor(value, where);
  if (scalar.size() != 1)
    throw ShapeError("constant", scalar.signature() + " is given where one number is wanted", "give a number or a tensor of one element");
  if (scalar.dtype() == DType::kBool) return scalar.item<bool>(where);
  if (scalar.dtype() == DType::kU64) return scalar.item<std::uint64_t>(where);
  if (is_integer(scalar.dtype())) return cast(scalar, int64, where).item<std::int64_t>(where);
  if (is_complex(scalar.dtype())) return cast(scalar, complex128, where).item<std::complex<double>>(where);
  return cast(scalar, float64, where).item<double>(where);
}

Watchable to_watchable(nb::handle value, const Where& where) {
  if (const Variable* v = variable_in(value); v != nullptr) return *v;
  return to_tensor(value, where);
}

// ---- Attributes ----

void require_default(const char* op, const char* parameter, nb::handle given, nb::handle otherwise, const char* why) {
  if (given.is(otherwise) || given.equal(otherwise)) return;
  throw UnsupportedError(op, fmt::format("{}={}: {}", parameter, nb::repr(given).c_str(), why), fmt::format("leave {} out", parameter));
}

double to_double(nb::handle object) { return nb::cast<double>(nb::module_::import_("builtins").attr("float")(object)); }

std::optional<std::uint64_t> to_seed(nb::handle seed) {
  if (seed.is_none()) return {};
  return static_cast<std::uint64_t>(to_int(seed));
}

std::int64_t to_int(nb::handle object) {
  const nb::object number = nb::steal(PyNumber_Index(object.ptr()));
  if (!number.is_valid()) throw nb::python_error();
  const std::int64_t value = PyLong_AsLongLong(number.ptr());
  if (value == -1 && PyErr_Occurred() != nullptr) throw nb::python_error();
  return value;
}

std::vector<std::int64_t> to_ints(nb::handle object) {
  std::vector<std::int64_t> numbers;
  if (object.is_none()) return numbers;
  if (const Tensor* t = tensor_in(object); t != nullptr && is_integer(t->dtype())) {
    const Tensor wide = cast(*t, int64);
    numbers.resize(static_cast<std::size_t>(wide.size()));
    internal::copy_elements(wide, numbers.data());
    return numbers;
  }
  if (!PySequence_Check(object.ptr()) && !nb::hasattr(object, "__iter__")) return {to_int(object)};
  for (nb::handle item : nb::iter(object)) {
    if (item.is_none())
      throw ShapeError("shape", "an extent is None", "an eager tensor's shape is known: give every extent, or -1 where it may be worked out");
    numbers.push_back(to_int(item));
  }
  return numbers;
}

Shape to_shape(nb::handle object) { return Shape(to_ints(object)); }

std::optional<Ints> to_partial_shape(nb::handle object) {
  const nb::object shape = nb::module_::import_("whygrad._shape").attr("TensorShape")(object);
  if (shape.attr("rank").is_none()) return {};
  Ints extents;
  for (nb::handle extent : nb::iter(shape)) extents.push_back(extent.is_none() ? kAnyExtent : to_int(extent));
  return extents;
}

Axes to_axes(nb::handle object) { return object.is_none() ? Axes() : Axes(Ints(to_ints(object))); }

std::optional<DType> to_optional_dtype(nb::handle object) {
  if (object.is_none()) return {};
  return to_dtype(object);
}

DType to_dtype(nb::handle object) {
  nb::object number = nb::getattr(object, "_number", nb::none());
  if (number.is_none()) number = nb::module_::import_("whygrad.dtypes").attr("as_dtype")(object).attr("_number");
  const auto value = nb::cast<int>(number);
  if (value < 0)
    throw DTypeError("dtype", "no tensor has this type", "use one of bool, the integers of 8 to 64 bits, the floats and the complex types");
  return static_cast<DType>(value);
}

nb::object wrap(DType dtype) {
  static PyObject* const all = nb::object(nb::module_::import_("whygrad.dtypes").attr("BY_NUMBER")).release().ptr();
  return nb::borrow(PyTuple_GET_ITEM(all, static_cast<int>(dtype)));
}

nb::object wrap(const Shape& shape) {
  static PyObject* const type = nb::object(nb::module_::import_("whygrad._shape").attr("TensorShape")).release().ptr();
  const nb::object extents = nb::steal(PyTuple_New(shape.rank()));
  for (int i = 0; i < shape.rank(); ++i) PyTuple_SET_ITEM(extents.ptr(), i, PyLong_FromLongLong(shape[i]));
  return nb::handle(type)(extents);
}

nb::object wrap_unless_given(Tensor tensor, nb::handle given) {
  const Tensor* t = tensor_in(given);
  return t != nullptr && t->impl() == tensor.impl() ? nb::borrow(given) : wrap(std::move(tensor));
}

nb::object wrap(std::vector<Tensor> tensors) {
  nb::list list;
  for (Tensor& t : tensors) list.append(wrap(std::move(t)));
  return list;
}

}  // namespace whygrad::python
