// The loop of a selection, for drivers.
#pragma once

#include <cstddef>

namespace whygrad::kernels::cpu {

// out[i] = cond[i] ? a[i] : b[i] for i < n, elements of `element` bytes. `out` may be a or b.
void select_run(std::size_t element, const void* cond, const void* a, const void* b, void* out, std::size_t n);

}  // namespace whygrad::kernels::cpu
