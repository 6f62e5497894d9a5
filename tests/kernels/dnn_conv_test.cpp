#include "kernels/conv.hpp"

#include <thread>

#include <whygrad/device/device.hpp>

#include "kernels/dnn_test.hpp"

namespace whygrad::kernels::testing {
namespace {

struct Case {
  const char* name;
  std::int64_t n, h, w, c, o, kh, kw;
  ConvParams params;

  std::int64_t out_size(int axis) const {
    const std::int64_t size = axis == 0 ? h : w, reach = (axis == 0 ? kh - 1 : kw - 1) * params.dilations[axis] + 1;
    return (size + params.pad_before[axis] + params.pad_after[axis] - reach) / params.strides[axis] + 1;
  }
  Dims x_shape() const { return {n, h, w, c}; }
  Dims w_shape() const { return {kh, kw, c / params.groups, o}; }
  Dims y_shape() const { return {n, out_size(0), out_size(1), o}; }
};

const Case kCases[] = {
    {"one by one", 2, 3, 4, 5, 6, 1, 1, {}},
    {"valid", 2, 7, 6, 3, 4, 3, 2, {}},
    {"same", 2, 6, 7, 2, 5, 3, 3, {.pad_before = {1, 1}, .pad_after = {1, 1}}},
    {"same, even filter", 1, 5, 6, 3, 2, 4, 2, {.pad_before = {1, 0}, .pad_after = {2, 1}}},
    {"one channel", 3, 9, 28, 1, 32, 5, 5, {.pad_before = {2, 2}, .pad_after = {2, 2}}},
    {"one channel, 3x3", 2, 5, 6, 1, 16, 3, 3, {.pad_before = {1, 0}, .pad_after = {1, 2}}},
    {"two channels, stride and dilation",
     3,
     13,
     17,
     2,
     48,
     3,
     3,
     {.strides = {2, 3}, .dilations = {1, 2}, .pad_before = {1, 2}, .pad_after = {1, 1}}},
    {"three channels, stride over the filter", 2, 9, 16, 3, 16, 2, 1, {.strides = {3, 2}, .pad_before = {0, 1}, .pad_after = {1, 3}}},
    {"one channel, padding wider than the image", 1, 2, 1, 1, 16, 3, 3, {.pad_before = {3, 3}, .pad_after = {3, 3}}},
    {"three channels", 2, 10, 9, 3, 17, 3, 5, {.pad_before = {1, 2}, .pad_after = {1, 2}}},
    {"wide", 1, 6, 7, 32, 64, 5, 5, {.pad_before = {2, 2}, .pad_after = {2, 2}}},
    {"stride", 2, 9, 11, 4, 3, 3, 3, {.strides = {2, 3}, .pad_before = {0, 1}, .pad_after = {1, 1}}},
    {"stride over the filter", 1, 11, 10, 2, 3, 2, 2, {.strides = {4, 3}}},
    {"one channel, stride", 2, 9, 12, 1, 8, 3, 3, {.strides = {2, 2}, .pad_before = {1, 0}, .pad_after = {1, 1}}},
    {"dilation", 2, 9, 10, 3, 4, 3, 2, {.dilations = {2, 3}, .pad_before = {2, 1}, .pad_after = {2, 2}}},
    {"stride and dilation", 1, 12, 13, 2, 4, 3, 3, {.strides = {2, 1}, .dilations = {1, 2}, .pad_before = {1, 2}, .pad_after = {0, 2}}},
    {"groups", 2, 6, 5, 6, 4, 3, 3, {.pad_before = {1, 1}, .pad_after = {1, 1}, .groups = 2}},
    {"depthwise", 2, 6, 7, 19, 19, 3, 3, {.pad_before = {1, 1}, .pad_after = {1, 1}, .groups = 19}},
    {"depthwise with multiplier and stride", 2, 7, 7, 4, 8, 3, 3, {.strides = {2, 2}, .pad_before = {1, 1}, .pad_after = {1, 1}, .groups = 4}},
    {"padding as wide as the filter", 1, 3, 3, 2, 2, 2, 2, {.pad_before = {2, 2}, .pad_after = {2, 2}}},
    {"filter larger than the image", 1, 2, 2, 2, 3, 5, 5, {.pad_before = {2, 2}, .pad_after = {2, 2}}},
    {"empty batch", 0, 5, 5, 2, 3, 3, 3, {}},
};

// Calls visit(x, w, y) with the element numbers of every product that the definition sums.
template <class Visit>
void for_each_product(const Case& k, const Visit& visit) {
  const ConvParams& p = k.params;
  const std::int64_t oh = k.out_size(0), ow = k.out_size(1), inputs = k.c / p.groups, outputs = k.o / p.groups;
  for (std::int64_t y = 0; y < k.n * oh * ow * k.o; ++y) {
    const std::int64_t image = y / (oh * ow * k.o), row = y / (ow * k.o) % oh, column = y / k.o % ow, o = y % k.o;
    for (std::int64_t i = 0; i < k.kh; ++i) {
      for (std::int64_t j = 0; j < k.kw; ++j) {
        const std::int64_t h = row * p.strides[0] + i * p.dilations[0] - p.pad_before[0],
                           w = column * p.strides[1] + j * p.dilations[1] - p.pad_before[1];
        if (h < 0 || h >= k.h || w < 0 || w >= k.w) continue;
        for (std::int64_t c = 0; c < inputs; ++c) {
          visit(((image * k.h + h) * k.w + w) * k.c + o / outputs * inputs + c, ((i * k.kw + j) * inputs + c) * k.o + o, y);
        }
      }
    }
  }
}

template <class T>
std::vector<double> doubles(Array<T>& a) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < a.size(); ++i) values.push_back(to_double(a[i]));
  return values;
}

template <class T>
Array<T> garbage(const Dims& shape) {
  Array<T> a(shape);
  for (std::int64_t i = 0; i < a.size(); ++i) a[i] = from_double<T>(77);
  return a;
}

template <class T>
void check_forward(const Case& k, Layout layout) {
  auto x = exact_array<T>(k.x_shape(), layout, 1), w = exact_array<T>(k.w_shape(), layout, 2), bias = exact_array<T>({k.o}, Layout::kRowMajor, 3);
  auto out = garbage<T>(k.y_shape()), biased = out, rectified = out;
  const auto xs = doubles(x), ws = doubles(w);
  std::vector<double> want(static_cast<std::size_t>(out.size()));
  for_each_product(k, [&](auto at_x, auto at_w, auto at_y) { want[at_y] += xs[at_x] * ws[at_w]; });
  conv2d(x.view(), w.view(), k.params, out.view());
  EXPECT_EQ(difference(out, want), "") << k.name;
  conv2d_bias(x.view(), w.view(), bias.view(), k.params, Activation::kNone, biased.view());
  for (std::size_t i = 0; i < want.size(); ++i) want[i] += to_double(bias[static_cast<std::int64_t>(i) % k.o]);
  EXPECT_EQ(difference(biased, want), "") << k.name << ", bias";
  conv2d_bias(x.view(), w.view(), bias.view(), k.params, Activation::kRelu, rectified.view());
  for (double& value : want) value = std::max(value, 0.0);
  EXPECT_EQ(difference(rectified, want), "") << k.name << ", bias and relu";
}

template <class T>
void check_backward(const Case& k, Layout layout) {
  auto x = exact_array<T>(k.x_shape(), layout, 1), w = exact_array<T>(k.w_shape(), layout, 2), dy = exact_array<T>(k.y_shape(), layout, 3);
  auto dx = garbage<T>(k.x_shape()), dw = garbage<T>(k.w_shape()), dw_alone = dw, dbias = garbage<T>({k.o});
  const auto xs = doubles(x), ws = doubles(w), dys = doubles(dy);
  std::vector<double> want_dx(xs.size()), want_dw(ws.size()), want_dbias(static_cast<std::size_t>(k.o));
  for_each_product(k, [&](auto at_x, auto at_w, auto at_y) {
    want_dx[at_x] += dys[at_y] * ws[at_w];
    want_dw[at_w] += dys[at_y] * xs[at_x];
  });
  for (std::size_t i = 0; i < dys.size(); ++i) want_dbias[i % static_cast<std::size_t>(k.o)] += dys[i];
  conv2d_backward_input(dy.view(), w.view(), k.params, dx.view());
  EXPECT_EQ(difference(dx, want_dx), "") << k.name << ", dx";
  const View dbias_view = dbias.view();
  conv2d_backward_filter(x.view(), dy.view(), k.params, dw.view(), &dbias_view);
  EXPECT_EQ(difference(dw, want_dw), "") << k.name << ", dw";
  EXPECT_EQ(difference(dbias, want_dbias), "") << k.name << ", dbias";
  conv2d_backward_filter(x.view(), dy.view(), k.params, dw_alone.view());
  EXPECT_EQ(difference(dw_alone, want_dw), "") << k.name << ", dw without dbias";
}

class ConvPerTarget : public PerTarget {};
TEST_P(ConvPerTarget, F64) {
  for (const Case& k : kCases) {
    check_forward<double>(k, Layout::kRowMajor);
    check_backward<double>(k, Layout::kRowMajor);
  }
}
TEST_P(ConvPerTarget, F32) {
  for (const Case& k : kCases) {
    check_forward<float>(k, Layout::kRowMajor);
    check_backward<float>(k, Layout::kRowMajor);
  }
}
INSTANTIATE_TEST_SUITE_P(Targets, ConvPerTarget, ::testing::ValuesIn(available_targets()), target_name);

TEST(Conv, HalfPrecision) {
  for (const Case& k : kCases) {
    check_forward<Half>(k, Layout::kRowMajor);
    check_backward<Half>(k, Layout::kRowMajor);
    check_forward<BFloat16>(k, Layout::kRowMajor);
    check_backward<BFloat16>(k, Layout::kRowMajor);
  }
}

TEST(Conv, OperandsOfAnyStrides) {
  for (const Layout layout : {Layout::kColumnMajor, Layout::kPadded, Layout::kStepped, Layout::kReversed}) {
    check_forward<float>(kCases[2], layout);
    check_backward<float>(kCases[2], layout);
    check_forward<double>(kCases[2], layout);
    check_backward<double>(kCases[2], layout);
  }
}

TEST(Conv, ReluKeepsNaN) {
  for (const std::int64_t outputs : {1, 16}) {  // oneDNN and our loops for few channels
    Array<float> x({1, 1, 1, 1}, {std::numeric_limits<float>::quiet_NaN()}), w({1, 1, 1, outputs}), bias({outputs}), out({1, 1, 1, outputs});
    conv2d_bias(x.view(), w.view(), bias.view(), {}, Activation::kRelu, out.view());
    EXPECT_TRUE(std::isnan(out[0])) << outputs;
  }
}

// More primitives than the cache holds, then the first ones again: results stay right when primitives are dropped and built anew.
TEST(Conv, ManyShapes) {
  const auto check_width = [](std::int64_t width) { check_forward<float>({"many", 1, 3, width, 2, 2, 3, 3, {}}, Layout::kRowMajor); };
  for (std::int64_t width = 3; width < 140; ++width) check_width(width);
  for (std::int64_t width = 3; width < 6; ++width) check_width(width);
}

// Batches large enough to be cut by images: into equal parts, into unequal ones, and not at all where a thread would be idle.
TEST(Conv, PartsOfABatch) {
  const Case cases[] = {
      {"equal parts", 4, 9, 8, 16, 16, 3, 3, {.pad_before = {1, 1}, .pad_after = {1, 1}}},
      {"unequal parts", 9, 9, 8, 16, 16, 3, 3, {.strides = {2, 1}, .pad_before = {1, 0}, .pad_after = {0, 2}}},
      {"an idle thread", 3, 11, 11, 16, 16, 3, 3, {}},
      {"groups", 8, 9, 8, 16, 16, 3, 3, {.dilations = {1, 2}, .pad_before = {1, 1}, .pad_after = {1, 1}, .groups = 2}},
  };
  const int before = num_threads();
  for (const int threads : {2, 4}) {
    set_num_threads(threads);
    for (const Case& k : cases) {
      check_forward<float>(k, Layout::kRowMajor);
      check_backward<float>(k, Layout::kRowMajor);
    }
  }
  set_num_threads(before);
}

// Threads build, run and drop primitives of their own; the leak checker sees what one leaves behind.
TEST(Conv, SeveralThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 3; ++round) {
        check_forward<float>(kCases[2], Layout::kRowMajor);
        check_backward<float>(kCases[2], Layout::kRowMajor);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace whygrad::kernels::testing
