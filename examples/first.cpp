#include <whygrad/whygrad.hpp>

#include <iostream>

namespace wg = whygrad;

int main() {
  wg::random::set_seed(1);
  const wg::Tensor x = wg::random::normal({128, 4}), y = wg::cast(wg::argmax(x, 1), wg::int64);
  const wg::Variable w(wg::zeros({4, 4}), "w");
  wg::optim::Adam adam({.learning_rate = 0.05});

  for (int step = 0; step < 200; ++step) {
    wg::GradientTape tape;
    const wg::Tensor loss = wg::nn::sparse_categorical_crossentropy(y, wg::matmul(x, w));
    adam.apply_gradients(tape.gradient(loss, {w}));
  }

  wg::GradientTape tape;
  const wg::Tensor accuracy = wg::reduce_mean(wg::cast(wg::argmax(wg::matmul(x, w), 1) == y, wg::float32));
  std::cout << "accuracy " << accuracy.item<float>() << "\n\n";
  const wg::Gradient g = tape.gradient(accuracy, w);
  if (!g) std::cout << g.why();
}
