#include "train/train_test.hpp"

#include <whygrad/autodiff/gradient.hpp>
#include <whygrad/nn/metrics.hpp>
#include <whygrad/ops/reduce.hpp>

namespace whygrad::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Fit, LearnsTheToyTask) {
  const nn::Sequential model = small_model();
  const data::Dataset<2> train = points(500, 1, 50), test = points(200, 2, 50);
  optim::Adam adam({.learning_rate = 0.01});
  train::Progress progress;
  std::vector<double> losses;
  const train::Evaluation before = train::evaluate(model, test);
  EXPECT_TRUE(train::fit(model, adam, train, progress, {.epochs = 20, .on_epoch = [&](const train::EpochReport& report) {
                                                          EXPECT_EQ(report.epoch, static_cast<std::int64_t>(losses.size()));
                                                          losses.push_back(report.loss);
                                                          return true;
                                                        }}));
  const train::Evaluation after = train::evaluate(model, test);
  EXPECT_EQ(losses.size(), 20u);
  EXPECT_LT(losses.back(), losses.front() / 2);
  EXPECT_LT(after.loss, before.loss);
  EXPECT_GT(after.accuracy(), 0.9);
  EXPECT_EQ(after.total, 200);
  EXPECT_EQ(progress, (train::Progress{.epoch = 20}));
  EXPECT_EQ(adam.iterations(), 200);
}

TEST(Fit, ReportsEachStep) {
  const nn::Sequential model = small_model();
  optim::SGD sgd({.learning_rate = 0.1});
  train::Progress progress;
  std::vector<std::int64_t> steps, examples;
  double sum = 0, epoch_loss = 0;
  train::fit(model, sgd, points(70, 1, 30), progress,
             {.epochs = 1,
              .on_step =
                  [&](const train::StepReport& step) {
                    steps.push_back(step.progress.step);
                    examples.push_back(step.progress.examples);
                    EXPECT_EQ(step.steps_per_epoch, 3);
                    EXPECT_EQ(step.gradients.size(), 4u);
                    sum += step.loss * (step.progress.step == 3 ? 10 : 30);
                    return true;
                  },
              .on_epoch =
                  [&](const train::EpochReport& epoch) {
                    epoch_loss = epoch.loss;
                    return true;
                  }});
  EXPECT_THAT(steps, ElementsAre(1, 2, 3));
  EXPECT_THAT(examples, ElementsAre(30, 60, 70));
  EXPECT_DOUBLE_EQ(epoch_loss, sum / 70);
}

TEST(Fit, StopsWhereACallbackSaysSo) {
  const nn::Sequential model = small_model();
  optim::SGD sgd;
  train::Progress progress;
  EXPECT_FALSE(train::fit(model, sgd, points(100, 1, 10), progress,
                          {.epochs = 3, .on_step = [](const train::StepReport& step) { return step.progress.epoch < 1 || step.progress.step < 4; }}));
  EXPECT_EQ(progress.epoch, 1);
  EXPECT_EQ(progress.step, 4);
  EXPECT_EQ(progress.examples, 40);
  EXPECT_FALSE(train::fit(model, sgd, points(100, 1, 10), progress, {.epochs = 3, .on_epoch = [](const train::EpochReport&) { return false; }}));
  EXPECT_EQ(progress, (train::Progress{.epoch = 2}));
}

TEST(Fit, ALossWithoutGradientsExplainsItself) {
  const nn::Sequential model = small_model();
  optim::SGD sgd;
  train::Progress progress;
  try {
    train::fit(model, sgd, points(10, 1, 10), progress,
               {.loss = [](const Tensor& labels, const Tensor& logits) { return nn::accuracy(labels, logits); }});
    FAIL() << "the accuracy was trained on";
  } catch (const MissingGradient& error) {
    EXPECT_EQ(error.missing().size(), 4u);
    EXPECT_THAT(error.what(), HasSubstr("argmax"));
    EXPECT_THAT(error.what(), HasSubstr("dense/kernel"));
    EXPECT_THAT(error.what(), HasSubstr("fit_test.cpp"));
  }
  EXPECT_EQ(sgd.iterations(), 0);
}

TEST(Fit, AnEmptyDataSetIsRefused) {
  const nn::Sequential model = small_model();
  optim::SGD sgd;
  train::Progress progress;
  EXPECT_THROW(train::fit(model, sgd, points(10, 1, 10).take(0), progress), ValueError);
}

}  // namespace
}  // namespace whygrad::testing
