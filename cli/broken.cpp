// Three mistakes that leave a training run without gradients. TensorFlow answers None to each of them.
#include "commands.hpp"
#include "terminal.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/data/mnist.hpp>
#include <whygrad/flow/explanation.hpp>
#include <whygrad/nn/losses.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>

#include <fmt/format.h>

#include <cstdio>

namespace whygrad::cli {
namespace {

// clang-format off
Gradient accuracy_as_loss(const Variable& kernel, const Tensor& images, const Tensor& labels) {
  GradientTape tape;
  Tensor logits = matmul(images, kernel);
  Tensor accuracy = reduce_mean(cast(equal(argmax(logits, 1), labels), float32));
  return tape.gradient(accuracy, kernel);
}
constexpr const char* kAccuracyAsLoss = R"(
  GradientTape tape;
  Tensor logits = matmul(images, kernel);
  Tensor accuracy = reduce_mean(cast(equal(argmax(logits, 1), labels), float32));
  return tape.gradient(accuracy, kernel);
)";

Gradient loss_before_the_tape(const Variable& kernel, const Tensor& images, const Tensor& labels) {
  Tensor loss = nn::sparse_categorical_crossentropy(labels, matmul(images, kernel));
  GradientTape tape;
  return tape.gradient(loss, kernel);
}
constexpr const char* kLossBeforeTheTape = R"(
  Tensor loss = nn::sparse_categorical_crossentropy(labels, matmul(images, kernel));
  GradientTape tape;
  return tape.gradient(loss, kernel);
)";

Gradient weights_rebound(const Variable& kernel, const Tensor& images, const Tensor& labels) {
  GradientTape first;
  Tensor loss = nn::sparse_categorical_crossentropy(labels, matmul(images, kernel));
  Tensor w = kernel;
  w = w - 0.1 * *first.gradient(loss, kernel);
  GradientTape second;
  loss = nn::sparse_categorical_crossentropy(labels, matmul(images, w));
  return second.gradient(loss, w);
}
constexpr const char* kWeightsRebound = R"(
  GradientTape first;
  Tensor loss = nn::sparse_categorical_crossentropy(labels, matmul(images, kernel));
  Tensor w = kernel;
  w = w - 0.1 * *first.gradient(loss, kernel);
  GradientTape second;
  loss = nn::sparse_categorical_crossentropy(labels, matmul(images, w));
  return second.gradient(loss, w);
)";
// clang-format on

struct Mistake {
  const char* title;
  const char* code;
  Gradient (*make)(const Variable& kernel, const Tensor& images, const Tensor& labels);
};
constexpr Mistake kMistakes[] = {{"Accuracy as the loss", kAccuracyAsLoss, accuracy_as_loss},
                                 {"The loss computed before the tape", kLossBeforeTheTape, loss_before_the_tape},
                                 {"The weights replaced by a tensor", kWeightsRebound, weights_rebound}};

}  // namespace

void explain_broken_training(const std::string& folder) {
  const Terminal terminal = Terminal::of(1);
  const Variable kernel(zeros({784, 10}), "kernel");
  data::Dataset<2> batches = data::mnist(folder, {.flatten = true}).batch(128).take(1);
  for (const auto& [images, labels] : batches) {
    char letter = 'a';
    for (const Mistake& mistake : kMistakes) {
      fmt::print("{}\n{}\n", terminal.bold(fmt::format("{}) {}", letter++, mistake.title)), terminal.dim(mistake.code));
      fmt::print("{}\n", mistake.make(kernel, images, labels).why().to_string());
      std::fflush(stdout);
    }
  }
}

}  // namespace whygrad::cli
