// Products of a sparse and a dense matrix, and the values of sparse tensors that are put together.
#include <whygrad/ops/sparse.hpp>

#include "kernels/index.hpp"
#include "kernels/layout.hpp"
#include "kernels/movement.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"

#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace internal {
namespace {

using kernels::Layout;

struct SparseAttrs {
  Shape dense_shape;
};

// Column i of the positions: the rows (0) or columns (1) of the matrix, [n].
Tensor coordinates(const Tensor& indices, int i) { return squeeze(slice(indices, {0, i}, {-1, 1}), {1}); }

void infer_sparse_matmul(InferContext& c) {
  const Shape &indices = c.input(0).shape(), &values = c.input(1).shape(), &b = c.input(2).shape(), &a = c.attrs<SparseAttrs>().dense_shape;
  check_index_dtype(c, 0);
  c.same_dtype(1, 2);
  if (!kernels::supports(kernels::Binary::kAdd, c.input(1).dtype())) refuse_dtype(c, "numbers");
  if (a.rank() != 2 || b.rank() != 2 || a[1] != b[0]) {
    c.shape_error(fmt::format("a is {} and b {}", a.to_string(), b.to_string()), "a [m, k] has as many columns as b [k, n] has rows");
  }
  if (values.rank() != 1 || indices != Shape{values[0], 2}) {
    c.shape_error(fmt::format("{} values at places {}", values.to_string(), indices.to_string()),
                  "values are [n], and indices [n, 2]: row and column");
  }
  c.output(c.input(1).dtype(), {a[0], b[1]});
}

void run_sparse_matmul(KernelContext& g) {
  const Tensor &indices = g.input(0), &b = g.input(2);
  const Shape& shape = g.attrs<SparseAttrs>().dense_shape;
  const Tensor rows = make_tensor(g.output().dtype(), {indices.shape()[0], b.shape()[1]});
  const auto check = [&](std::int64_t bad, int axis) {
    if (bad >= 0) refuse_index(g.op().name, indices, 2 * bad + axis, shape[axis]);
  };
  check(kernels::gather(g.in(2), Layout::at(g.in(0), 1, 1), 0, 0, view_of(rows)), 1);
  kernels::binary(kernels::Binary::kMultiply, view_of(rows), Layout::repeat(g.in(1), b.shape()[1]), view_of(rows));
  alignas(16) const char zero[16] = {};
  kernels::fill(g.out(), zero);
  check(kernels::scatter_add(Layout::at(g.in(0), 1, 0), view_of(rows), 0, 0, g.out()), 0);
}

constexpr OpDef kSparseDenseMatmul = define_op({
    .name = "sparse_dense_matmul",
    .doc = "a @ b for a sparse a [m, k], values at the places of indices, and b [k, n]: [m, n]. dvalues[i] = sum(dy[row of i] * b[column of i]).",
    .type = "SparseTensorDenseMatMul",
    .inputs = {{"indices", kPosition, Role::kIndex}, {"values", Differentiable{input(0) | input(2)}}, {"b", Differentiable{input(0) | input(1)}}},
    .attrs = {attr<&SparseAttrs::dense_shape>("dense_shape", "of a", Attr::kRequired)},
    .infer = infer_sparse_matmul,
    .kernel = run_sparse_matmul,
    .vjp =
        [](VjpContext& g) {
          const Tensor rows = coordinates(g.input(0), 0), columns = coordinates(g.input(0), 1), dy = gather(g.dy(), rows);
          if (g.needs(1)) g.give(1, reduce_sum(dy * conj_if_complex(gather(g.input(2), columns)), 1));
          if (g.needs(2)) g.give(2, gather_grad(expand_dims(conj_if_complex(g.input(1)), 1) * dy, columns, {0, 0, g.input_shape(2)}));
        },
    .zero = kZeroOperand,
    .nonfinite = kLargeOperands,
    .factors = input(1) | input(2),
});

constexpr OpDef kSparseConcat = define_op({
    .name = "sparse_concat",
    .doc = "The values of sparse tensors that were put together, [n], in the order of their positions. No gradient, as in TensorFlow.",
    .inputs = {{"values",
                NotDifferentiable{"no rule was ever written for the values of sparse tensors that are put together, and they have no gradient",
                                  "join their values as dense tensors, which has a rule, and their indices beside them"}},
               {"order", kPosition, Role::kIndex}},
    .infer =
        [](InferContext& c) {
          check_index_dtype(c, 1);
          if (c.input(0).rank() != 1 || c.input(1).rank() != 1) {
            c.shape_error(fmt::format("values are {} and order {}", c.input(0).shape().to_string(), c.input(1).shape().to_string()),
                          "both have one axis");
          }
          c.output(c.input(0).dtype(), c.input(1).shape());
        },
    .kernel =
        [](KernelContext& g) {
          const std::int64_t bad = kernels::gather(g.in(0), g.in(1), 0, 0, g.out());
          if (bad >= 0) refuse_index(g.op().name, g.input(1), bad, g.input(0).shape()[0]);
        },
});

constexpr const OpDef* kOps[] = {&kSparseDenseMatmul, &kSparseConcat};

}  // namespace

OpFamily sparse_ops() { return kOps; }

}  // namespace internal

Tensor sparse_dense_matmul(const SparseTensor& a, const Tensor& b, Where where) {
  return apply(internal::kSparseDenseMatmul, {&a.indices, &a.values, &b}, where, internal::SparseAttrs{a.dense_shape});
}

Tensor sparse_concat(const Tensor& values, const Tensor& order, Where where) { return apply(internal::kSparseConcat, {&values, &order}, where); }

}  // namespace whygrad
