// Translation of C++ errors to Python exceptions.
#include "errors.hpp"

#include "device/memory_info.hpp"

#include <whygrad/autodiff/gradient.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/base/foreign_place.hpp>

#include <nanobind/stl/string.h>

#include <new>

namespace whygrad::python {
namespace {

// The Python class (whygrad/errors.py) of an exception; derived classes first.
const char* class_of(const Error& error) noexcept {
  if (dynamic_cast<const ShapeError*>(&error) != nullptr) return "ShapeError";
  if (dynamic_cast<const DTypeError*>(&error) != nullptr) return "DTypeError";
  if (dynamic_cast<const IndexError*>(&error) != nullptr) return "OutOfRangeIndexError";
  if (dynamic_cast<const ValueError*>(&error) != nullptr) return "ArgumentError";
  if (dynamic_cast<const SignatureError*>(&error) != nullptr) return "SignatureError";
  if (dynamic_cast<const IoError*>(&error) != nullptr) return "IoError";
  if (dynamic_cast<const MemoryError*>(&error) != nullptr) return "OutOfMemoryError";
  if (dynamic_cast<const TapeError*>(&error) != nullptr) return "TapeError";
  if (dynamic_cast<const MissingRule*>(&error) != nullptr) return "MissingRule";
  if (dynamic_cast<const UnsupportedError*>(&error) != nullptr) return "UnsupportedError";
  if (dynamic_cast<const MissingGradient*>(&error) != nullptr) return "MissingGradient";
  return "InternalError";
}

// A message may quote bytes of a file that are not UTF-8.
nb::object text_of(const std::string& message) {
  nb::object text = nb::steal(PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()), "replace"));
  if (!text.is_valid()) throw nb::python_error();
  return text;
}

void raise(const Error& error) {
  try {
    const nb::object type = nb::module_::import_("whygrad.errors").attr(class_of(error));
    // The report in a MissingGradient is in Python's terms and quotes the program.
    const bool report = dynamic_cast<const MissingGradient*>(&error) != nullptr;
    const std::string help = report ? error.help() : spelled(error.help()), what = error.what();
    const nb::object exception = type(text_of(what.substr(0, what.size() - error.help().size()) + help));
    exception.attr("op_name") = error.op();
    exception.attr("help") = text_of(help);
    PyErr_SetObject(type.ptr(), exception.ptr());
  } catch (nb::python_error& e) {
    e.restore();
  }
}

// Memory ran out outside of any op.
void raise_shortage() {
  try {
    raise(MemoryError("whygrad", "what it keeps by the way", 0, device::available_memory()));
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  }
}

void translate(const std::exception_ptr& pointer, void*) {
  if (pointer == nullptr) wait_for_the_end();  // not a C++ exception: see NOTE [threads at the interpreter's end]
  try {
    std::rethrow_exception(pointer);
  } catch (const Error& error) {
    raise(error);
  } catch (const std::bad_alloc&) {
    raise_shortage();
  }
}

}  // namespace

void set_error() noexcept {
  try {
    throw;
  } catch (nb::python_error& e) {
    e.restore();
  } catch (const Error& error) {
    raise(error);
  } catch (const std::bad_alloc&) {
    raise_shortage();
  } catch (const nb::builtin_exception& e) {
    PyErr_SetString(e.type() == nb::exception_type::type_error ? PyExc_TypeError : PyExc_ValueError, e.what());
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  } catch (abi::__forced_unwind&) {
    wait_for_the_end();
  }
}

void install_error_translation() { nb::register_exception_translator(translate); }

}  // namespace whygrad::python
