// Losses against what tf.keras.losses of TensorFlow 2.21 says.
#include "nn/nn_test.hpp"

#include <cmath>
#include <functional>

namespace whygrad::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::FloatNear;
using ::testing::HasSubstr;

struct Case {
  const char* name;
  std::function<Tensor(const Tensor&, const Tensor&, const nn::LossOptions&)> loss;
  float first, second;  // of two examples
};

std::function<Tensor(const Tensor&, const Tensor&, const nn::LossOptions&)> crossentropy(Tensor (*loss)(const Tensor&, const Tensor&,
                                                                                                        const nn::CrossentropyOptions&, Where),
                                                                                         bool from_logits, double smoothing = 0) {
  return [=](const Tensor& t, const Tensor& p, const nn::LossOptions& options) {
    return loss(t, p, {.from_logits = from_logits, .label_smoothing = smoothing, .reduction = options.reduction, .weights = options.weights},
                Where::here());
  };
}

const Case kCases[] = {
    {"mean_squared_error", [](const auto&... in) { return nn::mean_squared_error(in...); }, 0.07f, 0.18f},
    {"mean_absolute_error", [](const auto&... in) { return nn::mean_absolute_error(in...); }, 0.23333333f, 0.33333334f},
    {"huber",
     [](const Tensor& t, const Tensor& p, const nn::LossOptions& options) {
       return nn::huber(t, p, {.delta = 0.3, .reduction = options.reduction, .weights = options.weights});
     },
     0.033333335f, 0.063333333f},
    {"log_cosh", [](const auto&... in) { return nn::log_cosh(in...); }, 0.03427108f, 0.084043324f},
    {"kl_divergence", [](const auto&... in) { return nn::kl_divergence(in...); }, 0.5108228f, 2.6521115f},
    {"binary_crossentropy", crossentropy(nn::binary_crossentropy, false), 0.27977654f, 5.0322824f},
    {"binary_crossentropy from logits", crossentropy(nn::binary_crossentropy, true), 0.66000783f, 0.8064747f},
    {"binary_crossentropy, smoothed", crossentropy(nn::binary_crossentropy, false, 0.2), 0.4127427f, 5.142079f},
    {"categorical_crossentropy", crossentropy(nn::categorical_crossentropy, false), 0.40546507f, 3.9509423f},
    {"categorical_crossentropy from logits", crossentropy(nn::categorical_crossentropy, true), 0.82279325f, 1.1506003f},
    {"categorical_crossentropy, smoothed", crossentropy(nn::categorical_crossentropy, true, 0.2), 0.88279325f, 1.1572671f},
};

TEST(Losses, AreThoseOfKeras) {
  const Tensor targets = constant({{0.0, 1.0, 0.0}, {0.2, 0.3, 0.5}}), predictions = constant({{0.1, 0.6, 0.2}, {0.0, 1.0, 0.4}});
  const auto near = [](float expected) { return FloatNear(expected, 2e-6f * (1 + std::abs(expected))); };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const auto got = [&](nn::Reduction reduction, const Tensor& weights) {
      return floats(c.loss(targets, predictions, {.reduction = reduction, .weights = weights}));
    };
    const Tensor weights = constant({1.0, 3.0});
    EXPECT_THAT(got(nn::Reduction::kNone, {}), ElementsAre(near(c.first), near(c.second)));
    EXPECT_THAT(got(nn::Reduction::kSum, {}), ElementsAre(near(c.first + c.second)));
    EXPECT_THAT(got(nn::Reduction::kMean, {}), ElementsAre(near((c.first + c.second) / 2)));
    EXPECT_THAT(got(nn::Reduction::kNone, weights), ElementsAre(near(c.first), near(3 * c.second)));
    EXPECT_THAT(got(nn::Reduction::kMean, weights), ElementsAre(near((c.first + 3 * c.second) / 2)));
  }
}

TEST(Losses, LabelsMayBeNumbersOfClasses) {
  const Tensor predictions = constant({{0.1, 0.6, 0.2}, {0.0, 1.0, 0.4}}), labels = constant({1, 2});
  EXPECT_THAT(floats(nn::sparse_categorical_crossentropy(labels, predictions, {.from_logits = false, .reduction = nn::Reduction::kNone})),
              ElementsAre(FloatEq(0.4054651f), FloatEq(1.252763f)));
  EXPECT_THAT(floats(nn::sparse_categorical_crossentropy(expand_dims(labels, -1), predictions)), ElementsAre(FloatEq(1.0366968f)));
  EXPECT_THAT(message_of<ValueError>([&] { nn::sparse_categorical_crossentropy(labels, predictions, {.label_smoothing = 0.1}); }),
              HasSubstr("one_hot"));
}

TEST(Losses, AColumnAndAVectorAreTheSame) {
  const Tensor vector = constant({1.0, 2.0}), column = constant({{3.0}, {5.0}});
  EXPECT_THAT(floats(nn::mean_squared_error(vector, column, {.reduction = nn::Reduction::kNone})), ElementsAre(4, 9));
  EXPECT_THAT(floats(nn::mean_squared_error(column, vector, {.reduction = nn::Reduction::kNone})), ElementsAre(4, 9));
  const Tensor matrix = constant({{1.0, 2.0}, {3.0, 4.0}});
  EXPECT_THAT(floats(nn::mean_absolute_error(expand_dims(matrix, -1), matrix + 1, {.reduction = nn::Reduction::kNone})), ElementsAre(1, 1));
  EXPECT_THAT(floats(nn::mean_squared_error(vector, column, {.weights = constant({{1.0}, {2.0}})})), ElementsAre(11));
}

TEST(Losses, LargeErrorsDoNotOverflow) { EXPECT_THAT(floats(nn::log_cosh(zeros({1}), fill({1}, 200.0f))), ElementsAre(FloatEq(199.30685f))); }

TEST(Losses, CertainAnswersThatAreWrongHaveAFiniteGradient) {
  const Tensor labels = constant({{1.0, 0.0}}), sure = constant({{0.0, 1.0}});
  GradientTape tape({.persistent = true});
  tape.watch(sure);
  for (auto* loss : {nn::binary_crossentropy, nn::categorical_crossentropy}) {
    const Tensor value = loss(labels, sure, {.from_logits = false}, Where::here());
    for (const float g : floats(*tape.gradient(value, sure))) EXPECT_TRUE(std::isfinite(g));
  }
}

}  // namespace
}  // namespace whygrad::testing
