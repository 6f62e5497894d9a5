// The steps against numbers worked out by hand from the formulas.
#include "optim/optim_test.hpp"

#include <cmath>

namespace whygrad::testing {
namespace {

using ::testing::DoubleEq;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::FloatEq;

TEST(Sgd, MovesAgainstTheGradient) {
  const Variable w = variable({1, 2});
  optim::SGD sgd({.learning_rate = 0.1});
  sgd.apply_gradients(Pairs{{gradient({0.5, -1}), w}});
  EXPECT_THAT(values(w), ElementsAre(DoubleEq(0.95), DoubleEq(2.1)));
}

TEST(Sgd, MomentumIsThatOfKeras) {
  const Variable w = variable({1});
  optim::SGD sgd({.learning_rate = 0.1, .momentum = 0.9});
  sgd.apply_gradients(Pairs{{gradient({1}), w}});  // a = -0.1
  EXPECT_THAT(values(w), ElementsAre(DoubleEq(0.9)));
  sgd.apply_gradients(Pairs{{gradient({2}), w}});  // a = -0.09 - 0.2
  EXPECT_THAT(values(w), ElementsAre(DoubleEq(0.61)));
}

TEST(Sgd, NesterovLooksAhead) {
  const Variable w = variable({1});
  optim::SGD sgd({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true});
  sgd.apply_gradients(Pairs{{gradient({1}), w}});  // a = -0.1, w += -0.09 - 0.1
  EXPECT_THAT(values(w), ElementsAre(DoubleEq(0.81)));
  sgd.apply_gradients(Pairs{{gradient({2}), w}});  // a = -0.29, w += -0.261 - 0.2
  EXPECT_THAT(values(w), ElementsAre(DoubleNear(0.349, 1e-15)));
}

// The formula of tf.raw_ops.ResourceApplyAdam, written once more.
struct AdamByHand {
  double w, m = 0, v = 0;
  int t = 0;
  void step(double g, double lr, double beta_1, double beta_2, double epsilon) {
    ++t;
    m += (g - m) * (1 - beta_1);
    v += (g * g - v) * (1 - beta_2);
    w -= m * (lr * std::sqrt(1 - std::pow(beta_2, t)) / (1 - std::pow(beta_1, t))) / (std::sqrt(v) + epsilon);
  }
};

TEST(Adam, FirstStepIsTheLearningRateUpToEpsilon) {
  const Variable w = variable({1, 1});
  optim::Adam adam({.learning_rate = 0.1});
  adam.apply_gradients(Pairs{{gradient({0.5, -3}), w}});
  // lr_t = 0.1 sqrt(0.001) / 0.1; m = 0.05, v = 0.00025: 1 - 0.0316227766 * 0.05 / (0.0158113883 + 1e-7)
  EXPECT_THAT(values(w), ElementsAre(DoubleNear(0.90000063245, 1e-11), DoubleNear(1.09999989459, 1e-11)));
}

TEST(Adam, IsTensorFlowsFormulaOverManySteps) {
  const Variable w = variable({0.3, -2});
  optim::Adam adam({.learning_rate = 0.01, .beta_1 = 0.8, .beta_2 = 0.95, .epsilon = 1e-3});
  AdamByHand a{0.3}, b{-2};
  for (int i = 0; i < 20; ++i) {
    const double ga = std::sin(i), gb = 1.0 / (i + 1);
    adam.apply_gradients(Pairs{{gradient({ga, gb}), w}});
    a.step(ga, 0.01, 0.8, 0.95, 1e-3);
    b.step(gb, 0.01, 0.8, 0.95, 1e-3);
  }
  EXPECT_THAT(values(w), ElementsAre(DoubleNear(a.w, 1e-14), DoubleNear(b.w, 1e-14)));
}

TEST(Adam, MovesF32AndF64AndManySizesInOneStep) {
  const Variable small = variable({1}), large = Variable(ones({1000}, float64), "large"), single = Variable(ones({3, 5}), "single");
  optim::Adam adam({.learning_rate = 0.5, .epsilon = 1e-12});
  adam.apply_gradients(Pairs{{gradient({2}), small}, {Gradient(fill({1000}, 4.0, float64)), large}, {Gradient(fill({3, 5}, -1.0f)), single}});
  EXPECT_NEAR(values(small)[0], 0.5, 1e-9);
  for (const double w : values(large)) EXPECT_NEAR(w, 0.5, 1e-9);
  for (const float w : single.value().to_vector<float>()) EXPECT_FLOAT_EQ(w, 1.5f);
}

TEST(RMSprop, IsThatOfKeras) {
  struct Case {
    optim::RMSpropOptions options;
    double first, second;  // what tf.keras.optimizers.RMSprop of TensorFlow 2.21 leaves; its learning rate is an f32 number
  };
  const Case cases[] = {
      {{.learning_rate = 0.01f}, 0.2762001977746232, -2.125467114300919},
      {{.learning_rate = 0.01f, .momentum = 0.9}, 0.00017225685546658296, -2.910679970188507},
      {{.learning_rate = 0.01f, .centered = true}, 0.27116873754815585, -2.145169696273133},
      {{.learning_rate = 0.01f, .rho = 0.7, .momentum = 0.8, .epsilon = 1e-3, .centered = true}, 0.16719988534380226, -2.8138061501364775},
  };
  for (const Case& c : cases) {
    const Variable w = variable({0.3, -2});
    optim::RMSprop rmsprop(c.options);
    for (int i = 0; i < 20; ++i) rmsprop.apply_gradients(Pairs{{gradient({std::sin(i), 1.0 / (i + 1)}), w}});
    EXPECT_THAT(values(w), ElementsAre(DoubleNear(c.first, 1e-12), DoubleNear(c.second, 1e-12)));
  }
}

TEST(LearningRate, SchedulesFollowTheirFormulas) {
  EXPECT_EQ(optim::LearningRate(0.25f).at(1000), 0.25);
  EXPECT_DOUBLE_EQ(optim::exponential_decay(2, 10, 0.5).at(5), 2 * std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(optim::exponential_decay(2, 10, 0.5, true).at(19), 1);
  EXPECT_DOUBLE_EQ(optim::cosine_decay(3, 100).at(0), 3);
  EXPECT_DOUBLE_EQ(optim::cosine_decay(3, 100).at(50), 1.5);
  EXPECT_DOUBLE_EQ(optim::cosine_decay(3, 100, 0.1).at(500), 0.3);
  const optim::LearningRate steps = optim::piecewise_constant({2, 4}, {1, 0.5, 0.1});
  EXPECT_EQ(steps.at(2), 1);
  EXPECT_EQ(steps.at(3), 0.5);
  EXPECT_EQ(steps.at(4), 0.5);
  EXPECT_EQ(steps.at(5), 0.1);
  EXPECT_DOUBLE_EQ(optim::linear_warmup(1.0, 4).at(0), 0.25);
  EXPECT_DOUBLE_EQ(optim::linear_warmup(1.0, 4).at(9), 1);
}

TEST(LearningRate, UnusableSchedulesAreRefused) {
  EXPECT_THROW(optim::cosine_decay(1, 0), ValueError);
  EXPECT_THROW(optim::linear_warmup(1, -1), ValueError);
  EXPECT_THROW(optim::piecewise_constant({1, 2}, {1, 2}), ValueError);
  EXPECT_THROW(optim::piecewise_constant({2, 2}, {1, 2, 3}), ValueError);
}

TEST(LearningRate, FollowsTheIterations) {
  const Variable w = variable({0});
  optim::SGD sgd({.learning_rate = [](std::int64_t step) { return step == 0 ? 1.0 : 10.0; }});
  EXPECT_EQ(sgd.learning_rate(), 1);
  sgd.apply_gradients(Pairs{{gradient({-1}), w}});
  EXPECT_EQ(sgd.iterations(), 1);
  EXPECT_EQ(sgd.learning_rate(), 10);
  sgd.apply_gradients(Pairs{{gradient({-1}), w}});
  EXPECT_THAT(values(w), ElementsAre(11));
  sgd.set_learning_rate(0.5);
  EXPECT_EQ(sgd.learning_rate(), 0.5);
}

TEST(Clipping, ScalesAllGradientsByOneNumber) {
  const Variable a = variable({0}), b = variable({0}, "b");
  optim::SGD sgd({.learning_rate = 1, .global_clipnorm = 1});
  sgd.apply_gradients(Pairs{{gradient({3}), a}, {gradient({-4}), b}});  // global norm 5
  EXPECT_THAT(values(a), ElementsAre(DoubleNear(-0.6, 1e-15)));
  EXPECT_THAT(values(b), ElementsAre(DoubleNear(0.8, 1e-15)));
  sgd.apply_gradients(Pairs{{gradient({0.3}), a}, {gradient({0.4}), b}});  // below the limit
  EXPECT_THAT(values(a), ElementsAre(DoubleNear(-0.9, 1e-15)));
}

TEST(Norms, OfEachGradientAndOfAll) {
  const Variable a = variable({1, 1}), b = variable({2}, "b"), unused = variable({0}, "unused");
  GradientTape tape;
  const Tensor loss = reduce_sum(a.value() * constant({3.0, 4.0}, float64)) + 12 * reduce_sum(b);
  const Gradients gradients = tape.gradient(loss, {a, b, unused});
  const std::vector<double> norms = optim::gradient_norms(gradients);
  ASSERT_EQ(norms.size(), 3u);
  EXPECT_DOUBLE_EQ(norms[0], 5);
  EXPECT_DOUBLE_EQ(norms[1], 12);
  EXPECT_TRUE(std::isnan(norms[2]));
  EXPECT_DOUBLE_EQ(optim::global_norm(gradients), 13);
}

TEST(Options, UnusableOnesAreRefused) {
  EXPECT_THROW(optim::Adam({.beta_1 = 1}), ValueError);
  EXPECT_THROW(optim::Adam({.beta_2 = -0.1}), ValueError);
  EXPECT_THROW(optim::Adam({.epsilon = 0}), ValueError);
  EXPECT_THROW(optim::Adam({.global_clipnorm = -1}), ValueError);
  EXPECT_THROW(optim::SGD({.momentum = 2}), ValueError);
  EXPECT_THROW(optim::RMSprop({.rho = 1}), ValueError);
  EXPECT_THROW(optim::RMSprop({.momentum = -1}), ValueError);
  EXPECT_THROW(optim::RMSprop({.epsilon = 0}), ValueError);
}

}  // namespace
}  // namespace whygrad::testing
