// Layouts: which element of the memory each position of a view names.
#include "kernels/layout.hpp"

#include "kernels/kernel_test.hpp"
#include "kernels/movement.hpp"

#include <gmock/gmock.h>

#include <complex>
#include <numeric>

namespace whygrad::kernels {
namespace {

using testing::Array;
using ::testing::ElementsAre;

// 0, 1, 2, ..
Array<float> counting(testing::Dims shape) {
  Array<float> x(std::move(shape));
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  return x;
}

std::vector<float> elements(const View& view) {
  std::vector<float> values(static_cast<std::size_t>(view.size()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::int64_t offset = 0, rest = static_cast<std::int64_t>(i);
    for (int axis = view.rank - 1; axis >= 0; rest /= view.shape[axis--]) offset += rest % view.shape[axis] * view.strides[axis];
    values[i] = view.as<const float>()[offset];
  }
  return values;
}
std::vector<std::int64_t> shape_of(const View& view) { return {view.shape, view.shape + view.rank}; }

TEST(Layout, MergesAxesOfContiguousElements) {
  Array<float> x = counting({2, 3, 4});
  const Layout flat = Layout::flat(x.view()), rows = Layout::rows(x.view(), 2), one = Layout::rows(x.view(), 0);
  EXPECT_THAT(shape_of(flat), ElementsAre(24));
  EXPECT_THAT(shape_of(rows), ElementsAre(6, 4));
  EXPECT_THAT(shape_of(one), ElementsAre(1, 24));
  EXPECT_EQ(elements(flat), elements(x.view()));
  EXPECT_EQ(elements(rows), elements(x.view()));
  EXPECT_EQ(elements(one), elements(x.view()));
  const std::int64_t shape[] = {4, 1, 6};
  const Layout other = Layout::reshape(x.view(), shape);
  EXPECT_THAT(shape_of(other), ElementsAre(4, 1, 6));
  EXPECT_EQ(elements(other), elements(x.view()));
}

TEST(Layout, TakesPartsOfAnAxis) {
  Array<float> x = counting({2, 5});
  EXPECT_THAT(elements(Layout::part(x.view(), 1, 1, 2)), ElementsAre(1, 2, 6, 7));
  EXPECT_THAT(elements(Layout::part(x.view(), 1, 4, 3, -2)), ElementsAre(4, 2, 0, 9, 7, 5));
  EXPECT_THAT(elements(Layout::part(Layout::part(x.view(), 0, 1, 1), 1, 0, 2)), ElementsAre(5, 6));
  const Layout empty = Layout::part(x.view(), 1, 5, 0);
  EXPECT_EQ(View(empty).data, x.view().data);  // stays within the memory
  EXPECT_THAT(elements(empty), ElementsAre());
}

TEST(Layout, LeavesOutAnAxis) {
  Array<float> x = counting({2, 3});
  const Layout column = Layout::at(x.view(), 1, 2);
  EXPECT_THAT(shape_of(column), ElementsAre(2));
  EXPECT_THAT(elements(column), ElementsAre(2, 5));
  EXPECT_THAT(elements(Layout::at(x.view(), 0, 1)), ElementsAre(3, 4, 5));
}

TEST(Layout, FollowsTheDiagonal) {
  Array<float> wide = counting({2, 2, 3}), tall = counting({3, 2});
  EXPECT_THAT(elements(Layout::diagonal(wide.view())), ElementsAre(0, 4, 6, 10));
  EXPECT_THAT(elements(Layout::diagonal(tall.view())), ElementsAre(0, 3));
}

TEST(Layout, RepeatsElements) {
  Array<float> x = counting({2, 1});
  const std::int64_t shape[] = {2, 2, 3};
  EXPECT_THAT(elements(Layout::broadcast(x.view(), shape)), ElementsAre(0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1));
  EXPECT_THAT(elements(Layout::repeat(x.view(), 2)), ElementsAre(0, 0, 1, 1));
}

TEST(Layout, SeesThePartsOfComplexElements) {
  Array<std::complex<float>> x({2}, {{1, 2}, {3, 4}});
  const Layout real = Layout::component(x.view(), 0), imaginary = Layout::component(x.view(), 1);
  EXPECT_EQ(View(real).dtype, DType::kF32);
  EXPECT_THAT(elements(real), ElementsAre(1, 3));
  EXPECT_THAT(elements(imaginary), ElementsAre(2, 4));
}

TEST(Fill, LeavesWhatStridesStepOver) {
  Array<float> x = counting({2, 3});
  const float one = 1;
  fill(Layout::part(x.view(), 1, 0, 2, 2), &one);
  EXPECT_THAT(elements(x.view()), ElementsAre(1, 1, 1, 1, 4, 1));
}

}  // namespace
}  // namespace whygrad::kernels
