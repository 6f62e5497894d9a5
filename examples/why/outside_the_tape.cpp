// Question (a): the squared difference of a variable and a constant, computed inside and outside the tape, and with a second variable.
// TensorFlow 2 answers -4 for what was computed inside, and None for what was computed outside; several tutorials have it the other way round.
#include "check.hpp"

#include <whygrad/whygrad.hpp>

#include <iostream>

namespace wg = whygrad;

int main() {
  const wg::Variable x(wg::constant(3.0f), "x"), y(wg::constant(2.0f), "y");

  {
    wg::GradientTape tape;
    const wg::Tensor loss = wg::square(5.0f - x);
    const wg::Gradient g = tape.gradient(loss, x);
    check(g && g->item<float>() == -4, "inside the tape d(5 - x)^2/dx at 3 is -4");
  }
  {
    const wg::Tensor loss = wg::square(5.0f - x);
    wg::GradientTape tape;
    const wg::Gradient g = tape.gradient(loss, x);
    std::cout << g.why() << '\n';
    check(!g, "outside the tape it is None");
  }
  {
    wg::GradientTape tape;
    const wg::Tensor loss = wg::square(y - x);
    const wg::Gradients g = tape.gradient(loss, {x, y});
    check(g[0] && g[0]->item<float>() == 2 && g[1] && g[1]->item<float>() == -2, "with a second variable, (y - x)^2 at (3, 2), it is 2 and -2");
  }
  return failures;
}
