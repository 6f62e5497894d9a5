// Initializers, losses and metrics against their formulas.
#include "nn/nn_test.hpp"

#include <algorithm>
#include <cmath>

namespace whygrad::testing {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
namespace init = nn::initializers;

double variance(const std::vector<float>& values) {
  double sum = 0, squares = 0;
  for (const float v : values) {
    sum += v;
    squares += static_cast<double>(v) * v;
  }
  const double n = static_cast<double>(values.size()), mean = sum / n;
  return squares / n - mean * mean;
}
double largest(const std::vector<float>& values) {
  double result = 0;
  for (const float v : values) result = std::max(result, std::abs(static_cast<double>(v)));
  return result;
}

TEST(Initializers, ConstantsAreConstant) {
  EXPECT_THAT(floats(init::zeros()({2, 3}, float32, 1)), Each(0));
  EXPECT_THAT(floats(init::ones()({2, 3}, float32, 1)), Each(1));
  EXPECT_THAT(floats(init::constant(2.5)({2, 3}, float32, 1)), Each(2.5f));
  EXPECT_EQ(init::constant(2.5)({2, 3}, float64, 1).dtype(), float64);
}

TEST(Initializers, HaveTheVarianceOfTheirFormulas) {
  struct Case {
    const char* name;
    nn::Initializer initializer;
    double variance;
    double limit;
  };
  constexpr double kIn = 200, kOut = 300;
  const auto cut = [](double v) { return 2 * std::sqrt(v) / 0.87962566103423978; };
  const Case cases[] = {{"glorot_uniform", init::glorot_uniform(), 2 / (kIn + kOut), std::sqrt(6 / (kIn + kOut))},
                        {"glorot_normal", init::glorot_normal(), 2 / (kIn + kOut), cut(2 / (kIn + kOut))},
                        {"he_uniform", init::he_uniform(), 2 / kIn, std::sqrt(6 / kIn)},
                        {"he_normal", init::he_normal(), 2 / kIn, cut(2 / kIn)},
                        {"lecun_uniform", init::lecun_uniform(), 1 / kIn, std::sqrt(3 / kIn)},
                        {"lecun_normal", init::lecun_normal(), 1 / kIn, cut(1 / kIn)},
                        {"random_normal", init::random_normal(0, 0.1), 0.01, 1},
                        {"random_uniform", init::random_uniform(-0.3, 0.3), 0.03, 0.3}};
  for (const Case& c : cases) {
    const std::vector<float> values = floats(c.initializer({200, 300}, float32, 7));
    EXPECT_NEAR(variance(values) / c.variance, 1, 0.03) << c.name;  // five standard deviations of 60,000 draws
    EXPECT_LE(largest(values), c.limit * 1.000001) << c.name;
  }
}

TEST(Initializers, AFilterHasTheFansOfItsWindow) {
  const double limit = std::sqrt(6.0 / (9 * 4 + 9 * 8));
  const double seen = largest(floats(init::glorot_uniform()({3, 3, 4, 8}, float32, 7)));
  EXPECT_LE(seen, limit);
  EXPECT_GT(seen, 0.95 * limit);
}

TEST(Initializers, FollowTheSeed) {
  for (const nn::Initializer& make : {init::glorot_uniform(), init::he_normal(), init::random_normal(), init::truncated_normal()}) {
    EXPECT_EQ(floats(make({4, 5}, float32, 1)), floats(make({4, 5}, float32, 1)));
    EXPECT_NE(floats(make({4, 5}, float32, 1)), floats(make({4, 5}, float32, 2)));
  }
}

TEST(Initializers, FansNeedTwoAxes) {
  EXPECT_THAT(message_of<ShapeError>([] { init::he_normal()({5}, float32, 1); }), HasSubstr("[5] has no fans"));
}

float number(const Tensor& t) { return t.item<float>(); }

TEST(Losses, AreMeansOfTheirFormulas) {
  const Tensor logits = constant({{1.0, 2.0, 3.0}, {0.0, 0.0, 0.0}});
  const float row = std::log(std::exp(1.0f) + std::exp(2.0f) + std::exp(3.0f));
  EXPECT_FLOAT_EQ(number(nn::sparse_categorical_crossentropy(constant({2, 0}), logits)), (row - 3 + std::log(3.0f)) / 2);
  EXPECT_FLOAT_EQ(number(nn::categorical_crossentropy(constant({{0.0, 0.5, 0.5}, {1.0, 0.0, 0.0}}), logits)), (row - 2.5f + std::log(3.0f)) / 2);
  EXPECT_FLOAT_EQ(number(nn::binary_crossentropy(constant({1.0, 0.0}), constant({0.0, 2.0}))), (std::log(2.0f) + std::log1p(std::exp(2.0f))) / 2);
  const Tensor a = constant({1.0, 2.0}), b = constant({2.0, 5.0});
  EXPECT_FLOAT_EQ(number(nn::mean_squared_error(a, b)), 5);
  EXPECT_FLOAT_EQ(number(nn::mean_absolute_error(a, b)), 2);
  EXPECT_FLOAT_EQ(number(nn::huber(a, b, {.delta = 2})), (0.5f + (2 * 3 - 2)) / 2);
  EXPECT_THROW(nn::huber(a, b, {.delta = 0}), ValueError);
}

TEST(Losses, TheGradientOfHuberIsTheErrorUpToDelta) {
  const Tensor truth = constant({0.0, 0.0, 0.0}), x = constant({0.5, -3.0, 2.0});
  GradientTape tape;
  tape.watch(x);
  EXPECT_THAT(floats(*tape.gradient(nn::huber(truth, x, {.delta = 2}) * 3, x)), ::testing::ElementsAre(0.5f, -2, 2));
}

TEST(Losses, BinaryCrossentropyOfEachElement) {
  const Tensor each = nn::binary_crossentropy_of_each(constant({1.0, 0.0, 0.0}), constant({0.6, 0.3, 1.0}));
  EXPECT_THAT(floats(each), ::testing::Pointwise(::testing::FloatNear(1e-5f), {0.5108256f, 0.3566749f, 15.942385f}));
  const Tensor kept = nn::binary_crossentropy_of_each(constant({0.0}), constant({1.0}), 1e-7);
  EXPECT_THAT(floats(kept), ::testing::ElementsAre(::testing::FloatNear(15.333239f, 1e-3f))) << "TensorFlow's tf.keras.backend.binary_crossentropy";
}

TEST(Metrics, ExamplesAreRightOrNot) {
  const Tensor rows = constant({{0.1, 0.9}, {0.8, 0.2}, {0.3, 0.7}});
  EXPECT_THAT(nn::binary_accuracy(constant({1.0, 0.0, 1.0}), constant({0.6, 0.4, 0.5})).to_vector<float>(), ::testing::ElementsAre(1, 1, 0));
  EXPECT_THAT(nn::binary_accuracy(constant({1, 0}), constant({0.6, 0.4}), 0.3, float64).to_vector<double>(), ::testing::ElementsAre(1, 0));
  EXPECT_THAT(nn::sparse_categorical_accuracy(constant({1, 1, 0}), rows).to_vector<float>(), ::testing::ElementsAre(1, 0, 0));
  EXPECT_THAT(nn::sparse_categorical_accuracy(constant({{1.0}, {0.0}, {1.0}}), rows).to_vector<float>(), ::testing::ElementsAre(1, 1, 1));
  EXPECT_THAT(nn::categorical_accuracy(constant({{0, 1}, {0, 1}, {1, 0}}), rows).to_vector<float>(), ::testing::ElementsAre(1, 0, 0));
}

TEST(Metrics, SumsHaveWeights) {
  const Tensor values = constant({{1.0, 2.0}, {3.0, 5.0}});
  const nn::WeightedSum plain = nn::weighted_sum(values), weighted = nn::weighted_sum(values, constant({0.5, 2.0}));
  EXPECT_EQ(plain.sum.item<float>(), 11);
  EXPECT_EQ(plain.weight.item<float>(), 4);
  EXPECT_EQ(weighted.sum.item<float>(), 17.5);
  EXPECT_EQ(weighted.weight.item<float>(), 5);
  EXPECT_THROW(nn::weighted_sum(values, ones({3})), ShapeError);
  nn::Mean mean;
  mean.update(values, constant({0.5, 2.0}));
  mean.update(10, 5);
  EXPECT_EQ(mean.result(), 6.75);
}

TEST(Metrics, DetectionsAreRightWrongOrMissed) {
  const Tensor labels = constant({1, 0, 1, 1}), predictions = constant({0.9, 0.8, 0.6, 0.1});
  const nn::Detections all = nn::detections(labels, predictions), some = nn::detections(labels, predictions, 0.7, constant({1.0, 2.0, 3.0, 4.0}));
  EXPECT_EQ(all.true_positives.item<float>(), 2);
  EXPECT_EQ(all.false_positives.item<float>(), 1);
  EXPECT_EQ(all.false_negatives.item<float>(), 1);
  EXPECT_EQ(some.true_positives.item<float>(), 1);
  EXPECT_EQ(some.false_positives.item<float>(), 2);
  EXPECT_EQ(some.false_negatives.item<float>(), 7);
}

TEST(Metrics, AccuracyCountsLabelsWithTheLargestLogit) {
  const Tensor logits = constant({{1.0, 2.0}, {3.0, 0.0}, {0.0, 1.0}, {5.0, 5.0}});  // of equal ones the first
  EXPECT_EQ(number(nn::accuracy(constant({1, 0, 0, 0}), logits)), 0.75f);
  EXPECT_EQ(number(nn::accuracy(constant({1, 0, 0, 0}, int64), logits)), 0.75f);
  nn::AccuracyCount count;
  EXPECT_TRUE(std::isnan(count.result()));
  count.update(constant({1, 0, 0, 0}), logits);
  count.update(constant({0, 0, 0, 0}, int64), logits);
  EXPECT_EQ(count.correct(), 5);
  EXPECT_EQ(count.total(), 8);
  EXPECT_EQ(count.result(), 0.625);
  count.reset();
  EXPECT_EQ(count.total(), 0);
}

TEST(Metrics, MeanWeighs) {
  nn::Mean mean;
  mean.update(1);
  mean.update(4, 2);
  EXPECT_EQ(mean.result(), 3);
  mean.reset();
  EXPECT_TRUE(std::isnan(mean.result()));
}

}  // namespace
}  // namespace whygrad::testing
