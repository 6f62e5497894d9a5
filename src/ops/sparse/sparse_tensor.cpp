// Sparse tensors, composed of other ops, each with the caller's place.
#include "ops/sparse/sparse.hpp"

#include "kernels/sorting.hpp"
#include "ops/core/context.hpp"
#include "ops/core/defined.hpp"
#include "tensor/data_events.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/sparse.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace whygrad {
namespace internal {

constexpr OpDef kPositionsEvent = define_event({
    .name = "positions",
    .doc = "Which rows of a sparse or ragged tensor are taken, and where they stand: integers that were worked out of the positions of another.",
    .inputs = {{"from",
                NotDifferentiable{"rows and places are integers, which say where values stand and not how much they are",
                                  "let the values depend on what is to be learned: the gradient goes through values alone"},
                Role::kIndex}},
});

const OpDef& positions_op() { return kPositionsEvent; }

}  // namespace internal

namespace {

Ints permutation(const Ints& perm, int rank) {
  Ints axes = perm;
  if (perm.empty()) {
    for (int i = rank - 1; i >= 0; --i) axes.push_back(i);
  }
  std::vector<std::int64_t> sorted(axes.begin(), axes.end());
  std::sort(sorted.begin(), sorted.end());
  bool each_once = axes.size() == rank;
  for (int i = 0; each_once && i < rank; ++i) each_once = sorted[static_cast<std::size_t>(i)] == i;
  if (!each_once) {
    throw ValueError("sparse_transpose", fmt::format("perm is [{}], of {} axes", fmt::join(axes.begin(), axes.end(), ", "), rank),
                     "name every axis once");
  }
  return axes;
}

// The order of the rows of indices, int64 [n, r], that puts the positions into row-major order.
Tensor row_major_order(const Tensor& indices, const Where& where) {
  Tensor order = internal::make_tensor(DType::kI64, {indices.shape()[0]}, "sparse_transpose");
  kernels::order_rows(view_of(indices), view_of(order));
  internal::log_fed(order, internal::positions_op(), indices, where);
  return order;
}

void require_places(const char* op, const SparseTensor& x) {
  internal::require_defined(op, x.indices);
  internal::require_defined(op, x.values);
  if (x.indices.dtype() != DType::kI64) throw DTypeError(op, fmt::format("indices are {}", x.indices.signature()), "they are int64");
  if (x.indices.rank() != 2 || x.indices.shape()[1] != x.dense_shape.rank() || x.values.rank() != 1 || x.values.size() != x.indices.shape()[0]) {
    throw ShapeError(op,
                     fmt::format("{} values stand at places {} of a tensor {}", x.values.shape().to_string(), x.indices.shape().to_string(),
                                 x.dense_shape.to_string()),
                     "n values have indices [n, rank of dense_shape]");
  }
}

}  // namespace

Tensor sparse_to_dense(const SparseTensor& x, const Tensor& otherwise, Where where) {
  internal::require_defined("sparse_to_dense", otherwise);
  const Tensor whole = sparse_to_dense(x, where);
  const SparseTensor marks{x.indices, ones(x.values.shape(), int32, where), x.dense_shape};
  return whygrad::where(greater(sparse_to_dense(marks, where), 0, where), whole, otherwise, where);
}

SparseTensor sparse_from_dense(const Tensor& x, Where where) {
  internal::require_defined("sparse_from_dense", x);
  const Tensor indices = whygrad::where(not_equal(x, zeros_like(x, where), where), where);
  return {indices, gather_nd(x, indices, where), x.shape()};
}

SparseTensor sparse_transpose(const SparseTensor& x, const Ints& perm, Where where) {
  require_places("sparse_transpose", x);
  const Ints axes = permutation(perm, x.dense_shape.rank());
  const Tensor columns = constant(std::vector<std::int64_t>(axes.begin(), axes.end()), where);
  const Tensor indices = gather(x.indices, columns, 1, 0, where), order = row_major_order(indices, where);
  Shape shape;
  for (const std::int64_t axis : axes) shape.push_back(x.dense_shape[static_cast<int>(axis)]);
  return {gather(indices, order, 0, 0, where), gather(x.values, order, 0, 0, where), shape};
}

Tensor sparse_reduce_sum(const SparseTensor& x, Axes axes, bool keepdims, Where where) {
  require_places("sparse_reduce_sum", x);
  const int rank = x.dense_shape.rank();
  std::vector<bool> gone(static_cast<std::size_t>(rank), axes.all);
  for (const std::int64_t axis : axes) gone[static_cast<std::size_t>(normalize_axis("sparse_reduce_sum", axis, rank))] = true;
  std::vector<std::int64_t> kept;
  kept.reserve(gone.size());
  Shape held, whole;
  for (int axis = 0; axis < rank; ++axis) {
    const bool stays = !gone[static_cast<std::size_t>(axis)];
    if (stays) kept.push_back(axis);
    if (stays) held.push_back(x.dense_shape[axis]);
    if (stays || keepdims) whole.push_back(stays ? x.dense_shape[axis] : 1);
  }
  const Tensor sums = kept.empty() ? reduce_sum(x.values, {}, false, where)
                                   : scatter_nd(gather(x.indices, constant(kept, where), 1, 0, where), x.values, held, where);
  return sums.shape() == whole ? sums : reshape(sums, whole, where);
}

Tensor sparse_dense_matmul(const SparseTensor& a, const Tensor& b, const SparseMatmulOptions& options, Where where) {
  const Tensor right = options.adjoint_b ? adjoint(b, where) : b;
  if (!options.adjoint_a) return sparse_dense_matmul(a, right, where);
  require_places("sparse_dense_matmul", a);
  if (a.dense_shape.rank() != 2) return sparse_dense_matmul(a, right, where);  // throws the error
  const SparseTensor turned{reverse(a.indices, {1}, where), conj(a.values, where), {a.dense_shape[1], a.dense_shape[0]}};
  return sparse_dense_matmul(turned, right, where);
}

}  // namespace whygrad
