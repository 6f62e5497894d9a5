// Functions of vectors and matrices, composed of other ops. Each step has the caller's place.
#include <whygrad/ops/linalg.hpp>

#include "ops/core/defined.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

namespace whygrad {
namespace {

using internal::require_defined;

// The leading axes of a and b, before the matrices, broadcast against each other.
Shape common_leading(const char* op, const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank()) - 2;
  Shape common;
  for (int i = rank - 1; i >= 0; --i) {  // counted from the end, so the order of the axes is kept
    const std::int64_t of_a = i + 2 < a.rank() ? a.back(i + 2) : 1, of_b = i + 2 < b.rank() ? b.back(i + 2) : 1;
    if (of_a != of_b && of_a != 1 && of_b != 1) {
      throw ShapeError(op, fmt::format("matrices {} and {} have leading axes that do not broadcast", a.to_string(), b.to_string()),
                       "leading axes are equal, or one of them is 1");
    }
    common.push_back(of_a == 1 ? of_b : of_a);
  }
  return common;
}

Tensor with_leading(const Tensor& x, Shape leading, const Where& where) {
  leading.push_back(x.shape().back(1));
  leading.push_back(x.shape().back(0));
  return x.shape() == leading ? x : broadcast_to(x, leading, where);
}

}  // namespace

Tensor matrix_transpose(const Tensor& x, Where where) {
  require_defined("matrix_transpose", x);
  if (x.rank() < 2) {
    throw ShapeError("matrix_transpose", fmt::format("x has shape {}", x.shape().to_string()),
                     "matrices are the last two axes of a tensor of rank 2 or more");
  }
  Ints perm;
  for (int i = 0; i < x.rank() - 2; ++i) perm.push_back(i);
  perm.push_back(x.rank() - 1);
  perm.push_back(x.rank() - 2);
  return transpose(x, perm, where);
}

Tensor adjoint(const Tensor& x, Where where) { return conj(matrix_transpose(x, where), where); }

Tensor matvec(const Tensor& a, const Tensor& b, const MatvecOptions& options, Where where) {
  require_defined("matvec", a);
  require_defined("matvec", b);
  if (options.transpose_a && options.adjoint_a) {
    throw ValueError("matvec", "a is to be transposed and adjoint", "adjoint is transposed and conjugate already: give one of the two");
  }
  const Tensor left = options.adjoint_a ? conj(a, where) : a;
  const MatmulOptions of_product{.transpose_a = options.transpose_a || options.adjoint_a};
  return squeeze(matmul(left, expand_dims(b, -1, where), of_product, where), {-1}, where);
}

Tensor cross(const Tensor& a, const Tensor& b, Where where) {
  require_defined("cross", a);
  require_defined("cross", b);
  if (a.shape() != b.shape() || a.rank() == 0 || a.shape().back() != 3) {
    throw ShapeError("cross", fmt::format("the shapes are {} and {}", a.shape().to_string(), b.shape().to_string()),
                     "both have one shape, whose last axis has 3 elements");
  }
  const std::vector<Tensor> p = unstack(a, -1, where), q = unstack(b, -1, where);
  const auto minor = [&](std::size_t i, std::size_t j) { return subtract(multiply(p[i], q[j], where), multiply(p[j], q[i], where), where); };
  return stack({minor(1, 2), minor(2, 0), minor(0, 1)}, -1, where);
}

Tensor tensor_diag(const Tensor& x, Where where) {
  require_defined("tensor_diag", x);
  if (x.rank() == 0) throw ShapeError("tensor_diag", "the diagonal is a scalar", "it has at least one axis");
  Ints twice(x.shape());
  for (const std::int64_t extent : x.shape()) twice.push_back(extent);
  return reshape(matrix_diag(reshape(x, {-1}, where), where), twice, where);
}

Tensor tensor_diag_part(const Tensor& x, Where where) {
  require_defined("tensor_diag_part", x);
  const int half = x.rank() / 2;
  const std::span<const std::int64_t> extents = x.shape().extents();
  if (x.rank() == 0 || x.rank() % 2 != 0 || !std::equal(extents.begin(), extents.begin() + half, extents.begin() + half)) {
    throw ShapeError("tensor_diag_part", fmt::format("the shape is {}", x.shape().to_string()), "its second half is the first half again");
  }
  const Shape part(extents.first(static_cast<std::size_t>(half)));
  return reshape(matrix_diag_part(reshape(x, {part.size(), part.size()}, where), where), part, where);
}

Tensor logdet(const Tensor& x, Where where) {
  require_defined("logdet", x);
  const Tensor diagonal = real(matrix_diag_part(cholesky(x, where), where), where);
  return multiply(2, reduce_sum(log(diagonal, where), -1, false, where), where);
}

Tensor inv(const Tensor& x, bool of_adjoint, Where where) { return matrix_inverse(of_adjoint ? adjoint(x, where) : x, where); }
Tensor solve(const Tensor& a, const Tensor& b, bool of_adjoint, Where where) { return matrix_solve(of_adjoint ? adjoint(a, where) : a, b, where); }
Tensor eigvalsh(const Tensor& x, Where where) { return self_adjoint_eig(x, where).values; }

Tensor triangular_solve(const Tensor& a, const Tensor& b, const TriangularOptions& options, Where where) {
  require_defined("triangular_solve", a);
  require_defined("triangular_solve", b);
  if (a.rank() < 2 || b.rank() < 2) return matrix_triangular_solve(a, b, options, where);  // throws the error
  const Shape leading = common_leading("triangular_solve", a.shape(), b.shape());
  return matrix_triangular_solve(with_leading(a, leading, where), with_leading(b, leading, where), options, where);
}

Tensor cholesky_solve(const Tensor& l, const Tensor& b, Where where) {
  return triangular_solve(l, triangular_solve(l, b, {}, where), {.adjoint = true}, where);
}

}  // namespace whygrad
