// Parts dealt out by numbers and put together again.
#include "ops/samples/samples.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/partition.hpp>
#include <whygrad/ops/reduce.hpp>

#include <gtest/gtest.h>

namespace whygrad {
namespace {

using samples::numbers;

std::vector<double> values(const Tensor& t) { return samples::to_array(t).values; }
using Values = std::vector<double>;

TEST(DynamicPartition, DealsPartsOutInOrder) {
  const Tensor x = numbers({3, 2}, {1, 2, 3, 4, 5, 6});
  GradientTape tape;
  tape.watch(x);
  const std::vector<Tensor> parts = dynamic_partition(x, constant({1, 0, 1}), 3);
  const Tensor y = reduce_sum(square(parts[1]));
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(values(parts[0]), (Values{3, 4}));
  EXPECT_EQ(values(parts[1]), (Values{1, 2, 5, 6}));
  EXPECT_EQ(parts[2].shape(), (Shape{0, 2}));
  EXPECT_EQ(values(*tape.gradient(y, x)), (Values{2, 4, 0, 0, 10, 12}));
  EXPECT_THROW(dynamic_partition(x, constant({0, 3, 0}), 3), IndexError);
  EXPECT_THROW(dynamic_partition(x, constant({0, 0}), 3), ShapeError);
  EXPECT_THROW(dynamic_partition(x, constant({0.0, 0.0, 0.0}), 3), DTypeError);
}

// As in TensorFlow, what was overwritten gets the gradient of the place all the same.
TEST(DynamicStitch, TheLastWriterHasThePlaceAndAllItsGradient) {
  const Tensor a = numbers({2, 1}, {1, 2}), b = numbers({1}, {3});
  GradientTape tape;
  tape.watch(a);
  tape.watch(b);
  const Tensor whole = dynamic_stitch({constant({0, 3}), constant(0)}, {a, b});
  const Gradients g = tape.gradient(reduce_sum(square(whole)), {a, b});
  EXPECT_EQ(values(whole), (Values{3, 0, 0, 2}));
  EXPECT_EQ(values(*g[0]), (Values{6, 4}));
  EXPECT_EQ(values(*g[1]), (Values{6}));
  EXPECT_THROW(dynamic_stitch({constant({0})}, {}), ValueError);
  EXPECT_THROW(dynamic_stitch({constant({-1})}, {numbers({1}, {1})}), IndexError);
  EXPECT_THROW(dynamic_stitch({constant({0}), constant({1})}, {numbers({1}, {1}), numbers({1, 2}, {1, 2})}), ShapeError);
}

}  // namespace
}  // namespace whygrad
