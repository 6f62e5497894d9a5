// Question (b): argmax in the loss. TensorFlow 2 answers None: a position has no derivative. reduce_max, the value at that position, has one.
#include "check.hpp"

#include <whygrad/whygrad.hpp>

#include <iostream>

namespace wg = whygrad;

int main() {
  const wg::Variable scores(wg::constant({0.1f, 0.7f, 0.2f}), "scores");
  {
    wg::GradientTape tape;
    const wg::Tensor loss = wg::cast(wg::argmax(scores), wg::float32) * 2.0f;
    const wg::Gradient g = tape.gradient(loss, scores);
    std::cout << g.why() << '\n';
    check(!g, "through argmax it is None");
  }
  {
    wg::GradientTape tape;
    const wg::Tensor loss = wg::reduce_max(scores) * 2.0f;
    const wg::Gradient g = tape.gradient(loss, scores);
    check(g && g->to_vector<float>() == std::vector<float>{0, 2, 0}, "through reduce_max it is 2 at the largest score and 0 elsewhere");
  }
  return failures;
}
