// Whose words texts are told in: those of whygrad's own Python module, or of the engine that the program uses.
#pragma once

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

}  // namespace whygrad::python
