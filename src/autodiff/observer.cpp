// Callbacks for those who watch gradients being taken, such as a Diagnosis.
#include "autodiff/observer.hpp"

namespace whygrad::internal {
namespace {

thread_local GradientObserver* youngest = nullptr;

}  // namespace

GradientObserver* GradientObserver::mine() noexcept { return youngest; }

GradientObserver::GradientObserver() noexcept : outer_(std::exchange(youngest, this)) {}

// Not always the youngest goes first: a face may end scopes in any order.
GradientObserver::~GradientObserver() {
  GradientObserver** at = &youngest;
  while (*at != nullptr && *at != this) at = &(*at)->outer_;
  if (*at == this) *at = outer_;
}

}  // namespace whygrad::internal
