// The observers of gradient() calls, such as a Diagnosis.
#include "autodiff/observer.hpp"

namespace whygrad::internal {
namespace {

thread_local GradientObserver* youngest = nullptr;

}  // namespace

GradientObserver* GradientObserver::mine() noexcept { return youngest; }

GradientObserver::GradientObserver() noexcept : outer_(std::exchange(youngest, this)) {}

// Observers may end in any order.
GradientObserver::~GradientObserver() {
  GradientObserver** at = &youngest;
  while (*at != nullptr && *at != this) at = &(*at)->outer_;
  if (*at == this) *at = outer_;
}

}  // namespace whygrad::internal
