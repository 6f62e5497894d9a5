// A whole step of training in a traced function.
#include <whygrad/whygrad.hpp>

#include <gtest/gtest.h>

namespace whygrad {
namespace {

// Losses of some steps of a small net, and the weights after them.
std::vector<float> train(bool traced) {
  random::set_seed(3);
  const Variable w1(random::normal({4, 8})), b1(zeros({8})), w2(random::normal({8, 1}));
  const Tensor x = random::normal({16, 4}), y = random::normal({16, 1});
  optim::Adam adam({.learning_rate = optim::exponential_decay(0.1, 2, 0.5), .global_clipnorm = 1.0});
  const auto step = [&](const Tensor& in, const Tensor& wanted) {
    GradientTape tape;
    const Tensor loss = reduce_mean(square(matmul(tanh(matmul(in, w1) + b1), w2) - wanted));
    adam.apply_gradients(tape.gradient(loss, Sources(std::vector<Variable>{w1, b1, w2})));
    return loss;
  };
  const auto function_of_step = function(step);
  std::vector<float> seen;
  for (int i = 0; i < 5; ++i) seen.push_back((traced ? function_of_step(x, y) : step(x, y)).item<float>());
  for (const Variable& v : {w1, b1, w2}) {
    const std::vector<float> values = v.value().to_vector<float>();
    seen.insert(seen.end(), values.begin(), values.end());
  }
  EXPECT_EQ(adam.iterations(), 5);
  return seen;
}

TEST(TracedStep, IsTheStepBitForBit) { EXPECT_EQ(train(true), train(false)); }

TEST(TracedStep, NeedsItsOptimizer) {
  const Variable w(1.f);
  auto sgd = std::make_unique<optim::SGD>();
  const auto step = function([&](const Tensor& x) {
    GradientTape tape;
    const Tensor loss = w * x;
    sgd->apply_gradients(tape.gradient(loss, {w}));
    return loss;
  });
  step(constant(1.f));
  sgd.reset();
  EXPECT_THROW(step(constant(1.f)), ValueError);
}

TEST(TracedStep, AMissingGradientIsToldWhileItIsTraced) {
  const Variable w(1.f);
  optim::SGD sgd;
  const auto step = function([&](const Tensor& x) {
    GradientTape tape;
    const Tensor loss = cast(argmax(stack({x, w.value()}), 0), float32);
    sgd.apply_gradients(tape.gradient(loss, {w}));
    return loss;
  });
  try {
    step(constant(1.f));
    FAIL() << "no error";
  } catch (const MissingGradient& error) {
    EXPECT_NE(std::string(error.what()).find("argmax"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace whygrad
