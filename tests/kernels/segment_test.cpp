// Parts folded by id, against loops written out.
#include "kernels/segment.hpp"

#include "kernels/kernel_test.hpp"

#include <gmock/gmock.h>

#include <complex>

namespace whygrad::kernels {
namespace {

using testing::Array;
using testing::random_values;

// data [40, 50, 8], transposed in memory, by ids of which every fifth is negative, into 7 segments.
template <class T>
void expect_fold(SegmentFold fold, double start, double (*join)(double, double)) {
  Array<T> data({40, 50, 8}, {1, 40, 2000}, random_values<T>(40 * 50 * 8, 0.875, 1.125));
  Array<std::int32_t> ids({40, 50});
  for (std::int64_t i = 0; i < ids.size(); ++i) ids[i] = i % 5 == 0 ? -2 : static_cast<std::int32_t>(i % 6);
  Array<T> out({7, 8});
  ASSERT_EQ(segment_fold(fold, data.view(), ids.view(), out.view()), -1);
  std::vector<double> expected(56, start);
  for (std::int64_t i = 0; i < data.size(); ++i) {
    if (ids[i / 8] < 0) continue;
    double& element = expected[static_cast<std::size_t>(ids[i / 8] * 8 + i % 8)];
    element = join(element, static_cast<double>(static_cast<float>(data[i])));
    if (fold == SegmentFold::kSum) element = static_cast<double>(static_cast<float>(T(static_cast<float>(element))));
  }
  for (std::int64_t i = 0; i < 56; ++i) {
    EXPECT_EQ(static_cast<float>(out[i]), static_cast<float>(T(static_cast<float>(expected[static_cast<std::size_t>(i)])))) << i;
  }
}

template <class T>
void expect_folds(double largest) {
  expect_fold<T>(SegmentFold::kSum, 0, [](double a, double b) { return a + b; });
  expect_fold<T>(SegmentFold::kProd, 1, [](double a, double b) { return a * b; });
  expect_fold<T>(SegmentFold::kMax, -largest, [](double a, double b) { return std::max(a, b); });
  expect_fold<T>(SegmentFold::kMin, largest, [](double a, double b) { return std::min(a, b); });
}
TEST(SegmentFold, OfFloats) { expect_folds<float>(std::numeric_limits<float>::max()); }
TEST(SegmentFold, OfHalves) { expect_folds<Half>(65504); }

TEST(SegmentFold, OfIntegersAndComplexNumbers) {
  Array<std::int64_t> ids({4}, {2, 0, 2, -1});
  Array<std::int8_t> data({4}, {100, 3, 100, 7}), out({3});
  ASSERT_EQ(segment_fold(SegmentFold::kSum, data.view(), ids.view(), out.view()), -1);
  EXPECT_EQ(out[2], static_cast<std::int8_t>(200));  // wraps
  ASSERT_EQ(segment_fold(SegmentFold::kMax, data.view(), ids.view(), out.view()), -1);
  EXPECT_EQ(out[1], -128);
  EXPECT_EQ(out[2], 100);
  ASSERT_EQ(segment_fold(SegmentFold::kProd, data.view(), ids.view(), out.view()), -1);
  EXPECT_EQ(out[2], static_cast<std::int8_t>(10000));
  Array<std::complex<float>> numbers({4}, {{1, 2}, {3, 4}, {5, 6}, {7, 8}}), sums({3});
  ASSERT_EQ(segment_fold(SegmentFold::kSum, numbers.view(), ids.view(), sums.view()), -1);
  EXPECT_EQ(sums[2], std::complex<float>(6, 8));
  EXPECT_EQ(sums[1], std::complex<float>());
}

TEST(SegmentFold, NamesTheFirstIdBeyondTheLastSegment) {
  Array<std::int32_t> ids({2, 2}, {-5, 2, 3, 4});
  Array<float> data({2, 2}), out({3});
  EXPECT_EQ(segment_fold(SegmentFold::kSum, data.view(), ids.view(), out.view()), 2);
  EXPECT_EQ(segment_fold(SegmentFold::kMin, data.view(), ids.view(), out.view()), 2);
}

IdSequence sequence_of(std::vector<std::int32_t> ids) {
  Array<std::int32_t> x({static_cast<std::int64_t>(ids.size())}, ids);
  return id_sequence(x.view());
}
TEST(IdSequence, TellsOrderAndGaps) {
  EXPECT_TRUE(sequence_of({0, 0, 1, 2}).ascending);
  EXPECT_TRUE(sequence_of({0, 0, 1, 2}).gapless);
  EXPECT_EQ(sequence_of({0, 0, 1, 2}).last, 2);
  EXPECT_FALSE(sequence_of({1, 2}).gapless);
  EXPECT_FALSE(sequence_of({0, 2}).gapless);
  EXPECT_FALSE(sequence_of({0, 2, 1}).ascending);
  EXPECT_EQ(sequence_of({-3, 2}).first, -3);
  EXPECT_TRUE(sequence_of({}).gapless);
  EXPECT_EQ(sequence_of({}).last, -1);
}

}  // namespace
}  // namespace whygrad::kernels
