// Fused ops: matrix product, bias and activation in one kernel.
#include "kernels/matmul.hpp"
#include "ops/core/packed.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/elementwise/gradients.hpp"
#include "ops/elementwise/loop_of.hpp"
#include "ops/families.hpp"
#include "ops/matmul/matmul.hpp"

#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace internal {
namespace {

using nn::Activation;

// The bias must have one number for each of `n` columns.
void check_bias(const InferContext& c, int bias, std::int64_t n) {
  c.same_dtype(0, bias);
  if (c.input(bias).shape() != Shape{n}) c.shape_error(fmt::format("bias must be [{}]", n), "it has one number for each column of the result");
}

void batch_bias_add(BatchContext& c) {
  if (!c.has_rows(1)) return c.give_call({c.input(0), c.input(1)});
  c.give(0, add(c.input(0), c.input_aligned(1, c.input_rank(0)), c.where()));
}

constexpr OpDef kBiasAdd = define_op({
    .name = "bias_add",
    .doc = "x [..., c] + bias [c]. dx = dy, dbias = dy summed over all axes but the last.",
    .inputs = {{"x", Differentiable{}}, {"bias", Differentiable{}}},
    .infer =
        [](InferContext& c) {
          const InputSpec x = c.input(0);
          if (!kernels::supports(kernels::Binary::kAdd, x.dtype())) refuse_dtype(c, "numbers");
          if (x.rank() == 0) c.shape_error("x is a scalar", "x needs a last axis to which the bias belongs");
          check_bias(c, 1, x.shape().back());
          c.output(x.dtype(), x.shape());
        },
    .kernel = run_bias_add,
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) g.give(0, g.dy());
          if (g.needs(1)) g.give(1, sum_to(g.dy(), g.input_shape(1)));
        },
    .batch = batch_bias_add,
});

void infer_dense(InferContext& c) {
  c.same_dtype(0, 1);
  const Shape &x = c.input(0).shape(), &w = c.input(1).shape();
  if (!is_floating(c.input(0).dtype())) refuse_dtype(c, "floating numbers");
  if (x.rank() == 0 || w.rank() != 2 || x.back() != w[0]) {
    c.shape_error("x must be [..., k] and w [k, n]", "the last axis of x has as many numbers as w has rows; flatten or transpose one of them");
  }
  check_bias(c, 2, w[1]);
  Shape out = x;
  out[out.rank() - 1] = w[1];
  c.output(c.input(0).dtype(), out);
}

template <Activation A>
void run_dense(KernelContext& g) {
  constexpr auto kActivation = A == Activation::kRelu ? kernels::Activation::kRelu : kernels::Activation::kNone;
  const Packed bias(g.input(2));
  if (g.input(0).rank() == 2) return kernels::matmul_bias(g.in(0), g.in(1), bias.view(), kActivation, g.out());
  const Packed x(g.input(0));
  kernels::matmul_bias(rows_below(x.view()), g.in(1), bias.view(), kActivation, rows_below(g.out()));
}

template <Activation A>
void dense_vjp(VjpContext& g) {
  const Tensor dz = rows_below(A == Activation::kRelu ? relu_grad(g.dy(), g.output()) : g.dy());
  if (g.needs(0)) {
    const Tensor dx = matmul(dz, g.input(1), {.transpose_b = true});
    g.give(0, g.input_shape(0).rank() == 2 ? dx : reshape(dx, g.input_shape(0)));
  }
  if (g.needs(1)) g.give(1, matmul(rows_below(g.input(0)), dz, {.transpose_a = true}));
  if (g.needs(2)) g.give(2, reduce_sum(dz, 0));
}

template <Activation A>
void give_activated(BatchContext& c, const Tensor& product) {
  const Tensor sum = add(product, c.input_aligned(2, c.output_shape().rank()), c.where());
  c.give(0, A == Activation::kRelu ? nn::relu(sum, c.where()) : sum);
}
template <Activation A>
void batch_dense(BatchContext& c) {
  if (!c.has_rows(1) && !c.has_rows(2)) return c.give_call({c.input(0), c.input(1), c.input(2)});
  if (!c.has_rows(0) && !c.has_rows(1)) {
    const Tensor product = matmul(rows_below(c.input_rank(0) == 1 ? expand_dims(c.input(0), 0, c.where()) : c.input(0)), c.input(1), {}, c.where());
    return give_activated<A>(c, reshape(product, c.output_shape(), c.where()));
  }
  const int rank = std::max(c.input_rank(0), 2);
  const Tensor x = c.input_rank(0) == 1 ? expand_dims(c.input(0), -2, c.where()) : c.input(0);
  give_activated<A>(c, reshape(matmul(x, c.input_aligned(1, rank), {}, c.where()), c.with_rows(c.output_shape()), c.where()));
}

constexpr OpDef kDense = define_op({
    .name = "dense",
    .doc = "x @ w + bias: x [..., k], w [k, n], bias [n] -> [..., n]. dx = dy @ w^T, dw = x^T @ dy, dbias = sum(dy).",
    .type = "MatMul",
    .inputs = {{"x", Differentiable{input(1)}}, {"w", Differentiable{input(0)}}, {"bias", Differentiable{}}},
    .infer = infer_dense,
    .kernel = run_dense<Activation::kNone>,
    .vjp = dense_vjp<Activation::kNone>,
    .batch = batch_dense<Activation::kNone>,
    .zero = kZeroOperand,
    .nonfinite = kLargeOperands,
    .factors = input(0) | input(1),
});

constexpr OpDef kDenseRelu = define_op({
    .name = "dense_relu",
    .doc = "relu(x @ w + bias): x [..., k], w [k, n], bias [n] -> [..., n]. With dz = dy where y > 0: dx = dz @ w^T, dw = x^T @ dz, dbias = sum(dz).",
    .type = "Relu",
    .inputs = {{"x", Differentiable{input(1) | output(0)}}, {"w", Differentiable{input(0) | output(0)}}, {"bias", Differentiable{output(0)}}},
    .infer = infer_dense,
    .kernel = run_dense<Activation::kRelu>,
    .vjp = dense_vjp<Activation::kRelu>,
    .batch = batch_dense<Activation::kRelu>,
    .zero = kDies,
    .nonfinite = kLargeOperands,
});

constexpr const OpDef* kOps[] = {&kBiasAdd, &kDense, &kDenseRelu};

}  // namespace

std::span<const OpDef* const> dense_ops() { return kOps; }

void run_bias_add(KernelContext& g) { kernels::binary(kernels::Binary::kAdd, g.in(0), broadcast(g.input(1), g.output().shape()), g.out()); }

}  // namespace internal

namespace nn {

Tensor bias_add(const Tensor& x, const Tensor& bias, Where where) { return apply(internal::kBiasAdd, {&x, &bias}, where); }
Tensor dense(const Tensor& x, const Tensor& w, const Tensor& bias, Activation activation, Where where) {
  return apply(activation == Activation::kRelu ? internal::kDenseRelu : internal::kDense, {&x, &w, &bias}, where);
}

}  // namespace nn
}  // namespace whygrad
