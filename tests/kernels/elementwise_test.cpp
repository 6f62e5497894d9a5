// Values of the elementwise kernels against scalar references, on every SIMD target, over sizes around the vector length.
#include "kernels/elementwise.hpp"

#include "kernels/kernel_test.hpp"

#include <cmath>
#include <functional>

namespace whygrad::kernels {
namespace {

using testing::Array;
using testing::random_values;
using testing::ulps;

class Elementwise : public testing::PerTarget {};
INSTANTIATE_TEST_SUITE_P(, Elementwise, ::testing::ValuesIn(testing::available_targets()), testing::target_name);

struct UnaryCase {
  const char* name;
  Unary op;
  double lo, hi;
  double ulps;
  double (*reference)(double);
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
constexpr double kScale = 1.0507009873554804934193349852946, kAlpha = 1.6732632423543772848170429916717;

const UnaryCase kUnaryCases[] = {
    {"negative", Unary::kNegative, -9, 9, 0, [](double x) { return -x; }},
    {"abs", Unary::kAbs, -9, 9, 0, [](double x) { return std::abs(x); }},
    {"sign", Unary::kSign, -9, 9, 0, [](double x) { return double((x > 0) - (x < 0)); }},
    {"square", Unary::kSquare, -9, 9, 1, [](double x) { return x * x; }},
    {"reciprocal", Unary::kReciprocal, -9, 9, 1, [](double x) { return 1 / x; }},
    {"sqrt", Unary::kSqrt, 0, 9, 1, [](double x) { return std::sqrt(x); }},
    {"rsqrt", Unary::kRsqrt, 1e-3, 9, 2, [](double x) { return 1 / std::sqrt(x); }},
    {"floor", Unary::kFloor, -9, 9, 0, [](double x) { return std::floor(x); }},
    {"ceil", Unary::kCeil, -9, 9, 0, [](double x) { return std::ceil(x); }},
    {"round", Unary::kRound, -9, 9, 0, [](double x) { return std::nearbyint(x); }},
    {"rint", Unary::kRint, -1e9, 1e9, 0, [](double x) { return std::nearbyint(x); }},
    {"relu", Unary::kRelu, -9, 9, 0, [](double x) { return x > 0 ? x : 0; }},
    {"relu6", Unary::kRelu6, -9, 9, 0, [](double x) { return std::clamp(x, 0.0, 6.0); }},
    {"softsign", Unary::kSoftsign, -9, 9, 2, [](double x) { return x / (1 + std::abs(x)); }},
    {"exp", Unary::kExp, -103, 88.7, 2, [](double x) { return std::exp(x); }},
    {"expm1", Unary::kExpm1, -20, 88.7, 3, [](double x) { return std::expm1(x); }},
    {"expm1 near 0", Unary::kExpm1, -0.6, 0.6, 3, [](double x) { return std::expm1(x); }},
    {"log", Unary::kLog, 1e-20, 10, 2, [](double x) { return std::log(x); }},
    {"log of large", Unary::kLog, 1, 1e30, 2, [](double x) { return std::log(x); }},
    {"log near 1", Unary::kLog, 0.9, 1.1, 2, [](double x) { return std::log(x); }},
    {"log1p", Unary::kLog1p, -0.999, 20, 3, [](double x) { return std::log1p(x); }},
    {"log1p near 0", Unary::kLog1p, -1e-4, 1e-4, 3, [](double x) { return std::log1p(x); }},
    {"sigmoid", Unary::kSigmoid, -90, 90, 3, sigmoid},
    {"log_sigmoid", Unary::kLogSigmoid, -90, 90, 4, [](double x) { return -softplus(-x); }},
    {"softplus", Unary::kSoftplus, -90, 90, 4, softplus},
    {"tanh", Unary::kTanh, -12, 12, 4, [](double x) { return std::tanh(x); }},
    {"tanh near 0", Unary::kTanh, -0.1, 0.1, 4, [](double x) { return std::tanh(x); }},
    {"sinh", Unary::kSinh, -88, 88, 4, [](double x) { return std::sinh(x); }},
    {"sinh near 0", Unary::kSinh, -1.5, 1.5, 4, [](double x) { return std::sinh(x); }},
    {"cosh", Unary::kCosh, -88, 88, 4, [](double x) { return std::cosh(x); }},
    {"elu", Unary::kElu, -20, 20, 3, [](double x) { return x > 0 ? x : std::expm1(x); }},
    {"selu", Unary::kSelu, -20, 20, 4, [](double x) { return kScale * (x > 0 ? x : kAlpha * std::expm1(x)); }},
    {"silu", Unary::kSilu, -80, 80, 4, [](double x) { return x * sigmoid(x); }},
    {"sin", Unary::kSin, -100, 100, 4, [](double x) { return std::sin(x); }},
    {"sin of large", Unary::kSin, -1e6, 1e6, 4, [](double x) { return std::sin(x); }},
    {"cos", Unary::kCos, -100, 100, 4, [](double x) { return std::cos(x); }},
    {"cos of large", Unary::kCos, -1e6, 1e6, 4, [](double x) { return std::cos(x); }},
    {"tan", Unary::kTan, -1.5, 1.5, 4, [](double x) { return std::tan(x); }},
    {"asin", Unary::kAsin, -1, 1, 4, [](double x) { return std::asin(x); }},
    {"acos", Unary::kAcos, -1, 1, 4, [](double x) { return std::acos(x); }},
    {"atan", Unary::kAtan, -50, 50, 4, [](double x) { return std::atan(x); }},
    {"asinh", Unary::kAsinh, -50, 50, 5, [](double x) { return std::asinh(x); }},
    {"asinh near 0", Unary::kAsinh, -1e-2, 1e-2, 5, [](double x) { return std::asinh(x); }},
    {"acosh", Unary::kAcosh, 1, 50, 5, [](double x) { return std::acosh(x); }},
    {"atanh", Unary::kAtanh, -0.99, 0.99, 5, [](double x) { return std::atanh(x); }},
    {"erf", Unary::kErf, -5, 5, 4, [](double x) { return std::erf(x); }},
    {"erfc", Unary::kErfc, -5, 9, 4, [](double x) { return std::erfc(x); }},
    {"gelu", Unary::kGelu, -2, 9, 4, [](double x) { return 0.5 * x * std::erfc(-x * std::sqrt(0.5)); }},
};

// f64 has no wider type to compare with here, so its own libm is the reference and gets 1 ulp more.
template <class T>
void check_unary(const UnaryCase& c, std::int64_t n) {
  Array<T> x({n}, random_values<T>(n, c.lo, c.hi, static_cast<unsigned>(n)));
  Array<T> out({n});
  unary(c.op, x.view(), out.view());
  for (std::int64_t i = 0; i < n; ++i) {
    const T expected = static_cast<T>(c.reference(static_cast<double>(x[i])));
    EXPECT_LE(ulps(out[i], expected), c.ulps + (sizeof(T) == 8)) << c.name << "(" << x[i] << ") of " << n << ": " << out[i] << " not " << expected;
  }
}

// Near a zero nearly all digits of the argument cancel, and what is left shows how many digits of pi were taken.
TEST_P(Elementwise, SineAndCosineKeepTheirDigitsNearTheirZeros) {
  constexpr std::int64_t kCount = 12600;  // beyond 39000
  const double pi = 3.14159265358979323846;
  std::vector<float> zeros(kCount), halves(kCount);
  for (std::int64_t i = 0; i < kCount; ++i) {
    const double sign = i % 2 == 0 ? 1 : -1;
    zeros[static_cast<std::size_t>(i)] = static_cast<float>(sign * static_cast<double>(i) * pi);
    halves[static_cast<std::size_t>(i)] = static_cast<float>(sign * (static_cast<double>(i) + 0.5) * pi);
  }
  Array<float> x({kCount}, zeros), y({kCount}, halves), sines({kCount}), cosines({kCount});
  unary(Unary::kSin, x.view(), sines.view());
  unary(Unary::kCos, y.view(), cosines.view());
  for (std::int64_t i = 0; i < kCount; ++i) {
    EXPECT_LE(ulps(sines[i], static_cast<float>(std::sin(static_cast<double>(x[i])))), 4) << "sin " << x[i];
    EXPECT_LE(ulps(cosines[i], static_cast<float>(std::cos(static_cast<double>(y[i])))), 4) << "cos " << y[i];
  }
}

TEST_P(Elementwise, UnaryMatchesReference) {
  for (const UnaryCase& c : kUnaryCases) {
    for (std::int64_t n = 1; n <= 70; n += n < 20 ? 1 : 7) {
      check_unary<float>(c, n);
      check_unary<double>(c, n);
    }
    check_unary<float>(c, 20011);
    check_unary<double>(c, 20011);
  }
}

TEST_P(Elementwise, SubnormalsAndOverflow) {
  const float denormal = std::numeric_limits<float>::denorm_min(), inf = std::numeric_limits<float>::infinity();
  Array<float> x({8}, {denormal, -denormal, 1e-39f, -1e-39f, 0.0f, -0.0f, inf, -inf});
  Array<float> out({8});
  const auto apply = [&](Unary op) { unary(op, x.view(), out.view()); };
  for (const Unary op : {Unary::kSin, Unary::kTanh, Unary::kExpm1, Unary::kLog1p, Unary::kAsinh, Unary::kAtan, Unary::kSinh}) {
    apply(op);
    for (int i = 0; i < 6; ++i) {
      EXPECT_EQ(out[i], x[i]) << static_cast<int>(op) << " at " << x[i];
      EXPECT_EQ(std::signbit(out[i]), std::signbit(x[i])) << static_cast<int>(op) << " at " << x[i];
    }
  }
  apply(Unary::kLog);
  EXPECT_LE(ulps(out[0], static_cast<float>(std::log(static_cast<double>(denormal)))), 2);
  EXPECT_TRUE(std::isnan(out[1]));
  apply(Unary::kExp);
  EXPECT_EQ(out[6], inf);
  EXPECT_EQ(out[7], 0);
  Array<float> ends({4}, {88.72284f, 88.8f, -103.9f, -104.5f});
  Array<float> powers({4});
  unary(Unary::kExp, ends.view(), powers.view());
  EXPECT_LE(ulps(powers[0], static_cast<float>(std::exp(88.72284))), 8);  // the slope of exp magnifies the digits of the literal
  EXPECT_EQ(powers[1], inf);
  EXPECT_EQ(powers[2], denormal);
  EXPECT_EQ(powers[3], 0);
}

TEST_P(Elementwise, PowersOverflowAndUnderflow) {
  Array<float> a({6}, {10, 10, 1e-20f, 1.5f, -2, 3}), b({6}, {50, -50, 2.2f, 0, 3, -81}), out({6});
  binary(Binary::kPow, a.view(), b.view(), out.view());
  const double expected[] = {std::numeric_limits<double>::infinity(), 0, std::pow(double(1e-20f), double(2.2f)), 1, -8, std::pow(3.0, -81)};
  for (int i = 0; i < 6; ++i) EXPECT_LE(ulps(out[i], static_cast<float>(expected[i])), 1) << i;
}

TEST_P(Elementwise, RoundsTiesToEven) {
  Array<float> x({6}, {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f});
  Array<float> out({6});
  unary(Unary::kRound, x.view(), out.view());
  const float expected[] = {0, 2, 2, -0.0f, -2, -2};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(out[i], expected[i]);
}

struct BinaryCase {
  Binary op;
  double (*reference)(double, double);
};
const BinaryCase kBinaryCases[] = {
    {Binary::kAdd, [](double a, double b) { return a + b; }},
    {Binary::kSubtract, [](double a, double b) { return a - b; }},
    {Binary::kMultiply, [](double a, double b) { return a * b; }},
    {Binary::kDivide, [](double a, double b) { return a / b; }},
    {Binary::kFloorDiv, [](double a, double b) { return std::floor(a / b); }},
    {Binary::kFloorMod, [](double a, double b) { return a - b * std::floor(a / b); }},
    {Binary::kMaximum, [](double a, double b) { return std::max(a, b); }},
    {Binary::kMinimum, [](double a, double b) { return std::min(a, b); }},
    {Binary::kSquaredDifference, [](double a, double b) { return (a - b) * (a - b); }},
    {Binary::kMultiplyNoNan, [](double a, double b) { return a * b; }},
    {Binary::kDivideNoNan, [](double a, double b) { return a / b; }},
    {Binary::kXdivy, [](double a, double b) { return a / b; }},
    {Binary::kPow, [](double a, double b) { return std::pow(a, b); }},
    {Binary::kAtan2, [](double a, double b) { return std::atan2(a, b); }},
    {Binary::kXlogy, [](double a, double b) { return a * std::log(b); }},
    {Binary::kXlog1py, [](double a, double b) { return a * std::log1p(b); }},
    {Binary::kSigmoidGrad, [](double dy, double y) { return dy * y * (1 - y); }},
    {Binary::kTanhGrad, [](double dy, double y) { return dy * (1 - y * y); }},
    {Binary::kReluGrad, [](double dy, double y) { return y > 0 ? dy : 0; }},
    {Binary::kRelu6Grad, [](double dy, double y) { return y > 0 && y < 6 ? dy : 0; }},
    {Binary::kSoftplusGrad, [](double dy, double x) { return dy * sigmoid(x); }},
    {Binary::kEluGrad, [](double dy, double y) { return y < 0 ? dy * (y + 1) : dy; }},
    {Binary::kSeluGrad, [](double dy, double y) { return dy * (y < 0 ? y + kScale * kAlpha : kScale); }},
    {Binary::kSoftsignGrad, [](double dy, double x) { return dy / ((1 + std::abs(x)) * (1 + std::abs(x))); }},
    {Binary::kSqrtGrad, [](double dy, double y) { return dy * 0.5 / y; }},
    {Binary::kRsqrtGrad, [](double dy, double y) { return dy * -0.5 * y * y * y; }},
    {Binary::kReciprocalGrad, [](double dy, double y) { return -dy * y * y; }},
};

double as_double(double x) { return x; }
double as_double(auto x) { return static_cast<double>(static_cast<float>(x)); }

// b stays positive, where every op is defined; the edges have their own tests. Exact multiples would make floordiv ambiguous: none occur.
template <class T>
void expect_binary(const BinaryCase& c, Array<T>& a, Array<T>& b) {
  Array<T> out(a.shape());
  binary(c.op, a.view(), b.view(), out.view());
  const double epsilon = dtype_of<T> == DType::kF64 ? 1e-14 : dtype_of<T> == DType::kF32 ? 2e-6 : dtype_of<T> == DType::kF16 ? 2e-3 : 2e-2;
  for (std::int64_t i = 0; i < out.size(); ++i) {
    const double x = as_double(a[i]), y = as_double(b[i]), wanted = c.reference(x, y);
    ASSERT_NEAR(as_double(out[i]), wanted, epsilon * std::max(1.0, std::abs(wanted)))
        << "op " << int(c.op) << " of " << x << ", " << y << " at " << i;
  }
}

template <class T>
void check_binary(const BinaryCase& c) {
  const double high = sizeof(T) == 2 ? 3 : 7;  // 7^7 is no f16

  for (std::int64_t n = 1; n <= 70; n += n < 20 ? 1 : 7) {
    Array<T> a({n}, random_values<T>(n, 0.1, high, 1)), b({n}, random_values<T>(n, 0.1, high, 2));
    expect_binary(c, a, b);
  }
  const std::int64_t rows = 37, columns = 53;
  Array<T> matrix({rows, columns}, random_values<T>(rows * columns, 0.1, high, 3));
  Array<T> row({rows, columns}, {0, 1}, random_values<T>(columns, 0.1, high, 4));
  Array<T> column({rows, columns}, {1, 0}, random_values<T>(rows, 0.1, high, 5));
  Array<T> scalar({rows, columns}, {0, 0}, random_values<T>(1, 0.1, high, 6));
  Array<T> transposed({rows, columns}, {1, rows}, random_values<T>(rows * columns, 0.1, high, 7));
  Array<T> reversed({rows, columns}, {-columns, -1}, random_values<T>(rows * columns, 0.1, high, 8), rows * columns - 1);
  Array<T> every_other({rows, columns}, {2 * columns, 2}, random_values<T>(2 * rows * columns, 0.1, high, 9));
  for (Array<T>* other : {&matrix, &row, &column, &scalar, &transposed, &reversed, &every_other}) {
    expect_binary(c, matrix, *other);
    expect_binary(c, *other, matrix);
  }
  expect_binary(c, row, column);
  expect_binary(c, scalar, scalar);
}

TEST_P(Elementwise, BinaryF32) {
  for (const BinaryCase& c : kBinaryCases) check_binary<float>(c);
}
TEST_P(Elementwise, BinaryF64) {
  for (const BinaryCase& c : kBinaryCases) check_binary<double>(c);
}
TEST_P(Elementwise, BinaryHalves) {
  for (const BinaryCase& c : kBinaryCases) {
    if (c.op == Binary::kFloorDiv || c.op == Binary::kFloorMod) continue;  // halves often are exact multiples of each other; see IntegerDivision
    check_binary<Half>(c);
    check_binary<BFloat16>(c);
  }
}

TEST_P(Elementwise, InPlaceAnySize) {
  for (std::int64_t n = 1; n <= 70; ++n) {
    const std::vector<float> start = random_values<float>(n, -2, 2);
    Array<float> x({n}, start), y({n}, start);
    unary(Unary::kExp, x.view(), x.view());
    binary(Binary::kMultiply, y.view(), y.view(), y.view());
    for (std::int64_t i = 0; i < n; ++i) {
      EXPECT_LE(ulps(x[i], std::exp(start[i])), 2);
      EXPECT_EQ(y[i], start[i] * start[i]);
    }
  }
}

TEST_P(Elementwise, LargeArraysSplitOverThreads) {
  const std::int64_t n = 300001;
  Array<float> a({n}, random_values<float>(n, -2, 2)), b({n}, random_values<float>(n, -2, 2, 2)), out({n});
  binary(Binary::kAdd, a.view(), b.view(), out.view());
  for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(out[i], a[i] + b[i]);
  Array<float> row({1000, 301}, {0, 1}, random_values<float>(301, -2, 2)), matrix({1000, 301}, random_values<float>(301000, -2, 2)), sum({1000, 301});
  binary(Binary::kAdd, matrix.view(), row.view(), sum.view());
  for (std::int64_t i = 0; i < sum.size(); ++i) ASSERT_EQ(sum[i], matrix[i] + row[i]);
}

TEST_P(Elementwise, ZeroGradientStaysZero) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  Array<float> dy({3}, {0, 0, 0}), y({3}, {0, inf, nan}), out({3});
  for (const Binary op : {Binary::kSqrtGrad, Binary::kRsqrtGrad, Binary::kReciprocalGrad}) {
    binary(op, dy.view(), y.view(), out.view());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(out[i], 0);
  }
}

// The gradient of relu is a product, as TensorFlow's: what is not finite stays so where the unit is off.
TEST_P(Elementwise, ReluGradientMultiplies) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  Array<float> dy({4}, {nan, inf, 3, 3}), v({4}, {-1, 0, -0.0f, 1}), out({4});
  binary(Binary::kReluGrad, dy.view(), v.view(), out.view());
  EXPECT_TRUE(std::isnan(out[0]));
  EXPECT_TRUE(std::isnan(out[1]));
  EXPECT_EQ(out[2], 0);
  EXPECT_EQ(out[3], 3);
}

}  // namespace
}  // namespace whygrad::kernels
