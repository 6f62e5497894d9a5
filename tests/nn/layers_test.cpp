// Values and shapes of the layers against numbers worked out by hand.
#include "nn/nn_test.hpp"

#include <cmath>

namespace whygrad::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::FloatNear;
using ::testing::HasSubstr;

// A model of one layer.
nn::Sequential only(const Shape& input, const nn::Sequential::Item& layer, nn::BuildOptions options = {}) { return {input, {layer}, options}; }

TEST(Dense, MultipliesAddsAndActivates) {
  const auto model = only({2}, nn::Dense(3, {.activation = nn::relu}));
  parameter(model, "dense/kernel").assign(constant({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}));
  parameter(model, "dense/bias").assign(constant({0.5, -20.0, 0.0}));
  const Tensor y = model(constant({{1.0, 2.0}, {-1.0, 0.0}}));
  EXPECT_EQ(y.shape(), Shape({2, 3}));
  EXPECT_THAT(floats(y), ElementsAre(9.5f, 0, 15, 0, 0, 0));
}

TEST(Dense, TakesAnyActivation) {
  const Tensor x = constant({{0.25, -1.0}});
  for (const bool use_bias : {true, false}) {
    const auto with_tanh =
        only({2}, nn::Dense(2, {.activation = nn::tanh, .use_bias = use_bias, .kernel_initializer = nn::initializers::constant(1)}));
    EXPECT_THAT(floats(with_tanh(x)), Each(FloatEq(std::tanh(-0.75f))));
    const auto with_gelu = only({2}, nn::Dense(2, {.activation = [](const Tensor& t, Where where) { return nn::gelu(t, true, where); },
                                                   .use_bias = use_bias,
                                                   .kernel_initializer = nn::initializers::constant(1)}));
    EXPECT_EQ(floats(with_gelu(x)), floats(nn::gelu(constant({{-0.75, -0.75}}), true)));
    const auto with_relu =
        only({2}, nn::Dense(2, {.activation = nn::relu, .use_bias = use_bias, .kernel_initializer = nn::initializers::constant(-1)}));
    EXPECT_THAT(floats(with_relu(x)), Each(0.75f));
  }
}

TEST(Dense, ReluBecomesPartOfTheProduct) {
  EXPECT_EQ(nn::ActivationFunction(nn::relu).fused(), nn::Activation::kRelu);
  EXPECT_EQ(nn::ActivationFunction(nn::tanh).fused(), nn::Activation::kNone);
  EXPECT_EQ(nn::ActivationFunction().fused(), nn::Activation::kNone);
}

TEST(Dense, WorksOnTheLastAxis) {
  const auto model = only({4, 3}, nn::Dense(2, {.kernel_initializer = nn::initializers::ones()}));
  EXPECT_EQ(model.output_shape(), Shape({4, 2}));
  const Tensor y = model(ones({5, 4, 3}));
  EXPECT_EQ(y.shape(), Shape({5, 4, 2}));
  EXPECT_THAT(floats(y), Each(3));
}

TEST(Dense, RefusesWhatIsNoLayer) {
  EXPECT_THROW(nn::Dense(0), ValueError);
  EXPECT_THAT(message_of<ShapeError>([] { only({}, nn::Dense(3)); }), HasSubstr("[dense]"));
  EXPECT_THAT(message_of<ValueError>([] { nn::Dense(3)(ones({1, 2})); }), HasSubstr("has not been built"));
}

TEST(Conv2D, SlidesItsFilterOverTheImage) {
  const auto model = only({3, 3, 1}, nn::Conv2D(1, 2, {.activation = nn::relu}));
  EXPECT_EQ(model.output_shape(), Shape({2, 2, 1}));
  parameter(model, "conv2d/kernel").assign(reshape(constant({1.0, 0.0, 0.0, 10.0}), {2, 2, 1, 1}));
  parameter(model, "conv2d/bias").assign(constant({-41.0}));
  // 0 1 2      0 + 40   1 + 50
  // 3 4 5  ->  3 + 70   4 + 80, less 41
  // 6 7 8
  EXPECT_THAT(floats(model(counting({1, 3, 3, 1}))), ElementsAre(0, 10, 32, 43));
}

TEST(Conv2D, ShapesFollowPaddingAndStrides) {
  EXPECT_EQ(only({28, 28, 1}, nn::Conv2D(32, 5, {.padding = nn::same})).output_shape(), Shape({28, 28, 32}));
  EXPECT_EQ(only({28, 28, 1}, nn::Conv2D(32, 5)).output_shape(), Shape({24, 24, 32}));
  EXPECT_EQ(only({28, 27, 3}, nn::Conv2D(8, {3, 5}, {.strides = {2, 3}, .padding = nn::same})).output_shape(), Shape({14, 9, 8}));
  EXPECT_EQ(only({9, 9, 1}, nn::Conv2D(1, 3, {.dilations = 2})).output_shape(), Shape({5, 5, 1}));
}

TEST(Conv2D, GroupsSeeTheirOwnChannels) {
  const auto model = only({1, 1, 4}, nn::Conv2D(2, 1, {.groups = 2, .kernel_initializer = nn::initializers::ones()}));
  EXPECT_EQ(parameter(model, "conv2d/kernel").shape(), Shape({1, 1, 2, 2}));
  EXPECT_THAT(floats(model(counting({1, 1, 1, 4}))), ElementsAre(0 + 1, 2 + 3));
}

TEST(Conv2D, WithoutBiasAndWithAnotherActivation) {
  const auto model =
      only({1, 1, 1}, nn::Conv2D(1, 1, {.activation = nn::tanh, .use_bias = false, .kernel_initializer = nn::initializers::constant(0.5)}));
  EXPECT_THAT(paths(model), ElementsAre("conv2d/kernel"));
  EXPECT_THAT(floats(model(ones({1, 1, 1, 1}))), ElementsAre(FloatEq(std::tanh(0.5f))));
}

TEST(Conv2D, RefusesWhatDoesNotFit) {
  EXPECT_THROW(nn::Conv2D(0, 3), ValueError);
  EXPECT_THROW(nn::Conv2D(3, {3, 0}), ValueError);
  EXPECT_THAT(message_of<ShapeError>([] { only({784}, nn::Conv2D(3, 3)); }), HasSubstr("takes images [batch, height, width, channels]"));
  EXPECT_THAT(message_of<ShapeError>([] {
                only({8, 8, 3}, nn::Conv2D(4, 3, {.groups = 2}));
              }),
              HasSubstr("3 channels cannot be parted into 2 groups"));
  EXPECT_THROW(only({2, 2, 1}, nn::Conv2D(1, 3)), ShapeError);  // the filter is larger than the image
}

TEST(Pooling, TakesTheLargestOrTheMean) {
  const Tensor x = counting({1, 4, 4, 1});
  EXPECT_THAT(floats(only({4, 4, 1}, nn::MaxPool2D(2))(x)), ElementsAre(5, 7, 13, 15));
  EXPECT_THAT(floats(only({4, 4, 1}, nn::AvgPool2D(2))(x)), ElementsAre(2.5f, 4.5f, 10.5f, 12.5f));
  EXPECT_EQ(only({5, 5, 3}, nn::MaxPool2D(2, {.padding = nn::same})).output_shape(), Shape({3, 3, 3}));
  EXPECT_EQ(only({5, 5, 3}, nn::AvgPool2D({2, 3}, {.strides = 1})).output_shape(), Shape({4, 3, 3}));
  EXPECT_THROW(only({5, 5}, nn::MaxPool2D(2)), ShapeError);
}

TEST(Flatten, KeepsTheBatch) {
  const auto model = only({2, 3, 4}, nn::Flatten());
  EXPECT_EQ(model.output_shape(), Shape({24}));
  EXPECT_EQ(model(counting({5, 2, 3, 4})).shape(), Shape({5, 24}));
  EXPECT_EQ(model(zeros({0, 2, 3, 4})).shape(), Shape({0, 24}));
}

TEST(Activate, IsAFunctionAsALayer) { EXPECT_THAT(floats(only({3}, nn::Activate(nn::relu))(constant({{-1.0, 0.0, 2.0}}))), ElementsAre(0, 0, 2)); }

TEST(Lambda, IsAnyFunctionAsALayer) {
  const auto model = only({3}, nn::Lambda([](const Tensor& x, const Where& where) { return concat({x, multiply(x, 2, where)}, 1, where); }));
  EXPECT_EQ(model.output_shape(), Shape({6}));
  EXPECT_THAT(floats(model(constant({{1.0, 2.0, 3.0}}))), ElementsAre(1, 2, 3, 2, 4, 6));
  EXPECT_THAT(message_of<ShapeError>([] { only({3}, nn::Lambda([](const Tensor& x, const Where&) { return reduce_sum(x); })); }),
              HasSubstr("gave a scalar"));
}

TEST(Embedding, TakesRowsOfItsTable) {
  const auto model = only({2}, nn::Embedding(5, 3));
  EXPECT_EQ(model.output_shape(), Shape({2, 3}));
  parameter(model, "embedding/embeddings").assign(counting({5, 3}));
  const Tensor words = constant({{4, 0}});
  GradientTape tape;
  const Tensor y = model(words);
  EXPECT_EQ(y.shape(), Shape({1, 2, 3}));
  EXPECT_THAT(floats(y), ElementsAre(12, 13, 14, 0, 1, 2));
  EXPECT_THAT(floats(*tape.gradient(reduce_sum(y), parameter(model, "embedding/embeddings"))),
              ElementsAre(1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1));
  EXPECT_THROW(model(constant({{5, 0}})), IndexError);
  EXPECT_THROW(nn::Embedding(0, 3), ValueError);
}

// The numbers are those of tf.keras.layers.BatchNormalization of TensorFlow 2.21.
TEST(BatchNormalization, IsThatOfKeras) {
  const auto model = only({2}, nn::BatchNormalization({.momentum = 0.9}));
  const Variable& gamma = parameter(model, "batch_normalization/gamma");
  const Variable& beta = parameter(model, "batch_normalization/beta");
  gamma.assign(constant({2.0, 0.5}));
  beta.assign(constant({0.1, -0.2}));
  const Tensor x = constant({{1.0, 2.0}, {3.0, 5.0}, {4.0, -1.0}});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = model(x, {.training = true});
  const Gradients gradients = tape.gradient(reduce_sum(y * constant({{1.0, 2.0}, {0.5, -1.0}, {3.0, 0.0}})), {x, gamma, beta});
  const auto near = [](float expected) { return FloatNear(expected, 2e-6f); };
  EXPECT_THAT(floats(y), ElementsAre(near(-2.571754f), near(-0.2f), near(0.6343508f), near(0.41232145f), near(2.237403f), near(-0.8123214f)));
  EXPECT_THAT(floats(*gradients[0]),
              ElementsAre(near(0.62885106f), near(0.34017855f), near(-1.8891277f), near(-0.1701063f), near(1.2602768f), near(-0.17007229f)));
  EXPECT_THAT(floats(*gradients[1]), ElementsAre(near(2.0038154f), near(-1.2246428f)));
  EXPECT_THAT(floats(*gradients[2]), ElementsAre(4.5f, 1));
  EXPECT_THAT(floats(parameter(model, "batch_normalization/moving_mean")), ElementsAre(near(0.26666668f), near(0.2f)));
  EXPECT_THAT(floats(parameter(model, "batch_normalization/moving_variance")), ElementsAre(near(1.0555556f), near(1.5f)));
  EXPECT_THAT(floats(model(x)),
              ElementsAre(near(1.5268727f), near(0.53460205f), near(5.418344f), near(1.7589388f), near(7.364079f), near(-0.6897347f)));
}

TEST(BatchNormalization, ChannelsMayStandFirst) {
  const auto model = only({2, 2, 2}, nn::BatchNormalization({.axis = 1}));
  const auto near = [](float expected) { return FloatNear(expected, 1e-6f); };
  EXPECT_THAT(floats(model(counting({1, 2, 2, 2}), {.training = true})),
              ElementsAre(near(-1.3411044f), near(-0.44703478f), near(0.44703484f), near(1.3411044f), near(-1.3411043f), near(-0.44703478f),
                          near(0.44703478f), near(1.3411045f)));
}

TEST(BatchNormalization, TrainsOnlyWhatItIsToldTo) {
  EXPECT_THAT(paths(only({4}, nn::BatchNormalization())), ElementsAre("batch_normalization/gamma", "batch_normalization/beta",
                                                                      "batch_normalization/moving_mean", "batch_normalization/moving_variance"));
  const auto plain = only({4}, nn::BatchNormalization({.center = false, .scale = false}));
  EXPECT_TRUE(plain.trainable_variables().empty());
  const std::vector<float> y = floats(plain(constant({{1.0, 2.0, 3.0, 4.0}, {3.0, 2.0, 1.0, 0.0}}), {.training = true}));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(y[i], -y[i + 4]);
  EXPECT_THROW(only({4}, nn::BatchNormalization({.axis = 0})), IndexError);
  EXPECT_THROW(only({4}, nn::BatchNormalization({.axis = 2})), IndexError);
}

TEST(Dropout, DropsInTrainingOnlyAndKeepsTheMean) {
  const auto model = only({10000}, nn::Dropout(0.25));
  const Tensor x = ones({1, 10000});
  EXPECT_EQ(floats(model(x)), floats(x));
  const std::vector<float> y = floats(model(x, {.training = true}));
  double sum = 0;
  for (const float v : y) {
    EXPECT_TRUE(v == 0 || std::abs(v - 4.0f / 3) < 1e-6f) << v;
    sum += v;
  }
  EXPECT_NEAR(sum / 10000, 1, 0.03);  // five standard deviations
}

TEST(Dropout, DropsOthersEachTimeAndTheSameAgainFromTheSameState) {
  const auto model = only({64}, nn::Dropout(0.5), {.seed = 3}), same = only({64}, nn::Dropout(0.5), {.seed = 3}),
             other = only({64}, nn::Dropout(0.5));
  const Tensor x = ones({8, 64});
  const auto first = floats(model(x, {.training = true})), second = floats(model(x, {.training = true}));
  EXPECT_NE(first, second);
  EXPECT_NE(floats(other(x, {.training = true})), first);
  EXPECT_EQ(floats(same(x, {.training = true})), first);
  parameter(model, "dropout/seed").assign(parameter(same, "dropout/seed"));
  EXPECT_EQ(floats(model(x, {.training = true})), second);
}

TEST(Dropout, SendsTheGradientThroughWhatItKept) {
  const auto model = only({64}, nn::Dropout(0.5));
  const Tensor x = ones({1, 64});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = model(x, {.training = true});
  EXPECT_EQ(floats(*tape.gradient(reduce_sum(y), x)), floats(y));  // 0 or 2, as y for x = 1
}

TEST(Dropout, RefusesRatesThatLeaveNothing) {
  EXPECT_THROW(nn::Dropout(1), ValueError);
  EXPECT_THROW(nn::Dropout(-0.1), ValueError);
}

}  // namespace
}  // namespace whygrad::testing
