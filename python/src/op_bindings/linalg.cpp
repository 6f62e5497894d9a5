// Functions of vectors and matrices.
#include <whygrad/ops/linalg.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <array>
#include <string>
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

nb::object singular(nb::handle tensor, bool full_matrices, bool compute_uv, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(tensor, where);
  if (!compute_uv) return wrap(unlocked(x.size(), [&] { return singular_values(x, where); }));
  Svd parts = unlocked(x.size(), [&] { return svd(x, full_matrices, where); });
  return nb::make_tuple(wrap(std::move(parts.s)), wrap(std::move(parts.u)), wrap(std::move(parts.v)));
}

nb::object pair(const char* op, Tensor first, Tensor second) {
  std::vector<Tensor> both;
  both.push_back(std::move(first));
  both.push_back(std::move(second));
  return named_results(*find_op(op), std::move(both));
}

nb::object orthogonal(nb::handle input, bool full_matrices, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(input, where);
  Qr parts = unlocked(x.size(), [&] { return qr(x, full_matrices, where); });
  return pair("qr", std::move(parts.q), std::move(parts.r));
}

nb::object triangular(nb::handle input, nb::handle output_idx_type, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(input, where);
  const DType index = to_dtype(output_idx_type);
  Lu parts = unlocked(x.size(), [&] { return lu(x, index, where); });
  return pair("lu", std::move(parts.lu), std::move(parts.p));
}

nb::object eigen_of_any(nb::handle tensor, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(tensor, where);
  Eigen found = unlocked(x.size(), [&] { return eig(x, where); });
  return nb::make_tuple(wrap(std::move(found.values)), wrap(std::move(found.vectors)));
}

nb::object pseudo_inverse(nb::handle a, nb::handle rcond, nb::handle, nb::handle) {
  const Where where = caller();
  return wrap(pinv(to_tensor(a, where), rcond.is_none() ? -1 : to_double(rcond), where));
}
nb::object rank_of(nb::handle a, nb::handle tol, nb::handle, nb::handle) {
  const Where where = caller();
  return wrap(matrix_rank(to_tensor(a, where), tol.is_none() ? -1 : to_double(tol), where));
}
nb::object least_squares(nb::handle matrix, nb::handle rhs, nb::handle l2_regularizer, bool fast, nb::handle) {
  const Where where = caller();
  const Tensor a = to_tensor(matrix, where);
  return wrap(lstsq(a, to_tensor_like(rhs, a.dtype(), where), {.l2_regularizer = to_double(l2_regularizer), .fast = fast}, where));
}

template <Tensor (*F)(const Tensor&, const Tensor&, Where)>
nb::object of_factors(nb::handle lower_upper, nb::handle perm, nb::handle, nb::handle) {
  const Where where = caller();
  return wrap(F(to_tensor(lower_upper, where), to_tensor(perm, where), where));
}
nb::object solved_by_factors(nb::handle lower_upper, nb::handle perm, nb::handle rhs, nb::handle, nb::handle) {
  const Where where = caller();
  const Tensor factors = to_tensor(lower_upper, where);
  return wrap(lu_solve(factors, to_tensor(perm, where), to_tensor_like(rhs, factors.dtype(), where), where));
}

// A diagonal next to the main one of n elements, with one more element that is not read.
Tensor with_length(const Tensor& diagonal, std::int64_t n, bool before, const Where& where) {
  if (diagonal.rank() == 0 || diagonal.shape().back() != n - 1) return diagonal;
  std::vector<std::array<std::int64_t, 2>> paddings(static_cast<std::size_t>(diagonal.rank()), {0, 0});
  paddings.back()[before ? 0 : 1] = 1;
  return pad(diagonal, paddings, {}, where);
}

// [.., 3, n] of TensorFlow's three formats.
Tensor three_diagonals(const char* op, nb::handle diagonals, const std::string& format, const Where& where) {
  if (format == "compact") return to_tensor(diagonals, where);
  if (format == "matrix") {
    return matrix_diag_part(to_tensor(diagonals, where), {.lower = -1, .upper = 1, .align = DiagonalAlign::kLeftRight}, where);
  }
  if (format != "sequence") {
    throw ValueError(op, fmt::format("diagonals_format is \"{}\"", format), "it is \"compact\", \"sequence\" or \"matrix\"");
  }
  const std::vector<Tensor> three = to_tensors(diagonals, where);
  if (three.size() != 3 || three[1].rank() == 0) {
    throw ValueError(op, fmt::format("{} diagonals are given", three.size()), "give the one above, the main one and the one below");
  }
  const std::int64_t n = three[1].shape().back();
  return stack({with_length(three[0], n, false, where), three[1], with_length(three[2], n, true, where)}, -2, where);
}

nb::object solved_by_diagonals(nb::handle diagonals, nb::handle rhs, const std::string& format, bool transpose_rhs, bool conjugate_rhs, nb::handle,
                               bool partial_pivoting, bool perturb_singular) {
  const Where where = caller();
  if (perturb_singular && !partial_pivoting) {
    throw ValueError("tridiagonal_solve", "perturb_singular is set, and partial_pivoting is not", "leave partial_pivoting as it is");
  }
  require_default("tridiagonal_solve", "perturb_singular", nb::bool_(perturb_singular), nb::bool_(false),
                  "a matrix without an inverse is an error here; add a small number to the main diagonal");
  const Tensor a = three_diagonals("tridiagonal_solve", diagonals, format, where);
  Tensor b = to_tensor_like(rhs, a.dtype(), where);
  if (conjugate_rhs) b = conj(b, where);
  if (b.rank() == a.rank() - 1) return wrap(squeeze(tridiagonal_solve(a, expand_dims(b, -1, where), where), {-1}, where));
  return wrap(tridiagonal_solve(a, transpose_rhs ? matrix_transpose(b, where) : b, where));
}
nb::object times_diagonals(nb::handle diagonals, nb::handle rhs, const std::string& format, nb::handle) {
  const Where where = caller();
  const Tensor a = three_diagonals("tridiagonal_matmul", diagonals, format, where);
  return wrap(tridiagonal_matmul(a, to_tensor_like(rhs, a.dtype(), where), where));
}
nb::object solved_by_bands(nb::handle bands, nb::handle rhs, bool lower, bool adjoint, nb::handle) {
  const Where where = caller();
  const Tensor a = to_tensor(bands, where);
  return wrap(banded_triangular_solve(a, to_tensor_like(rhs, a.dtype(), where), {.lower = lower, .adjoint = adjoint}, where));
}
nb::object eigenvalues_by_diagonals(nb::handle alpha, nb::handle beta, nb::handle eigvals_only, nb::handle select, nb::handle select_range,
                                    nb::handle, nb::handle) {
  const Where where = caller();
  require_default("eigh_tridiagonal", "eigvals_only", eigvals_only, nb::bool_(true), "use eigh of the whole matrix for the vectors");
  const Tensor main = to_tensor(alpha, where);
  const Tensor values = eigvalsh_tridiagonal(main, to_tensor_like(beta, main.dtype(), where), where);
  if (select.equal(nb::str("a"))) return wrap(values);
  if (!select.equal(nb::str("i"))) require_default("eigh_tridiagonal", "select", select, nb::str("a"), "choose among the values with boolean_mask");
  const std::vector<std::int64_t> range = to_ints(select_range);
  if (range.size() != 2 || range[0] < 0 || range[1] < range[0] || range[1] >= values.size()) {
    throw ValueError("eigh_tridiagonal", "select_range holds no two positions of values", "give the first and the last one, counted from 0");
  }
  return wrap(slice(values, {range[0]}, {range[1] - range[0] + 1}, where));
}

void bind_decompositions(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("svd", singular, arg("tensor"), arg("full_matrices") = false, arg("compute_uv") = true, arg("name") = none,
        "(s, u, v): singular values, descending, and vectors as columns, matrix = u diag(s) v^H; s alone without compute_uv.");
  m.def("qr", orthogonal, arg("input"), arg("full_matrices") = false, arg("name") = none, "(q, r): orthonormal columns and an upper triangle.");
  m.def("lu", triangular, arg("input"), arg("output_idx_type") = wrap(int32), arg("name") = none,
        "(lu, p): triangular factors in one matrix, and the order of the rows.");
  m.def("eig", eigen_of_any, arg("tensor"), arg("name") = none, "(eigenvalues, eigenvectors) of any square matrices; complex.");
  m.def("eigvals", of_one<eigvals>, arg("tensor"), arg("name") = none, "The eigenvalues of any square matrices; complex.");
  m.def("eigh_tridiagonal", eigenvalues_by_diagonals, arg("alpha"), arg("beta"), arg("eigvals_only") = true, arg("select") = "a",
        arg("select_range") = none, arg("tol") = none, arg("name") = none, "The eigenvalues of the Hermitian matrix with these two diagonals.");
  m.def("expm", of_one<expm>, arg("input"), arg("name") = none, "The exponential of each matrix.");
  m.def("logm", of_one<logm>, arg("input"), arg("name") = none, "The principal logarithm of each complex matrix.");
  m.def("sqrtm", of_one<sqrtm>, arg("input"), arg("name") = none, "The principal square root of each matrix.");
  m.def("pinv", pseudo_inverse, arg("a"), arg("rcond") = none, arg("validate_args") = false, arg("name") = none,
        "The pseudo-inverse of each matrix.");
  m.def("matrix_rank", rank_of, arg("a"), arg("tol") = none, arg("validate_args") = false, arg("name") = none,
        "The number of singular values that are not 0.");
}

void bind_systems(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("lstsq", least_squares, arg("matrix"), arg("rhs"), arg("l2_regularizer") = 0.0, arg("fast") = true, arg("name") = none,
        "The x for which matrix x is nearest to rhs.");
  m.def("lu_reconstruct", of_factors<lu_reconstruct>, arg("lower_upper"), arg("perm"), arg("validate_args") = false, arg("name") = none,
        "The matrix of which lu gave these factors.");
  m.def("lu_matrix_inverse", of_factors<lu_matrix_inverse>, arg("lower_upper"), arg("perm"), arg("validate_args") = false, arg("name") = none,
        "The inverse of the matrix of which lu gave these factors.");
  m.def("lu_solve", solved_by_factors, arg("lower_upper"), arg("perm"), arg("rhs"), arg("validate_args") = false, arg("name") = none,
        "x where the matrix of which lu gave these factors times x is rhs.");
  m.def("tridiagonal_solve", solved_by_diagonals, arg("diagonals"), arg("rhs"), arg("diagonals_format") = "compact", arg("transpose_rhs") = false,
        arg("conjugate_rhs") = false, arg("name") = none, arg("partial_pivoting") = true, arg("perturb_singular") = false,
        "x where the matrix with these three diagonals times x is rhs.");
  m.def("tridiagonal_matmul", times_diagonals, arg("diagonals"), arg("rhs"), arg("diagonals_format") = "compact", arg("name") = none,
        "The matrix with these three diagonals times rhs.");
  m.def("banded_triangular_solve", solved_by_bands, arg("bands"), arg("rhs"), arg("lower") = true, arg("adjoint") = false, arg("name") = none,
        "x where the triangular matrix with these diagonals times x is rhs.");
}

}  // namespace

void bind_linalg(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  bind_decompositions(m);
  bind_systems(m);
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
