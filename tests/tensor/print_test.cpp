// The expected texts are what NumPy 2.4 prints for the same arrays.
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/shape.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <sstream>

namespace whygrad {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Print, Scalars) {
  EXPECT_EQ(constant(1.5).to_string(), "1.5");
  EXPECT_EQ(constant(1.0).to_string(), "1.0");
  EXPECT_EQ(constant(0.1f).to_string(), "0.1");
  EXPECT_EQ(constant(-7).to_string(), "-7");
  EXPECT_EQ(constant(true).to_string(), "True");
  EXPECT_EQ(constant(1e-5).to_string(), "1e-05");
  EXPECT_EQ(constant(1234567.0).to_string(), "1.234567e+06");
  EXPECT_EQ(constant(1234567.0, float64).to_string(), "1234567.0");
  EXPECT_EQ(constant(-0.0).to_string(), "-0.0");
  EXPECT_EQ(constant(kNan).to_string(), "nan");
  EXPECT_EQ(constant(-kInf).to_string(), "-inf");
  EXPECT_EQ(constant(std::complex<float>(1, -2.5f)).to_string(), "(1-2.5j)");
  EXPECT_EQ(constant(std::complex<double>(0, 2)).to_string(), "2j");
}

TEST(Print, ShapesAndTypesGoToStreamsToo) {
  std::ostringstream out;
  out << Shape({2, 3}) << ' ' << Shape() << ' ' << float32 << ' ' << constant(true);
  EXPECT_EQ(out.str(), "[2, 3] [] f32 True");
}

TEST(Print, NoElementsAndNoTensor) {
  EXPECT_EQ(zeros({0, 3}).to_string(), "[]");
  EXPECT_EQ(Tensor().to_string(), "empty");
}

TEST(Print, PointsStandBelowEachOther) {
  EXPECT_EQ(constant({1.0, 2.25, -30.5}).to_string(), "[  1.     2.25 -30.5 ]");
  EXPECT_EQ(constant({{1.0, 2.0}, {3.0, 4.5}}).to_string(), "[[1.  2. ]\n [3.  4.5]]");
  EXPECT_EQ(constant({0.1, 1.0 / 3}, float64).to_string(), "[0.1        0.33333333]");
  EXPECT_EQ(constant({1.0, kNan, -kInf}).to_string(), "[  1.  nan -inf]");
}

TEST(Print, FarApartNumbersTakeExponents) {
  EXPECT_EQ(constant({1e-5, 1.0}, float64).to_string(), "[1.e-05 1.e+00]");
  EXPECT_EQ(constant({1e10, 1.25, 0.0}, float64).to_string(), "[1.00e+10 1.25e+00 0.00e+00]");
  EXPECT_EQ(constant({1e-320, 1e300}, float64).to_string(), "[1.e-320 1.e+300]");
}

TEST(Print, Halves) {
  EXPECT_EQ(constant({0.1, 65504.0}, float16).to_string(), "[1.00e-01 6.55e+04]");
  EXPECT_EQ(constant({0.1, 0.5}, float16).to_string(), "[0.1 0.5]");
  EXPECT_EQ(constant({0.1, 2.0}, bfloat16).to_string(), "[0.1 2. ]");
}

TEST(Print, IntegersAndBools) {
  EXPECT_EQ(constant({{1, -20}, {300, 4}}).to_string(), "[[  1 -20]\n [300   4]]");
  EXPECT_EQ(constant({true, false}).to_string(), "[ True False]");
}

TEST(Print, ComplexNumbers) {
  EXPECT_EQ(constant({std::complex<double>(1, 2), std::complex<double>(-0.5, -10.25)}).to_string(), "[ 1.  +2.j   -0.5-10.25j]");
}

TEST(Print, DeepNestingTakesEmptyLines) { EXPECT_EQ(reshape(range(8), {2, 2, 2}).to_string(), "[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]"); }

TEST(Print, LongRowsAreBroken) {
  EXPECT_EQ(range(30).to_string(), "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n 24 25 26 27 28 29]");
}

TEST(Print, MoreThanAThousandElementsAreSummarised) {
  EXPECT_EQ(range(1001).to_string(), "[   0    1    2 ...  998  999 1000]");
  EXPECT_EQ(reshape(range(2000), {2, 1000}).to_string(), "[[   0    1    2 ...  997  998  999]\n [1000 1001 1002 ... 1997 1998 1999]]");
  EXPECT_EQ(reshape(range(1200), {600, 2}).to_string(), "[[   0    1]\n [   2    3]\n [   4    5]\n ...\n [1194 1195]\n [1196 1197]\n [1198 1199]]");
}

TEST(Print, AThousandElementsAreNot) { EXPECT_EQ(zeros({10, 100}, int32).to_string().find("..."), std::string::npos); }

TEST(Print, ViewsAndStreams) {
  std::ostringstream out;
  out << transpose(constant({{1, 2}, {3, 4}}));
  EXPECT_EQ(out.str(), "[[1 3]\n [2 4]]");
}

}  // namespace
}  // namespace whygrad
