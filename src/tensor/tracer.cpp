// Which tracer a thread has.
#include "tensor/tracer.hpp"

namespace whygrad::internal {

std::atomic<int> Tracer::count_{0};

Tracer::Tracer() : outer_(std::exchange(Log::mine().tracer, this)) { count_.fetch_add(1, std::memory_order_relaxed); }

Tracer::~Tracer() {
  Log::mine().tracer = outer_;
  count_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace whygrad::internal
