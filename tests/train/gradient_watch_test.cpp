#include "train/train_test.hpp"

#include <whygrad/nn/losses.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/train/gradient_watch.hpp>

#include <cmath>

namespace whygrad::testing {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::SizeIs;
using train::GradientTrouble;
using train::GradientWatch;
using train::VariableHealth;

struct Outcome {
  std::vector<Explanation> explanations;
  std::vector<VariableHealth> at_trouble, last;
  int troubles = 0;
  std::vector<std::vector<std::uint32_t>> weights;
};

// Two epochs of the toy task, with a watch or without.
Outcome run(const train::Loss& loss, bool watched, std::int64_t every = 1) {
  Outcome outcome;
  const nn::Sequential model = small_model();
  optim::SGD sgd({.learning_rate = 0.1});
  GradientWatch watch({.every = every, .on_trouble = [&outcome](const GradientTrouble& trouble) {
                         ++outcome.troubles;
                         outcome.explanations = trouble.explanations;
                         outcome.at_trouble = trouble.variables;
                       }});
  train::Progress progress;
  train::FitOptions options{.epochs = 2, .loss = loss};
  if (watched) {
    options.on_step = [&watch](const train::StepReport& step) {
      watch.after(step);
      return true;
    };
    options.on_gradients = [&watch](const train::GradientsReport& report) { watch.before(report); };
  }
  train::fit(model, sgd, points(100, 1, 25), progress, options);
  outcome.last = watch.variables();
  outcome.weights = bits(model);
  return outcome;
}

TEST(GradientWatch, MeasuresEveryVariable) {
  const Outcome outcome = run({}, true);
  EXPECT_EQ(outcome.troubles, 0);
  ASSERT_THAT(outcome.last, SizeIs(4));
  EXPECT_EQ(outcome.last[0].name, "dense/kernel");
  for (const VariableHealth& v : outcome.last) {
    EXPECT_GT(v.norm, 0) << v.name;
    EXPECT_LT(v.zero_share, 1) << v.name;
    EXPECT_EQ(v.not_finite, 0) << v.name;
    EXPECT_GT(v.update_ratio, 0) << v.name;
    EXPECT_FALSE(v.wrong()) << v.name;
  }
}

TEST(GradientWatch, ChangesNothingInTheTraining) {
  const Outcome plain = run({}, false);
  EXPECT_EQ(run({}, true).weights, plain.weights);
  EXPECT_EQ(run({}, true, 3).weights, plain.weights);
}

// log(0), whose gradient is infinite times 0.
Tensor poisoned(const Tensor& labels, const Tensor& outputs) {
  return nn::sparse_categorical_crossentropy(labels, outputs) + reduce_mean(log(outputs * 0));
}

TEST(GradientWatch, ExplainsTheFirstTroubleOnce) {
  const Outcome outcome = run(poisoned, true);
  EXPECT_EQ(outcome.troubles, 1);
  ASSERT_THAT(outcome.at_trouble, SizeIs(4));
  EXPECT_GT(outcome.at_trouble[0].not_finite, 0);
  ASSERT_FALSE(outcome.explanations.empty());
  ASSERT_FALSE(outcome.explanations[0].empty());
  const Finding& f = outcome.explanations[0].findings()[0];
  EXPECT_EQ(f.op, "log") << outcome.explanations[0];
  EXPECT_EQ(f.place.function, "poisoned");
}

TEST(GradientWatch, RepeatingAStepLeavesNoTrace) {
  const auto zero = [](const Tensor& labels, const Tensor& outputs) {
    return nn::sparse_categorical_crossentropy(labels, outputs * 0);  // a zero gradient all along
  };
  const Outcome plain = run(zero, false), watched = run(zero, true);
  EXPECT_EQ(watched.troubles, 1);
  EXPECT_THAT(watched.at_trouble, Each(Field(&VariableHealth::zero_share, 1)));
  EXPECT_EQ(watched.weights, plain.weights);
}

TEST(GradientWatch, NeedsAStep) { EXPECT_THROW(GradientWatch({.every = 0}), ValueError); }

}  // namespace
}  // namespace whygrad::testing
