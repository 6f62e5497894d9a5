// Positions along several axes, against index arithmetic written out.
#include "kernels/gather_nd.hpp"

#include "kernels/kernel_test.hpp"

#include <gmock/gmock.h>

namespace whygrad::kernels {
namespace {

using testing::Array;
using testing::random_values;

// Rows of two positions in [4, 5], some of them twice.
Array<std::int32_t> indices() { return Array<std::int32_t>({2, 3, 2}, {1, 2, 3, 4, 1, 2, 0, 0, 3, 1, 1, 2}); }

TEST(GatherNd, TakesThePartsOfAnyLayout) {
  Array<float> params({4, 5, 3}, {1, 4, 20}, random_values<float>(60, -1, 1));
  Array<std::int32_t> at = indices();
  Array<float> out({2, 3, 3});
  ASSERT_EQ(gather_nd(params.view(), at.view(), out.view()), -1);
  for (std::int64_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], params[(at[i / 3 * 2] * 5 + at[i / 3 * 2 + 1]) * 3 + i % 3]);
}

TEST(GatherNd, NamesTheFirstBadIndex) {
  Array<float> params({4, 5}), out({2, 3});
  Array<std::int32_t> at = indices();
  at[7] = 5;
  at[10] = -1;
  EXPECT_EQ(gather_nd(params.view(), at.view(), out.view()), 7);
}

TEST(GatherNd, RowsWithoutPositionsNameTheWhole) {
  Array<float> params({2}, {3, 4}), out({3, 2});
  Array<std::int64_t> at({3, 0});
  ASSERT_EQ(gather_nd(params.view(), at.view(), out.view()), -1);
  for (std::int64_t i = 0; i < 6; ++i) EXPECT_EQ(out[i], params[i % 2]);
}

template <class T>
void expect_scatter(Scatter how, T (*join)(T, T)) {
  Array<std::int32_t> at = indices();
  Array<T> updates({2, 3, 3}, random_values<T>(18, -4, 4)), out({4, 5, 3}, random_values<T>(60, -4, 4, 2));
  std::vector<T> expected;
  for (std::int64_t i = 0; i < out.size(); ++i) expected.push_back(out[i]);
  for (std::int64_t i = 0; i < updates.size(); ++i) {
    T& element = expected[static_cast<std::size_t>((at[i / 3 * 2] * 5 + at[i / 3 * 2 + 1]) * 3 + i % 3)];
    element = join(element, updates[i]);
  }
  ASSERT_EQ(scatter_nd(how, at.view(), updates.view(), out.view()), -1);
  for (std::int64_t i = 0; i < out.size(); ++i) EXPECT_EQ(static_cast<float>(out[i]), static_cast<float>(expected[static_cast<std::size_t>(i)])) << i;
}

template <class T>
void expect_scatters() {
  expect_scatter<T>(Scatter::kAdd, [](T a, T b) { return static_cast<T>(static_cast<float>(a) + static_cast<float>(b)); });
  expect_scatter<T>(Scatter::kSet, [](T, T b) { return b; });
  expect_scatter<T>(Scatter::kMax, [](T a, T b) { return static_cast<float>(b) > static_cast<float>(a) ? b : a; });
  expect_scatter<T>(Scatter::kMin, [](T a, T b) { return static_cast<float>(b) < static_cast<float>(a) ? b : a; });
}
TEST(ScatterNd, OfFloats) { expect_scatters<float>(); }
TEST(ScatterNd, OfHalves) { expect_scatters<Half>(); }
TEST(ScatterNd, OfIntegers) { expect_scatters<std::int16_t>(); }

TEST(ScatterNd, NanThatIsPutLosesAgainstAnyNumber) {
  Array<float> out({1}, {2}), update({1}, {NAN});
  Array<std::int64_t> at({1, 1});
  ASSERT_EQ(scatter_nd(Scatter::kMax, at.view(), update.view(), out.view()), -1);
  EXPECT_EQ(out[0], 2);
}

TEST(PlacesNotZero, InRowMajorOrder) {
  const std::int64_t rows = 700, columns = 301;  // several blocks
  Array<float> x({rows, columns}, {1, rows}, random_values<float>(rows * columns, -1, 1));
  for (std::int64_t i = 0; i < x.size(); i += 3) x[i] = 0;
  x[1] = NAN;
  const std::int64_t count = count_not_zero(x.view());
  ASSERT_EQ(count, x.size() - (x.size() + 2) / 3);
  Array<std::int64_t> places({count, 2});
  places_not_zero(x.view(), places.view());
  std::int64_t next = 0;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    if (x[i] == 0) continue;
    ASSERT_EQ(places[2 * next], i / columns);
    ASSERT_EQ(places[2 * next + 1], i % columns);
    ++next;
  }
  EXPECT_EQ(next, count);
}

TEST(PlacesNotZero, AScalarHasNoAxes) {
  Array<bool> x({}, {true});
  EXPECT_EQ(count_not_zero(x.view()), 1);
  Array<std::int64_t> places({1, 0});
  places_not_zero(x.view(), places.view());
}

}  // namespace
}  // namespace whygrad::kernels
