// Parallel loops on the thread pool.
#pragma once

#include "device/thread_pool.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace whygrad::device {

// Calls body(piece) for each piece in [0, pieces), on several threads.
template <class Body>
void parallel_pieces(int pieces, Body&& body) {
  using Plain = std::remove_reference_t<Body>;
  const auto run = [](void* b, int piece) { (*static_cast<Plain*>(b))(piece); };
  run_pieces(pieces, run, const_cast<std::remove_const_t<Plain>*>(std::addressof(body)));
}

// Calls body(begin, end) over [0, n) in one contiguous piece per thread. Loops of at most `grain` steps run in place, because handing out pieces
// costs about a microsecond. `grain` counts steps of the loop, so pass a smaller one for expensive steps.
template <class Body>
void parallel_for(std::int64_t n, std::int64_t grain, Body&& body) {
  if (n <= 0) return;
  const auto pieces = n <= grain || in_parallel() ? 1 : std::min<std::int64_t>(thread_count(), (n + grain - 1) / grain);
  if (pieces == 1) return body(std::int64_t{0}, n);
  parallel_pieces(static_cast<int>(pieces), [&](int piece) {
    const std::int64_t begin = n * piece / pieces, end = n * (piece + 1) / pieces;
    if (begin < end) body(begin, end);
  });
}

}  // namespace whygrad::device
