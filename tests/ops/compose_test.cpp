// Functions that are made of ops: values against TensorFlow's formulas, gradients against central differences, what they refuse.
#include "ops/samples/samples.hpp"

#include <whygrad/autodiff/gradcheck.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/bitwise.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/counting.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/image.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/norm.hpp>
#include <whygrad/ops/segment.hpp>
#include <whygrad/ops/sorting.hpp>
#include <whygrad/ops/sparse.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace whygrad {
namespace {

using samples::Inputs;
using samples::uniform;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Pointwise;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> values(const Tensor& t) { return t.to_vector<double>(); }

void expect_gradient_of_differences(const std::function<Tensor(const Inputs&)>& f, const Inputs& sources) {
  const GradcheckResult result = gradcheck([&f](const Inputs& in) { return Inputs{f(in)}; }, sources, {.order = 2});
  EXPECT_TRUE(result.ok) << result.message;
}

// TensorFlow 2.21 gives sigmoid(1) to the last digits; e^(x - y) alone is off by 2e-5 there, for that is how exact a float of 1000 is.
TEST(ReduceLogsumexp, HasTheGradientOfLargeNumbers) {
  const Tensor z = constant({{1000.0f, 999.0f, -1000.0f}});
  GradientTape tape;
  tape.watch(z);
  const std::vector<float> dz = tape.gradient(reduce_logsumexp(z, 1), z)->to_vector<float>();
  EXPECT_THAT(dz, ElementsAre(::testing::FloatEq(0.7310586f), ::testing::FloatEq(0.26894143f), 0.0f));
}

TEST(Norm, OfEachOrder) {
  const Tensor x = constant({{3.0, -4.0}, {0.0, 2.0}}, float64);
  EXPECT_THAT(values(norm(x, 1)), ElementsAre(5, 2));
  EXPECT_THAT(values(norm(x, 1, {.ord = 1})), ElementsAre(7, 2));
  EXPECT_THAT(values(norm(x, 1, {.ord = kInfinity})), ElementsAre(4, 2));
  EXPECT_DOUBLE_EQ(norm(x, {}, {.ord = 3}).item<double>(), std::cbrt(27 + 64 + 8));
  EXPECT_EQ(norm(x, 0, {.keepdims = true}).shape(), (Shape{1, 2}));
  EXPECT_EQ(norm(x).shape(), Shape{});
  EXPECT_DOUBLE_EQ(norm(x, {0, 1}, {.ord = 1}).item<double>(), 6);
  EXPECT_DOUBLE_EQ(norm(x, {0, 1}, {.ord = kInfinity}).item<double>(), 7);
  EXPECT_THROW(norm(x, {0, 1}, {.ord = 3}), ValueError);
  EXPECT_THROW(norm(x, {}, {.ord = 0}), ValueError);
  EXPECT_THROW(norm(Tensor()), ValueError);
}
TEST(Norm, HasItsGradient) {
  for (const double ord : {1.0, 2.0, 3.0, kInfinity}) {
    expect_gradient_of_differences([=](const Inputs& in) { return norm(in[0], 1, {.ord = ord}); }, {samples::distinct({2, 3}, 0.5, 2)});
  }
}

TEST(Clipping, ByNorm) {
  const Tensor x = constant({{3.0, 4.0}, {0.3, 0.4}}, float64);
  EXPECT_THAT(values(clip_by_norm(x, 1, 1)), Pointwise(::testing::DoubleEq(), std::vector<double>{0.6, 0.8, 0.3, 0.4}));
  expect_gradient_of_differences([](const Inputs& in) { return clip_by_norm(in[0], 1, 1); }, {uniform({2, 3}, 1, 2)});
  expect_gradient_of_differences([](const Inputs& in) { return l2_normalize(in[0], 1); }, {uniform({2, 3}, 1, 2)});
}

TEST(Clipping, ByGlobalNorm) {
  const std::vector<Tensor> tensors = {constant({3.0, 0.0}, float64), constant({{4.0}}, float64)};
  const auto [clipped, length] = clip_by_global_norm(tensors, 2.5);
  EXPECT_DOUBLE_EQ(length.item<double>(), 5);
  EXPECT_THAT(values(clipped[0]), ElementsAre(1.5, 0));
  EXPECT_THAT(values(clipped[1]), ElementsAre(2));
  EXPECT_THAT(values(clip_by_global_norm(tensors, 10).tensors[0]), ElementsAre(3, 0));
  EXPECT_THROW(global_norm({}), ValueError);
}
TEST(Clipping, AnInfiniteNormShowsInEveryResult) {
  const std::vector<Tensor> tensors = {constant({kInfinity}, float64), constant({1.0, 2.0}, float64)};
  for (const Tensor& t : clip_by_global_norm(tensors, 1).tensors) EXPECT_THAT(values(t), Each(::testing::NanSensitiveDoubleEq(NAN)));
}

TEST(Moments, AreMeanAndVariance) {
  const Tensor x = constant({{1.0, 2.0, 3.0, 6.0}, {1.0, 1.0, 1.0, 1.0}}, float64);
  const auto [mean, variance] = moments(x, 1);
  EXPECT_THAT(values(mean), ElementsAre(3, 1));
  EXPECT_THAT(values(variance), ElementsAre(3.5, 0));
  EXPECT_EQ(moments(x, 0, true).mean.shape(), (Shape{1, 4}));
  EXPECT_EQ(moments(cast(x, float16), 0).variance.dtype(), float16);
  expect_gradient_of_differences([](const Inputs& in) { return moments(in[0], 0).variance; }, {uniform({4, 2})});
}

TEST(BatchNormalization, ScalesAndShifts) {
  const Tensor x = uniform({4, 3}), offset = uniform({3}, -1, 1, 2), scale = uniform({3}, 0.5, 2, 3);
  const auto [mean, variance] = moments(x, 0);
  const Tensor plain = nn::batch_normalization(x, mean, variance, {}, {}, 1e-3);
  EXPECT_NEAR(reduce_mean(plain).item<double>(), 0, 1e-15);
  const Tensor expected = plain * scale + offset;
  const Tensor y = nn::batch_normalization(x, mean, variance, offset, scale, 1e-3);
  EXPECT_LT(reduce_max(abs(y - expected)).item<double>(), 1e-14);
  expect_gradient_of_differences(
      [](const Inputs& in) {
        const auto [m, v] = moments(in[0], 0);
        return nn::batch_normalization(in[0], m, v, in[1], in[2], 1e-3);
      },
      {x, offset, scale});
}

TEST(Sort, ValuesInBothDirections) {
  const Tensor x = constant({{3, 1}, {2, 5}});
  EXPECT_THAT(sort(x).to_vector<std::int32_t>(), ElementsAre(1, 3, 2, 5));
  EXPECT_THAT(sort(x, 0, Direction::kDescending).to_vector<std::int32_t>(), ElementsAre(3, 5, 2, 1));
  EXPECT_THAT(sort(constant({200, 3, 255}, uint8)).to_vector<std::uint8_t>(), ElementsAre(3, 200, 255));
  expect_gradient_of_differences([](const Inputs& in) { return sort(in[0], 1); }, {samples::distinct({2, 3, 2})});
  EXPECT_THROW(sort(x, 2), IndexError);
  EXPECT_THROW(sort(uniform({})), ShapeError);
}

TEST(BooleanMask, TakesWhereTrue) {
  const Tensor x = constant({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}});
  EXPECT_THAT(boolean_mask(x, constant({{true, false}, {false, true}})).to_vector<std::int32_t>(), ElementsAre(1, 2, 7, 8));
  EXPECT_THAT(boolean_mask(x, constant({false, true}), 2).to_vector<std::int32_t>(), ElementsAre(2, 4, 6, 8));
  EXPECT_EQ(boolean_mask(x, constant({{false, false}, {false, false}})).shape(), (Shape{0, 2}));
  EXPECT_THROW(boolean_mask(x, constant({true})), ShapeError);
  EXPECT_THROW(boolean_mask(x, constant(true)), ShapeError);
  EXPECT_THROW(boolean_mask(x, constant({1, 0})), DTypeError);
  const Tensor mask = constant({true, false, true});
  expect_gradient_of_differences([&](const Inputs& in) { return boolean_mask(in[0], mask); }, {uniform({3, 2})});
}

TEST(BooleanMask, OfNothingHasAGradientOfZeros) {
  const Tensor x = uniform({3});
  GradientTape tape;
  tape.watch(x);
  const Tensor loss = reduce_mean(square(boolean_mask(x, constant({false, false, false}))));
  EXPECT_THAT(values(*tape.gradient(loss, x)), ElementsAre(0, 0, 0));
}

TEST(Linspace, BetweenTensors) {
  const Tensor start = constant({0.0, 1.0}, float64), stop = constant({1.0, 3.0}, float64);
  EXPECT_THAT(values(linspace(start, stop, 3)), ElementsAre(0, 1, 0.5, 2, 1, 3));
  EXPECT_THAT(values(linspace(start, stop, 3, -1)), ElementsAre(0, 0.5, 1, 1, 2, 3));
  EXPECT_EQ(linspace(start, stop, 1).shape(), (Shape{1, 2}));
  EXPECT_EQ(linspace(constant(0.1), constant(0.7), 4).span<float>()[3], 0.7f);
  expect_gradient_of_differences([](const Inputs& in) { return linspace(in[0], in[1], 4); }, {uniform({2}, -2, 2, 1), uniform({2}, -2, 2, 2)});
  EXPECT_EQ(linspace(start, stop, 0, -1).shape(), (Shape{2, 0}));
  EXPECT_THROW(linspace(start, stop, -1), ValueError);
  EXPECT_THROW(linspace(start, uniform({3}), 2), ShapeError);
  EXPECT_THROW(linspace(start, cast(stop, float32), 2), DTypeError);
  EXPECT_THAT(values(linspace(start, constant(1.0, float64), 3)), ElementsAre(0, 1, 0.5, 1, 1, 1));
  EXPECT_EQ(linspace(start, constant(1.0, float64), 0).shape(), (Shape{0, 2}));
  const std::vector<std::complex<float>> of_complex =
      linspace(cast(constant(0.0f), complex64), complex(constant(1.0f), constant(3.0f)), 3).to_vector<std::complex<float>>();
  EXPECT_EQ(of_complex[1], std::complex<float>(0.5f, 1.5f));
}

TEST(Scatter, AddsToATensorAndMakesSparseOnesDense) {
  const Tensor x = constant({1.0, 2.0, 3.0}, float64), indices = constant({{2}, {0}, {2}}, int64), updates = constant({10.0, 20.0, 30.0}, float64);
  EXPECT_THAT(values(tensor_scatter_nd_add(x, indices, updates)), ElementsAre(21, 2, 43));
  EXPECT_THAT(values(sparse_to_dense({indices, updates, {3}})), ElementsAre(20, 0, 40));
  EXPECT_THAT(values(tensor_scatter_nd_update(x, indices, updates)), ElementsAre(20, 2, 30));  // the last one counts
}

TEST(Trace, SumsTheDiagonal) {
  EXPECT_THAT(values(trace(constant({{{1.0, 2.0}, {3.0, 4.0}}, {{5.0, 6.0}, {7.0, 8.0}}}, float64))), ElementsAre(5, 13));
}

TEST(SegmentMean, OfEachId) {
  const Tensor data = constant({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}, float64);
  EXPECT_THAT(values(unsorted_segment_mean(data, constant({2, 0, 2}), 3)), ElementsAre(3, 4, 0, 0, 3, 4));
  EXPECT_THROW(unsorted_segment_mean(Tensor(), constant({0}), 1), ValueError);
}

TEST(SegmentSum, OfAscendingIds) {
  const Tensor data = constant({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}, float64);
  EXPECT_THAT(values(segment_sum(data, constant({0, 0, 2}))), ElementsAre(4, 6, 0, 0, 5, 6));
  EXPECT_EQ(segment_sum(zeros({0, 2}), zeros({0}, int32)).shape(), (Shape{0, 2}));
  EXPECT_THROW(segment_sum(data, constant({2, 0, 0})), ValueError);
}

TEST(Axes, AnEmptyListThatWasComputedFoldsNothing) {
  const Tensor x = constant({{3.0, -4.0}, {0.0, 2.0}}, float64);
  EXPECT_THAT(values(reduce_sum(x, Ints())), ElementsAre(3, -4, 0, 2));
  EXPECT_EQ(reduce_mean(x, Ints(), true).shape(), (Shape{2, 2}));
  EXPECT_EQ(reduce_sum(x, {}).shape(), Shape{});
  EXPECT_THAT(values(norm(x, Ints())), ElementsAre(3, 4, 0, 2));
  EXPECT_EQ(moments(x, Ints()).variance.shape(), (Shape{2, 2}));
  expect_gradient_of_differences([](const Inputs& in) { return reduce_max(in[0], Ints()); }, {uniform({2, 3})});
}

TEST(SegmentMean, OfIntegersDropsTheFraction) {
  EXPECT_THAT(segment_mean(constant({1, 2, -3}), constant({0, 0, 1})).to_vector<std::int32_t>(), ElementsAre(1, -3));
  EXPECT_EQ(unsorted_segment_mean(constant({1, 2}), constant({0, 0}), 1).dtype(), float64);
  EXPECT_THROW(segment_sum(constant({1, 2}), constant({-1, 0})), IndexError);
}

TEST(Bits, ShiftsStopAtTheWidth) {
  const Tensor x = constant({-8, 5}, int8);
  EXPECT_THAT(bitwise::right_shift(x, 100).to_vector<std::int8_t>(), ElementsAre(-1, 0));
  EXPECT_THAT(bitwise::left_shift(x, -3).to_vector<std::int8_t>(), ElementsAre(-8, 5));
  EXPECT_THAT(bitwise::left_shift(x, 7).to_vector<std::int8_t>(), ElementsAre(0, -128));
}

TEST(Pow, RefusesANegativePowerOfAnInteger) {
  EXPECT_THROW(pow(constant({2, 3}), constant({1, -1})), ValueError);
  EXPECT_THAT(pow(constant({2, 3}), constant({0, 3})).to_vector<std::int32_t>(), ElementsAre(1, 27));
}

TEST(Positions, NanNeverWins) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(argmax(constant({nan, 1.0, 2.0}, float64)).item<std::int64_t>(), 2);
  EXPECT_EQ(argmin(constant({2.0, nan, 1.0}, float64)).item<std::int64_t>(), 2);
  EXPECT_EQ(argmax(constant({false, true, true})).item<std::int64_t>(), 1);
}

TEST(CountNonzero, OverAxes) {
  const Tensor x = constant({{0.0, 2.0}, {-1.0, 3.0}}, float64);
  EXPECT_EQ(count_nonzero(x).item<std::int64_t>(), 3);
  EXPECT_THAT(count_nonzero(x, {0}).to_vector<std::int64_t>(), ElementsAre(1, 2));
}

TEST(Contrast, MovesAwayFromTheMean) {
  const Tensor image = samples::numbers({1, 2, 1}, {0.2, 0.6});
  EXPECT_THAT(values(image::adjust_contrast(image, 2)), Pointwise(::testing::DoubleNear(1e-15), std::vector<double>{0, 0.8}));
  expect_gradient_of_differences([](const Inputs& in) { return image::adjust_contrast(in[0], 1.2); }, {uniform({2, 3, 2})});
}

TEST(Angle, OfZeroHasNoFiniteGradient) {
  const Tensor x = constant({0.0, 1.0}, float64);
  GradientTape tape;
  tape.watch(x);
  const Tensor loss = reduce_sum(angle(complex(x, zeros_like(x))));
  const std::vector<double> dx = values(*tape.gradient(loss, x));
  EXPECT_EQ(dx[0], -kInfinity);
  EXPECT_EQ(dx[1], 0);
}
TEST(Angle, OfRealNumbersIsZeroOrPi) { EXPECT_THAT(values(angle(constant({-2.0, 3.0}, float64))), ElementsAre(M_PI, 0)); }

TEST(Magnitude, OfZeroHasAGradientOfZero) {
  const Tensor x = constant({0.0, 3.0}, float64);
  GradientTape tape;
  tape.watch(x);
  const Tensor loss = reduce_sum(abs(complex(x, x * 0.0)));
  EXPECT_THAT(values(*tape.gradient(loss, x)), ElementsAre(0, 1));
}

}  // namespace
}  // namespace whygrad
