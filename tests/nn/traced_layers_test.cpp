// Layers with a state of their own in traced functions.
#include <whygrad/whygrad.hpp>

#include <gtest/gtest.h>

namespace whygrad {
namespace {

// Losses, gradients and the state of a model over some steps of training.
std::vector<float> steps(bool traced) {
  random::set_seed(11);
  nn::Sequential model({4}, {nn::Dense(8, {.activation = nn::relu}), nn::BatchNormalization(), nn::Dropout(0.5), nn::Dense(1)});
  const auto loss = [&model](const Tensor& x) { return reduce_sum(square(model(x, {.training = true}))); };
  const auto graph = function(loss);
  std::vector<float> seen;
  for (int step = 0; step < 3; ++step) {
    const Tensor x = random::normal({6, 4}, {.seed = 7});
    GradientTape tape;
    const Tensor y = traced ? graph(x) : loss(x);
    seen.push_back(y.item<float>());
    for (const Gradient& g : tape.gradient(y, Sources(model.trainable_variables()))) {
      const std::vector<float> values = g->to_vector<float>();
      seen.insert(seen.end(), values.begin(), values.end());
    }
  }
  EXPECT_EQ(graph.tracing_count(), traced ? 1u : 0u);
  return seen;
}

TEST(TracedLayers, TrainAsTheyDoEagerly) {
  const std::vector<float> eager = steps(false), traced = steps(true);
  EXPECT_EQ(eager, traced);
  EXPECT_NE(eager[0], eager[eager.size() / 3]);  // each step drops other units
}

}  // namespace
}  // namespace whygrad
