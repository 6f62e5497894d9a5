// Integers of 64 bits keep all of them: no op passes one through a double, which holds 53.
#include <whygrad/base/error.hpp>
#include <whygrad/ops/counting.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/segment.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/sorting.hpp>
#include <whygrad/ops/strings.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace whygrad {
namespace {

using ::testing::ElementsAre;

std::vector<std::int64_t> whole(const Tensor& t) { return cast(t, int64).to_vector<std::int64_t>(); }

// Neighbours that a double takes for one number.
const std::int64_t kBases[] = {std::int64_t{1} << 53,
                               (std::int64_t{1} << 53) + 2,
                               std::int64_t{1} << 60,
                               -(std::int64_t{1} << 60),
                               std::numeric_limits<std::int64_t>::max() - 8,
                               std::numeric_limits<std::int64_t>::min() + 8};

TEST(Exact, OpsThatCompare) {
  for (const std::int64_t n : kBases) {
    const Tensor row = constant({n - 1, n, n + 1, n + 2}, int64), mixed = constant({n + 1, n - 1, n + 2, n}, int64);
    for (const bool right : {false, true}) {
      EXPECT_THAT(whole(searchsorted(row, mixed, right)), right ? ElementsAre(3, 1, 4, 2) : ElementsAre(2, 0, 3, 1)) << n;
    }
    EXPECT_THAT(whole(in_top_k(constant({0, 2}), stack({mixed, mixed}), 2)), ElementsAre(1, 1)) << n;
    EXPECT_THAT(whole(in_top_k(constant({0, 2}), stack({mixed, mixed}), 1)), ElementsAre(0, 1)) << n;
    EXPECT_THAT(whole(sort(mixed)), ElementsAre(n - 1, n, n + 1, n + 2));
    EXPECT_THAT(whole(argsort(mixed)), ElementsAre(1, 3, 0, 2));
    EXPECT_THAT(whole(top_k(mixed, 2).values), ElementsAre(n + 2, n + 1));
    EXPECT_THAT(whole(unique(concat({mixed, mixed}, 0)).y), ElementsAre(n + 1, n - 1, n + 2, n));
    EXPECT_EQ(whole(argmax(mixed)), whole(constant({2})));
    EXPECT_EQ(whole(argmin(mixed)), whole(constant({1})));
    EXPECT_THAT(whole(reduce_max(mixed)), ElementsAre(n + 2));
    EXPECT_THAT(whole(reduce_min(mixed)), ElementsAre(n - 1));
    EXPECT_THAT(whole(clip_by_value(mixed, constant(n, int64), constant(n + 1, int64))), ElementsAre(n + 1, n, n + 1, n));
    EXPECT_THAT(whole(maximum(mixed, n)), ElementsAre(n + 1, n, n + 2, n));
    EXPECT_THAT(whole(minimum(mixed, n)), ElementsAre(n, n - 1, n, n));
    EXPECT_THAT(whole(equal(mixed, n)), ElementsAre(0, 0, 0, 1));
    EXPECT_THAT(whole(less(mixed, n)), ElementsAre(0, 1, 0, 0));
    EXPECT_THAT(whole(mixed == n), ElementsAre(0, 0, 0, 1));
    EXPECT_THAT(whole(unsorted_segment_max(mixed, constant({0, 0, 1, 1}), 2)), ElementsAre(n + 1, n + 2));
  }
}

TEST(Exact, OpsThatCompute) {
  for (const std::int64_t n : kBases) {
    const Tensor x = constant({n, n + 1}, int64);
    EXPECT_THAT(whole(subtract(x, n)), ElementsAre(0, 1)) << n;
    EXPECT_THAT(whole(n - x), ElementsAre(0, -1));
    EXPECT_THAT(whole(add(subtract(x, n), n)), ElementsAre(n, n + 1));
    EXPECT_THAT(whole(floordiv(x, 1)), ElementsAre(n, n + 1));
    EXPECT_THAT(whole(floormod(x, std::int64_t{1} << 62)), ElementsAre(whole(floormod(x, constant(std::int64_t{1} << 62, int64)))[0],
                                                                       whole(floormod(x, constant(std::int64_t{1} << 62, int64)))[1]));
    EXPECT_THAT(whole(abs(x)), ElementsAre(n < 0 ? -n : n, n < 0 ? -n - 1 : n + 1));
    EXPECT_THAT(whole(pow(x, 1)), ElementsAre(n, n + 1));
    EXPECT_THAT(whole(reduce_sum(constant({n, 1, -1}, int64))), ElementsAre(n));
    EXPECT_THAT(whole(reduce_prod(constant({n, 1}, int64))), ElementsAre(n));
    EXPECT_THAT(whole(reduce_mean(constant({n, 0}, int64))), ElementsAre(n / 2));
    EXPECT_THAT(whole(cumsum(constant({n, 1}, int64))), ElementsAre(n, n + 1));
    EXPECT_THAT(whole(unsorted_segment_sum(x, constant({1, 0}), 2)), ElementsAre(n + 1, n));
    EXPECT_THAT(whole(weighted_bincount(constant({0, 1}), x)), ElementsAre(n, n + 1));
    EXPECT_THAT(whole(histogram_fixed_width(subtract(x, n), 0, 2, 2)), ElementsAre(1, 1));
    EXPECT_THAT(whole(range(n, n + 3, 1, int64)), ElementsAre(n, n + 1, n + 2));
    EXPECT_THAT(whole(range(n + 3, n, -2, int64)), ElementsAre(n + 3, n + 1));
    EXPECT_THAT(whole(pad(x, {{1, 0}}, {.constant_value = n + 1})), ElementsAre(n + 1, n, n + 1));
    EXPECT_THAT(whole(strings::to_number(strings::as_string(x), int64)), ElementsAre(n, n + 1));
    EXPECT_THAT(whole(random::uniform({1}, {.minval = n, .maxval = n + 1, .dtype = int64})), ElementsAre(n));
    EXPECT_THAT(whole(fill({1}, n + 1, int64)), ElementsAre(n + 1));
    EXPECT_THAT(whole(one_hot(constant({0}), 2, {.on_value = n, .off_value = n + 1, .dtype = int64})), ElementsAre(n, n + 1));
  }
}

// Distances that leave int64 are counted all the same.
TEST(Exact, RangesAcrossTheWholeType) {
  constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min(), kHigh = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(whole(range(kLow, kHigh, kHigh, int64)), ElementsAre(kLow, -1, kHigh - 1));
  EXPECT_THROW(range(kLow, kHigh, 1, int64), ValueError);
}

TEST(Exact, ABareNumberThatDoesNotFitIsRefused) {
  EXPECT_THROW(add(constant({1}), std::int64_t{1} << 40), DTypeError);
  EXPECT_THROW(add(constant({std::int64_t{1}}), 0x1p63), DTypeError);
  EXPECT_THAT(whole(add(constant({0}, int64), std::numeric_limits<std::int64_t>::max())), ElementsAre(std::numeric_limits<std::int64_t>::max()));
}

}  // namespace
}  // namespace whygrad
