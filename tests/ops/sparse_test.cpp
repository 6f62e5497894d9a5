// Sparse tensors made, turned, filled up and multiplied: the values of TensorFlow 2.21, gradients against central differences, what they refuse.
#include "ops/samples/samples.hpp"

#include <whygrad/autodiff/gradcheck.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/sparse.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace whygrad {
namespace {

using samples::Inputs;
using ::testing::ElementsAre;

Tensor d(const std::vector<double>& values, const Shape& shape) { return constant(values, shape); }
Tensor places(const std::vector<std::int64_t>& rows, std::int64_t rank) {
  return constant(rows, Shape{static_cast<std::int64_t>(rows.size()) / rank, rank});
}
SparseTensor matrix(const Tensor& values) { return {places({0, 1, 2, 0, 2, 3}, 2), values, {3, 4}}; }
SparseTensor cube(const Tensor& values) { return {places({0, 1, 1, 1, 0, 0, 1, 2, 0}, 3), values, {2, 3, 2}}; }

TEST(Sparse, HasTensorFlowsValuesAndTheGradientOfDifferences) {
  const Tensor v = d({2, 3, 5}, {3});
  const struct {
    const char* name;
    Inputs inputs;
    std::function<Tensor(const Inputs&)> function;
    Shape shape;
    std::vector<double> expected;
  } rows[] = {
      {"transpose", {v}, [](const Inputs& x) { return sparse_transpose(matrix(x[0])).values; }, {3}, {3, 2, 5}},
      {"transpose by perm",
       {v},
       [](const Inputs& x) {
         return sparse_transpose(cube(x[0]), {1, 2, 0}).values;
       },
       {3},
       {3, 2, 5}},
      {"to_dense, otherwise",
       {v, d({-1}, {})},
       [](const Inputs& x) { return sparse_to_dense(matrix(x[0]), x[1]); },
       {3, 4},
       {-1, 2, -1, -1, -1, -1, -1, -1, 3, -1, -1, 5}},
      {"reduce_sum", {v}, [](const Inputs& x) { return sparse_reduce_sum(matrix(x[0]), 1); }, {3}, {2, 0, 8}},
      {"reduce_sum, keepdims", {v}, [](const Inputs& x) { return sparse_reduce_sum(matrix(x[0]), 0, true); }, {1, 4}, {3, 2, 0, 5}},
      {"matmul, adjoint a",
       {v, d({1, 2, 3, 4, 5, 6}, {3, 2})},
       [](const Inputs& x) { return sparse_dense_matmul(matrix(x[0]), x[1], SparseMatmulOptions{.adjoint_a = true}); },
       {4, 2},
       {15, 18, 2, 4, 0, 0, 25, 30}},
      {"matmul, adjoint b",
       {v, d({1, 2, 3, 4, 5, 6, 7, 8}, {2, 4})},
       [](const Inputs& x) { return sparse_dense_matmul(matrix(x[0]), x[1], SparseMatmulOptions{.adjoint_b = true}); },
       {3, 2},
       {4, 12, 0, 0, 23, 55}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const Tensor result = row.function(row.inputs);
    EXPECT_EQ(result.shape(), row.shape);
    EXPECT_EQ(result.to_vector<double>(), row.expected);
    const GradcheckResult checked = gradcheck([&](const Inputs& in) { return Inputs{row.function(in)}; }, row.inputs);
    EXPECT_TRUE(checked.ok) << checked.message;
  }
}

TEST(Sparse, PlacesAreInRowMajorOrder) {
  const SparseTensor turned = sparse_transpose(matrix(d({2, 3, 5}, {3}))), moved = sparse_transpose(cube(d({2, 3, 5}, {3})), {1, 2, 0});
  EXPECT_THAT(turned.indices.to_vector<std::int64_t>(), ElementsAre(0, 2, 1, 0, 3, 2));
  EXPECT_EQ(turned.dense_shape, (Shape{4, 3}));
  EXPECT_THAT(moved.indices.to_vector<std::int64_t>(), ElementsAre(0, 0, 1, 1, 1, 0, 2, 0, 1));
  EXPECT_EQ(moved.dense_shape, (Shape{3, 2, 2}));
  const SparseTensor found = sparse_from_dense(d({0, 2, 3, 0}, {2, 2}));
  EXPECT_THAT(found.indices.to_vector<std::int64_t>(), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(found.values.to_vector<double>(), ElementsAre(2, 3));
}

TEST(Sparse, TheAdjointOfComplexNumbersIsConjugate) {
  const SparseTensor a{places({0, 1}, 2), complex(d({1}, {1}), d({2}, {1})), {2, 2}};
  const Tensor product = sparse_dense_matmul(a, complex(d({1, 0}, {2, 1}), d({0, 1}, {2, 1})), SparseMatmulOptions{.adjoint_a = true});
  EXPECT_THAT(real(product).to_vector<double>(), ElementsAre(0, 1));
  EXPECT_THAT(imag(product).to_vector<double>(), ElementsAre(0, -2));
}

template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing of this kind is thrown";
}

TEST(Sparse, WhatCannotBeIsAnError) {
  const SparseTensor x = matrix(d({2, 3, 5}, {3}));
  EXPECT_EQ(message_of<ValueError>([&] { sparse_transpose(x, {0, 0}); }), "[sparse_transpose] perm is [0, 0], of 2 axes\nhelp: name every axis once");
  EXPECT_EQ(message_of<ValueError>([&] { sparse_transpose(x, {1}); }), "[sparse_transpose] perm is [1], of 2 axes\nhelp: name every axis once");
  EXPECT_EQ(message_of<ShapeError>([&] {
              sparse_transpose({x.indices, x.values, {3}});
            }),
            "[sparse_transpose] [3] values stand at places [3, 2] of a tensor [3]\nhelp: n values have indices [n, rank of dense_shape]");
  EXPECT_EQ(message_of<DTypeError>([&] {
              sparse_transpose({zeros({3, 2}, int32), x.values, {3, 4}});
            }),
            "[sparse_transpose] indices are i32[3, 2]\nhelp: they are int64");
}

}  // namespace
}  // namespace whygrad
