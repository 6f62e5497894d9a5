// Random programs of elementwise ops and reductions give the same bits fused as op by op.
#include "graph/passes/passes.hpp"
#include "graph/random_program.hpp"
#include "kernels/cpu/loop_rows.hpp"
#include "ops/elementwise/loop_of.hpp"
#include "tensor/build.hpp"

#include <whygrad/whygrad.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

namespace whygrad {
namespace {

using internal::Graph;
using internal::Plan;
using internal::RandomProgram;

std::vector<std::byte> bytes_of(const Tensor& t) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(t.size()) * size_of(t.dtype()));
  internal::copy_elements(t, bytes.data());
  return bytes;
}

class FusedPrograms : public testing::TestWithParam<Shape> {};

TEST_P(FusedPrograms, GiveTheBitsOfTheirOpsAndOfTheirGradients) {
  const Shape shape = GetParam();
  Shape row = shape, column = shape;
  for (int i = 0; i + 1 < shape.rank(); ++i) row[i] = 1;
  column[shape.rank() - 1] = 1;
  for (unsigned seed = 0; seed < 30; ++seed) {
    random::set_seed(seed);
    const DType dtype = seed % 3 == 2 ? float64 : float32;
    std::vector<Tensor> inputs;
    for (const Shape& s : {shape, row, column, Shape{}}) inputs.push_back(random::normal(s, {.dtype = dtype}));
    Shape turned = shape;
    std::swap(turned[0], turned[shape.rank() - 1]);
    Ints order;
    for (int i = 0; i < shape.rank(); ++i) order.push_back(i == 0 ? shape.rank() - 1 : i + 1 == shape.rank() ? 0 : i);
    inputs.push_back(random::normal(turned, {.dtype = dtype}));
    const RandomProgram program(seed, order);
    const auto with_gradients = [&](const std::vector<Tensor>& given) {
      GradientTape tape;
      for (const Tensor& x : given) tape.watch(x);
      std::vector<Tensor> results = program(given);
      for (const Gradient& g : tape.gradient(results.back(), Sources(std::vector<Watchable>(given.begin(), given.end()))))
        results.push_back(g ? *g : Tensor());
      return results;
    };
    const std::vector<Tensor> expected = with_gradients(inputs);
    const Function traced(with_gradients);
    for (int call = 0; call < 2; ++call) {
      const std::vector<Tensor> got = traced(inputs);
      ASSERT_EQ(expected.size(), got.size());
      for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_EQ(expected[i].defined(), got[i].defined()) << i;
        if (!got[i].defined()) continue;
        EXPECT_EQ(bytes_of(expected[i]), bytes_of(got[i])) << "seed " << seed << ", result " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, FusedPrograms,
                         testing::Values(Shape{7}, Shape{1, 5}, Shape{3, 4, 2}, Shape{40, 33}, Shape{9, 600}, Shape{5, 1100}, Shape{3, 70000},
                                         Shape{2, 3, 517}, Shape{150, 128}));

TEST(FusedPrograms, EveryLoopIsCounted) {
  EXPECT_EQ(kernels::cpu::op_count<kernels::Unary>(), static_cast<int>(internal::kLastUnary) + 1);
  EXPECT_EQ(kernels::cpu::op_count<kernels::Binary>(), static_cast<int>(internal::kLastBinary) + 1);
}

TEST(FusedPrograms, KnowOpsByTheirKernels) {
  EXPECT_EQ(internal::loop_of(*find_op("tanh"), float32)->op, static_cast<std::uint8_t>(kernels::Unary::kTanh));
  EXPECT_EQ(internal::loop_of(*find_op("multiply"), float32)->op, static_cast<std::uint8_t>(kernels::Binary::kMultiply));
  EXPECT_EQ(internal::loop_of(*find_op("where"), float32)->kind, kernels::FusedLoop::Kind::kSelect);
  EXPECT_FALSE(internal::loop_of(*find_op("matmul"), float32).has_value());
  EXPECT_TRUE(internal::loop_of(*find_op("pow"), float32).has_value());
  EXPECT_FALSE(internal::loop_of(*find_op("pow"), int32).has_value());
}

}  // namespace
}  // namespace whygrad
