// Functions that the engine makes of other ops: vectors and matrices, coordinates, short formulas.
#include "compositions.hpp"

#include "convert.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/formulas.hpp>
#include <whygrad/ops/grid.hpp>
#include <whygrad/ops/matrix_algebra.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <string>
#include <vector>

namespace whygrad::python {
namespace {

template <Tensor (*F)(const Tensor&, Where)>
nb::object of_one(nb::handle x, nb::handle) {
  const Where where = caller();
  return wrap(F(to_tensor(x, where), where));
}

nb::object swapped(nb::handle a, nb::handle, bool conjugate) {
  const Where where = caller();
  const Tensor x = to_tensor(a, where);
  return wrap(conjugate ? adjoint(x, where) : matrix_transpose(x, where));
}

nb::object times_vector(nb::handle a, nb::handle b, bool transpose_a, bool adjoint_a, bool, bool, nb::handle) {
  const Where where = caller();
  const Tensor left = to_tensor(a, where);
  return wrap(matvec(left, to_tensor_like(b, left.dtype(), where), {.transpose_a = transpose_a, .adjoint_a = adjoint_a}, where));
}

nb::object crossed(nb::handle a, nb::handle b, nb::handle) {
  const Where where = caller();
  const Tensor left = to_tensor(a, where);
  return wrap(cross(left, to_tensor_like(b, left.dtype(), where), where));
}

nb::object solved(nb::handle matrix, nb::handle rhs, bool lower, bool adjoint, nb::handle) {
  const Where where = caller();
  const Tensor a = to_tensor(matrix, where);
  return wrap(triangular_solve(a, to_tensor_like(rhs, a.dtype(), where), {.lower = lower, .adjoint = adjoint}, where));
}

nb::object solved_by_factor(nb::handle chol, nb::handle rhs, nb::handle) {
  const Where where = caller();
  const Tensor l = to_tensor(chol, where);
  return wrap(cholesky_solve(l, to_tensor_like(rhs, l.dtype(), where), where));
}

nb::object grid_of(const nb::args& args, const std::string& indexing, nb::handle) {
  const Where where = caller();
  if (indexing != "xy" && indexing != "ij") throw ValueError("meshgrid", fmt::format("indexing is \"{}\"", indexing), "it is \"xy\" or \"ij\"");
  std::vector<Tensor> coordinates;
  for (nb::handle item : nb::iter(args)) coordinates.push_back(to_tensor(item, where));
  return wrap(meshgrid(coordinates, indexing == "xy" ? Indexing::kXy : Indexing::kIj, where));
}

nb::object mask_of(nb::handle lengths, nb::handle maxlen, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const std::int64_t longest = maxlen.is_none() ? -1 : std::max<std::int64_t>(to_int(maxlen), 0);
  return wrap(sequence_mask(to_tensor(lengths, where), longest, to_dtype(dtype), where));
}

nb::object coordinates_of(nb::handle indices, nb::handle dims, nb::handle) {
  const Where where = caller();
  return wrap(unravel_index(to_tensor(indices, where), Ints(to_ints(dims)), where));
}

nb::object scaled(nb::handle scalar, nb::handle x, nb::handle) {
  const Where where = caller();
  const Tensor factor = to_tensor_like(scalar, to_tensor(x, where).dtype(), where);
  return wrap(scalar_mul(factor, to_tensor_like(x, factor.dtype(), where), where));
}

nb::object polynomial(nb::handle coeffs, nb::handle x, nb::handle) {
  const Where where = caller();
  if (!nb::isinstance<nb::list>(coeffs) && !nb::isinstance<nb::tuple>(coeffs)) {
    throw ValueError("polyval", fmt::format("coeffs is {}", nb::type_name(coeffs.type()).c_str()),
                     "give a list, with the coefficient of the highest power first");
  }
  const Tensor at = to_tensor(x, where);
  std::vector<Tensor> coefficients;
  for (nb::handle c : nb::iter(coeffs)) coefficients.push_back(to_tensor_like(c, at.dtype(), where));
  return wrap(polyval(coefficients, at, where));
}

}  // namespace

void bind_matrix_algebra(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("matrix_transpose", swapped, arg("a"), arg("name") = "matrix_transpose", arg("conjugate") = false, "The last two axes swapped.");
  m.def("adjoint", of_one<adjoint>, arg("matrix"), arg("name") = none, "The last two axes swapped, and the conjugate.");
  m.def("matvec", times_vector, arg("a"), arg("b"), arg("transpose_a") = false, arg("adjoint_a") = false, arg("a_is_sparse") = false,
        arg("b_is_sparse") = false, arg("name") = none,
        "Matrices [..., m, k] times vectors [..., k] -> [..., m]; that one of them holds many zeros changes nothing.");
  m.def("cross", crossed, arg("a"), arg("b"), arg("name") = none, "The vector product along the last axis, which has 3 elements.");
  m.def("tensor_diag", of_one<tensor_diag>, arg("diagonal"), arg("name") = none,
        "A tensor of twice the rank with these elements where both halves of the index are equal.");
  m.def("tensor_diag_part", of_one<tensor_diag_part>, arg("input"), arg("name") = none, "The elements where both halves of the index are equal.");
  m.def("logdet", of_one<logdet>, arg("matrix"), arg("name") = none, "The logarithm of the determinant of symmetric positive definite matrices.");
  m.def("triangular_solve", solved, arg("matrix"), arg("rhs"), arg("lower") = true, arg("adjoint") = false, arg("name") = none,
        "x where matrix x = rhs, of one triangle of the matrix; leading axes broadcast.");
  m.def("cholesky_solve", solved_by_factor, arg("chol"), arg("rhs"), arg("name") = none, "x where chol chol^T x = rhs.");
}

void bind_grid(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("meshgrid", grid_of, arg("args"), nb::kw_only(), arg("indexing") = "xy", arg("name") = none,
        "The coordinates of all points of a grid: one tensor for each axis.");
  m.def("sequence_mask", mask_of, arg("lengths"), arg("maxlen") = none, arg("dtype") = "bool", arg("name") = none,
        "Rows that are true up to their length.");
  m.def("unravel_index", coordinates_of, arg("indices"), arg("dims"), arg("name") = none,
        "The coordinates of places in the flat order: one row for each axis.");
}

void bind_formulas(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("scalar_mul", scaled, arg("scalar"), arg("x"), arg("name") = none, "scalar * x.");
  m.def("reciprocal_no_nan", of_one<reciprocal_no_nan>, arg("x"), arg("name") = none, "1 / x, and 0 where x is 0.");
  m.def("polyval", polynomial, arg("coeffs"), arg("x"), arg("name") = none, "coeffs[0] x^(n-1) + ... + coeffs[n-1], by Horner's rule.");
  m.def("lbeta", of_one<lbeta>, arg("x"), arg("name") = none, "ln of the multivariate beta function along the last axis.");
  m.def("zero_fraction", of_one<zero_fraction>, arg("value"), arg("name") = none, "The share of elements that are 0.");
  m.def("is_non_decreasing", of_one<is_non_decreasing>, arg("x"), arg("name") = none, "Whether no element is smaller than the one before it.");
  m.def("is_strictly_increasing", of_one<is_strictly_increasing>, arg("x"), arg("name") = none,
        "Whether each element is larger than the one before it.");
}

}  // namespace whygrad::python
