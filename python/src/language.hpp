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

// With the causes for which the engine has a code of its own: a paused tape is no_grad in PyTorch.
Explanation in_own_causes(const std::string& engine, Explanation judged);

}  // namespace whygrad::python
