// Question (c): a loss with a plain C++ `if`, with cond, and with a branch that is a constant. TensorFlow 2 answers 2 for the first two, since eager
// code is what ran; with the constant branch it answers None, since nothing of x is in the result.
#include "check.hpp"

#include <whygrad/whygrad.hpp>

#include <iostream>

namespace wg = whygrad;

int main() {
  const wg::Variable x(wg::constant(1.0f), "x");
  {
    wg::GradientTape tape;
    wg::Tensor loss;
    if ((x > 0).item<bool>()) {
      loss = x * 2.0f;
    } else {
      loss = x * 3.0f;
    }
    const wg::Gradient g = tape.gradient(loss, x);
    check(g && g->item<float>() == 2, "with a plain if it is 2");
  }
  {
    wg::GradientTape tape;
    const wg::Tensor loss = wg::cond(
        x > 0, [&] { return x * 2.0f; }, [&] { return x * 3.0f; });
    const wg::Gradient g = tape.gradient(loss, x);
    check(g && g->item<float>() == 2, "with cond it is 2");
  }
  {
    wg::GradientTape tape;
    const wg::Tensor loss = wg::cond(
        x > 0, [] { return wg::constant(7.0f); }, [&] { return x * 3.0f; });
    const wg::Gradient g = tape.gradient(loss, x);
    std::cout << g.why() << '\n';
    check(!g, "with the constant branch it is None");
  }
  return failures;
}
