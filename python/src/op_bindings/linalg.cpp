// Functions of vectors and matrices.
#include <whygrad/ops/linalg.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <utility>
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

nb::object inverted(nb::handle input, bool adjoint, nb::handle) {
  const Where where = caller();
  return wrap(inv(to_tensor(input, where), adjoint, where));
}

nb::object solved_in_full(nb::handle matrix, nb::handle rhs, bool adjoint, nb::handle) {
  const Where where = caller();
  const Tensor a = to_tensor(matrix, where);
  return wrap(solve(a, to_tensor_like(rhs, a.dtype(), where), adjoint, where));
}

nb::object sign_and_logarithm(nb::handle input, nb::handle) {
  const Where where = caller();
  LogDeterminant found = log_matrix_determinant(to_tensor(input, where), where);
  std::vector<Tensor> both;
  both.push_back(std::move(found.sign));
  both.push_back(std::move(found.log_abs_determinant));
  return named_results(*find_op("log_matrix_determinant"), std::move(both));
}

nb::object eigen(nb::handle tensor, nb::handle) {
  const Where where = caller();
  Eigen found = self_adjoint_eig(to_tensor(tensor, where), where);
  return nb::make_tuple(wrap(std::move(found.values)), wrap(std::move(found.vectors)));
}

}  // namespace

void bind_linalg(nb::module_& m) {
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
  m.def("inv", inverted, arg("input"), arg("adjoint") = false, arg("name") = none, "The inverse of each matrix.");
  m.def("det", of_one<matrix_determinant>, arg("input"), arg("name") = none, "The determinant of each matrix.");
  m.def("slogdet", sign_and_logarithm, arg("input"), arg("name") = none, "(the sign of each determinant, the logarithm of its absolute value)");
  m.def("solve", solved_in_full, arg("matrix"), arg("rhs"), arg("adjoint") = false, arg("name") = none, "x where matrix x = rhs.");
  m.def("eigh", eigen, arg("tensor"), arg("name") = none, "(eigenvalues, eigenvectors) of symmetric matrices.");
  m.def("eigvalsh", of_one<eigvalsh>, arg("tensor"), arg("name") = none, "The eigenvalues of symmetric matrices, ascending.");
}

}  // namespace whygrad::python
