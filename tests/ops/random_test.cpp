#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <whygrad/device/device.hpp>

#include <algorithm>
#include <cmath>

namespace whygrad {
namespace {

using ::testing::ElementsAre;
using ::testing::Not;

std::vector<float> values(const Tensor& t) { return t.to_vector<float>(); }

TEST(Random, TheGlobalSeedRepeatsTheSequence) {
  random::set_seed(7);
  const std::vector<float> a = values(random::normal({5})), b = values(random::normal({5}));
  random::set_seed(7);
  EXPECT_EQ(values(random::normal({5})), a);
  EXPECT_EQ(values(random::normal({5})), b);
  EXPECT_NE(a, b);
  random::set_seed(8);
  EXPECT_NE(values(random::normal({5})), a);
}

TEST(Random, ASeedOfItsOwnGivesTheSameNumbersEachTime) {
  const std::vector<float> a = values(random::uniform({5}, {.seed = 3}));
  EXPECT_EQ(values(random::uniform({5}, {.seed = 3})), a);
  EXPECT_NE(values(random::uniform({5}, {.seed = 4})), a);
  EXPECT_NE(values(random::uniform({5})), values(random::uniform({5})));
}

TEST(Random, ASeededCallDoesNotMoveTheGlobalSequence) {
  random::set_seed(7);
  random::normal({2});
  const std::vector<float> second = values(random::normal({5}));
  random::set_seed(7);
  random::normal({2});
  random::normal({5}, {.seed = 1});
  EXPECT_EQ(values(random::normal({5})), second);
}

TEST(Random, StatelessNumbersDependOnTheirSeedsAlone) {
  const std::vector<float> a = values(random::stateless_normal({5}, constant({1, 2})));
  random::normal({9});
  EXPECT_EQ(values(random::stateless_normal({5}, constant({1, 2}))), a);
  EXPECT_NE(values(random::stateless_normal({5}, constant({2, 1}))), a);
  EXPECT_EQ(values(random::stateless_uniform({3}, constant({1, 2}))), values(random::stateless_uniform({3}, constant({1, 2}))));
}

TEST(Random, TheNumberOfThreadsDoesNotMatter) {
  const int threads = num_threads();
  const auto draw = [](int count) {
    set_num_threads(count);
    return values(random::normal({300, 1000}, {.seed = 5}));
  };
  const std::vector<float> one = draw(1), three = draw(3);
  set_num_threads(threads);
  EXPECT_EQ(one, three);
}

TEST(Random, LargeAndSmallTensorsStartWithTheSameNumbers) {
  const std::vector<float> large = values(random::uniform({100'000}, {.seed = 5})), small = values(random::uniform({10}, {.seed = 5}));
  EXPECT_TRUE(std::equal(small.begin(), small.end(), large.begin()));
}

TEST(Random, BoundsOfIntegerTypesAreReached) {
  const Tensor t = random::uniform({20'000}, {.minval = -128, .maxval = 128, .dtype = int8, .seed = 1});
  EXPECT_EQ(reduce_min(t).item<std::int8_t>(), -128);
  EXPECT_EQ(reduce_max(t).item<std::int8_t>(), 127);
}

TEST(Random, AnEmptyShapeGivesAnEmptyTensor) { EXPECT_EQ(random::normal({0, 3}).shape(), (Shape{0, 3})); }

TEST(Random, ReparametrisedNumbersHaveGradients) {
  const Tensor mean = constant(1.0), stddev = constant(2.0), noise = random::normal({4}, {.seed = 1});
  GradientTape tape;
  tape.watch(mean);
  tape.watch(stddev);
  const Tensor loss = reduce_sum(mean + stddev * noise);
  const Gradients g = tape.gradient(loss, {mean, stddev});
  EXPECT_EQ(g[0]->item<float>(), 4);
  EXPECT_FLOAT_EQ(g[1]->item<float>(), reduce_sum(noise).item<float>());
}

TEST(Shuffle, KeepsRowsTogether) {
  const Tensor x = reshape(range(200), {100, 2}), y = random::shuffle(x, 1);
  std::vector<int> rows = y.to_vector<int>();
  EXPECT_THAT(rows, Not(testing::ElementsAreArray(x.to_vector<int>())));
  for (std::size_t i = 0; i < rows.size(); i += 2) EXPECT_EQ(rows[i] + 1, rows[i + 1]);
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(rows, range(200).to_vector<int>());
}

TEST(Shuffle, OnlyGatheringSendsTheGradientBackInOrder) {
  const Tensor x = constant({1.0, 2.0, 3.0, 4.0});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = random::shuffle(x, 3), z = gather(x, random::permutation(4, 3));
  EXPECT_EQ(values(y), values(z));
  EXPECT_FALSE(tape.gradient(reduce_sum(y * y), x));
  EXPECT_EQ(values(*tape.gradient(reduce_sum(z * z), x)), values(x * 2));
}

// The values of TensorFlow 2.21: tf.random.stateless_gamma([2, 3], [1, 2], alpha, beta) and the gradients of the sum of its squares.
TEST(Random, GammaNumbersMoveWithTheirParameters) {
  const Variable alpha(constant({0.5, 1.0, 4.0}, float64)), beta(constant({2.0, 1.0, 0.5}, float64));
  GradientTape tape({.persistent = true});
  const Tensor y = random::stateless_gamma({2, 3}, constant({1, 2}), alpha, beta), loss = reduce_sum(square(y));
  const auto expect_near = [](const Tensor& t, const std::vector<double>& expected) {
    const std::vector<double> found = t.to_vector<double>();
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-10 * std::abs(expected[i]));
  };
  expect_near(y, {0.033476806919105415, 2.2487352006448047, 9.040533903817458, 0.314117722755905, 1.89350913788573, 6.8183011806396525});
  expect_near(*tape.gradient(loss, alpha), {0.4853372790442432, 13.755056639637033, 66.27318447381067});
  expect_near(*tape.gradient(loss, beta), {-0.09979064035085465, -17.28437371575158, -512.88193702394});
}

}  // namespace
}  // namespace whygrad
