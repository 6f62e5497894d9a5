// Functions of vectors, matrices, coordinates and short formulas, which are made of ops: the values of TensorFlow 2.21, gradients against central
// differences, what they refuse.
#include "ops/composed.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/formulas.hpp>
#include <whygrad/ops/grid.hpp>
#include <whygrad/ops/linalg.hpp>

#include <functional>
#include <vector>

namespace whygrad {
namespace {

using samples::Inputs;

using testing::expect_composed;
using testing::message_of;
using Row = testing::ComposedRow;

Tensor d(const std::vector<double>& values, const Shape& shape) { return constant(values, shape); }

std::vector<Row> rows() {
  const Tensor a = d({1, 2, 3, 4, 5, 6}, {2, 3}), s = d({4, 1, 1, 3}, {2, 2});
  const auto upto16 = [] {
    std::vector<double> v;
    for (int i = 0; i < 16; ++i) v.push_back(i);
    return d(v, {2, 2, 2, 2});
  }();
  return {
      {"matrix_transpose", {a}, [](const Inputs& x) { return matrix_transpose(x[0]); }, {3, 2}, {1, 4, 2, 5, 3, 6}},
      {"adjoint", {a}, [](const Inputs& x) { return adjoint(x[0]); }, {3, 2}, {1, 4, 2, 5, 3, 6}},
      {"matvec", {a, d({1, 0, -1}, {3})}, [](const Inputs& x) { return matvec(x[0], x[1]); }, {2}, {-2, -2}},
      {"matvec, transposed", {a, d({1, 2}, {2})}, [](const Inputs& x) { return matvec(x[0], x[1], {.transpose_a = true}); }, {3}, {9, 12, 15}},
      {"cross",
       {d({1, 2, 3, 0.5, -1, 2}, {2, 3}), d({4, 5, 6, 3, 1, 0}, {2, 3})},
       [](const Inputs& x) { return cross(x[0], x[1]); },
       {2, 3},
       {-3, 6, -3, -2, 6, 3.5}},
      {"tensor_diag",
       {d({1, 2, 3, 4}, {2, 2})},
       [](const Inputs& x) { return tensor_diag(x[0]); },
       {2, 2, 2, 2},
       {1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4}},
      {"tensor_diag_part", {upto16}, [](const Inputs& x) { return tensor_diag_part(x[0]); }, {2, 2}, {0, 5, 10, 15}},
      {"logdet", {s}, [](const Inputs& x) { return logdet(multiply(add(x[0], matrix_transpose(x[0])), 0.5)); }, {}, {2.3978952727983707}},
      {"triangular_solve, broadcast",
       {d({2, 9, 1, 4}, {2, 2}), d({2, 5, 4, 6}, {2, 2, 1})},
       [](const Inputs& x) { return triangular_solve(x[0], x[1]); },
       {2, 2, 1},
       {1, 1, 2, 1}},
      {"cholesky_solve",
       {cholesky(s), d({1, 2}, {2, 1})},
       [](const Inputs& x) { return cholesky_solve(x[0], x[1]); },
       {2, 1},
       {0.09090909090909091, 0.6363636363636364}},
      {"meshgrid, xy, first", {d({1, 2, 3}, {3}), d({4, 5}, {2})}, [](const Inputs& x) { return meshgrid(x)[0]; }, {2, 3}, {1, 2, 3, 1, 2, 3}},
      {"meshgrid, xy, second", {d({1, 2, 3}, {3}), d({4, 5}, {2})}, [](const Inputs& x) { return meshgrid(x)[1]; }, {2, 3}, {4, 4, 4, 5, 5, 5}},
      {"meshgrid, ij, first",
       {d({1, 2, 3}, {3}), d({4, 5}, {2})},
       [](const Inputs& x) { return meshgrid(x, Indexing::kIj)[0]; },
       {3, 2},
       {1, 1, 2, 2, 3, 3}},
      {"meshgrid, ij, second",
       {d({1, 2, 3}, {3}), d({4, 5}, {2})},
       [](const Inputs& x) { return meshgrid(x, Indexing::kIj)[1]; },
       {3, 2},
       {4, 5, 4, 5, 4, 5}},
      {"meshgrid of three", {d({1, 2}, {2}), d({4}, {1}), d({6, 7}, {2})}, [](const Inputs& x) { return meshgrid(x)[2]; }, {1, 2, 2}, {6, 7, 6, 7}},
      {"sequence_mask",
       {},
       [](const Inputs&) {
         return sequence_mask(constant(std::vector<std::int32_t>{1, 3, 0}), -1, float64);
       },
       {3, 3},
       {1, 0, 0, 1, 1, 1, 0, 0, 0},
       false},
      {"sequence_mask, longest",
       {},
       [](const Inputs&) {
         return sequence_mask(constant(std::vector<std::int64_t>{1, 2}, {2, 1}), 2, float64);
       },
       {2, 1, 2},
       {1, 0, 1, 1},
       false},
      {"unravel_index",
       {},
       [](const Inputs&) {
         return cast(unravel_index(constant(std::vector<std::int32_t>{5, 0, 11}), {3, 4}), float64);
       },
       {2, 3},
       {1, 0, 2, 1, 0, 3},
       false},
      {"scalar_mul", {d({2}, {}), a}, [](const Inputs& x) { return scalar_mul(x[0], x[1]); }, {2, 3}, {2, 4, 6, 8, 10, 12}},
      {"reciprocal_no_nan", {d({2, 0, -4}, {3})}, [](const Inputs& x) { return reciprocal_no_nan(x[0]); }, {3}, {0.5, 0, -0.25}, false},
      {"polyval",
       {d({2}, {}), d({-1}, {}), d({3}, {}), d({2, -1}, {2})},
       [](const Inputs& x) {
         return polyval({x[0], x[1], x[2]}, x[3]);
       },
       {2},
       {9, 6}},
      {"polyval of nothing", {a}, [](const Inputs& x) { return polyval({}, x[0]); }, {2, 3}, {0, 0, 0, 0, 0, 0}, false},
      {"lbeta", {d({1, 2, 3, .5, .5, 2}, {2, 3})}, [](const Inputs& x) { return lbeta(x[0]); }, {2}, {-4.0943445622221, 0.4515827052894549}},
      {"zero_fraction", {d({0, 1, 0, 2}, {4})}, [](const Inputs& x) { return cast(zero_fraction(x[0]), float64); }, {}, {0.5}, false},
      {"zero_fraction of truths", {d({1, 0}, {2})}, [](const Inputs& x) { return cast(zero_fraction(x[0] > 0), float64); }, {}, {0.5}, false},
  };
}

TEST(Composed, HasTensorFlowsValuesAndTheGradientOfDifferences) { expect_composed(rows()); }

TEST(Composed, OrdersOfElements) {
  const struct {
    std::vector<std::int32_t> x;
    bool non_decreasing, increasing;
  } rows[] = {{{1, 1, 2}, true, false}, {{1, 3, 2}, false, false}, {{1, 2, 3}, true, true}, {{}, true, true}};
  for (const auto& row : rows) {
    EXPECT_EQ(is_non_decreasing(constant(row.x)).item<bool>(), row.non_decreasing);
    EXPECT_EQ(is_strictly_increasing(constant(row.x)).item<bool>(), row.increasing);
  }
}

TEST(Composed, AdjointIsConjugate) {
  const Tensor x = complex(d({1, 3}, {1, 2}), d({2, -1}, {1, 2}));
  EXPECT_THAT(imag(adjoint(x)).to_vector<double>(), ::testing::ElementsAre(-2, 1));
  EXPECT_EQ(adjoint(x).shape(), (Shape{2, 1}));
}

TEST(Composed, WhatCannotBeIsAnError) {
  const Tensor v = d({1, 2}, {2}), m = d({1, 2, 3, 4}, {2, 2});
  const struct {
    std::function<void()> call;
    const char* says;
  } shapes[] = {
      {[&] { matrix_transpose(v); }, "[matrix_transpose] x has shape [2]\nhelp: matrices are the last two axes of a tensor of rank 2 or more"},
      {[&] { cross(v, v); }, "[cross] the shapes are [2] and [2]\nhelp: both have one shape, whose last axis has 3 elements"},
      {[&] { tensor_diag(d({1}, {})); }, "[tensor_diag] the diagonal is a scalar\nhelp: it has at least one axis"},
      {[&] { tensor_diag_part(v); }, "[tensor_diag_part] the shape is [2]\nhelp: its second half is the first half again"},
      {[&] {
         triangular_solve(zeros({2, 2, 2}, float64), zeros({3, 2, 1}, float64));
       },
       "[triangular_solve] matrices [2, 2, 2] and [3, 2, 1] have leading axes that do not broadcast\nhelp: leading axes are equal, or one of them is "
       "1"},
      {[&] { scalar_mul(v, m); }, "[scalar_mul] the scalar is f64[2]\nhelp: a scalar has no axis; use multiply"},
  };
  for (const auto& row : shapes) EXPECT_EQ(message_of<ShapeError>(row.call), row.says);
  EXPECT_EQ(message_of<ValueError>([&] { matvec(m, v, {.transpose_a = true, .adjoint_a = true}); }),
            "[matvec] a is to be transposed and adjoint\nhelp: adjoint is transposed and conjugate already: give one of the two");
  EXPECT_EQ(message_of<DTypeError>([&] {
              meshgrid({v, constant(1)});
            }),
            "[meshgrid] the coordinates are f64[2] and i32[]\nhelp: cast them to one dtype");
  EXPECT_EQ(message_of<ValueError>([&] {
              unravel_index(constant(12), {3, 4});
            }),
            "[unravel_index] place 12 is not among 12\nhelp: places count from 0, in row-major order");
  EXPECT_EQ(message_of<ValueError>([&] {
              unravel_index(constant(-1), {3, 4});
            }),
            "[unravel_index] place -1 is not among 12\nhelp: places count from 0, in row-major order");
}

}  // namespace
}  // namespace whygrad
