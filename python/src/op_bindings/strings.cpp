// Numbers as text, and text as numbers.
#include <whygrad/ops/strings.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <string>

namespace whygrad::python {
namespace {

nb::object text_of(nb::handle input, int precision, bool scientific, bool shortest, std::int64_t width, const std::string& fill, nb::handle) {
  const Where where = caller();
  if (fill.size() > 1) throw ValueError("as_string", fmt::format("fill is \"{}\"", fill), "it is one character");
  const strings::AsStringOptions options{
      .precision = precision, .scientific = scientific, .shortest = shortest, .width = width, .fill = fill.empty() ? '\0' : fill[0]};
  return wrap(strings::as_string(to_tensor(input, where), options, where));
}

nb::object numbers_in(nb::handle input, nb::handle out_type, nb::handle) {
  const Where where = caller();
  return wrap(strings::to_number(to_tensor(input, where), to_dtype(out_type), where));
}

}  // namespace

void bind_strings(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("as_string", text_of, arg("input"), arg("precision") = -1, arg("scientific") = false, arg("shortest") = false, arg("width") = -1,
        arg("fill") = "", arg("name") = none, "Numbers as text: uint8 [.., 32]. No gradient.");
  m.def("to_number", numbers_in, arg("input"), arg("out_type") = "float32", arg("name") = none, "The numbers that a text tells. No gradient.");
}

}  // namespace whygrad::python
