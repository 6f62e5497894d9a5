// What is kept of the elements of tensors.
#include "explain/numbers.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <gtest/gtest.h>

#include <complex>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

namespace whygrad {
namespace {

std::uint64_t in_bins(const FlowGraph::Numbers& n) { return std::accumulate(n.bins.begin(), n.bins.end(), std::uint64_t{0}); }

TEST(Numbers, TheHistogramHoldsAllFiniteElements) {
  const float inf = std::numeric_limits<float>::infinity();
  const FlowGraph::Numbers n = internal::numbers_of(constant({-1.0f, 0.0f, 0.05f, 1.0f, inf, inf - inf}));
  EXPECT_EQ(in_bins(n), 4u);
  EXPECT_EQ(n.bins.front(), 1u);
  EXPECT_EQ(n.bins[8], 2u);  // 0 and a little more
  EXPECT_EQ(n.bins.back(), 1u);
}

TEST(Numbers, EqualElementsAreInOneBin) { EXPECT_EQ(internal::numbers_of(ones({7})).bins.front(), 7u); }

TEST(Numbers, ARangeWiderThanADouble) {
  const double most = std::numeric_limits<double>::max();
  const FlowGraph::Numbers n = internal::numbers_of(constant(std::vector<double>{-most, 0, most}));
  EXPECT_EQ(n.bins.front(), 1u);
  EXPECT_EQ(n.bins[8], 1u);
  EXPECT_EQ(n.bins.back(), 1u);
}

using At = std::vector<std::int64_t>;

TEST(FirstNotFinite, IsANaNRatherThanAnInfinity) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(internal::first_not_finite(constant({{1.0f, inf}, {-inf, 2.0f}})), (At{0, 1}));
  EXPECT_EQ(internal::first_not_finite(constant({{1.0f, inf}, {nan, nan}})), (At{1, 0}));
  EXPECT_EQ(internal::first_not_finite(constant(nan)), At{});
  EXPECT_EQ(internal::first_not_finite(ones({2, 2})), At{});
}

TEST(FirstNotFinite, OfEveryTypeThatHasSome) {
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor x = constant({1.0f, 2.0f, inf});
  for (const DType dtype : {float16, bfloat16, float64}) EXPECT_EQ(internal::first_not_finite(cast(x, dtype)), At{2}) << name_of(dtype);
  using Complex = std::complex<float>;
  const float nan = inf - inf;
  EXPECT_EQ(internal::first_not_finite(constant(std::vector<Complex>{{1, 2}, {inf, 0}, {nan, 0}})), At{2});
  EXPECT_EQ(internal::first_not_finite(cast(constant(std::vector<Complex>{{1, 2}, {0, nan}}), complex128)), At{1});
  for (const DType dtype : {bool_, uint8, int8, int16, int32, int64}) EXPECT_EQ(internal::first_not_finite(ones({2}, dtype)), At{}) << name_of(dtype);
}

TEST(ElementAt, FollowsBroadcasting) {
  const Tensor row = constant({{1.0f, 2.0f, 3.0f}}), scalar = constant(5.0f), column = transpose(constant({{10.0f, 20.0f}}));
  const Shape shape{2, 3};
  const At at{1, 2};
  EXPECT_EQ(internal::element_at(row, at, shape), 3.0);
  EXPECT_EQ(internal::element_at(scalar, at, shape), 5.0);
  EXPECT_EQ(internal::element_at(column, at, shape), 20.0);
  EXPECT_EQ(internal::element_at(ones({4}), at, shape), std::nullopt) << "does not line up";
  EXPECT_EQ(internal::element_at(ones({1, 2, 3}), at, shape), std::nullopt);
}

}  // namespace
}  // namespace whygrad
