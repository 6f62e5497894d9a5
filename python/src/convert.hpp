// Conversion from Python objects to tensors and attributes, and back.
#pragma once

#include "module.hpp"

#include <whygrad/autodiff/gradient.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/op.hpp>
#include <whygrad/ops/reduce.hpp>

#include <optional>
#include <string>
#include <vector>

namespace whygrad::python {

// ---- Tensors ----

nb::object wrap(Tensor tensor);
nb::object wrap(std::vector<Tensor> tensors);                            // a list
nb::object named_results(const OpDef& op, std::vector<Tensor> outputs);  // several outputs of an op, as a named tuple
// `given` itself where that is this very tensor, so that `convert_to_tensor(x) is x`.
nb::object wrap_unless_given(Tensor tensor, nb::handle given);
nb::object wrap(const Variable& variable);  // the Python object of the variable, while it exists

// The tensor in a Tensor object, or null. The pointer is valid while the object exists.
const Tensor* tensor_in(nb::handle object) noexcept;
const Variable* variable_in(nb::handle object) noexcept;
inline bool is_value(nb::handle object) noexcept { return tensor_in(object) != nullptr || variable_in(object) != nullptr; }

// Converts a Tensor, a Variable, a number, an array (copied), nested lists of them, or an object with __tf_tensor__ or __array__. Without a dtype,
// Python's floats become float32 and its integers int32, as in TensorFlow; arrays keep theirs. A list that contains tensors is stacked. Throws
// DTypeError if a Tensor has another dtype than requested, or the dtype cannot hold a number; ShapeError for ragged lists.
Tensor to_tensor(nb::handle value, const Where& where, std::optional<DType> dtype = {});
// The same with a dtype for numbers, lists and arrays of the same kind. A value with a dtype of another kind keeps it.
Tensor to_tensor_like(nb::handle value, DType like, const Where& where);
// All items of a sequence, or of one tensor along its first axis.
std::vector<Tensor> to_tensors(nb::handle values, const Where& where);
// A copy of the numbers alone: tensors in a list are read to the host.
Tensor constant_of(nb::handle value, const Where& where, std::optional<DType> dtype);

// A Tensor or a Variable as a source of the tape; anything else is converted.
Watchable to_watchable(nb::handle value, const Where& where);

// An exact number: a Python number, or a tensor of one element, which is read to the host.
Number to_number(nb::handle value, const Where& where);

// ---- Arrays ----

// From an object with Python's buffer protocol, copied; nothing if it has none. Throws DTypeError for a type that no tensor has.
std::optional<Tensor> from_buffer(nb::handle object, const Where& where);
// NumPy's name of a dtype. It has no bfloat16; the bits are read as integers.
const char* numpy_name(DType dtype);
// The integer type of a letter of the struct module, whose width in bytes is the exporter's; empty for other letters.
std::optional<DType> integer_of_format(std::string_view letter, std::size_t bytes);
// The elements as a NumPy array of its own. With a place, the log records a host read there.
nb::object to_numpy(const Tensor& tensor, const std::optional<Where>& where);

// ---- Attributes ----

// From a DType object, a name, a Python type or a NumPy dtype. Throws Python's TypeError for anything else.
DType to_dtype(nb::handle object);
std::optional<DType> to_optional_dtype(nb::handle object);
nb::object wrap(DType dtype);
nb::object wrap(const Shape& shape);  // a TensorShape

// For a TensorFlow parameter that supports only its default: throws UnsupportedError with the reason for any other value.
void require_default(const char* op, const char* parameter, nb::handle given, nb::handle otherwise, const char* why);

// A whole number, also from a NumPy scalar or a tensor.
std::int64_t to_int(nb::handle object);
// A floating number, also from a NumPy scalar or a tensor.
double to_double(nb::handle object);
// None: from the process's sequence.
std::optional<std::uint64_t> to_seed(nb::handle seed);
// Numbers from a sequence, a tensor or one number; none from None.
std::vector<std::int64_t> to_ints(nb::handle object);
Shape to_shape(nb::handle object);
// Extents of which some may not be known, None, which becomes kAnyExtent; nothing where not even the rank is known.
std::optional<Ints> to_partial_shape(nb::handle object);
Axes to_axes(nb::handle object);

}  // namespace whygrad::python
