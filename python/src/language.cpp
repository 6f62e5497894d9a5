// The terms in which texts are written.
#include "language.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace whygrad::python {
namespace {

std::string& spoken() {
  thread_local std::string engine;
  return engine;
}

constexpr std::pair<Cause, Cause> kOfPyTorch[] = {
    {Cause::kStopGradient, Cause::kDetached},
    {Cause::kTapePaused, Cause::kNoGradMode},
    {Cause::kTapeConsumed, Cause::kGraphFreed},
    {Cause::kNonTrainable, Cause::kFrozen},
};

void rename(Cause& cause) {
  const auto* const at = std::find_if(std::begin(kOfPyTorch), std::end(kOfPyTorch), [cause](const auto& entry) { return entry.first == cause; });
  if (at != std::end(kOfPyTorch)) cause = at->second;
}

void rename_causes(Finding& f) {
  // A gradient whose own computation was not recorded.
  const bool of_gradient = f.cause == Cause::kTapePaused && std::find(f.also.begin(), f.also.end(), Cause::kSecondOrder) != f.also.end();
  if (of_gradient) f.cause = Cause::kCreateGraph;
  rename(f.cause);
  for (Cause& cause : f.also) rename(cause);
  for (OtherBreak& other : f.others) rename(other.cause);
}

void fill_with_zeros(Finding& f) {
  if (f.status != Finding::Status::kAbsent) return;
  f.status = Finding::Status::kZero;
  f.evidence.insert(f.evidence.begin(), "JAX answers 0 where no path leads from the result to an argument");
}

}  // namespace

Spoken::Spoken(std::string engine) : before_(std::exchange(spoken(), std::move(engine))) {}
Spoken::~Spoken() { spoken() = std::move(before_); }
const std::string& Spoken::now() noexcept { return spoken(); }

Explanation as_answered(const std::string& engine, Explanation judged) {
  if (engine != "torch" && engine != "jax") return judged;
  std::vector<Finding> findings = judged.findings();
  for (Finding& f : findings) engine == "jax" ? fill_with_zeros(f) : rename_causes(f);
  return Explanation(std::move(findings), judged.graph());
}

}  // namespace whygrad::python
