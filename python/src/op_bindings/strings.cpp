// Numbers as text, and text as numbers.
#include <whygrad/ops/strings.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

namespace whygrad::python {
namespace {

nb::object text_of(nb::handle input, int precision, bool scientific, bool shortest, nb::handle width, nb::handle fill, nb::handle) {
  const Where where = caller();
  require_default("as_string", "width", width, nb::int_(-1), "texts are not filled up to a width");
  require_default("as_string", "fill", fill, nb::str(""), "texts are not filled up to a width");
  return wrap(strings::as_string(to_tensor(input, where), {.precision = precision, .scientific = scientific, .shortest = shortest}, where));
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
