// Integer, comparison, bool and complex loops, and the table of what is supported.
#include "kernels/elementwise.hpp"
#include "kernels/kernel_test.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/complex.hpp>

#include <complex>
#include <functional>
#include <limits>

namespace whygrad::kernels {
namespace {

using testing::Array;
using testing::random_values;

class Integers : public testing::PerTarget {};
INSTANTIATE_TEST_SUITE_P(, Integers, ::testing::ValuesIn(testing::available_targets()), testing::target_name);

// The exact result in 128 bits, then cut to the type: what wrapping means.
__extension__ using Exact = __int128;

Exact floor_div(Exact a, Exact b) {
  if (b == 0) return 0;
  const Exact q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

template <class T>
void check_arithmetic() {
  constexpr T kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
  std::vector<T> values = random_values<T>(60, std::is_signed_v<T> ? -100 : 0, 100);
  for (const T edge : {kLow, kHigh, T(0), T(1), T(-1), T(kHigh / 2)}) values.push_back(edge);
  const std::int64_t n = static_cast<std::int64_t>(values.size());
  Array<T> a({n, n}, {1, 0}, values), b({n, n}, {0, 1}, values), out({n, n});
  const auto check = [&](Binary op, Exact (*exact)(Exact, Exact)) {
    binary(op, a.view(), b.view(), out.view());
    for (std::int64_t i = 0; i < out.size(); ++i) {
      ASSERT_EQ(out[i], static_cast<T>(exact(a[i], b[i]))) << int(op) << " of " << +a[i] << ", " << +b[i] << " " << name_of(dtype_of<T>);
    }
  };
  check(Binary::kAdd, [](Exact x, Exact y) { return x + y; });
  check(Binary::kSubtract, [](Exact x, Exact y) { return x - y; });
  check(Binary::kMultiply, [](Exact x, Exact y) { return x * y; });
  check(Binary::kMaximum, [](Exact x, Exact y) { return x > y ? x : y; });
  check(Binary::kMinimum, [](Exact x, Exact y) { return x < y ? x : y; });
  check(Binary::kFloorDiv, [](Exact x, Exact y) { return floor_div(x, y); });
  check(Binary::kFloorMod, [](Exact x, Exact y) { return y == 0 ? 0 : x - y * floor_div(x, y); });
  check(Binary::kSquaredDifference, [](Exact x, Exact y) { return static_cast<Exact>(static_cast<T>(x - y)) * static_cast<T>(x - y); });
}

TEST_P(Integers, ArithmeticWraps) {
  check_arithmetic<std::uint8_t>();
  check_arithmetic<std::int8_t>();
  check_arithmetic<std::int16_t>();
  check_arithmetic<std::int32_t>();
  check_arithmetic<std::int64_t>();
}

template <class T>
void check_unary() {
  constexpr T kLow = std::numeric_limits<T>::min();
  Array<T> x({5}, {kLow, T(-1), T(0), T(3), T(100)}), out({5});
  unary(Unary::kAbs, x.view(), out.view());
  EXPECT_EQ(out[0], kLow);  // has no positive counterpart
  EXPECT_EQ(out[1], T(-1) < 0 ? T(1) : T(-1));
  unary(Unary::kNegative, x.view(), out.view());
  EXPECT_EQ(out[0], kLow);
  EXPECT_EQ(out[3], T(-3));
  unary(Unary::kSign, x.view(), out.view());
  EXPECT_EQ(out[1], T(-1) < 0 ? T(-1) : T(1));
  EXPECT_EQ(out[2], T(0));
  unary(Unary::kSquare, x.view(), out.view());
  EXPECT_EQ(out[4], static_cast<T>(10000));
  unary(Unary::kRelu6, x.view(), out.view());
  EXPECT_EQ(out[3], T(3));
  EXPECT_EQ(out[4], T(6));
}
TEST_P(Integers, Unary) {
  check_unary<std::uint8_t>();
  check_unary<std::int8_t>();
  check_unary<std::int16_t>();
  check_unary<std::int32_t>();
  check_unary<std::int64_t>();
}

TEST_P(Integers, Powers) {
  Array<std::int32_t> a({7}, {2, -3, 7, 1, -1, 0, 3}), b({7}, {10, 3, 0, -5, -3, -1, 21}), out({7});
  binary(Binary::kPow, a.view(), b.view(), out.view());
  const std::int32_t expected[] = {1024, -27, 1, 1, -1, 0, static_cast<std::int32_t>(10460353203)};
  for (int i = 0; i < 7; ++i) EXPECT_EQ(out[i], expected[i]);
}

TEST_P(Integers, BitsOfEveryWidth) {
  Array<std::int8_t> a({5}, {-128, -1, 5, 127, 12}), b({5}, {1, 3, -2, 9, 2}), out({5});
  const struct {
    Binary op;
    std::int8_t expected[5];
  } rows[] = {{Binary::kBitAnd, {0, 3, 4, 9, 0}},
              {Binary::kBitOr, {-127, -1, -1, 127, 14}},
              {Binary::kBitXor, {-127, -4, -5, 118, 14}},
              {Binary::kShiftLeft, {0, -8, 5, -128, 48}},  // by at least 0 and at most 7 places
              {Binary::kShiftRight, {-64, -1, 5, 0, 3}}};
  for (const auto& row : rows) {
    binary(row.op, a.view(), b.view(), out.view());
    for (int i = 0; i < 5; ++i) EXPECT_EQ(out[i], row.expected[i]) << int(row.op) << " at " << i;
  }
  unary(Unary::kInvert, a.view(), out.view());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(out[i], -1 - a[i]);
  unary(Unary::kRound, a.view(), out.view());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(out[i], a[i]);
}

template <class T>
void check_comparisons() {
  Array<T> a({5, 71}, random_values<T>(355, 0, 4, 1)), b({5, 71}, {0, 1}, random_values<T>(71, 0, 4, 2));
  Array<bool> out({5, 71});
  const auto check = [&](Binary op, auto compare) {
    binary(op, a.view(), b.view(), out.view());
    for (std::int64_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], compare(a[i], b[i])) << int(op);
  };
  check(Binary::kEqual, std::equal_to<>());
  check(Binary::kNotEqual, std::not_equal_to<>());
  check(Binary::kLess, std::less<>());
  check(Binary::kLessEqual, std::less_equal<>());
  check(Binary::kGreater, std::greater<>());
  check(Binary::kGreaterEqual, std::greater_equal<>());
}
TEST_P(Integers, Comparisons) {
  check_comparisons<std::uint8_t>();
  check_comparisons<std::int8_t>();
  check_comparisons<std::int16_t>();
  check_comparisons<std::int32_t>();
  check_comparisons<std::int64_t>();
  check_comparisons<float>();
  check_comparisons<double>();
}

TEST_P(Integers, NanComparesUnequal) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  Array<float> a({4}, {nan, nan, inf, 0.0f}), b({4}, {nan, 1, inf, -0.0f});
  Array<bool> out({4});
  const auto expect = [&](std::vector<bool> expected) {
    for (std::int64_t i = 0; i < 4; ++i) EXPECT_EQ(out[i], expected[static_cast<std::size_t>(i)]) << i;
  };
  binary(Binary::kEqual, a.view(), b.view(), out.view());
  expect({false, false, true, true});
  binary(Binary::kNotEqual, a.view(), b.view(), out.view());
  expect({true, true, false, false});
  binary(Binary::kGreaterEqual, a.view(), b.view(), out.view());
  expect({false, false, true, true});
  unary(Unary::kIsNan, a.view(), out.view());
  expect({true, true, false, false});
  unary(Unary::kIsInf, a.view(), out.view());
  expect({false, false, true, false});
  unary(Unary::kIsFinite, a.view(), out.view());
  expect({false, false, false, true});
  Array<BFloat16> brain({4}, {BFloat16(nan), BFloat16(-inf), BFloat16(1.0f), BFloat16(0.0f)});
  unary(Unary::kIsFinite, brain.view(), out.view());
  expect({false, false, true, true});
}

TEST_P(Integers, Logic) {
  Array<bool> a({4}, {false, false, true, true}), b({4}, {false, true, false, true}), out({4});
  const auto expect = [&](std::vector<bool> expected) {
    for (std::int64_t i = 0; i < 4; ++i) EXPECT_EQ(out[i], expected[static_cast<std::size_t>(i)]) << i;
  };
  binary(Binary::kLogicalAnd, a.view(), b.view(), out.view());
  expect({false, false, false, true});
  binary(Binary::kLogicalOr, a.view(), b.view(), out.view());
  expect({false, true, true, true});
  binary(Binary::kLogicalXor, a.view(), b.view(), out.view());
  expect({false, true, true, false});
  unary(Unary::kLogicalNot, a.view(), out.view());
  expect({true, true, false, false});
  binary(Binary::kEqual, a.view(), b.view(), out.view());
  expect({true, false, false, true});
}

template <class T>
void check_complex() {
  using C = std::complex<T>;
  Array<C> a({3}, {C(1, 2), C(-0.5, 0.25), C(0, 0)}), b({3}, {C(3, -1), C(0.5, 2), C(1, 1)}), out({3});
  const auto near = [&](Array<C>& got, const std::function<C(C, C)>& expected) {
    for (int i = 0; i < 3; ++i) EXPECT_LE(std::abs(got[i] - expected(a[i], b[i])), 1e-5) << i;
  };
  binary(Binary::kAdd, a.view(), b.view(), out.view());
  near(out, [](C x, C y) { return x + y; });
  binary(Binary::kSubtract, a.view(), b.view(), out.view());
  near(out, [](C x, C y) { return x - y; });
  binary(Binary::kMultiply, a.view(), b.view(), out.view());
  near(out, [](C x, C y) { return x * y; });
  binary(Binary::kDivide, a.view(), b.view(), out.view());
  near(out, [](C x, C y) { return x / y; });
  unary(Unary::kExp, a.view(), out.view());
  near(out, [](C x, C) { return std::exp(x); });
  unary(Unary::kSqrt, a.view(), out.view());
  near(out, [](C x, C) { return std::sqrt(x); });
  unary(Unary::kTanh, a.view(), out.view());
  near(out, [](C x, C) { return std::tanh(x); });
  unary(Unary::kConj, a.view(), out.view());
  near(out, [](C x, C) { return std::conj(x); });
  unary(Unary::kSign, a.view(), out.view());
  near(out, [](C x, C) { return x == C(0) ? C(0) : x / std::abs(x); });
  Array<T> real({3});
  unary(Unary::kAbs, a.view(), real.view());
  EXPECT_NEAR(static_cast<double>(real[0]), std::sqrt(5.0), 1e-6);
  unary(Unary::kImag, a.view(), real.view());
  EXPECT_EQ(real[1], T(0.25));
  unary(Unary::kReal, a.view(), real.view());
  EXPECT_EQ(real[1], T(-0.5));
  Array<bool> same({3});
  binary(Binary::kEqual, a.view(), a.view(), same.view());
  EXPECT_TRUE(same[0]);
}
TEST_P(Integers, Complex) {
  check_complex<float>();
  check_complex<double>();
}

TEST(Support, SaysWhatTheLoopsTake) {
  EXPECT_TRUE(supports(Unary::kExp, float32));
  EXPECT_TRUE(supports(Unary::kExp, bfloat16));
  EXPECT_TRUE(supports(Unary::kExp, complex64));
  EXPECT_FALSE(supports(Unary::kExp, int32));
  EXPECT_FALSE(supports(Unary::kExp, bool_));
  EXPECT_TRUE(supports(Unary::kLogicalNot, bool_));
  EXPECT_FALSE(supports(Unary::kLogicalNot, float32));
  EXPECT_TRUE(supports(Binary::kLess, int8));
  EXPECT_FALSE(supports(Binary::kLess, complex64));
  EXPECT_FALSE(supports(Binary::kLess, bool_));
  EXPECT_TRUE(supports(Binary::kEqual, bool_));
  EXPECT_FALSE(supports(Binary::kDivide, int64));
  EXPECT_FALSE(supports(Binary::kReluGrad, int64));
  EXPECT_EQ(result_dtype(Unary::kAbs, complex128), float64);
  EXPECT_EQ(result_dtype(Unary::kIsNan, float16), bool_);
  EXPECT_EQ(result_dtype(Binary::kEqual, int32), bool_);
  EXPECT_EQ(result_dtype(Binary::kTanhGrad, float16), float16);
  Array<std::int32_t> x({3});
  EXPECT_THROW(unary(Unary::kExp, x.view(), x.view()), InternalError);
  EXPECT_THROW(binary(Binary::kDivide, x.view(), x.view(), x.view()), InternalError);
}

}  // namespace
}  // namespace whygrad::kernels
