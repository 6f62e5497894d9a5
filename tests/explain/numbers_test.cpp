// What is kept of the elements of tensors.
#include "explain/numbers.hpp"

#include <whygrad/ops/creation.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <numeric>
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

}  // namespace
}  // namespace whygrad
