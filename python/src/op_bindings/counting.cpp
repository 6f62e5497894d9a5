// Counts.
#include <whygrad/ops/counting.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <string>

namespace whygrad::python {
namespace {

nb::object histogram(nb::handle values, nb::handle value_range, nb::handle nbins, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const nb::object to_float = nb::module_::import_("builtins").attr("float");
  const auto end = [&](int i) {
    const nb::object bound = nb::steal(PyObject_GetItem(value_range.ptr(), nb::int_(i).ptr()));
    if (!bound.is_valid()) throw nb::python_error();
    return nb::cast<double>(to_float(bound));
  };
  const Tensor counts = histogram_fixed_width(to_tensor(values, where), end(0), end(1), to_int(nbins), where);
  return wrap(cast(counts, to_dtype(dtype), where));
}

nb::object not_zero(nb::handle input, nb::handle axis, nb::handle keepdims, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const bool keeps = !keepdims.is_none() && nb::cast<bool>(keepdims);
  return wrap(cast(count_nonzero(to_tensor(input, where), to_axes(axis), keeps, where), to_dtype(dtype), where));
}

nb::object counted(nb::handle arr, nb::handle weights, nb::handle minlength, nb::handle maxlength, nb::handle dtype, nb::handle, nb::handle axis,
                   bool binary_output) {
  const Where where = caller();
  if (!weights.is_none() && binary_output) {
    throw ValueError("bincount", "Arguments `binary_output` and `weights` are mutually exclusive", "give one of them");
  }
  const std::int64_t along = axis.is_none() ? 0 : to_int(axis);
  if (along != 0 && along != -1) {
    throw ValueError("bincount", fmt::format("Unsupported value for argument axis={}", along), "only 0, for all of them, and -1, for each row, are");
  }
  const BincountOptions options{.minlength = minlength.is_none() ? 0 : to_int(minlength),
                                .maxlength = maxlength.is_none() ? -1 : to_int(maxlength),
                                .by_row = along == -1,
                                .binary = binary_output};
  const auto in_form = [&](const Tensor& t) { return options.by_row ? t : reshape(t, {-1}, where); };
  Tensor numbers = to_tensor(arr, where);
  if (numbers.dtype() != DType::kI64) numbers = cast(numbers, int32, where);
  if (!weights.is_none()) return wrap(weighted_bincount(in_form(numbers), in_form(to_tensor(weights, where)), options, where));
  return wrap(cast(bincount(in_form(numbers), options, where), to_dtype(dtype), where));
}

nb::object placed(nb::handle sorted_sequence, nb::handle values, const std::string& side, nb::handle out_type, nb::handle) {
  const Where where = caller();
  if (side != "left" && side != "right") {
    throw ValueError("searchsorted", fmt::format("Argument `side` must be either 'right' or 'left'. Received: side='{}'", side),
                     "left: before equal elements, right: behind them");
  }
  const Tensor sequence = to_tensor(sorted_sequence, where);
  return wrap(searchsorted(sequence, to_tensor_like(values, sequence.dtype(), where), side == "right", to_dtype(out_type), where));
}

nb::object confused(nb::handle labels, nb::handle predictions, nb::handle num_classes, nb::handle weights, nb::handle dtype, nb::handle) {
  const Where where = caller();
  ConfusionOptions options{.dtype = to_dtype(dtype)};
  if (!num_classes.is_none()) options.classes = to_int(num_classes);
  if (!weights.is_none()) options.weights = to_tensor(weights, where);
  return wrap(confusion_matrix(to_tensor(labels, where), to_tensor(predictions, where), options, where));
}

}  // namespace

void bind_counting(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("histogram_fixed_width", histogram, arg("values"), arg("value_range"), arg("nbins") = 100, arg("dtype") = "int32", arg("name") = none,
        "How many elements fall into each interval. No gradient.");
  m.def("count_nonzero", not_zero, arg("input"), arg("axis") = none, arg("keepdims") = none, arg("dtype") = "int64", arg("name") = none,
        "How many elements are not 0. No gradient.");
  m.def("bincount", counted, arg("arr"), arg("weights") = none, arg("minlength") = none, arg("maxlength") = none, arg("dtype") = "int32",
        arg("name") = none, arg("axis") = none, arg("binary_output") = false,
        "How often each whole number occurs, or the sum of its weights; with axis=-1 in each row.");
  m.def("searchsorted", placed, arg("sorted_sequence"), arg("values"), arg("side") = "left", arg("out_type") = "int32", arg("name") = none,
        "Where each value would stand among the ascending elements, before equal ones or behind them.");
  m.def("confusion_matrix", confused, arg("labels"), arg("predictions"), arg("num_classes") = none, arg("weights") = none, arg("dtype") = "int32",
        arg("name") = none, "How often label i was predicted as j: [num_classes, num_classes].");
}

}  // namespace whygrad::python
