// The terms in which texts are written: those of whygrad's Python module, or of the engine that the program uses.
#pragma once

#include <whygrad/flow/explanation.hpp>

#include <string>

namespace whygrad::python {

// While one lives, texts of this thread use the terms of the engine, such as "tensorflow"; "" is whygrad's module.
class Spoken {
 public:
  explicit Spoken(std::string engine);
  ~Spoken();
  Spoken(const Spoken&) = delete;
  Spoken& operator=(const Spoken&) = delete;

  static const std::string& now() noexcept;

 private:
  std::string before_;
};

// As the engine answers: with the causes for which it has a code of its own (a paused tape is no_grad in PyTorch), and with zeros where it has no
// missing gradients (JAX).
Explanation as_answered(const std::string& engine, Explanation judged);

}  // namespace whygrad::python
