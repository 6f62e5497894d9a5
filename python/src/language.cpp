// Whose words texts are told in.
#include "language.hpp"

#include <utility>

namespace whygrad::python {
namespace {

std::string& spoken() {
  thread_local std::string engine;
  return engine;
}

}  // namespace

Spoken::Spoken(std::string engine) : before_(std::exchange(spoken(), std::move(engine))) {}
Spoken::~Spoken() { spoken() = std::move(before_); }
const std::string& Spoken::now() noexcept { return spoken(); }

}  // namespace whygrad::python
