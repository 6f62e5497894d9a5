// Whose words texts are told in: those of whygrad's own Python module, or of the engine that the program uses.
#pragma once

#include <whygrad/flow/explanation.hpp>

#include <string>

namespace whygrad::python {

// While one lives, texts of this thread are spelled for the engine, such as "tensorflow"; "" is the module itself.
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

// With the causes that the engine has a code of its own for: what is a paused tape elsewhere is no_grad in PyTorch.
Explanation in_own_causes(const std::string& engine, Explanation judged);

}  // namespace whygrad::python
