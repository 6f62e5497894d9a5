// Kernels that pick elements by position, against index arithmetic written out.
#include "kernels/index.hpp"

#include "kernels/kernel_test.hpp"

#include <numeric>

namespace whygrad::kernels {
namespace {

using testing::Array;
using testing::Dims;
using testing::random_values;

std::vector<float> counting(std::int64_t n) {
  std::vector<float> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 0.0f);
  return values;
}

TEST(Gather, EveryAxis) {
  Array<float> params({4, 5, 6}, {1, 4, 20}, counting(120));  // a transposed view
  Array<std::int32_t> indices({2, 3}, {3, 0, 0, 2, 1, 3});
  for (int axis = 0; axis < 3; ++axis) {
    Dims shape = params.shape();
    shape[static_cast<std::size_t>(axis)] = 2;
    shape.insert(shape.begin() + axis + 1, 3);
    Array<float> out(shape);
    ASSERT_EQ(gather(params.view(), indices.view(), axis, 0, out.view()), -1);
    const std::int64_t inner = axis == 0 ? 30 : axis == 1 ? 6 : 1, n = params.shape()[static_cast<std::size_t>(axis)];
    for (std::int64_t i = 0; i < out.size(); ++i) {
      const std::int64_t k = i % inner, pick = i / inner % 6, outer = i / inner / 6;
      ASSERT_EQ(out[i], params[(outer * n + indices[pick]) * inner + k]) << axis;
    }
  }
}

TEST(Gather, BatchDimensions) {
  Array<double> params({2, 3, 4}, random_values<double>(24, -1, 1)), out({2, 3, 2});
  Array<std::int64_t> indices({2, 2}, {3, 1, 0, 2});
  ASSERT_EQ(gather(params.view(), indices.view(), 2, 1, out.view()), -1);
  for (std::int64_t b = 0; b < 2; ++b) {
    for (std::int64_t o = 0; o < 3; ++o) {
      for (std::int64_t i = 0; i < 2; ++i) EXPECT_EQ(out[(b * 3 + o) * 2 + i], params[(b * 3 + o) * 4 + indices[b * 2 + i]]);
    }
  }
}

TEST(Gather, NamesTheFirstBadIndex) {
  Array<float> params({3, 2}, counting(6)), out({4, 2});
  Array<std::int32_t> indices({4}, {0, 2, 3, -1});
  EXPECT_EQ(gather(params.view(), indices.view(), 0, 0, out.view()), 2);
  indices[1] = -1;
  EXPECT_EQ(gather(params.view(), indices.view(), 0, 0, out.view()), 1);
}

TEST(ScatterAdd, IsTheGradientOfGather) {
  Array<std::int64_t> indices({2, 3}, {1, 1, 0, 3, 1, 3});
  for (int axis = 0; axis < 3; ++axis) {
    Dims shape = {4, 4, 70};
    Dims update_shape = shape;
    update_shape[static_cast<std::size_t>(axis)] = 2;
    update_shape.insert(update_shape.begin() + axis + 1, 3);
    const std::int64_t n = std::accumulate(update_shape.begin(), update_shape.end(), std::int64_t{1}, std::multiplies<>());
    Array<float> updates(update_shape, random_values<float>(n, -1, 1)), out(shape, std::vector<float>(4 * 4 * 70, 1.0f));
    ASSERT_EQ(scatter_add(indices.view(), updates.view(), axis, 0, out.view()), -1);
    std::vector<float> expected(4 * 4 * 70, 1.0f);
    const std::int64_t inner = axis == 0 ? 280 : axis == 1 ? 70 : 1, length = axis == 2 ? 70 : 4;
    for (std::int64_t i = 0; i < updates.size(); ++i) {
      const std::int64_t k = i % inner, pick = i / inner % 6, outer = i / inner / 6;
      expected[static_cast<std::size_t>((outer * length + indices[pick]) * inner + k)] += updates[i];
    }
    for (std::int64_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], expected[static_cast<std::size_t>(i)]) << axis;
  }
  Array<std::int64_t> bad({1}, {4});
  Array<float> update({1, 2}, {5, 5}), out({4, 2});
  EXPECT_EQ(scatter_add(bad.view(), update.view(), 0, 0, out.view()), 0);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(out[i], 0);
}

TEST(OneHot, EveryAxisAndIndicesOutside) {
  Array<std::int32_t> indices({2, 3}, {0, 2, -1, 3, 1, 2});
  const float on = 5, off = -1;
  for (int axis = 0; axis < 3; ++axis) {
    Dims shape = {2, 3};
    shape.insert(shape.begin() + axis, 3);
    Array<float> out(shape);
    one_hot(indices.view(), axis, &on, &off, out.view());
    const std::int64_t inner = axis == 0 ? 6 : axis == 1 ? 3 : 1;
    for (std::int64_t i = 0; i < out.size(); ++i) {
      const std::int64_t d = i / inner % 3, from = i / inner / 3 * inner + i % inner;
      ASSERT_EQ(out[i], indices[from] == d ? on : off);
    }
  }
}

TEST(Pad, Constant) {
  Array<float> x({2, 3}, {1, 2}, counting(6)), out({5, 4});
  const std::int64_t before[] = {2, 0};
  const float value = 9;
  pad(x.view(), before, &value, out.view());
  for (std::int64_t r = 0; r < 5; ++r) {
    for (std::int64_t c = 0; c < 4; ++c) EXPECT_EQ(out[r * 4 + c], r >= 2 && r < 4 && c < 3 ? x[(r - 2) * 3 + c] : 9);
  }
}

TEST(Pad, Mirrors) {
  Array<float> x({3, 4}, counting(12));
  const std::int64_t before[] = {2, 1}, after[] = {1, 3};
  for (const Mirror mode : {Mirror::kReflect, Mirror::kSymmetric}) {
    Array<float> out({6, 8});
    mirror_pad(x.view(), before, mode, out.view());
    const std::int64_t skip = mode == Mirror::kReflect ? 0 : 1;
    const auto source = [&](std::int64_t i, std::int64_t n) {
      if (i < 0) return -i - skip;
      return i >= n ? 2 * n - 2 + skip - i : i;
    };
    ASSERT_EQ(before[0] + 3 + after[0], 6);
    for (std::int64_t r = 0; r < 6; ++r) {
      for (std::int64_t c = 0; c < 8; ++c)
        ASSERT_EQ(out[r * 8 + c], x[source(r - 2, 3) * 4 + source(c - 1, 4)]) << int(mode) << " " << r << ", " << c;
    }
  }
}

TEST(Reverse, AnyAxes) {
  Array<std::int16_t> x({3, 4, 5}, random_values<std::int16_t>(60, -99, 99)), out({3, 4, 5});
  for (std::uint32_t mask = 0; mask < 8; ++mask) {
    reverse(x.view(), mask, out.view());
    for (std::int64_t i = 0; i < 60; ++i) {
      const std::int64_t a = i / 20, b = i / 5 % 4, c = i % 5;
      ASSERT_EQ(out[i], x[(mask & 1 ? 2 - a : a) * 20 + (mask & 2 ? 3 - b : b) * 5 + (mask & 4 ? 4 - c : c)]);
    }
  }
}

TEST(ScatterAdd, BatchDimensions) {
  Array<std::int32_t> indices({2, 2}, {1, 1, 0, 2});
  Array<float> updates({2, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), out({2, 3, 3});
  ASSERT_EQ(scatter_add(indices.view(), updates.view(), 2, 1, out.view()), -1);
  std::vector<float> expected(18);
  for (std::int64_t i = 0; i < updates.size(); ++i) expected[static_cast<std::size_t>(i / 2 * 3 + indices[i / 6 * 2 + i % 2])] += updates[i];
  for (std::int64_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], expected[static_cast<std::size_t>(i)]) << i;
  indices[3] = 3;
  EXPECT_EQ(scatter_add(indices.view(), updates.view(), 2, 1, out.view()), 3);
}

TEST(IntegerRange, OfAnyLayout) {
  Array<std::int16_t> x({2, 2}, {1, 2}, {5, -7, 9, 0});
  EXPECT_EQ(integer_range(x.view()).smallest, -7);
  EXPECT_EQ(integer_range(x.view()).largest, 9);
  EXPECT_EQ(first_outside(x.view(), -7, 9), 1);  // row-major: 5, 9, -7, 0
  EXPECT_EQ(first_outside(x.view(), -6, 10), 2);
  EXPECT_EQ(first_outside(x.view(), -7, 10), -1);
  Array<std::int64_t> none({0});
  EXPECT_EQ(integer_range(none.view()).smallest, 0);
  EXPECT_EQ(integer_range(none.view()).largest, -1);
}

}  // namespace
}  // namespace whygrad::kernels
