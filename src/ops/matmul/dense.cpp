// Fused ops: matrix product, bias and activation in one kernel.
#include "kernels/matmul.hpp"
#include "ops/core/packed.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/elementwise/gradients.hpp"
#include "ops/elementwise/loop_of.hpp"
#include "ops/families.hpp"
#include "ops/matmul/matmul.hpp"

#include <whygrad/ops/reduce.hpp>

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

constexpr OpDef kDense = define_op({
    .name = "dense",
    .doc = "x @ w + bias: x [..., k], w [k, n], bias [n] -> [..., n]. dx = dy @ w^T, dw = x^T @ dy, dbias = sum(dy).",
    .type = "MatMul",
    .inputs = {{"x", Differentiable{input(1)}}, {"w", Differentiable{input(0)}}, {"bias", Differentiable{}}},
    .infer = infer_dense,
    .kernel = run_dense<Activation::kNone>,
    .vjp = dense_vjp<Activation::kNone>,
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
