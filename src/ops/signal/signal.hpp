// Common parts of the functions on signals.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

// The first `count` elements along the last axis, filled up with zeros where there are fewer.
Tensor first_elements(const Tensor& x, std::int64_t count, const Where& where);

// Throw ShapeError below this rank, DTypeError unless f32 or f64, ValueError for a number below 1.
void require_axes(const char* op, const Tensor& x, int rank);
void require_real(const char* op, const Tensor& x);
void require_positive(const char* op, const char* what, std::int64_t number);

// Frames [.., frames, n] times a window [n]; an empty handle is none.
Tensor windowed(const char* op, const Tensor& frames, const Tensor& window, const Where& where);

}  // namespace whygrad::internal
