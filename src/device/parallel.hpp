// Splits a loop over the one OpenMP runtime, which oneDNN shares.
#pragma once

#include "device/float_mode.hpp"

#include <omp.h>

#include <algorithm>
#include <cstdint>

namespace whygrad::device {

// Calls body(begin, end) over [0, n) in one contiguous piece per thread. Loops of at most `grain` steps run in place: entering OpenMP costs about
// a microsecond. `grain` is in steps of the loop, so pass fewer for dearer steps. body must not throw.
template <class Body>
void parallel_for(std::int64_t n, std::int64_t grain, Body&& body) {
  if (n <= 0) return;
  const int threads = n <= grain || omp_in_parallel() ? 1 : static_cast<int>(std::min<std::int64_t>(omp_get_max_threads(), (n + grain - 1) / grain));
  if (threads == 1) return body(std::int64_t{0}, n);
  const FloatMode mode = FloatMode::mine();
#pragma omp parallel num_threads(threads)
  {
    const FloatModeScope scope(mode);
    const std::int64_t count = omp_get_num_threads(), me = omp_get_thread_num();
    const std::int64_t begin = n * me / count, end = n * (me + 1) / count;
    if (begin < end) body(begin, end);
  }
}

}  // namespace whygrad::device
