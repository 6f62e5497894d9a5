#include "kernels/matmul.hpp"

#include <whygrad/device/device.hpp>

#include <tuple>

#include "kernels/dnn_test.hpp"

namespace whygrad::kernels::testing {
namespace {

struct Sizes {
  std::int64_t m, n, k;
};
// Below and above every border: one row or column, tiles of 6 rows, panels of 16, 32 and 64 columns, blocks of 128 in k and 768 rows, the size from
// which sgemm is called; and nothing at all.
constexpr Sizes kSizes[] = {{1, 1, 1},    {1, 7, 5},    {7, 1, 5},     {5, 3, 0},     {0, 4, 3},   {4, 0, 3},    {13, 17, 19}, {6, 64, 128},
                            {12, 32, 16}, {7, 65, 129}, {33, 130, 60}, {1, 100, 300}, {64, 1, 70}, {780, 20, 7}, {60, 70, 80}, {20, 10, 600}};

template <class T>
using Real = std::conditional_t<is_complex(dtype_of<T>), std::complex<double>, double>;

template <class T>
Real<T> wide(T value) {
  if constexpr (is_complex(dtype_of<T>)) {
    return {value.real(), value.imag()};
  } else {
    return to_double(value);
  }
}

// All products of a batch, by definition.
template <class T>
std::vector<Real<T>> reference(Array<T>& a, Array<T>& b, bool transpose_a, bool transpose_b, std::int64_t batch, Sizes s) {
  std::vector<Real<T>> as, bs, out(static_cast<std::size_t>(batch * s.m * s.n));
  for (std::int64_t i = 0; i < a.size(); ++i) as.push_back(wide(a[i]));
  for (std::int64_t i = 0; i < b.size(); ++i) bs.push_back(wide(b[i]));
  for (std::int64_t i = 0; i < batch * s.m * s.n; ++i) {
    const std::int64_t matrix = i / (s.m * s.n), row = i / s.n % s.m, column = i % s.n;
    for (std::int64_t p = 0; p < s.k; ++p) {
      const std::int64_t at_a = matrix * s.m * s.k + (transpose_a ? p * s.m + row : row * s.k + p);
      const std::int64_t at_b = matrix * s.k * s.n + (transpose_b ? column * s.k + p : p * s.n + column);
      out[static_cast<std::size_t>(i)] += as[static_cast<std::size_t>(at_a)] * bs[static_cast<std::size_t>(at_b)];
    }
  }
  return out;
}

template <class T>
void expect_equal(Array<T>& got, const std::vector<Real<T>>& want, const std::string& what) {
  if constexpr (is_complex(dtype_of<T>)) {
    for (std::int64_t i = 0; i < got.size(); ++i) ASSERT_EQ(wide(got[i]), want[static_cast<std::size_t>(i)]) << what << ", element " << i;
  } else {
    EXPECT_EQ(difference(got, want), "") << what;
  }
}

template <class T>
void check(Sizes s, Layout layout_a, Layout layout_b, bool transpose_a, bool transpose_b) {
  auto a = exact_array<T>(transpose_a ? Dims{s.k, s.m} : Dims{s.m, s.k}, layout_a, 1);
  auto b = exact_array<T>(transpose_b ? Dims{s.n, s.k} : Dims{s.k, s.n}, layout_b, 2);
  Array<T> out({s.m, s.n}, exact_values<T>(std::max<std::int64_t>(1, s.m * s.n), 3));  // garbage, to be overwritten
  matmul(a.view(), b.view(), transpose_a, transpose_b, out.view());
  expect_equal(out, reference(a, b, transpose_a, transpose_b, 1, s),
               "m " + std::to_string(s.m) + " n " + std::to_string(s.n) + " k " + std::to_string(s.k) + " layouts " +
                   std::to_string(static_cast<int>(layout_a)) + ", " + std::to_string(static_cast<int>(layout_b)) + " transposed " +
                   std::to_string(transpose_a) + ", " + std::to_string(transpose_b));
}

template <class T>
void check_sizes_and_transposes() {
  for (const Sizes s : kSizes) {
    for (const bool transpose_a : {false, true}) {
      for (const bool transpose_b : {false, true}) check<T>(s, Layout::kRowMajor, Layout::kRowMajor, transpose_a, transpose_b);
    }
  }
}

template <class T>
void check_layouts() {
  for (const Layout a : kLayouts) {
    for (const Layout b : kLayouts) {
      for (const Sizes s : {Sizes{9, 11, 10}, Sizes{60, 66, 70}, Sizes{9, 11, 1}, Sizes{9, 1, 10}, Sizes{1, 11, 10}}) check<T>(s, a, b, false, true);
    }
  }
}

class Matmul : public PerTarget {};
TEST_P(Matmul, F32SizesAndTransposes) { check_sizes_and_transposes<float>(); }
TEST_P(Matmul, F32Layouts) { check_layouts<float>(); }
TEST_P(Matmul, F64SizesAndTransposes) { check_sizes_and_transposes<double>(); }
TEST_P(Matmul, F64Layouts) { check_layouts<double>(); }
INSTANTIATE_TEST_SUITE_P(Targets, Matmul, ::testing::ValuesIn(available_targets()), target_name);

// Products cut into blocks by rows, by columns and by both; into fewer than there are threads; and, of those that oneDNN computes, not at all.
TEST(Matmul, BlocksForThreads) {
  const int before = num_threads();
  for (const int threads : {2, 3, 12}) {
    set_num_threads(threads);
    for (const Sizes s :
         {Sizes{100, 110, 100}, Sizes{280, 33, 120}, Sizes{33, 280, 120}, Sizes{9, 17, 7000}, Sizes{1, 500, 2200}, Sizes{500, 1, 2200}}) {
      check<float>(s, Layout::kRowMajor, Layout::kPadded, false, threads == 2);
      check<float>(s, Layout::kRowMajor, Layout::kPadded, true, threads == 3);
      check<double>(s, Layout::kRowMajor, Layout::kPadded, threads == 3, threads == 2);
    }
  }
  check<float>({240, 180, 140}, Layout::kRowMajor, Layout::kRowMajor, false, false);
  set_num_threads(before);
}

template <class T>
class MatmulTypes : public ::testing::Test {};
using OtherTypes =
    ::testing::Types<Half, BFloat16, std::uint8_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(MatmulTypes, OtherTypes);
TYPED_TEST(MatmulTypes, SizesAndTransposes) {
  // Eight bits hold no sum over 600 elements exactly, so the reference would have to wrap as well: there is a test of that below.
  for (const Sizes s : {Sizes{1, 1, 1}, Sizes{5, 3, 0}, Sizes{0, 4, 3}, Sizes{3, 5, 1}, Sizes{4, 7, 3}, Sizes{9, 2, 1}}) {
    for (const bool transpose_a : {false, true}) {
      for (const bool transpose_b : {false, true}) check<TypeParam>(s, Layout::kRowMajor, Layout::kRowMajor, transpose_a, transpose_b);
    }
  }
}
TYPED_TEST(MatmulTypes, Layouts) {
  for (const Layout a : kLayouts) {
    for (const Layout b : kLayouts) check<TypeParam>({5, 6, 2}, a, b, true, false);
  }
}

TEST(Matmul, HalvesAccumulateInF32) {
  // 1 + 2048 * 2^-11 is 2; a sum kept in f16 or bf16 would stay at 1, as 2^-11 is below half of their last place.
  const std::int64_t k = 2049;
  const auto check_type = [&]<class T>(T) {
    std::vector<T> ones(static_cast<std::size_t>(k), from_double<T>(1)), small(static_cast<std::size_t>(k), from_double<T>(1.0 / 2048));
    small[0] = from_double<T>(1);
    Array<T> a({1, k}, ones), b({k, 1}, small), out({1, 1});
    matmul(a.view(), b.view(), false, false, out.view());
    EXPECT_EQ(to_double(out[0]), 2.0);
  };
  check_type(Half());
  check_type(BFloat16());
}

TEST(Matmul, IntegersWrap) {
  Array<std::int8_t> a({1, 2}, {100, 100}), b({2, 1}, {2, 3}), out({1, 1});
  matmul(a.view(), b.view(), false, false, out.view());
  EXPECT_EQ(out[0], static_cast<std::int8_t>(500));
  Array<std::int32_t> c({1, 1}, {std::numeric_limits<std::int32_t>::min()}), d({1, 1}, {-1}), wrapped({1, 1});
  matmul(c.view(), d.view(), false, false, wrapped.view());
  EXPECT_EQ(wrapped[0], std::numeric_limits<std::int32_t>::min());
}

TEST(Matmul, NonFiniteOperandsReachTheResult) {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (const std::int64_t size : {3, 80}) {  // our gemm and sgemm
    std::vector<float> values(static_cast<std::size_t>(size * size), 1.0f);
    values[0] = infinity;
    values[static_cast<std::size_t>(size)] = nan;
    Array<float> a({size, size}, values), zeros({size, size}), out({size, size});
    matmul(a.view(), zeros.view(), false, false, out.view());
    EXPECT_TRUE(std::isnan(out[0]));     // Inf * 0
    EXPECT_TRUE(std::isnan(out[size]));  // NaN * 0
    EXPECT_EQ(out[size * size - 1], 0.0f);
  }
}

// Batches: shapes [2, 3, ...] of which each operand may be broadcast along either axis.
template <class T>
void check_batches(Sizes s) {
  const std::int64_t batch = 6;
  for (const int broadcast_a : {0, 1, 2, 3}) {
    for (const int broadcast_b : {0, 1, 2, 3}) {
      const auto operand = [&](std::int64_t rows, std::int64_t columns, int broadcast, unsigned seed) {
        const std::int64_t matrix = rows * columns;
        const Dims strides = {(broadcast & 1) != 0 ? 0 : 3 * matrix, (broadcast & 2) != 0 ? 0 : matrix, columns, 1};
        return Array<T>({2, 3, rows, columns}, strides, exact_values<T>(batch * matrix, seed));
      };
      auto a = operand(s.m, s.k, broadcast_a, 1), b = operand(s.k, s.n, broadcast_b, 2);
      Array<T> out({2, 3, s.m, s.n});
      matmul(a.view(), b.view(), false, false, out.view());
      expect_equal(out, reference(a, b, false, false, batch, s), "broadcast " + std::to_string(broadcast_a) + ", " + std::to_string(broadcast_b));
    }
  }
}
TEST(Matmul, Batches) {
  check_batches<float>({3, 5, 4});
  check_batches<float>({64, 65, 66});
  check_batches<float>({5, 1, 4});
  check_batches<double>({3, 5, 4});
  check_batches<Half>({2, 3, 2});
  check_batches<BFloat16>({2, 3, 2});
  check_batches<std::int32_t>({3, 5, 4});
}

template <class T>
void check_bias(Sizes s, Activation activation) {
  auto a = exact_array<T>({2, s.m, s.k}, Layout::kRowMajor, 1), b = exact_array<T>({2, s.k, s.n}, Layout::kColumnMajor, 2);
  auto bias = exact_array<T>({s.n}, Layout::kRowMajor, 3);
  Array<T> out({2, s.m, s.n});
  matmul_bias(a.view(), b.view(), bias.view(), activation, out.view());
  auto want = reference(a, b, false, false, 2, s);
  for (std::size_t i = 0; i < want.size(); ++i) {
    want[i] += to_double(bias[static_cast<std::int64_t>(i) % s.n]);
    if (activation == Activation::kRelu) want[i] = std::max(want[i], 0.0);
  }
  EXPECT_EQ(difference(out, want), "") << s.m << " " << s.n << " " << s.k;
}
TEST(Matmul, BiasAndActivation) {
  for (const Activation activation : {Activation::kNone, Activation::kRelu}) {
    for (const Sizes s : {Sizes{3, 5, 4}, Sizes{2, 3, 0}, Sizes{60, 70, 80}}) {
      check_bias<float>(s, activation);
      check_bias<double>(s, activation);
    }
    check_bias<Half>({2, 3, 4}, activation);
    check_bias<BFloat16>({2, 3, 4}, activation);
    check_bias<BFloat16>({2, 3, 0}, activation);
  }
}

TEST(Matmul, ReluKeepsNaN) {
  const auto check_type = [&]<class T>(T) {
    Array<T> a({1, 1}, {from_double<T>(std::numeric_limits<double>::quiet_NaN())}), b({1, 1}, {from_double<T>(1)}), bias({1}, {from_double<T>(0)});
    Array<T> out({1, 1});
    matmul_bias(a.view(), b.view(), bias.view(), Activation::kRelu, out.view());
    EXPECT_TRUE(std::isnan(to_double(out[0])));
  };
  check_type(float());
  check_type(double());
  check_type(Half());
  check_type(BFloat16());
}

}  // namespace
}  // namespace whygrad::kernels::testing
