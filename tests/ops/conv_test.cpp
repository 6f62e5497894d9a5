#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/conv.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whygrad {
namespace {

using ::testing::ElementsAre;

Tensor row(const Tensor& numbers) { return reshape(numbers, {1, 1, -1, 1}); }

// Of four columns with a window of three, SAME pads one column: behind the last, where the stride is 2; one on each side, where it is 1.
TEST(Padding, SameGivesTheOddOneToTheEnd) {
  const Tensor x = row(constant({1.0, 2.0, 3.0, 4.0})), sum = ones({1, 3, 1, 1});
  EXPECT_THAT(nn::conv2d(x, sum, {.strides = {1, 2}, .padding = nn::same}).to_vector<float>(), ElementsAre(6, 7));
  EXPECT_THAT(nn::conv2d(x, sum, {.padding = nn::same}).to_vector<float>(), ElementsAre(3, 6, 9, 7));
  EXPECT_THAT(nn::conv2d(x, ones({1, 2, 1, 1}), {.padding = nn::same}).to_vector<float>(), ElementsAre(3, 5, 7, 4));
}

TEST(Padding, ValidKeepsInsideAndExplicitDoesAsItIsTold) {
  const Tensor x = row(constant({1.0, 2.0, 3.0, 4.0})), sum = ones({1, 3, 1, 1});
  EXPECT_THAT(nn::conv2d(x, sum, {.padding = nn::valid}).to_vector<float>(), ElementsAre(6, 9));
  EXPECT_THAT(nn::conv2d(x, sum, {.padding = {.width = {2, 0}}}).to_vector<float>(), ElementsAre(1, 3, 6, 9));
}

TEST(Padding, LessThanTheStrideIsNone) {
  EXPECT_THAT(nn::conv2d(row(constant({1.0, 2.0, 3.0, 4.0, 5.0})), ones({1, 1, 1, 1}), {.strides = {1, 2}, .padding = nn::same}).to_vector<float>(),
              ElementsAre(1, 3, 5));
}

TEST(Conv2d, OfEveryFloatingType) {
  for (const DType dtype : {float16, bfloat16, float32, float64}) {
    const Tensor y = nn::conv2d(ones({1, 3, 3, 2}, dtype), ones({2, 2, 2, 1}, dtype));
    EXPECT_EQ(y.dtype(), dtype);
    EXPECT_THAT(cast(y, float64).to_vector<double>(), ElementsAre(8, 8, 8, 8)) << name_of(dtype);
  }
}

TEST(Conv2d, OfAnEmptyBatchIsEmptyAndItsFilterGradientZero) {
  const Tensor x = zeros({0, 3, 3, 2}), w = ones({2, 2, 2, 4});
  GradientTape tape;
  tape.watch(w);
  const Tensor y = nn::conv2d(x, w);
  EXPECT_EQ(y.shape(), (Shape{0, 2, 2, 4}));
  EXPECT_EQ(reduce_sum(abs(*tape.gradient(reduce_sum(y), w))).item<float>(), 0);
}

TEST(Conv2d, FusedIsTheSameAsInSteps) {
  const Tensor x = random::normal({2, 6, 5, 3}, {.seed = 1}), w = random::normal({3, 3, 3, 4}, {.seed = 2}), bias = random::normal({4}, {.seed = 3});
  const auto gradients = [&](bool fused) {
    GradientTape tape;
    for (const Tensor* t : {&x, &w, &bias}) tape.watch(*t);
    const Tensor y = fused ? nn::conv2d_bias(x, w, bias, {.padding = nn::same}, nn::Activation::kRelu)
                           : nn::relu(nn::bias_add(nn::conv2d(x, w, {.padding = nn::same}), bias));
    std::vector<float> all;
    for (const Gradient& g : tape.gradient(reduce_sum(y * y), {x, w, bias})) {
      for (const float v : g->to_vector<float>()) all.push_back(v);
    }
    return all;
  };
  const std::vector<float> fused = gradients(true), steps = gradients(false);
  ASSERT_EQ(fused.size(), steps.size());
  for (std::size_t i = 0; i < fused.size(); ++i) EXPECT_NEAR(fused[i], steps[i], 1e-4 * (1 + std::abs(steps[i])));
}

TEST(MaxPool2d, TheFirstOfEqualMaximaTakesTheGradient) {
  const Tensor x = row(constant({1.0, 5.0, 5.0, 2.0}));
  GradientTape tape;
  tape.watch(x);
  const Tensor y = nn::max_pool2d(x, {1, 4});
  EXPECT_THAT(tape.gradient(y, x)->to_vector<float>(), ElementsAre(0, 1, 0, 0));
}

TEST(MaxPool2d, OverlappingWindowsAddTheirGradients) {
  const Tensor x = row(constant({1.0, 5.0, 2.0}));
  GradientTape tape;
  tape.watch(x);
  const Tensor y = nn::max_pool2d(x, {1, 2}, {.strides = {1, 1}});
  EXPECT_THAT(tape.gradient(reduce_sum(y), x)->to_vector<float>(), ElementsAre(0, 2, 0));
}

TEST(MaxPool2d, LargeWindowsHaveWidePositions) {
  const Tensor x = reshape(range(0, 17 * 17, 1, float32), {1, 17, 17, 1});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = nn::max_pool2d(x, {17, 17});
  EXPECT_EQ(y.item<float>(), 288);
  const std::vector<float> dx = tape.gradient(y, x)->to_vector<float>();
  EXPECT_EQ(dx.back(), 1);
  EXPECT_EQ(std::count(dx.begin(), dx.end(), 0), 288);
}

TEST(AvgPool2d, PaddingIsNotCounted) {
  EXPECT_THAT(nn::avg_pool2d(row(constant({2.0, 4.0, 6.0})), {1, 2}, {.strides = {1, 2}, .padding = nn::same}).to_vector<float>(), ElementsAre(3, 6));
}

TEST(Pool2d, OfHalves) {
  const Tensor x = row(constant({1.0, 3.0}, float16));
  EXPECT_EQ(nn::max_pool2d(x, {1, 2}).signature(), "f16[1, 1, 1, 1]");
  EXPECT_EQ(squeeze(nn::avg_pool2d(x, {1, 2})).to_string(), "2.0");
}

TEST(Blocks, OfPixelsBecomeChannelsAndBack) {
  const Tensor x = reshape(range(0, 16), {1, 4, 4, 1}), deep = nn::space_to_depth(x, 2);
  EXPECT_EQ(deep.shape(), Shape({1, 2, 2, 4}));
  EXPECT_EQ(deep.to_vector<std::int32_t>(), (std::vector<std::int32_t>{0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15}));
  EXPECT_EQ(nn::depth_to_space(deep, 2).to_vector<std::int32_t>(), x.to_vector<std::int32_t>());
  EXPECT_THROW(nn::space_to_depth(x, 3), ShapeError);
  EXPECT_THROW(nn::space_to_depth(x, 1), ValueError);
  EXPECT_THROW(nn::depth_to_space(x, 2), ShapeError);
}

}  // namespace
}  // namespace whygrad
