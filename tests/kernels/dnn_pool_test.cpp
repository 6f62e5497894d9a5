#include "kernels/pool.hpp"

#include "kernels/dnn_test.hpp"

namespace whygrad::kernels::testing {
namespace {

struct Case {
  const char* name;
  std::int64_t n, h, w, c;
  PoolParams params;

  std::int64_t out_size(int axis) const {
    return ((axis == 0 ? h : w) + params.pad_before[axis] + params.pad_after[axis] - params.window[axis]) / params.strides[axis] + 1;
  }
  Dims x_shape() const { return {n, h, w, c}; }
  Dims y_shape() const { return {n, out_size(0), out_size(1), c}; }
};

const Case kCases[] = {
    {"tiled", 2, 4, 6, 32, {.window = {2, 2}, .strides = {2, 2}}},
    {"tiled, odd channels", 3, 6, 4, 21, {.window = {3, 2}, .strides = {3, 2}}},
    {"valid leaves pixels over", 2, 7, 5, 3, {.window = {2, 2}, .strides = {2, 2}}},
    {"overlapping", 2, 7, 8, 5, {.window = {3, 3}, .strides = {2, 1}}},
    {"same", 2, 5, 7, 17, {.window = {3, 2}, .strides = {2, 2}, .pad_before = {1, 0}, .pad_after = {1, 1}}},
    {"stride over the window", 1, 9, 9, 2, {.window = {2, 1}, .strides = {3, 4}}},
    {"global", 2, 6, 5, 9, {.window = {6, 5}}},
    {"more positions than a byte holds", 1, 18, 19, 3, {.window = {17, 18}}},
    {"padding wider than half the window", 1, 3, 3, 4, {.window = {3, 3}, .strides = {1, 1}, .pad_before = {2, 2}, .pad_after = {2, 2}}},
    {"one by one", 1, 2, 3, 4, {}},
    {"empty batch", 0, 4, 4, 3, {.window = {2, 2}, .strides = {2, 2}}},
};

// Calls visit(x, y, position) with element numbers, window by window in row-major order.
template <class Visit>
void for_each_element(const Case& k, const Visit& visit) {
  const PoolParams& p = k.params;
  const std::int64_t oh = k.out_size(0), ow = k.out_size(1);
  for (std::int64_t y = 0; y < k.n * oh * ow * k.c; ++y) {
    const std::int64_t image = y / (oh * ow * k.c), row = y / (ow * k.c) % oh, column = y / k.c % ow, c = y % k.c;
    for (std::int64_t i = 0; i < p.window[0]; ++i) {
      for (std::int64_t j = 0; j < p.window[1]; ++j) {
        const std::int64_t h = row * p.strides[0] + i - p.pad_before[0], w = column * p.strides[1] + j - p.pad_before[1];
        if (h >= 0 && h < k.h && w >= 0 && w < k.w) visit(((image * k.h + h) * k.w + w) * k.c + c, y, i * p.window[1] + j);
      }
    }
  }
}

template <class T, class Position>
void check_max(const Case& k, Layout layout) {
  ASSERT_EQ(max_pool_position_dtype(k.params), dtype_of<Position>);
  auto x = exact_array<T>(k.x_shape(), layout, 1), dy = exact_array<T>(k.y_shape(), layout, 2);
  Array<T> out(k.y_shape()), out_alone(k.y_shape()), dx(k.x_shape());
  for (std::int64_t i = 0; i < dx.size(); ++i) dx[i] = from_double<T>(77);
  Array<Position> positions(k.y_shape());
  // Values are few, so ties are many.
  const auto size = static_cast<std::size_t>(out.size());
  std::vector<double> want(size, -100), want_positions(size), want_dx(static_cast<std::size_t>(x.size()));
  std::vector<std::int64_t> from(size);
  for_each_element(k, [&](auto at_x, auto at_y, auto position) {
    if (to_double(x[at_x]) <= want[at_y]) return;
    want[at_y] = to_double(x[at_x]);
    want_positions[at_y] = static_cast<double>(position);
    from[at_y] = at_x;
  });
  for (std::size_t i = 0; i < size; ++i) want_dx[from[i]] += to_double(dy[static_cast<std::int64_t>(i)]);
  const View position_view = positions.view();
  max_pool2d(x.view(), k.params, out.view(), &position_view);
  EXPECT_EQ(difference(out, want), "") << k.name;
  EXPECT_EQ(difference(positions, want_positions), "") << k.name << ", positions";
  max_pool2d(x.view(), k.params, out_alone.view());
  EXPECT_EQ(difference(out_alone, want), "") << k.name << ", without positions";
  max_pool2d_backward(dy.view(), position_view, k.params, dx.view());
  EXPECT_EQ(difference(dx, want_dx), "") << k.name << ", dx";
}

template <class T>
void check_mean(const Case& k, Layout layout) {
  auto x = exact_array<T>(k.x_shape(), layout, 1), dy = exact_array<T>(k.y_shape(), layout, 2);
  Array<T> out(k.y_shape()), dx(k.x_shape());
  for (std::int64_t i = 0; i < dx.size(); ++i) dx[i] = from_double<T>(77);
  const auto size = static_cast<std::size_t>(out.size());
  std::vector<double> want(size), count(size), want_dx(static_cast<std::size_t>(x.size()));
  for_each_element(k, [&](auto at_x, auto at_y, auto) { want[at_y] += to_double(x[at_x]), count[at_y] += 1; });
  // Rounded as the kernel computes: in T, or in f32 for half precision. Windows of one image come in the same order there, so that sums round alike.
  using Compute = std::conditional_t<sizeof(T) == 8, double, float>;
  for (std::size_t i = 0; i < size; ++i) want[i] = static_cast<Compute>(want[i]) / static_cast<Compute>(count[i]);
  for_each_element(k, [&](auto at_x, auto at_y, auto) {
    const Compute share = static_cast<Compute>(to_double(dy[at_y])) / static_cast<Compute>(count[at_y]);
    want_dx[at_x] = static_cast<Compute>(want_dx[at_x]) + share;
  });
  avg_pool2d(x.view(), k.params, out.view());
  EXPECT_EQ(difference(out, want), "") << k.name;
  avg_pool2d_backward(dy.view(), k.params, dx.view());
  EXPECT_EQ(difference(dx, want_dx), "") << k.name << ", dx";
}

template <class T>
void check_all(Layout layout) {
  for (const Case& k : kCases) {
    if (max_pool_position_dtype(k.params) == DType::kU8) {
      check_max<T, std::uint8_t>(k, layout);
    } else {
      check_max<T, std::int32_t>(k, layout);
    }
    check_mean<T>(k, layout);
  }
}

class Pool : public PerTarget {};
TEST_P(Pool, F32) { check_all<float>(Layout::kRowMajor); }
TEST_P(Pool, F64) { check_all<double>(Layout::kRowMajor); }
TEST_P(Pool, MaxKeepsNaNWhereverItStands) {
  for (int place = 0; place < 4; ++place) {
    Array<float> x({1, 2, 2, 1}, {1, 2, 3, 4}), out({1, 1, 1, 1});
    Array<std::uint8_t> positions({1, 1, 1, 1});
    x[place] = std::numeric_limits<float>::quiet_NaN();
    const View position_view = positions.view();
    max_pool2d(x.view(), {.window = {2, 2}}, out.view(), &position_view);
    EXPECT_TRUE(std::isnan(out[0])) << place;
    EXPECT_EQ(positions[0], place);
  }
}
TEST_P(Pool, MaxOfMinusInfinity) {
  const float lowest = -std::numeric_limits<float>::infinity();
  Array<float> x({1, 2, 2, 1}, {lowest, lowest, lowest, lowest}), out({1, 1, 1, 1});
  max_pool2d(x.view(), {.window = {2, 2}}, out.view());
  EXPECT_EQ(out[0], lowest);
}
INSTANTIATE_TEST_SUITE_P(Targets, Pool, ::testing::ValuesIn(available_targets()), target_name);

TEST(Pool, HalfPrecision) {
  check_all<Half>(Layout::kRowMajor);
  check_all<BFloat16>(Layout::kRowMajor);
}

TEST(Pool, InputsOfAnyStrides) {
  for (const Layout layout : {Layout::kColumnMajor, Layout::kPadded, Layout::kStepped, Layout::kReversed}) check_all<float>(layout);
}

}  // namespace
}  // namespace whygrad::kernels::testing
