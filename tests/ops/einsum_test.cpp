#include "ops/samples/samples.hpp"

#include <whygrad/autodiff/gradcheck.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/einsum.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <gtest/gtest.h>

namespace whygrad {
namespace {

using samples::Inputs;
using samples::uniform;

void expect_equal(const Tensor& got, const Tensor& want) {
  ASSERT_EQ(got.shape(), want.shape());
  EXPECT_LT(reduce_max(abs(got - want)).item<double>(), 1e-14);
}

Tensor cube() { return uniform({2, 3, 4}, -2, 2, 1); }
Tensor block() { return uniform({2, 4, 5}, -2, 2, 2); }

TEST(Einsum, OfTwo) {
  expect_equal(einsum("bij,bjk->bik", {cube(), block()}), matmul(cube(), block()));
  expect_equal(einsum("bij, bjk -> kbi", {cube(), block()}), transpose(matmul(cube(), block()), {2, 0, 1}));
  expect_equal(einsum("bij,bjk", {cube(), block()}), reduce_sum(matmul(cube(), block()), 0));
  expect_equal(einsum("bij,bjk->", {cube(), block()}), reduce_sum(matmul(cube(), block())));
  expect_equal(einsum("bij,bij->bi", {cube(), cube()}), reduce_sum(square(cube()), 2));
  expect_equal(einsum("i,j->ij", {uniform({3}), uniform({2})}), expand_dims(uniform({3}), 1) * uniform({2}));
  expect_equal(einsum(",i->i", {uniform({}), uniform({2})}), uniform({}) * uniform({2}));
  // The result's last axis is of the first operand, and long enough for this to matter.
  const Tensor tall = uniform({2, 9, 4}, -2, 2, 3);
  expect_equal(einsum("bij,bjk->bki", {tall, block()}), transpose(matmul(tall, block()), {0, 2, 1}));
}
TEST(Einsum, OfOneAndOfThree) {
  expect_equal(einsum("bij->ji", {cube()}), transpose(reduce_sum(cube(), 0)));
  expect_equal(einsum("bij->bij", {cube()}), cube());
  const Tensor c = uniform({5, 2}, -2, 2, 3);
  expect_equal(einsum("bij,bjk,kl->bil", {cube(), block(), c}), matmul(matmul(cube(), block()), c));
}
TEST(Einsum, HasTheGradientOfCentralDifferences) {
  const auto f = [](const Inputs& in) { return Inputs{einsum("bij,bjk->ki", {in[0], in[1]})}; };
  const GradcheckResult result = gradcheck(f, {uniform({2, 9, 4}, -2, 2, 1), block()}, {.order = 2});
  EXPECT_TRUE(result.ok) << result.message;
}
TEST(Einsum, TakesDotsForAxesThatBroadcast) {
  const Tensor a = uniform({2, 1, 3, 4}), b = uniform({5, 4, 3}, -2, 2, 2), row = uniform({4}, -2, 2, 3);
  expect_equal(einsum("...ij,...jk->...ik", {a, b}), matmul(a, b));
  expect_equal(einsum("...i,i->...", {a, row}), reduce_sum(multiply(a, row), -1));
  expect_equal(einsum("...i,i", {a, row}), reduce_sum(multiply(a, row), -1));
  expect_equal(einsum("i...->...", {a}), reduce_sum(a, 0));
  EXPECT_EQ(einsum("...ij->...ji", {a}).shape(), (Shape{2, 1, 4, 3}));
}

TEST(Einsum, TakesDiagonals) {
  const Tensor m = uniform({3, 3}), many = uniform({2, 3, 2});
  expect_equal(einsum("ii->i", {m}), matrix_diag_part(m));
  expect_equal(einsum("ii", {m}), trace(m));
  expect_equal(einsum("iji->ji", {many}), matrix_diag_part(transpose(many, {1, 0, 2})));
}

TEST(Einsum, Refuses) {
  EXPECT_THROW(einsum("...i,i->", {cube(), block()}), ShapeError);
  EXPECT_THROW(einsum("ii->i", {cube()}), ShapeError);
  EXPECT_THROW(einsum("ij->ii", {uniform({2, 2})}), ValueError);
  EXPECT_THROW(einsum("bij->bik", {cube()}), ValueError);
  EXPECT_THROW(einsum("bij,bjk->bik", {cube()}), ValueError);
  EXPECT_THROW(einsum("ij->i", {cube()}), ShapeError);
  EXPECT_THROW(einsum("bij,bik->bjk", {cube(), block()}), ShapeError);
  EXPECT_THROW(einsum("i->i", {Tensor()}), ValueError);
}

TEST(Tensordot, OverPairsOfAxes) {
  const Tensor c = uniform({4, 3, 5}, -2, 2, 3);
  expect_equal(tensordot(cube(), c, {1, 2}, {1, 0}), einsum("bij,jik->bk", {cube(), c}));
  expect_equal(tensordot(cube(), c, {-1}, {0}), einsum("bij,jkl->bikl", {cube(), c}));
  expect_equal(tensordot(uniform({2}), uniform({3}), {}, {}), einsum("i,j->ij", {uniform({2}), uniform({3})}));
  EXPECT_THROW(tensordot(cube(), c, {1}, {1, 0}), ValueError);
  EXPECT_THROW(tensordot(cube(), c, {1, 1}, {1, 0}), ValueError);
  EXPECT_THROW(tensordot(cube(), c, {3}, {0}), IndexError);
  EXPECT_THROW(tensordot(cube(), c, {0}, {0}), ShapeError);
}

}  // namespace
}  // namespace whygrad
