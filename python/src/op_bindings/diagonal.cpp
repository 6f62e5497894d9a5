// Diagonals of matrices.
#include <whygrad/ops/diagonal.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <string>
#include <utility>
#include <vector>

namespace whygrad::python {
namespace {

nb::object diagonal_sum(nb::handle x, nb::handle) {
  const Where where = caller();
  return wrap(trace(to_tensor(x, where), where));
}

// The diagonals that k means, a number or the lowest and the highest of a band, and where shorter ones stand in their rows.
DiagonalBand band_of(const char* op, nb::handle k, const std::string& align) {
  const std::vector<std::int64_t> numbers = to_ints(k);
  if (numbers.empty() || numbers.size() > 2 || numbers[0] > numbers.back()) {
    throw ValueError(op, fmt::format("k is {}", nb::str(k).c_str()), "k is the number of a diagonal, or of the lowest and the highest of a band");
  }
  constexpr std::pair<const char*, DiagonalAlign> kAligns[] = {{"RIGHT_LEFT", DiagonalAlign::kRightLeft},
                                                               {"LEFT_RIGHT", DiagonalAlign::kLeftRight},
                                                               {"LEFT_LEFT", DiagonalAlign::kLeftLeft},
                                                               {"RIGHT_RIGHT", DiagonalAlign::kRightRight}};
  for (const auto& [name, value] : kAligns) {
    if (align == name) return {numbers[0], numbers.back(), value};
  }
  throw ValueError(op, fmt::format("align is \"{}\"", align), "it is RIGHT_LEFT, LEFT_RIGHT, LEFT_LEFT or RIGHT_RIGHT");
}

nb::object part(nb::handle input, nb::handle, nb::handle k, nb::handle padding_value, const std::string& align) {
  const Where where = caller();
  return wrap(matrix_diag_part(to_tensor(input, where), band_of("diag_part", k, align), to_number(padding_value, where), where));
}

nb::object matrices(nb::handle diagonal, nb::handle, nb::handle k, nb::handle num_rows, nb::handle num_cols, nb::handle padding_value,
                    const std::string& align) {
  const Where where = caller();
  const DiagonalOptions options{
      .rows = to_int(num_rows), .columns = to_int(num_cols), .band = band_of("diag", k, align), .padding = to_number(padding_value, where)};
  return wrap(matrix_diag(to_tensor(diagonal, where), options, where));
}

nb::object replaced(nb::handle input, nb::handle diagonal, nb::handle, nb::handle k, const std::string& align) {
  const Where where = caller();
  const Tensor x = to_tensor(input, where);
  return wrap(matrix_set_diag(x, to_tensor_like(diagonal, x.dtype(), where), band_of("set_diag", k, align), where));
}

}  // namespace

void bind_diagonal(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("trace", diagonal_sum, arg("x"), arg("name") = none, "The sum of the diagonal of each matrix.");
  m.def("diag_part", part, arg("input"), arg("name") = "diag_part", arg("k") = 0, arg("padding_value") = 0, arg("align") = "RIGHT_LEFT",
        "A diagonal of each matrix, or the rows of a band of them, shorter ones filled up with padding_value.");
  m.def("diag", matrices, arg("diagonal"), arg("name") = "diag", arg("k") = 0, arg("num_rows") = -1, arg("num_cols") = -1, arg("padding_value") = 0,
        arg("align") = "RIGHT_LEFT", "Matrices with these diagonals amid padding_value.");
  m.def("set_diag", replaced, arg("input"), arg("diagonal"), arg("name") = "set_diag", arg("k") = 0, arg("align") = "RIGHT_LEFT",
        "The matrices with other elements on a diagonal, or on a band of them.");
}

}  // namespace whygrad::python
