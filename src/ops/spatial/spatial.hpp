// Checks of the functions of space.
#pragma once

#include "ops/conv/windows.hpp"
#include "ops/core/defined.hpp"

#include <span>

namespace whygrad::internal {

// Throw unless x is [n, d, h, w, c], and unless each number is 1 to 2^31.
void require_volume(const char* op, const Tensor& x);
void require_positive(const char* op, const char* what, std::span<const std::int64_t> numbers);

// The windows along an axis. Throws ShapeError if none fits.
AxisWindows windows_along(const char* op, std::int64_t extent, std::int64_t window, std::int64_t stride, bool same);

}  // namespace whygrad::internal
