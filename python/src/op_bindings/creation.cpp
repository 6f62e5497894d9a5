// Tensors from numbers and tensors of regular content.
#include <whygrad/ops/creation.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <nanobind/stl/string.h>

namespace whygrad::python {
namespace {

// NumPy's arrays of str, of bytes, and of objects of which the first is text.
bool is_text_array(nb::handle value) {
  if (is_value(value) || !nb::hasattr(value, "dtype") || !nb::hasattr(value, "ravel")) return false;
  const auto kind = nb::cast<std::string>(nb::str(nb::getattr(value.attr("dtype"), "kind", nb::str(""))));
  if (kind != "O") return kind == "U" || kind == "S";
  const nb::object flat = value.attr("ravel")();
  if (nb::len(flat) == 0) return false;
  const nb::object first = flat[0];
  return PyUnicode_Check(first.ptr()) || PyBytes_Check(first.ptr());
}

// Text is no tensor of the engine's: a class of Python holds it.
bool is_text(nb::handle value, nb::handle dtype) {
  nb::object first = nb::borrow(value);
  for (int depth = 0; depth < Shape::kMaxRank; ++depth) {  // a list may hold itself
    if (!(PyList_Check(first.ptr()) || PyTuple_Check(first.ptr())) || PySequence_Size(first.ptr()) == 0) break;
    first = nb::object(first[0]);
  }
  if (PyUnicode_Check(first.ptr()) || PyBytes_Check(first.ptr()) || is_text_array(first)) return true;
  if (dtype.is_none() || is_value(value)) return false;
  return nb::cast<std::string>(nb::object(nb::module_::import_("whygrad.dtypes").attr("as_dtype")(dtype).attr("name"))) == "string";
}

nb::object make_text(nb::handle value, nb::handle shape) { return nb::module_::import_("whygrad._text").attr("StringTensor")(value, shape); }

nb::object make_constant(nb::handle value, nb::handle dtype, nb::handle shape, nb::handle) {
  const Where where = caller();
  if (is_text(value, dtype)) return make_text(value, shape);
  Tensor t = constant_of(value, where, to_optional_dtype(dtype));
  if (shape.is_none()) return wrap_unless_given(std::move(t), value);
  const Shape wanted = to_shape(shape);
  if (t.shape() == wanted) return wrap_unless_given(std::move(t), value);
  return wrap(t.size() == 1 ? broadcast_to(reshape(t, {}, where), wanted, where) : reshape(t, Ints(wanted), where));
}

nb::object convert(nb::handle value, nb::handle dtype, nb::handle hint, nb::handle) {
  const Where where = caller();
  if (is_text(value, nb::none())) return make_text(value, nb::none());
  // A reading of its own, as in TensorFlow.
  if (variable_in(value) != nullptr) return wrap(read_value(to_tensor(value, where, to_optional_dtype(dtype)), where));
  if (!dtype.is_none() || hint.is_none()) return wrap_unless_given(to_tensor(value, where, to_optional_dtype(dtype)), value);
  return wrap_unless_given(to_tensor_like(value, to_dtype(hint), where), value);
}

constexpr const char* kOneDevice = "a layout spreads a tensor over devices, and there is one here";

nb::object make_filled(nb::handle dims, nb::handle value, nb::handle, nb::handle layout) {
  const Where where = caller();
  require_default("fill", "layout", layout, nb::none(), kOneDevice);
  const Shape shape = to_shape(dims);
  // A tensor is repeated, so that its gradient flows.
  return wrap(broadcast_to(reshape(to_tensor(value, where), {}, where), shape, where));
}

nb::object make_range(nb::handle start, nb::handle limit, nb::handle delta, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const std::optional<DType> type = to_optional_dtype(dtype);
  const Number first = limit.is_none() ? Number(0) : to_number(start, where);
  const Number end = to_number(limit.is_none() ? start : limit, where), step = to_number(delta, where);
  if (type) return wrap(range(first, end, step, *type, where));
  // A tensor's own type, int64 say, is not narrowed to that of a bare number.
  const nb::handle bounds[] = {start, limit, delta};
  DType widest = int32;
  for (nb::handle b : bounds) {
    if (!b.is_none()) widest = std::max(widest, to_tensor(b, where).dtype());
  }
  return wrap(range(first, end, step, widest, where));
}

nb::object make_eye(nb::handle num_rows, nb::handle num_columns, nb::handle batch_shape, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const std::int64_t rows = to_int(num_rows), columns = num_columns.is_none() ? rows : to_int(num_columns);
  Tensor t = eye(rows, columns, to_dtype(dtype), where);
  if (batch_shape.is_none()) return wrap(std::move(t));
  Shape whole = to_shape(batch_shape);
  whole.push_back(rows);
  whole.push_back(columns);
  return wrap(broadcast_to(t, whole, where));
}

template <Tensor (*F)(const Shape&, DType, Where)>
nb::object of_shape(nb::handle shape, nb::handle dtype, nb::handle, nb::handle layout) {
  require_default(F == zeros ? "zeros" : "ones", "layout", layout, nb::none(), kOneDevice);
  return wrap(F(to_shape(shape), to_dtype(dtype), caller()));
}

template <Tensor (*F)(const Shape&, DType, Where), Tensor (*Like)(const Tensor&, Where)>
nb::object like(nb::handle input, nb::handle dtype, nb::handle, nb::handle layout) {
  const Where where = caller();
  require_default(F == zeros ? "zeros_like" : "ones_like", "layout", layout, nb::none(), kOneDevice);
  const Tensor x = to_tensor(input, where);
  const std::optional<DType> type = to_optional_dtype(dtype);
  return wrap(type && *type != x.dtype() ? F(x.shape(), *type, where) : Like(x, where));
}

nb::object spaced(nb::handle start, nb::handle stop, nb::handle num, nb::handle, nb::handle axis) {
  const Where where = caller();
  Tensor first = to_tensor(start, where), last = to_tensor_like(stop, first.dtype(), where);
  if (is_integer(first.dtype()) && first.dtype() == last.dtype()) {  // they divide as float64
    first = cast(first, float64, where);
    last = cast(last, float64, where);
  }
  return wrap(linspace(first, last, to_int(num), to_int(axis), where));
}

}  // namespace

void bind_creation(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("constant", make_constant, arg("value").none(), arg("dtype") = none, arg("shape") = none, arg("name") = none,
        "A tensor of these numbers. Python's floats become float32 and its integers int32 where no dtype is given; arrays keep theirs.");
  m.def("convert_to_tensor", convert, arg("value").none(), arg("dtype") = none, arg("dtype_hint") = none, arg("name") = none,
        "The value as a tensor; a list of tensors is stacked, so that gradients flow to them.");
  m.def("zeros", of_shape<zeros>, arg("shape"), arg("dtype") = "float32", arg("name") = none, arg("layout") = none);
  m.def("ones", of_shape<ones>, arg("shape"), arg("dtype") = "float32", arg("name") = none, arg("layout") = none);
  m.def("zeros_like", like<zeros, zeros_like>, arg("input"), arg("dtype") = none, arg("name") = none, arg("layout") = none);
  m.def("ones_like", like<ones, ones_like>, arg("input"), arg("dtype") = none, arg("name") = none, arg("layout") = none);
  m.def("fill", make_filled, arg("dims"), arg("value"), arg("name") = none, arg("layout") = none, "A tensor in which every element is `value`.");
  m.def("range", make_range, arg("start"), arg("limit") = none, arg("delta") = 1, arg("dtype") = none, arg("name") = none,
        "start, start + delta, ... up to but without limit; range(limit) starts at 0.");
  m.def("eye", make_eye, arg("num_rows"), arg("num_columns") = none, arg("batch_shape") = none, arg("dtype") = "float32", arg("name") = none);
  m.def("linspace", spaced, arg("start"), arg("stop"), arg("num"), arg("name") = none, arg("axis") = 0,
        "Numbers at equal distances from start to stop, both included; gradients flow to both.");
}

}  // namespace whygrad::python
