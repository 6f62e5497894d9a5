// Conversion of NumPy arrays and other objects with Python's buffer protocol.
#include "convert.hpp"
#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <bit>
#include <cstring>
#include <string_view>

namespace whygrad::python {
namespace {

class Buffer {
 public:
  Buffer(nb::handle object, int flags) : held_(PyObject_GetBuffer(object.ptr(), &view_, flags) == 0) {}
  ~Buffer() {
    if (held_) PyBuffer_Release(&view_);
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  explicit operator bool() const { return held_; }
  const Py_buffer& operator*() const { return view_; }
  const Py_buffer* operator->() const { return &view_; }

 private:
  Py_buffer view_{};
  bool held_;
};

bool is_swapped(char order) { return (order == '>' || order == '!') == (std::endian::native == std::endian::little) && order != '<' && order != '='; }

// The dtype of a format of the struct module.
DType dtype_of_format(const char* format, Py_ssize_t bytes) {
  std::string_view text = format == nullptr ? "B" : format;
  if (!text.empty() && std::string_view("<>=!@").find(text[0]) != std::string_view::npos) {
    if (text[0] != '@' && bytes > 1 && is_swapped(text[0])) {
      throw DTypeError("constant", "the array has the byte order of another machine", "array.astype(array.dtype.newbyteorder('='))");
    }
    text.remove_prefix(1);
  }
  if (text == "?") return DType::kBool;
  if (text == "e") return DType::kF16;
  if (text == "f") return DType::kF32;
  if (text == "d") return DType::kF64;
  if (text == "Zf") return DType::kC64;
  if (text == "Zd") return DType::kC128;
  if (const std::optional<DType> integer = integer_of_format(text, static_cast<std::size_t>(bytes))) return *integer;
  throw DTypeError("constant", fmt::format("an array of format '{}' has no tensor type", text),
                   "convert it first with array.astype(...): objects and text to numbers");
}

// A tensor of the buffer's elements.
Tensor filled(const Buffer& buffer, DType dtype, const Where& where) {
  Shape shape;
  for (int i = 0; i < buffer->ndim; ++i) shape.push_back(buffer->shape[i]);
  Tensor t = internal::make_host_tensor(dtype, shape, "constant");
  if (PyBuffer_ToContiguous(t.impl()->data, const_cast<Py_buffer*>(&*buffer), buffer->len, 'C') != 0) throw nb::python_error();
  internal::log_constant(t, {internal::fingerprint(t.impl()->data, static_cast<std::size_t>(t.size()) * size_of(dtype))}, where);
  return t;
}

// An array of ml_dtypes.bfloat16, a type that Python's buffers do not have.
bool is_bfloat16(nb::handle object) { return nb::cast<std::string>(nb::str(nb::getattr(object, "dtype", nb::none()))) == "bfloat16"; }

}  // namespace

std::optional<DType> integer_of_format(std::string_view letter, std::size_t bytes) {
  if (letter.size() != 1) return {};
  const bool is_signed = std::string_view("bhilqn").find(letter[0]) != std::string_view::npos;
  if (!is_signed && std::string_view("BHILQN").find(letter[0]) == std::string_view::npos) return {};
  for (const DType dtype : {DType::kI8, DType::kI16, DType::kI32, DType::kI64, DType::kU8, DType::kU16, DType::kU32, DType::kU64}) {
    if (size_of(dtype) == bytes && is_unsigned(dtype) != is_signed) return dtype;
  }
  return {};
}

const char* numpy_name(DType dtype) {
  constexpr const char* kNames[] = {"bool",  "uint8",   "int8",   "uint16",  "int16",   "uint32",    "int32",     "uint64",
                                    "int64", "float16", "uint16", "float32", "float64", "complex64", "complex128"};
  static_assert(std::size(kNames) == kDTypeCount);
  return kNames[static_cast<int>(dtype)];
}

std::optional<Tensor> from_buffer(nb::handle object, const Where& where) {
  if (!PyObject_CheckBuffer(object.ptr()) || PyBytes_Check(object.ptr())) return {};
  const Buffer buffer(object, PyBUF_FULL_RO);
  if (!buffer) {
    PyErr_Clear();
    if (is_bfloat16(object)) {
      const nb::object bits = nb::module_::import_("numpy").attr("asarray")(object).attr("view")("uint16");
      return filled(Buffer(bits, PyBUF_FULL_RO), DType::kBF16, where);
    }
    throw DTypeError("constant", fmt::format("{} has elements that cannot be read as numbers", Py_TYPE(object.ptr())->tp_name),
                     "convert it first with array.astype(...)");
  }
  return filled(buffer, dtype_of_format(buffer->format, buffer->itemsize), where);
}

nb::object to_numpy(const Tensor& tensor, const std::optional<Where>& where) {
  const nb::object extents = nb::steal(PyTuple_New(tensor.rank()));
  for (int i = 0; i < tensor.rank(); ++i) PyTuple_SET_ITEM(extents.ptr(), i, PyLong_FromLongLong(tensor.shape()[i]));
  nb::object array = nb::module_::import_("numpy").attr("empty")(extents, numpy_name(tensor.dtype()));
  const auto bytes = static_cast<std::size_t>(tensor.size()) * size_of(tensor.dtype());
  if (bytes != 0) {
    const Buffer buffer(array, PyBUF_CONTIG);
    if (!buffer) throw nb::python_error();
    internal::copy_elements(tensor, buffer->buf);
    if (where) internal::Log::mine().host_read(tensor, buffer->buf, bytes, *where);
  }
  if (tensor.dtype() == DType::kBF16) array = array.attr("view")(nb::module_::import_("ml_dtypes").attr("bfloat16"));
  if (tensor.rank() == 0) return nb::object(array[nb::make_tuple()]);
  return array;
}

}  // namespace whygrad::python
